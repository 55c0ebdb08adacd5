"""A Word document (.docx) → its paragraphs, headings, tables and notes. Runs in the limited process.

Hidden text is left out. python-docx opens the package and knows the styles; the words are collected here, because its
own `text` leaves out tracked insertions, content controls and text boxes.
"""

import contextlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from lxml import etree

from index.readers.document import Block, Document, Unreadable, open_archive
from index.types import Metadata

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.styles.style import BaseStyle

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SIGNS = {"t": None, "tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NOT_WORDS = (_FALLBACK, _WORD + "del", _WORD + "moveFrom")
"""What stands there twice, or stood there once."""
_NOTES = {"footnote": RELATIONSHIP_TYPE.FOOTNOTES, "endnote": RELATIONSHIP_TYPE.ENDNOTES}
_LEVELS = frozenset("012345678")
"""Of an outline; text that is no heading has level 9."""
_OFF = ("0", "false", "off")
_MOST_BASES = 20


@dataclass(frozen=True, slots=True)
class _References:
    """What the body refers to: styles of headings and of hidden text, and notes by kind and number."""

    headings: frozenset[str]
    hidden: frozenset[str]
    notes: dict[tuple[str, str], etree._Element]


def read(data: bytes, _hint: str) -> Document:
    """Read a document. Raises: Unreadable."""
    with open_archive(data) as archive:
        if "[Content_Types].xml" not in archive.namelist():
            raise Unreadable("is an archive, but no Word document; unpack it and give its files")
    word = docx.Document(io.BytesIO(data))
    body = word.element.find(_WORD + "body")
    if body is None:
        raise Unreadable("is a damaged Word document: it has no body; open it in its program and save it again")
    blocks = _blocks(body, _references(word))
    document = Document.from_blocks(blocks, title=word.core_properties.title or "", metadata=_metadata(word))
    if not document.text:
        raise Unreadable("has no text; if it holds pictures of pages, give their text as a .txt file")
    return document


def _blocks(container: etree._Element, references: _References) -> Iterator[Block]:
    """Paragraphs and rows in order; notes come after the paragraph or table that they are to."""
    for child in container:
        if child.tag == _WORD + "p":
            yield Block(_text(child, references), _is_heading(child, references))
        elif child.tag == _WORD + "tbl":
            yield from (
                Block(" | ".join(filter(None, (_text(cell, references) for cell in row))))
                for row in child.iterfind(f".//{_WORD}tr")
                if _is_outer(row, child)
            )
        elif child.tag in (_WORD + "sdt", _WORD + "sdtContent", _WORD + "ins"):
            yield from _blocks(child, references)
            continue
        yield from _notes(child, references)


def _notes(element: etree._Element, references: _References) -> Iterator[Block]:
    """The notes to an element, each of them once."""
    for mark in element.iter(*(f"{_WORD}{kind}Reference" for kind in _NOTES)) if references.notes else ():
        kind = str(mark.tag).removeprefix(_WORD).removesuffix("Reference")
        if all(above.tag not in _NOT_WORDS for above in mark.iterancestors()):
            note = references.notes.pop((kind, mark.get(_WORD + "id", "")), None)
            yield Block("" if note is None else _text(note, references))


def _is_outer(row: etree._Element, table: etree._Element) -> bool:
    """Whether a row is the table's own and not that of a table in one of its cells, whose text the cell has."""
    return next(row.iterancestors(_WORD + "tbl")) is table


def _text(element: etree._Element, references: _References) -> str:
    """All words below an element; paragraphs inside it (a table's cell, a text box) become lines."""
    pieces: list[str] = []
    waiting = [element]
    while waiting:
        current = waiting.pop()
        name = str(current.tag).removeprefix(_WORD)
        if name in _SIGNS:
            pieces.append(_SIGNS[name] or current.text or "")
        elif current.tag not in _NOT_WORDS and not (name == "r" and _is_hidden(current, references)):
            if name == "p" and current is not element:
                pieces.append("\n")
            waiting.extend(reversed(current))
    return "".join(pieces).strip()


def _is_hidden(run: etree._Element, references: _References) -> bool:
    """Whether a run of letters is neither shown nor printed: by itself, or else by its or its paragraph's style."""
    own = _is_on(run.find(f"{_WORD}rPr/{_WORD}vanish"))
    if own is not None or not references.hidden:
        return bool(own)
    paragraph = next(run.iterancestors(_WORD + "p"), None)
    styles = [run.find(f"{_WORD}rPr/{_WORD}rStyle")]
    styles += [] if paragraph is None else [paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")]
    return any(style is not None and style.get(_WORD + "val") in references.hidden for style in styles)


def _is_heading(paragraph: etree._Element, references: _References) -> bool:
    level, style = (paragraph.find(f"{_WORD}pPr/{_WORD}{name}") for name in ("outlineLvl", "pStyle"))
    is_level = level is not None and level.get(_WORD + "val") in _LEVELS
    return is_level or (style is not None and style.get(_WORD + "val") in references.headings)


def _is_on(switch: etree._Element | None) -> bool | None:
    """What a property that is on or off says; None where it is not set."""
    return None if switch is None else switch.get(_WORD + "val", "1") not in _OFF


def _references(word: "WordDocument") -> _References:
    styles = {str(style.style_id): style for style in word.styles}
    chains = {name: _with_bases(name, styles) for name in styles}
    return _References(
        frozenset(name for name, chain in chains.items() if _is_of_headings(chain)),
        frozenset(name for name, chain in chains.items() if _is_of_hidden(chain)),
        dict(_numbered_notes(word)),
    )


def _with_bases(name: str, styles: Mapping[str, "BaseStyle"]) -> list["BaseStyle"]:
    """A style, the one it is based on, and so on."""
    chain: list[BaseStyle] = []
    while name in styles and len(chain) < _MOST_BASES:
        chain.append(styles[name])
        base = chain[-1].element.find(_WORD + "basedOn")
        name = "" if base is None else base.get(_WORD + "val", "")
    return chain


def _is_of_headings(chain: list["BaseStyle"]) -> bool:
    for style in chain:
        level = style.element.find(f"{_WORD}pPr/{_WORD}outlineLvl")
        if (style.name or "").startswith(("Heading", "Title")):
            return True
        if level is not None:
            return level.get(_WORD + "val") in _LEVELS
    return False


def _is_of_hidden(chain: list["BaseStyle"]) -> bool:
    said = (_is_on(style.element.find(f"{_WORD}rPr/{_WORD}vanish")) for style in chain)
    return bool(next((value for value in said if value is not None), None))


def _numbered_notes(word: "WordDocument") -> Iterator[tuple[tuple[str, str], etree._Element]]:
    """The footnotes and endnotes by kind and number; damaged ones are left out: the article is readable without."""
    for kind, relation in _NOTES.items():
        for part in (
            one.target_part for one in word.part.rels.values() if one.reltype == relation and not one.is_external
        ):
            with contextlib.suppress(etree.XMLSyntaxError):
                for note in parse_xml(part.blob).iterfind(_WORD + kind):
                    yield (kind, note.get(_WORD + "id", "")), note


def _metadata(word: "WordDocument") -> Metadata:
    known = word.core_properties
    date = known.created or known.modified
    tags = tuple(tag.strip() for tag in (known.keywords or "").replace(";", ",").split(",") if tag.strip())
    if known.author == "python-docx":  # its template's author and date, when the program that wrote it gave none
        return Metadata(tags=tags[:20])
    return Metadata(known.author or "", date.date().isoformat() if date else "", "", tags[:20])
