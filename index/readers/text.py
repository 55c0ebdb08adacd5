"""Plain text and Markdown → `Article`: titles, headings, front matter. Bytes → text is `index.decoding`'s."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from config.errors import SourceError
from index.decoding import is_binary
from index.readers.document import Document, iso_date, one_line
from index.text import language_of
from index.types import Article, Metadata, Place

TITLE_LENGTH = 80

_HEADING = re.compile(r"^#{1,6}[ \t]+(\S.*?)[ \t#]*$", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)", re.MULTILINE)
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.{0,4000}?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_MOST_NESTED = 50
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
    metadata, title = Metadata(), ""
    if front := _FRONT_MATTER.match(text):
        values = _front_matter(front[1])
        if values is not None:
            text, title = text[front.end() :], one_line(str(values.get("title") or ""))
            metadata = _metadata(values)
    return Document(text, title, metadata, tuple(_headings(text)))


def _headings(text: str) -> list[Place]:
    """Where headings stand, outside of code."""
    fences = [match.start() for match in _FENCE.finditer(text)]
    places: list[Place] = []
    number = 0
    for heading in _HEADING.finditer(text):
        while number < len(fences) and fences[number] < heading.start():
            number += 1
        if number % 2 == 0:
            places.append(Place(heading.start(), heading=_plain(_MARKUP.sub("", heading[1]))[:300]))
    return places


def _front_matter(block: str) -> Mapping[str, Any] | None:
    """The values of a YAML block, or None if it is none."""
    import yaml

    if sum(char in "[{" for char in block) > _MOST_NESTED:  # which takes YAML's reader quadratic time
        return None
    try:
        values = yaml.safe_load(block)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError):
        return None
    return values if isinstance(values, dict) else None


def _metadata(values: Mapping[str, Any]) -> Metadata:
    tags = values.get("tags") or values.get("keywords") or ()
    listed = tags if isinstance(tags, list) else re.split("[,،]", str(tags)) if tags else []
    author = values.get("author") or values.get("authors") or ""
    named = ", ".join(str(one) for one in author[:5]) if isinstance(author, list) else str(author)
    kept = tuple(one_line(str(tag), 60) for tag in listed[:20])
    return Metadata(one_line(named), iso_date(str(values.get("date") or "")), "", kept)


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
