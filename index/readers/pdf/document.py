"""A PDF file → its paragraphs, headings and pages, by PDFium. Runs in the limited process.

PDFium says which characters stand where; `glyphs`, `lines` and `paragraphs` make a text of them. Text that was kept
backwards is repaired; what has no text, or text in no known letters, is refused.
"""

import ctypes
import math
from collections.abc import Iterator
from typing import Any

from pypdfium2 import PdfDocument, PdfiumError, PdfTextPage, raw

from index.readers.document import Document, Unreadable, document, iso_date, one_line
from index.readers.pdf.bidi import arabic_health
from index.readers.pdf.glyphs import Glyph, Page
from index.readers.pdf.lines import Reading, kept_order
from index.readers.pdf.paragraphs import page_blocks
from index.readers.pdf.spelling import Parts, Spelt
from index.types import Metadata

MAX_PAGES = 3000
MAX_GLYPHS = 5_000_000
_UNKNOWN_GLYPH = "\ufffd"
_REPLACED = (_UNKNOWN_GLYPH, "\ufffe", "\uffff")
_NOBODY = ("anonymous", "(anonymous)", "python-docx")
_UNKNOWN = 0.1
"""The largest share of characters whose letter is not known."""


def read(data: bytes, _hint: str) -> Document:
    """Read a PDF file. Raises: Unreadable."""
    try:
        pdf = PdfDocument(data)
        if len(pdf) > MAX_PAGES:
            raise Unreadable(f"has {len(pdf)} pages, more than the {MAX_PAGES} that are read; split it")
        pages = list(_pages(pdf))
        known = pdf.get_metadata_dict()
    except PdfiumError as error:
        if "assword" in str(error):
            raise Unreadable("is protected by a password; save it without one") from error
        raise Unreadable("is a damaged PDF file; open it in its program and save it again") from error
    _check(pages)
    found = _best(pages)
    title = "" if _is_file_name(known.get("Title", "")) else known.get("Title", "")
    author = one_line(known.get("Author", ""))
    metadata = Metadata("" if author in _NOBODY else author, iso_date(known.get("CreationDate", "")))
    return Document(found.text, one_line(title), metadata, found.places)


def _best(pages: list[Page]) -> Document:
    """The text as its characters stand on the page, or, where that reads backwards, as they are kept.

    Invisible text over scanned pages sometimes runs from left to right, and so does what a program drew that knows
    nothing of Arabic.
    """
    found = document(page_blocks(pages, Reading.AS_SEEN))
    if arabic_health(found.text) >= 0:
        return found
    if reading := kept_order(pages):
        other = document(page_blocks(pages, reading))
        if arabic_health(other.text) > 0:
            return other
    raise Unreadable("holds Arabic text in an order that cannot be repaired; give its text as a .txt or .docx file")


def _check(pages: list[Page]) -> None:
    glyphs = [glyph.text for page in pages for glyph in page.glyphs]
    letters = sum(glyph.isalnum() for glyph in glyphs)
    unknown = sum(glyph.startswith(_REPLACED) or "\ue000" <= glyph[:1] <= "\uf8ff" for glyph in glyphs)
    if unknown > _UNKNOWN * (letters + unknown):
        raise Unreadable("does not say which letters its fonts draw; give its text as a .txt or .docx file")
    if not letters:
        raise Unreadable("has no text: its pages are pictures (a scan); run text recognition (OCR) on it first")


def _pages(pdf: PdfDocument) -> Iterator[Page]:
    total = 0
    for number in range(len(pdf)):
        page = pdf[number]
        text = page.get_textpage()
        glyphs = sorted(_glyphs(text), key=lambda glyph: glyph.part)  # PDFium sometimes swaps lines
        total += len(glyphs)
        if total > MAX_GLYPHS:
            raise Unreadable(f"has more than {MAX_GLYPHS // 1_000_000} million characters; split it")
        yield Page(number + 1, glyphs)
        text.close()
        page.close()


def _glyphs(page: PdfTextPage) -> Iterator[Glyph]:
    """The characters of a page in the order they are kept; those of one ligature come as one."""
    parts = Parts(page)
    box, matrix, x, y = raw.FS_RECTF(), raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    last: Glyph | None = None
    done: set[Spelt] = set()
    word = 0
    for index in range(page.count_chars()):
        char = chr(raw.FPDFText_GetUnicode(page, index))
        if char in "\r\n" or raw.FPDFText_IsGenerated(page, index) == 1:
            continue
        if char < " " and char not in "\t\x02":
            char = _UNKNOWN_GLYPH
        word += char.isspace()
        part = parts.of(index)
        if (whole := part.spelt) and not char.isspace():
            if whole not in done:
                done.add(whole)
                height = _height(page, index, matrix)
                yield Glyph(whole.text, whole.left, whole.right, whole.base, height, word, part.number, said=True)
            continue
        raw.FPDFText_GetLooseCharBox(page, index, box)
        raw.FPDFText_GetCharOrigin(page, index, x, y)
        here = Glyph(
            "-" if char == "\x02" else char,
            min(box.left, x.value),  # the box is sometimes the drawn shape's, which does not reach its neighbours
            max(box.right, box.left),
            y.value,
            _height(page, index, matrix),
            word,
            part.number,
        )
        if last and here.left == last.left and here.right == last.right > last.left and here.base == last.base:
            last = Glyph(last.text + here.text, *last[1:])
            continue
        if last:
            yield last
        last = here
    if last:
        yield last


def _height(page: PdfTextPage, index: int, matrix: Any) -> float:
    """The font's size as drawn, in points."""
    raw.FPDFText_GetMatrix(page, index, matrix)
    return max(1.0, float(raw.FPDFText_GetFontSize(page, index)) * math.hypot(matrix.c, matrix.d))


def _is_file_name(title: str) -> bool:
    """Whether a title is what a program put there: a file's name, or its own."""
    lowered = title.strip().casefold()
    return lowered.startswith(("microsoft word", "untitled", "anonymous", "(anonymous)")) or lowered.endswith(
        (".doc", ".docx", ".odt", ".indd", ".tex", ".dvi", ".html", ".pdf", ".qxd")
    )
