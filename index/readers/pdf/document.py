"""A PDF file → its paragraphs, headings and pages, by PDFium. Runs in the limited process.

PDFium says which characters stand where; `layout` makes a text of them. Text that was kept backwards is repaired; what
has no text, or text in no known letters, is refused.
"""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pypdfium2 import PdfDocument, PdfiumError, PdfTextPage, raw

from index.readers.document import Document, Unreadable, iso_date, one_line
from index.readers.pdf.bidi import direction_score, has_rtl
from index.readers.pdf.layout import Glyph, Page, StoredOrder, page_blocks, stored_order
from index.types import Metadata

MAX_PAGES = 3000
MAX_GLYPHS = 5_000_000
_UNKNOWN_GLYPH = "\ufffd"
_REPLACED = (_UNKNOWN_GLYPH, "\ufffe", "\uffff")
_NOBODY = ("anonymous", "(anonymous)", "python-docx")
_UNKNOWN = 0.1
"""The largest share of characters whose letter is not known."""
_LONGEST_SPELLING = 8
"""Characters of a letter, or ligature, with its signs. Whole words are spelled out too, but not by where they stand."""
_UTF16 = b"\xfe\xff"


@dataclass(frozen=True, slots=True, eq=False)
class _Spelling:
    """What the file itself says that some drawn shapes stand for, and where that is drawn, as in `Glyph`."""

    text: str
    left: float
    right: float
    base: float


@dataclass(frozen=True, slots=True)
class _TextRun:
    """Glyphs that are drawn at once: their number on the page, and what they are spelled as, if they are."""

    number: int
    spelling: _Spelling | None = None


def read(data: bytes, _hint: str) -> Document:
    """Read a PDF file. Raises: Unreadable."""
    try:
        pdf = PdfDocument(data)
        if len(pdf) > MAX_PAGES:
            raise Unreadable(f"has {len(pdf)} pages, more than the {MAX_PAGES} that are read; split it")
        pages = list(_pages(pdf))
        info = pdf.get_metadata_dict()
    except PdfiumError as error:
        if "assword" in str(error):
            raise Unreadable("is protected by a password; save it without one") from error
        raise Unreadable("is a damaged PDF file; open it in its program and save it again") from error
    _check(pages)
    document = _best(pages)
    title = "" if _is_file_name(info.get("Title", "")) else info.get("Title", "")
    author = one_line(info.get("Author", ""))
    metadata = Metadata("" if author in _NOBODY else author, iso_date(info.get("CreationDate", "")))
    return replace(document, title=one_line(title), metadata=metadata)


def _best(pages: list[Page]) -> Document:
    """The text as its characters stand on the page, or, where that reads backwards, as they are kept.

    Invisible text over scanned pages sometimes runs from left to right, and so does what a program drew that knows
    nothing of Arabic.
    """
    document = Document.from_blocks(page_blocks(pages, StoredOrder.AS_SEEN))
    if direction_score(document.text) >= 0:
        return document
    if order := stored_order(pages):
        repaired = Document.from_blocks(page_blocks(pages, order))
        if direction_score(repaired.text) > 0:
            return repaired
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
        glyphs = sorted(_glyphs(text), key=lambda glyph: glyph.run)  # PDFium sometimes swaps lines
        total += len(glyphs)
        if total > MAX_GLYPHS:
            raise Unreadable(f"has more than {MAX_GLYPHS // 1_000_000} million characters; split it")
        yield Page(number + 1, glyphs)
        text.close()
        page.close()


def _glyphs(page: PdfTextPage) -> Iterator[Glyph]:
    """The characters of a page in the order they are kept; those of one ligature come as one."""
    runs = _TextRuns(page)
    box, matrix, x, y = raw.FS_RECTF(), raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    last: Glyph | None = None
    done: set[_Spelling] = set()
    word = 0
    for index in range(page.count_chars()):
        char = chr(raw.FPDFText_GetUnicode(page, index))
        if char in "\r\n" or raw.FPDFText_IsGenerated(page, index) == 1:
            continue
        if char < " " and char not in "\t\x02":
            char = _UNKNOWN_GLYPH
        word += char.isspace()
        run = runs.of(index)
        if (spelling := run.spelling) and not char.isspace():
            if spelling not in done:
                done.add(spelling)
                height = _height(page, index, matrix)
                edges = spelling.left, spelling.right, spelling.base
                yield Glyph(spelling.text, *edges, height, word, run.number, spelled_out=True)
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
            run.number,
        )
        if last and here.left == last.left and here.right == last.right > last.left and here.base == last.base:
            last = last._replace(text=last.text + here.text)
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


class _TextRuns:
    """All runs of glyphs of a page, with what the file itself spells out (`/ActualText`).

    Chromium spells out a letter with its vowel signs. PDFium says these characters, but places them where the first
    part is drawn, which may be a sign far above; here the letter counts.
    """

    def __init__(self, page: PdfTextPage) -> None:
        self._page, self._last = page, _TextRun(0)
        drawn = list(page.page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]))
        self._runs = {_address(one.raw): _TextRun(number) for number, one in enumerate(drawn)}
        for text, together in _spelled_out(drawn):
            # The letter is what is drawn last: signs come before it.
            matrix, (left, _, right, _) = together[-1].get_matrix(), together[-1].get_bounds()
            spelling = _Spelling(text, min(matrix.e, left), right, matrix.f)
            for one in together:
                self._runs[_address(one.raw)] = replace(self._runs[_address(one.raw)], spelling=spelling)

    def of(self, index: int) -> _TextRun:
        """The run that a character of the page belongs to; the one before where PDFium does not say."""
        self._last = self._runs.get(_address(raw.FPDFText_GetTextObject(self._page, index)), self._last)
        return self._last


def _spelled_out(drawn: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Arabic letters that are spelled out, and what is drawn for them."""
    together: dict[int, list[Any]] = {}
    texts: dict[int, str] = {}
    for one in drawn:
        for number in range(raw.FPDFPageObj_CountMarks(one.raw)):
            mark = raw.FPDFPageObj_GetMark(one.raw, number)
            if _address(mark) not in texts:
                texts[_address(mark)] = _actual_text(mark)
            if texts[_address(mark)]:
                together.setdefault(_address(mark), []).append(one)
    return ((texts[address], runs) for address, runs in together.items())


def _actual_text(mark: Any) -> str:
    """The Arabic text that a mark says is meant, "" if it says none or a long one."""
    size = ctypes.c_ulong()
    raw.FPDFPageObjMark_GetParamBlobValue(mark, b"ActualText", None, 0, size)
    if not len(_UTF16) < size.value <= len(_UTF16) * (_LONGEST_SPELLING + 1):
        return ""
    buffer = (ctypes.c_ubyte * size.value)()
    raw.FPDFPageObjMark_GetParamBlobValue(mark, b"ActualText", buffer, size.value, size)
    text = bytes(buffer).removeprefix(_UTF16).decode("utf-16-be", "replace")
    return text if bytes(buffer).startswith(_UTF16) and has_rtl(text) else ""


def _address(handle: Any) -> int:
    """The address of what PDFium gives a new handle for each time."""
    return ctypes.addressof(handle.contents) if handle else 0


def _is_file_name(title: str) -> bool:
    """Whether a title is what a program put there: a file's name, or its own."""
    lowered = title.strip().casefold()
    return lowered.startswith(("microsoft word", "untitled", "anonymous", "(anonymous)")) or lowered.endswith(
        (".doc", ".docx", ".odt", ".indd", ".tex", ".dvi", ".html", ".pdf", ".qxd")
    )
