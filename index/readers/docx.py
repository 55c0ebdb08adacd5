"""A Word document (.docx) → its paragraphs, headings and tables. Runs in the limited process.

python-docx opens the package and knows the styles; the words are collected here, because its own `text` leaves out
tracked insertions, content controls and text boxes.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import docx

from index.readers.archive import open_archive
from index.readers.document import Block, Document, Unreadable, document
from index.types import Metadata

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from lxml import etree

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SIGNS = {"t": None, "tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NOT_WORDS = (_FALLBACK, _WORD + "del", _WORD + "moveFrom")
"""What stands there twice, or stood there once."""


def read(data: bytes, _hint: str) -> Document:
    """Read a document. Raises: Unreadable."""
    with open_archive(data) as archive:
        if "[Content_Types].xml" not in archive.namelist():
            raise Unreadable("is an archive, but no Word document; unpack it and give its files")
    word = docx.Document(io.BytesIO(data))
    headings = {str(style.style_id) for style in word.styles if (style.name or "").startswith(("Heading", "Title"))}
    body = word.element.find(_WORD + "body")
    if body is None:
        raise Unreadable("is a damaged Word document: it has no body; open it in its program and save it again")
    found = document(_blocks(body, headings), title=word.core_properties.title or "", metadata=_known(word))
    if not found.text:
        raise Unreadable("has no text; if it holds pictures of pages, give their text as a .txt file")
    return found


def _blocks(container: "etree._Element", headings: set[str]) -> Iterator[Block]:
    for child in container:
        if child.tag == _WORD + "p":
            style = child.find(f"{_WORD}pPr/{_WORD}pStyle")
            is_heading = style is not None and style.get(_WORD + "val") in headings
            yield Block(_text(child), is_heading)
        elif child.tag == _WORD + "tbl":
            yield from (
                Block(" | ".join(filter(None, map(_text, row))))
                for row in child.iterfind(f".//{_WORD}tr")
                if _is_outer(row, child)
            )
        elif child.tag in (_WORD + "sdt", _WORD + "sdtContent", _WORD + "ins"):
            yield from _blocks(child, headings)


def _is_outer(row: "etree._Element", table: "etree._Element") -> bool:
    """Whether a row is the table's own and not that of a table in one of its cells, whose text the cell has."""
    return next(row.iterancestors(_WORD + "tbl")) is table


def _text(element: "etree._Element") -> str:
    """All words below an element; paragraphs inside it (a table's cell, a text box) become lines."""
    pieces: list[str] = []
    waiting = [element]
    while waiting:
        current = waiting.pop()
        name = str(current.tag).removeprefix(_WORD)
        if name in _SIGNS:
            pieces.append(_SIGNS[name] or current.text or "")
        elif current.tag not in _NOT_WORDS:
            if name == "p" and current is not element:
                pieces.append("\n")
            waiting.extend(reversed(current))
    return "".join(pieces).strip()


def _known(word: "WordDocument") -> Metadata:
    known = word.core_properties
    date = known.created or known.modified
    tags = tuple(tag.strip() for tag in (known.keywords or "").replace(";", ",").split(",") if tag.strip())
    if known.author == "python-docx":  # its template's author and date, when the program that wrote it gave none
        return Metadata(tags=tags[:20])
    return Metadata(known.author or "", date.date().isoformat() if date else "", "", tags[:20])
