"""Rows of glyphs → lines of text in the order they are read. What lines make together is `paragraphs`'."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from statistics import median

from index.readers.pdf.bidi import has_rtl, is_rtl, read_order, shaped
from index.readers.pdf.glyphs import Glyph, Page, Style, from_left, rows_of, style_of

_GAP = 0.13
"""A space, in heights of the line, between glyphs that were not kept together: Arabic fonts have narrow ones."""
_SMALL_GAP = 0.165
"""The same where the file's spaces have no width, so that how glyphs were kept says nothing."""
_WIDE_GAP = 0.27
"""The same between glyphs that were, or of which one is raised: their edges are not always known exactly."""
_AGREED = 0.9
"""The share of rows that must say the same of how the file keeps its text."""
_STOP_AT_LEFT = re.compile(r"\s*[.،؛:!؟?…]+\s*[^\W_](?:.*[^.،؛:!؟?…\s])?\s*")


class Reading(Enum):
    """In what order the characters of an Arabic line are read."""

    AS_SEEN = auto()
    WORDS_BACKWARDS = auto()
    """Words from right to left, but the letters of each from left to right."""
    LINES_BACKWARDS = auto()
    """All from left to right."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line in reading order; `first` is the width of its first word."""

    text: str
    left: float
    right: float
    base: float
    height: float
    rtl: bool
    page: int
    first: float


def lines_of(pages: Sequence[Page], reading: Reading) -> list[list[Line]]:
    """The lines of each page."""
    style = style_of(pages)
    rows = [rows_of(page.glyphs) for page in pages]
    for here, following in pairwise(rows):
        if here and following and _is_cut(here[-1], following[0]):
            del here[-1]
    return [[_line(row, page.number, reading, style) for row in drawn] for page, drawn in zip(pages, rows, strict=True)]


def _is_cut(row: Sequence[Glyph], following: Sequence[Glyph]) -> bool:
    """Whether a page's last row is but the tops of letters of the next page's first, which Chromium draws there too."""
    drawn = {(glyph.text, round(glyph.left)) for glyph in following}
    return 2 * len(row) < len(following) and all((glyph.text, round(glyph.left)) in drawn for glyph in row)


def kept_order(pages: Sequence[Page]) -> Reading | None:
    """How Arabic is kept whose letters stand from left to right, by what is drawn after what.

    If each word is drawn to the left of the one before, only the letters are backwards; otherwise the words are too.
    None where the rows do not agree.
    """
    votes = Counter(vote for page in pages for row in rows_of(page.glyphs) if (vote := _direction(row)))
    return next((reading for reading, times in votes.items() if times >= _AGREED * votes.total()), None)


def _direction(row: Sequence[Glyph]) -> Reading | None:
    """What a row says, if it has more than one Arabic word."""
    seen = sorted((glyph for glyph in row if has_rtl(glyph.text)), key=lambda glyph: glyph.left)
    words = [(one, two) for one, two in pairwise(seen) if two.left - one.right > _GAP * one.height]
    if not words:
        return None
    backwards = sum(two.part < one.part for one, two in words)
    return Reading.WORDS_BACKWARDS if 2 * backwards > len(words) else Reading.LINES_BACKWARDS


def _line(row: Sequence[Glyph], page: int, reading: Reading, style: Style) -> Line:
    height, base = median(glyph.height for glyph in row), median(glyph.base for glyph in row)
    seen = from_left(row, style)
    pieces: list[str] = []
    edges: list[float] = []
    for before, glyph in pairwise([None, *seen]):
        assert glyph is not None  # noqa: S101  # only the first of all is
        if before and _apart(before, glyph, height, base, style):
            pieces.append(" ")
            edges.append(before.right)
        pieces.append(glyph.text)
        edges.append(glyph.left)
    rtl = _is_read_from_right("".join(pieces), style)
    text = _read(pieces, reading, rtl=rtl)
    left, right = seen[0].left, max(glyph.right for glyph in seen)
    first = _first_word(pieces, edges, left, right, rtl=rtl)
    return Line(" ".join(text.split()), left, right, base, height, rtl, page, first)


def _is_read_from_right(seen: str, style: Style) -> bool:
    """Whether a line, given from left to right, is Arabic: by its letters, or by the full stop at its left end."""
    return is_rtl(seen) or (style.rtl and (has_rtl(seen) or _STOP_AT_LEFT.fullmatch(seen) is not None))


def _read(pieces: list[str], reading: Reading, *, rtl: bool) -> str:
    """The line's text, given its glyphs from left to right."""
    if reading is Reading.LINES_BACKWARDS:
        return shaped("".join(pieces))
    if reading is Reading.WORDS_BACKWARDS and rtl:
        return shaped(" ".join(reversed("".join(pieces).split())))
    return read_order(pieces, rtl=rtl)


def _apart(before: Glyph, glyph: Glyph, height: float, base: float, style: Style) -> bool:
    """Whether a space belongs between two glyphs that stand side by side."""
    gap = _WIDE_GAP
    if abs(before.base - base) < 0.05 * height:
        gap = _SMALL_GAP if style.spaces_astray else _GAP if glyph.word != before.word else _WIDE_GAP
    return glyph.left - before.right > gap * height


def _first_word(pieces: list[str], edges: list[float], left: float, right: float, *, rtl: bool) -> float:
    spaces = [edge for piece, edge in zip(pieces, edges, strict=True) if piece.isspace() and left < edge < right]
    if not spaces:
        return right - left
    return right - spaces[-1] if rtl else spaces[0] - left
