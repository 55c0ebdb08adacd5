"""What a PDF file itself spells out: the letters of glyphs that stand for several, or of which one is drawn in parts.

Chromium does so for a letter with its vowel signs. PDFium says the letters, but places them where the first part is
drawn, which may be a sign far above; here the letter counts.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pypdfium2 import PdfTextPage, raw

from index.readers.pdf.bidi import has_rtl

_LONGEST = 8
"""Characters of a letter, or ligature, with its signs. Whole words are spelt out too, but not by where they stand."""
_UTF16 = b"\xfe\xff"


@dataclass(frozen=True, slots=True, eq=False)
class Spelt:
    """The characters in the order they are read, and where what they stand for is drawn, as in `Glyph`."""

    text: str
    left: float
    right: float
    base: float


@dataclass(frozen=True, slots=True)
class Part:
    """A run of glyphs that is drawn at once: its number on the page, and what it is spelt as, if it is."""

    number: int
    spelt: Spelt | None = None


class Parts:
    """All parts of a page."""

    def __init__(self, page: PdfTextPage) -> None:
        self._page, self._last = page, Part(0)
        drawn = list(page.page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]))
        self._parts = {_name(one.raw): Part(number) for number, one in enumerate(drawn)}
        for text, together in _spelt_out(drawn):
            whole = _whole(text, together)
            for one in together:
                part = self._parts[_name(one.raw)]
                self._parts[_name(one.raw)] = replace(part, spelt=whole)

    def of(self, index: int) -> Part:
        """The part that a character of the page belongs to; the one before where PDFium does not say."""
        self._last = self._parts.get(_name(raw.FPDFText_GetTextObject(self._page, index)), self._last)
        return self._last


def _spelt_out(drawn: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Arabic letters that are spelt out, and what is drawn for them."""
    together: dict[int, list[Any]] = {}
    texts: dict[int, str] = {}
    for one in drawn:
        for number in range(raw.FPDFPageObj_CountMarks(one.raw)):
            mark = raw.FPDFPageObj_GetMark(one.raw, number)
            if _name(mark) not in texts:
                texts[_name(mark)] = _actual_text(mark)
            if texts[_name(mark)]:
                together.setdefault(_name(mark), []).append(one)
    return ((texts[name], parts) for name, parts in together.items())


def _whole(text: str, drawn: list[Any]) -> Spelt:
    """The letter is the part drawn last: signs come before it."""
    matrix, (left, _, right, _) = drawn[-1].get_matrix(), drawn[-1].get_bounds()
    return Spelt(text, min(matrix.e, left), right, matrix.f)


def _actual_text(mark: Any) -> str:
    size = ctypes.c_ulong()
    raw.FPDFPageObjMark_GetParamBlobValue(mark, b"ActualText", None, 0, size)
    if not len(_UTF16) < size.value <= len(_UTF16) * (_LONGEST + 1):
        return ""
    buffer = (ctypes.c_ubyte * size.value)()
    raw.FPDFPageObjMark_GetParamBlobValue(mark, b"ActualText", buffer, size.value, size)
    text = bytes(buffer).removeprefix(_UTF16).decode("utf-16-be", "replace")
    return text if bytes(buffer).startswith(_UTF16) and has_rtl(text) else ""


def _name(handle: Any) -> int:
    """The address of what PDFium gives a new handle for each time."""
    return ctypes.addressof(handle.contents) if handle else 0
