"""A file, a folder, an address, a feed, standard input or bytes → `Article`, with its id and its title.

Text and Markdown are read here; everything with a format of its own is read in a limited process, see
`index.readers.sandbox`. What lies on the disk is `index.readers.files`', what an address gives `index.readers.fetch`'s,
what becomes of an article `index.indexing`'s.
"""

import hashlib
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from config.errors import SourceError
from index.readers.document import MAX_CHARACTERS, Document, Unreadable, one_line
from index.readers.files import (
    KINDS,
    MAX_BYTES,
    Skipped,
    Unchanged,
    accepted_types,
    check_size,
    is_folder,
    kind_of,
    printable_path,
    read_bytes,
    walk_folder,
)
from index.readers.markdown import markdown, without_markup
from index.readers.sandbox import SANDBOX
from index.text.decoding import decode, is_binary
from index.text.search_form import language_of
from index.types import Article

if TYPE_CHECKING:
    from index.readers.fetch import Fetcher

__all__ = [
    "KINDS",
    "MAX_BYTES",
    "Skipped",
    "SourceResult",
    "Unchanged",
    "article_from_address",
    "article_from_bytes",
    "article_from_document",
    "article_from_text",
    "is_address",
    "read_feed",
    "read_source",
]

READERS_VERSION = 4
"""Raise it when the same bytes may come out as another text: unchanged files are then read again."""

STANDARD_INPUT = "-"
MAX_ENTRIES = 200
"""The most entries of a feed that are fetched, from its beginning."""
MAX_TITLE = 80
"""Characters of a title that is taken from the text."""

_HEADING = re.compile(r"^#{1,6}[ \t]+(\S.*?)[ \t#]*$", re.MULTILINE)
_SURROGATES = re.compile("[\ud800-\udfff]")
_SAME_PAGE = re.compile(r"amp(?:\.html)?|print|(?:index|default)\.\w{1,5}")
"""Names under a page's own address that give the same page again."""

SourceResult = Article | SourceError | Skipped | Unchanged
"""What a source gives: an article, a problem, or a file that was passed over or is in the library as it is."""


def read_source(
    source: str | Path, *, known: Mapping[str, str] | None = None, fetcher: "Fetcher | None" = None
) -> Iterator[SourceResult]:
    """Yield the article of a file, an http(s) address or "-" (standard input), or what is under a folder, by path.

    In a folder, what is ignored or of another type comes as `Skipped`, and what cannot be read as a `SourceError`;
    neither stops the others. A file whose `Article.origin` is that of `known`, by source, comes as `Unchanged`.

    Raises: SourceError, when iterated, if the source itself, or every file in the folder, cannot be read.
    """
    if isinstance(source, str) and is_address(source):
        yield article_from_address(source, fetcher or _default_fetcher())
    elif not str(source).strip():
        raise SourceError("An empty name was given as a source; name a file, a folder or an address.")
    elif source == STANDARD_INPUT:
        article = article_from_bytes(sys.stdin.buffer.read(MAX_BYTES + 1), source=STANDARD_INPUT)
        # What is typed next is another article.
        yield replace(article, id=_article_id(f"{STANDARD_INPUT}{article.origin}"))
    elif is_folder(Path(source)):
        yield from _read_folder(Path(source), known or {})
    else:
        yield _read_file(Path(source), known or {})


def read_feed(url: str, fetcher: "Fetcher", *, known: Collection[str]) -> Iterator[SourceResult]:
    """Yield the article of every entry of an RSS or Atom feed; one that cannot be read does not stop the others.

    Entries whose address is in `known` come as `Unchanged`, those after the first `MAX_ENTRIES` as `Skipped`.

    Raises: SourceError, when iterated, if the feed itself cannot be read.
    """
    response = fetcher.get_feed(url)
    feed = _read_in_sandbox(response.kind, response.data, source=response.url, hint=response.url)
    for number, link in enumerate(feed.text.splitlines()):
        if link in known:
            yield Unchanged(link)
            continue
        if number >= MAX_ENTRIES:
            yield Skipped(link, f"after the first {MAX_ENTRIES} entries of its feed")
            continue
        try:
            yield article_from_address(link, fetcher)
        except SourceError as problem:
            yield problem


def article_from_address(url: str, fetcher: "Fetcher") -> Article:
    """Fetch a page or a file and return its article, under the address that the page names as its own.

    Raises: SourceError.
    """
    response = fetcher.get(url)
    hint = f"{response.url} {response.charset}"
    article = article_from_bytes(response.data, source=response.url, kind=response.kind, hint=hint)
    address = _own_address(article.metadata.url, response.url)
    metadata = replace(article.metadata, url=address, link=url if url != address else "")
    return replace(article, id=_article_id(address), source=address, metadata=metadata)


def article_from_bytes(data: bytes, *, source: str, kind: str = "", hint: str = "") -> Article:
    """Return the article that the bytes of a file hold.

    Their kind (a value of `KINDS`) is that of the source's name, or else how they begin, unless given; `hint` is for
    the reader of web pages, see `index.readers.html.page`.

    Raises: SourceError if they are too many, cannot be read, or hold no letter or digit.
    """
    check_size(len(data), source)
    kind = kind or kind_of(source, data)
    if kind == "text":
        document = Document(decode(data, source=source))
    elif kind == "markdown":
        document = markdown(decode(data, source=source))
    else:
        document = _read_in_sandbox(kind, data, source=source, hint=hint)
        if not hint:  # what was not fetched from an address is not shown under one
            document = replace(document, metadata=replace(document.metadata, url=""))
    return replace(article_from_document(document, source=source), origin=_origin_of(data))


