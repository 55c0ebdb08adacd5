"""A file, a folder, an address, standard input or bytes → `Article`.

Plain text is read here; everything with a format of its own is read in a limited process, see `index.readers.sandbox`.
`KINDS` says which file types are read and by which module.
"""

import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import SourceError
from index.readers.document import Document, Unreadable
from index.readers.files import (
    KINDS,
    MAX_BYTES,
    Skipped,
    Unchanged,
    accepted,
    bytes_of,
    check_size,
    files_below,
    is_folder,
    kind_of,
    name_of,
)
from index.readers.sandbox import SANDBOX
from index.readers.text import article_from_document, article_from_text, identity_of, markdown
from index.text.decoding import decode
from index.types import Article

if TYPE_CHECKING:
    from index.readers.fetch import Fetcher

__all__ = [
    "KINDS",
    "MAX_BYTES",
    "Read",
    "Skipped",
    "Unchanged",
    "article_from_bytes",
    "article_from_text",
    "is_address",
    "read_source",
]

READERS_VERSION = 3
"""Raise it when the same bytes may come out as another text: unchanged files are then read again."""

STANDARD_INPUT = "-"

Read = Article | SourceError | Skipped | Unchanged
"""What a source gives: an article, a problem, or a file that was passed over or is in the library as it is."""


def read_source(
    source: str | Path, *, known: Mapping[str, str] | None = None, fetcher: "Fetcher | None" = None
) -> Iterator[Read]:
    """Yield the article of a file, an http(s) address or "-" (standard input), or what is under a folder, by path.

    In a folder, what is ignored or of another type comes as `Skipped`, and what cannot be read as a `SourceError`;
    neither stops the others. A file whose `Article.origin` is that of `known`, by source, comes as `Unchanged`.

    Raises: SourceError, when iterated, if the source itself, or every file in the folder, cannot be read.
    """
    if isinstance(source, str) and is_address(source):
        from index.readers.fetch import Fetcher

        yield (fetcher or Fetcher()).article(source)
    elif not str(source).strip():
        raise SourceError("An empty name was given as a source; name a file, a folder or an address.")
    elif source == STANDARD_INPUT:
        read = article_from_bytes(sys.stdin.buffer.read(MAX_BYTES + 1), source=STANDARD_INPUT)
        yield replace(read, id=identity_of(f"{STANDARD_INPUT}{read.origin}"))  # what is typed next is another article
    elif is_folder(Path(source)):
        yield from _read_folder(Path(source), known or {})
    else:
        yield _read_file(Path(source), known or {})


def article_from_bytes(data: bytes, *, source: str, kind: str = "", hint: str = "") -> Article:
    """Return the article that the bytes of a file hold.

    Their kind (a value of `KINDS`) is that of the source's name, or else how they begin, unless given; `hint` is for
    the reader of web pages, see `index.readers.html.page`.

    Raises: SourceError if they are too many, cannot be read, or hold no letter or digit.
    """
    check_size(len(data), source)
    origin = origin_of(data)
    kind = kind or kind_of(source, data)
    if kind == "text":
        found = Document(decode(data, source=source))
    elif kind == "markdown":
        found = markdown(decode(data, source=source))
    else:
        found = read_in_sandbox(kind, data, source=source, hint=hint)
        if not hint:  # what was not fetched from an address is not shown under one
            found = replace(found, metadata=replace(found.metadata, url=""))
    return replace(article_from_document(found, source=source), origin=origin)


def read_in_sandbox(kind: str, data: bytes, *, source: str, hint: str = "") -> Document:
    """Read bytes of a kind in the limited process. Raises: SourceError."""
    try:
        return SANDBOX.read(kind, data, hint=hint)
    except Unreadable as refusal:
        raise SourceError(f"{source!r} {refusal}.") from refusal


def origin_of(data: bytes) -> str:
    """A name for bytes and the way they are read."""
    return f"{READERS_VERSION}:{hashlib.sha256(data).hexdigest()[:32]}"


def is_address(source: str) -> bool:
    """Whether a source is something to fetch."""
    return source.casefold().startswith(("http://", "https://"))


def _read_folder(folder: Path, known: Mapping[str, str]) -> Iterator[Read]:
    found = False
    for item in files_below(folder):
        try:
            read = _read_file(item, known) if isinstance(item, Path) else item
        except SourceError as problem:
            read = problem
        found = found or isinstance(read, Article | Unchanged)
        yield read
    if not found:
        raise SourceError(f"{name_of(folder)!r} holds no article that can be read; put {accepted()} files into it.")


def _read_file(path: Path, known: Mapping[str, str]) -> Article | Unchanged:
    data, source = bytes_of(path), name_of(path.resolve())
    if source in known and known[source] == origin_of(data):
        return Unchanged(source)
    return article_from_bytes(data, source=source)
