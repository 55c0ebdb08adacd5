"""Plain text and Markdown → `Article`, with a title. Bytes → text is `index.text.decoding`'s."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from config.errors import SourceError
from index.readers.document import MAX_CHARACTERS, Document
from index.readers.front_matter import front_matter
from index.readers.headings import headings
from index.text.decoding import is_binary
from index.text.search_form import language_of
from index.types import Article, Location

TITLE_LENGTH = 80
MOST_HEADINGS = 100_000
"""Headings of a text that are kept."""

_HEADING = re.compile(r"^#{1,6}[ \t]+(\S.*?)[ \t#]*$", re.MULTILINE)
_MARKUP = re.compile(r"[*_`#>|]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


def article_from_text(text: str, *, source: str, title: str | None = None) -> Article:
    """Return a text as an article, as it is; its title is a heading or its first words unless given.

    Raises: SourceError if the text has no letter or digit, or is binary.
    """
    return article_from_document(Document(text, title or ""), source=source)


def article_from_document(document: Document, *, source: str) -> Article:
    """Return what a reader found as an article.

    Raises: SourceError if the text has no letter or digit, or is binary.
    """
    text = document.text.removeprefix("\ufeff")
    text = _SURROGATES.sub("\ufffd", text)  # half a character can be neither stored nor sent
    if len(text) > MAX_CHARACTERS:
        raise SourceError(f"{source!r} has more than {MAX_CHARACTERS // 1_000_000} million characters; split it.")
    if not text:
        raise SourceError(f"{source!r} is empty; give a text with at least one sentence.")
    if not any(char.isalnum() for char in text):
        held = "nothing but white space" if text.isspace() else "no letter or digit"
        raise SourceError(f"{source!r} holds {held}; give a text with at least one sentence.")
    if is_binary(text):
        raise SourceError(f"{source!r} is not a text; give a .txt or .md file in UTF-8.")
    title = _plain(_SURROGATES.sub("\ufffd", document.title)) or _title_of(text)
    metadata = replace(document.metadata, tags=tuple({tag.casefold(): tag for tag in document.metadata.tags}.values()))
    return Article(identity_of(source), title, source, text, language_of(text), metadata, document.places)


def identity_of(source: str) -> str:
    """The id of what comes from a source: 12 hexadecimal digits."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def markdown(text: str) -> Document:
    """Return Markdown as it is, without its front matter, with its headings as places."""
    head = front_matter(text)
    text = text[head.begins :]
    return Document(text, head.title, head.metadata, tuple(_places(text)))


def _places(text: str) -> Iterator[Location]:
    for start, heading in islice(headings(text), MOST_HEADINGS):
        if shown := _plain(_MARKUP.sub("", heading))[:300]:
            yield Location(start, heading=shown)


def _title_of(text: str) -> str:
    heading = _HEADING.search(text, 0, 2000)
    if heading:
        return _shortened(_plain(_MARKUP.sub("", heading[1]))) or _shortened(_plain(text[:2000]))
    lines = (_plain(_MARKUP.sub("", line[:2000])) for line in text.splitlines())
    first = next((line for line in lines if any(char.isalnum() for char in line)), "")
    return _shortened(first or _plain(text[:2000]))


def _shortened(title: str) -> str:
    """Return the first words of a title that is longer than `TITLE_LENGTH`."""
    if len(title) <= TITLE_LENGTH:
        return title
    if " " not in title[: TITLE_LENGTH + 1]:
        return title[:TITLE_LENGTH] + "…"
    return title[: TITLE_LENGTH + 1].rpartition(" ")[0].rstrip(".,;:،؛") + "…"


def _plain(text: str) -> str:
    """Return a text on one line, without control characters and direction marks."""
    kept = (" " if unicodedata.category(char)[0] == "Z" or char.isspace() else char for char in text)
    return " ".join("".join(char for char in kept if unicodedata.category(char)[0] != "C").split())