def article_from_text(text: str, *, source: str, title: str | None = None) -> Article:
    """Return a text as an article, as it is; its title is a heading or its first words unless given.

    Raises: SourceError if the text has no letter or digit, or is binary.
    """
    return article_from_document(Document(text, title or ""), source=source)


def article_from_document(document: Document, *, source: str) -> Article:
    """Return what a reader made of a source as an article.

    Raises: SourceError if the text has no letter or digit, or is binary.
    """
    text = _SURROGATES.sub("\ufffd", document.text.removeprefix("\ufeff"))  # half a character cannot be stored or sent
    if len(text) > MAX_CHARACTERS:
        raise SourceError(f"{source!r} has more than {MAX_CHARACTERS // 1_000_000} million characters; split it.")
    if not text:
        raise SourceError(f"{source!r} is empty; give a text with at least one sentence.")
    if not any(char.isalnum() for char in text):
        held = "nothing but white space" if text.isspace() else "no letter or digit"
        raise SourceError(f"{source!r} holds {held}; give a text with at least one sentence.")
    if is_binary(text):
        raise SourceError(f"{source!r} is not a text; give a .txt or .md file in UTF-8.")
    title = one_line(_SURROGATES.sub("\ufffd", document.title), 2000) or _title_of(text)
    metadata = replace(document.metadata, tags=tuple({tag.casefold(): tag for tag in document.metadata.tags}.values()))
    return Article(_article_id(source), title, source, text, language_of(text), metadata, document.places)


def is_address(source: str) -> bool:
    """Say whether a source is something to fetch."""
    return source.casefold().startswith(("http://", "https://"))


def _default_fetcher() -> "Fetcher":
    from index.readers.fetch import Fetcher  # it builds on httpcore, which only addresses need

    return Fetcher()


def _read_folder(folder: Path, known: Mapping[str, str]) -> Iterator[SourceResult]:
    has_article = False
    for item in walk_folder(folder):
        try:
            result = _read_file(item, known) if isinstance(item, Path) else item
        except SourceError as problem:
            result = problem
        has_article = has_article or isinstance(result, Article | Unchanged)
        yield result
    if not has_article:
        raise SourceError(
            f"{printable_path(folder)!r} holds no article that can be read; put {accepted_types()} files into it."
        )


def _read_file(path: Path, known: Mapping[str, str]) -> Article | Unchanged:
    data, source = read_bytes(path), printable_path(path.resolve())
    if source in known and known[source] == _origin_of(data):
        return Unchanged(source)
    return article_from_bytes(data, source=source)


def _read_in_sandbox(kind: str, data: bytes, *, source: str, hint: str) -> Document:
    try:
        return SANDBOX.read(kind, data, hint=hint)
    except Unreadable as refusal:
        raise SourceError(f"{source!r} {refusal}.") from refusal


def _article_id(source: str) -> str:
    """The id of what comes from a source: 12 hexadecimal digits."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _origin_of(data: bytes) -> str:
    """What identifies bytes and the way they are read."""
    return f"{READERS_VERSION}:{hashlib.sha256(data).hexdigest()[:32]}"


def _title_of(text: str) -> str:
    """A heading near the beginning of a text, or its first words."""
    if heading := _HEADING.search(text, 0, 2000):
        first = without_markup(heading[1])
    else:
        lines = (without_markup(line[:2000]) for line in text.splitlines())
        first = next((line for line in lines if any(char.isalnum() for char in line)), "")
    return _shortened(first or one_line(text[:2000], 2000))


def _shortened(title: str) -> str:
    """The first words of a title that is longer than `MAX_TITLE`."""
    if len(title) <= MAX_TITLE:
        return title
    if " " not in title[: MAX_TITLE + 1]:
        return title[:MAX_TITLE] + "…"
    return title[: MAX_TITLE + 1].rpartition(" ")[0].rstrip(".,;:،؛") + "…"


def _own_address(canonical: str, url: str) -> str:
    """The address a page gives as its own, unless that is another site's or one it shares with other pages."""
    try:
        parts, here = urlsplit(canonical), urlsplit(url)
        same = parts.scheme in ("http", "https") and _site(parts.hostname) == _site(here.hostname)
        same = same and parts.port == here.port and not _is_above(parts, here)
    except ValueError:
        return url
    return canonical if same and canonical.isprintable() else url


def _is_above(parts: SplitResult, here: SplitResult) -> bool:
    """Whether an address is the site's front page or a folder that a page is in: every page there may give it."""
    folder, page = ([name for name in unquote(one.path).split("/") if name] for one in (parts, here))
    if parts.query or page[: len(folder)] != folder:
        return False
    below = "/".join(page[len(folder) :]).casefold()
    return bool(below and not _SAME_PAGE.fullmatch(below)) or bool(here.query and not folder)


def _site(host: str | None) -> str:
    return (host or "").removeprefix("www.")
