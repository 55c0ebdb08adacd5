"""What a reader hands back: text with its places, and what the source says about it.

A document is built block by block; every block becomes one line of the text. Reading formats is the other modules'.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from index.types import Location, Metadata

MAX_CHARACTERS = 10_000_000
"""The longest text a document may hold."""

_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_BREAKS = re.compile(r"[^\S\n]*\n\s*")
_SPACES = re.compile(r"[^\S\n]+")


class Unreadable(Exception):
    """A document cannot be read; the message goes on from "'name' …" and says what to do."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item, a table row or a heading; `page` from 1, 0 where there are none."""

    text: str
    heading: bool = False
    page: int = 0
    turns: tuple[tuple[int, int], ...] = ()
    """Where inside its text later pages begin: (offset, page). Only for a text that is one line already."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text with places in order of `start`; `title` may be ""."""

    text: str
    title: str = ""
    metadata: Metadata = field(default_factory=Metadata)
    places: tuple[Location, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Document":
        """The document of `as_dict`, whatever types its values had on the way."""
        metadata = dict(values["metadata"])
        metadata["tags"] = tuple(str(tag) for tag in metadata["tags"])
        places = tuple(Location(int(p["start"]), int(p["page"]), str(p["heading"])) for p in values["places"])
        return cls(str(values["text"]), str(values["title"]), Metadata(**metadata), places)


def document(blocks: Iterable[Block], *, title: str = "", metadata: Metadata | None = None) -> Document:
    """Put blocks together: one a line, an empty line around headings.

    Raises: Unreadable if they are too long.
    """
    lines: list[str] = []
    places: list[Location] = []
    offset, heading = 0, ""
    for block in blocks:
        text = _lines(block.text)
        if not text:
            continue
        if block.heading:
            heading = one_line(text)
            if lines:
                lines.append("")
                offset += 1
        here = Location(offset, block.page, heading)
        if (here.page, here.heading) != ((places[-1].page, places[-1].heading) if places else (0, "")):
            places.append(here)
        places += [Location(offset + start, page, heading) for start, page in block.turns]
        lines.append(text)
        offset += len(text) + 1
        if offset > MAX_CHARACTERS:
            raise Unreadable(f"has more than {MAX_CHARACTERS // 1_000_000} million characters; split it")
    return Document("\n".join(lines), one_line(title), metadata or Metadata(), tuple(places))


def one_line(text: str, limit: int = 300) -> str:
    """A text on one line, without control and direction characters, cut at `limit`."""
    kept = (" " if char.isspace() else char for char in text[: 4 * limit])
    return " ".join("".join(char for char in kept if unicodedata.category(char)[0] != "C").split())[:limit]


def iso_date(text: str) -> str:
    """The first date in a text that begins with the year, as 2024-12-13; "" if there is none."""
    from datetime import date

    for match in _DATE.finditer(text[:100]):
        year, month, day = (int(part) for part in match.groups())
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            continue
    return ""


def _lines(text: str) -> str:
    """A block without white space at its ends, in runs, and without empty lines."""
    return _SPACES.sub(" ", _BREAKS.sub("\n", text)).strip()
