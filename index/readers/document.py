"""What a reader hands back: a text with its places, and what the source says about it.

A document is built block by block; every block becomes one line of its text, with an empty line before a heading. What
several formats share (dates, one-line facts, archives that are not to exhaust their reader) is here too; reading a
format is its own module's, making an `Article` of a document `index.readers.sources`'.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from index.types import Location, Metadata

MAX_CHARACTERS = 10_000_000
"""The longest text a document may hold."""
MAX_UNPACKED = 200_000_000
"""Bytes that the files of an archive may have in all, unpacked."""
MAX_FILES = 10_000
"""Files that an archive may have."""

_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_LINE_BREAKS = re.compile(r"[^\S\n]*\n\s*")
_SPACES = re.compile(r"[^\S\n]+")


class Unreadable(Exception):
    """A document cannot be read; the message goes on from "'name' …" and says what to do."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item, a table row or a heading; `page` counts from 1 and is 0 where there are no pages."""

    text: str
    heading: bool = False
    page: int = 0
    page_breaks: tuple[tuple[int, int], ...] = ()
    """Where inside its text later pages begin: (offset, page). Only for a text that is one line already."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its places, in order of `start`; `title` may be ""."""

    text: str
    title: str = ""
    metadata: Metadata = field(default_factory=Metadata)
    places: tuple[Location, ...] = ()

    @classmethod
    def from_blocks(cls, blocks: Iterable[Block], *, title: str = "", metadata: Metadata | None = None) -> "Document":
        """Put blocks together: one a line, an empty line before each heading.

        Raises: Unreadable if they are too long.
        """
        lines: list[str] = []
        places: list[Location] = []
        offset, heading = 0, ""
        for block in blocks:
            text = _SPACES.sub(" ", _LINE_BREAKS.sub("\n", block.text)).strip()
            if not text:
                continue
            if block.heading:
                heading = one_line(text)
                if lines:
                    lines.append("")
                    offset += 1
            last = places[-1] if places else Location(0)
            if (block.page, heading) != (last.page, last.heading):
                places.append(Location(offset, block.page, heading))
            places += [Location(offset + start, page, heading) for start, page in block.page_breaks]
            lines.append(text)
            offset += len(text) + 1
            if offset > MAX_CHARACTERS:
                raise Unreadable(f"has more than {MAX_CHARACTERS // 1_000_000} million characters; split it")
        return cls("\n".join(lines), one_line(title), metadata or Metadata(), tuple(places))

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Document":
        """Return the document of `as_dict`, whatever types its values had on the way."""
        metadata = dict(values["metadata"])
        metadata["tags"] = tuple(str(tag) for tag in metadata["tags"])
        places = tuple(Location(int(p["start"]), int(p["page"]), str(p["heading"])) for p in values["places"])
        return cls(str(values["text"]), str(values["title"]), Metadata(**metadata), places)


def one_line(text: str, limit: int = 300) -> str:
    """Return a text on one line, without control and direction characters, cut at `limit`."""
    kept = (" " if char.isspace() else char for char in text[: 4 * limit])
    return " ".join("".join(char for char in kept if unicodedata.category(char)[0] != "C").split())[:limit]


def iso_date(text: str) -> str:
    """Return the first date in a text that is written year first, as 2024-12-13; "" if there is none."""
    for match in _DATE.finditer(text[:100]):
        year, month, day = (int(part) for part in match.groups())
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            continue
    return ""


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open a ZIP archive (.docx and .epub are such) whose files, unpacked, are not too many and not too large.

    The sizes checked are those of the archive's own list, which `zipfile` never reads beyond.

    Raises: Unreadable.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable("is damaged: its archive cannot be opened; save it again in its program") from error
    size, count = sum(entry.file_size for entry in archive.infolist()), len(archive.infolist())
    if size > MAX_UNPACKED or count > MAX_FILES:
        raise Unreadable(
            f"unpacks to {size / 1e6:.0f} MB in {count} files, "
            f"more than the {MAX_UNPACKED // 1_000_000} MB in {MAX_FILES} files that are read; split it"
        )
    if any(entry.flag_bits & 1 for entry in archive.infolist()):
        raise Unreadable("is protected by a password; save it without one")
    return archive
