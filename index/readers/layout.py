"""Glyphs on pages → lines → paragraphs and headings. Which glyphs there are is `pdf`'s; their order `bidi`'s.

A line is full when the first word of the next would not have fitted: then the paragraph goes on. Lines that come back
at the edge of most pages, and page numbers, belong to the page and not to the article.
"""

import re
import unicodedata
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from index.readers.bidi import has_rtl, is_rtl, nested, read_order, shaped
from index.readers.document import Block

_GAP = 0.13
"""A space, in heights of the line, between glyphs that were not kept together: Arabic fonts have narrow ones."""
_WIDE_GAP = 0.27
"""The same between glyphs that were, or of which one is raised: their edges are not always known exactly."""
_HEADING = 1.12
"""How much higher than the body a heading's letters are."""
_EDGE = 2
"""Lines at each edge of a page that may be its header or footer."""
_BULLET = re.compile(r"\s*(?:[-*•·▪–—‣●○◦]\s|\(?(?:\d{1,3}|[^\W\d_])[.)]\s)")
_HYPHENS = frozenset("-\u2010\u2013/")
_END = re.compile(r"[.!?؟…:۔][\"'»”’)\]]*$")
_LAM_ALEF = re.compile("[اأإآٱ]ل|ل[اأإآٱ]")


class Glyph(NamedTuple):
    """One letter or ligature: its characters, its edges, its base line and its height, in points, upwards.

    `word` counts the spaces that were kept before it.
    """

    text: str
    left: float
    right: float
    base: float
    height: float
    word: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """The glyphs of page `number`, from 1, in the order they are kept."""

    number: int
    glyphs: Sequence[Glyph]


class Reading(Enum):
    """In what order the characters of an Arabic line are read."""

    AS_SEEN = auto()
    WORDS_BACKWARDS = auto()
    """Words from right to left, but the letters of each from left to right."""
    LINES_BACKWARDS = auto()
    """All from left to right."""


@dataclass(frozen=True, slots=True)
class Style:
    """What holds for the whole file: its direction, and whether ligatures come letter by letter from left to right.

    Lam-alef, which every Arabic text has, tells the latter.
    """

    rtl: bool
    ligatures_backwards: bool


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


def page_blocks(pages: Sequence[Page], reading: Reading) -> Iterator[Block]:
    """The paragraphs and headings of all pages."""
    style = _style_of(pages)
    lines = _without_edges([[_line(row, page.number, reading, style) for row in _rows(page.glyphs)] for page in pages])
    if not lines:
        return
    hyphens = _hyphenates(lines)
    body = _common(((round(line.height, 1), len(line.text)) for line in lines), 1.0)
    leading = _leading(lines, body)
    paragraph: list[Line] = []
    for line in lines:
        if paragraph and not _goes_on(paragraph, line, leading):
            yield _block(paragraph, body, hyphens=hyphens)
            paragraph = []
        paragraph.append(line)
    yield _block(paragraph, body, hyphens=hyphens)


def _rows(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Glyphs on one base line, in the order they are kept; runs of one line that were kept apart come together."""
    rows: list[list[Glyph]] = []
    for glyph in glyphs:
        if glyph.right <= glyph.left and glyph.text.isspace():
            continue  # a space that says nothing of its place
        if rows and abs(glyph.base - rows[-1][0].base) <= 0.35 * max(glyph.height, rows[-1][0].height):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    spoken = [row for row in rows if any(not glyph.text.isspace() for glyph in row)]
    return _rejoined(sorted(spoken, key=lambda row: all(map(_is_mark, row))))


def _rejoined(rows: list[list[Glyph]]) -> list[list[Glyph]]:
    joined: list[list[Glyph]] = []
    at: dict[int, int] = {}
    for row in rows:
        if joined and all(map(_is_mark, row)):  # vowel signs far above or below their letters
            min(joined, key=partial(_away, row)).extend(row)
            continue
        key = round(row[0].base)
        near = at.get(key)
        if near is not None and _distance(joined[near], row) < max(glyph.height for glyph in row):
            joined[near] = joined[near] + row
            continue
        at[key] = len(joined)
        joined.append(row)
    return joined


def _away(row: Sequence[Glyph], other: Sequence[Glyph]) -> float:
    return abs(other[0].base - row[0].base) + max(0.0, _distance(other, row))


def _distance(one: Sequence[Glyph], two: Sequence[Glyph]) -> float:
    left = max(min(glyph.left for glyph in one), min(glyph.left for glyph in two))
    right = min(max(glyph.right for glyph in one), max(glyph.right for glyph in two))
    return left - right


def _line(row: Sequence[Glyph], page: int, reading: Reading, style: Style) -> Line:
    height, base = median(glyph.height for glyph in row), median(glyph.base for glyph in row)
    upright = [_upright(glyph, style) for glyph in row]
    seen = _with_marks(sorted(upright, key=lambda glyph: (glyph.left + glyph.right, glyph.left)))
    pieces: list[str] = []
    edges: list[float] = []
    for before, glyph in pairwise([None, *seen]):
        assert glyph is not None  # noqa: S101  # only the first of all is
        if before and _apart(before, glyph, height, base):
            pieces.append(" ")
            edges.append(before.right)
        pieces.append(glyph.text)
        edges.append(glyph.left)
    rtl = is_rtl("".join(pieces)) or (style.rtl and has_rtl("".join(pieces)))
    text = _read(pieces, reading, rtl=rtl)
    left, right = seen[0].left, max(glyph.right for glyph in seen)
    first = _first_word(pieces, edges, left, right, rtl=rtl)
    return Line(" ".join(text.split()), left, right, base, height, rtl, page, first)


def _read(pieces: list[str], reading: Reading, *, rtl: bool) -> str:
    """The line's text, given its glyphs from left to right."""
    if reading is Reading.LINES_BACKWARDS:
        return shaped("".join(pieces))
    if reading is Reading.WORDS_BACKWARDS and rtl:
        return shaped(" ".join(reversed("".join(pieces).split())))
    return read_order(pieces, rtl=rtl)


def _apart(before: Glyph, glyph: Glyph, height: float, base: float) -> bool:
    """Whether a space belongs between two glyphs that stand side by side."""
    is_sure = glyph.word != before.word and abs(before.base - base) < 0.05 * height
    return glyph.left - before.right > (_GAP if is_sure else _WIDE_GAP) * height


def _first_word(pieces: list[str], edges: list[float], left: float, right: float, *, rtl: bool) -> float:
    spaces = [edge for piece, edge in zip(pieces, edges, strict=True) if piece.isspace() and left < edge < right]
    if not spaces:
        return right - left
    return right - spaces[-1] if rtl else spaces[0] - left


def _with_marks(seen: Sequence[Glyph]) -> list[Glyph]:
    """Give vowel signs, which have a place of their own on the page, to the letter they stand on."""
    marks_seen = [glyph for glyph in seen if _is_mark(glyph)]
    letters = [glyph for glyph in seen if not _is_mark(glyph) and not glyph.text.isspace()]
    if not marks_seen or not letters:
        return list(seen)
    spaces = [glyph for glyph in seen if glyph.text.isspace()]
    centres = [glyph.left + glyph.right for glyph in letters]
    marks: dict[int, str] = {}
    for mark in marks_seen:
        centre = mark.left + mark.right
        number = bisect(centres, centre)
        nearest = min(range(max(0, number - 1), min(len(centres), number + 1)), key=lambda n: abs(centres[n] - centre))
        marks[nearest] = marks.get(nearest, "") + mark.text
    marked = [
        letter._replace(text=unicodedata.normalize("NFC", letter.text + marks[number])) if number in marks else letter
        for number, letter in enumerate(letters)
    ]
    return sorted([*marked, *spaces], key=_centre)


def _centre(glyph: Glyph) -> tuple[float, float]:
    return glyph.left + glyph.right, glyph.left


def _is_mark(glyph: Glyph) -> bool:
    return unicodedata.category(glyph.text[0]) == "Mn"


def _upright(glyph: Glyph, style: Style) -> Glyph:
    """A ligature with its letters in the order they are read."""
    text = glyph.text
    if len(text) == 1 or not is_rtl(text):
        return glyph
    is_backwards = text[0] != "ل" if _LAM_ALEF.fullmatch(text) else style.ligatures_backwards
    return glyph._replace(text=text[::-1]) if is_backwards else glyph


def _style_of(pages: Sequence[Page]) -> Style:
    glyphs = [glyph.text for page in pages for glyph in page.glyphs]
    first = Counter(text[0] == "ل" for text in glyphs if _LAM_ALEF.fullmatch(text))
    return Style(is_rtl("".join(glyphs)), first[False] > first[True])


def _without_edges(pages: list[list[Line]]) -> list[Line]:
    """All lines but headers, footers and page numbers."""
    edges = [_edge_lines(lines) for lines in pages]
    often = Counter(key for lines in edges for key in {_pattern(line) for line in lines})
    repeated = {key for key, times in often.items() if times > 1 and times > 0.5 * len(pages)}
    kept: list[Line] = []
    for lines, edge in zip(pages, edges, strict=True):
        dropped = [line for line in edge if _pattern(line) in repeated]
        kept += [line for line in lines if line not in dropped or len(lines) == len(dropped) == 1]
    return kept


def _edge_lines(lines: list[Line]) -> list[Line]:
    by_height = sorted(lines, key=lambda line: line.base)
    return by_height[:_EDGE] + by_height[_EDGE:][-_EDGE:]


def _pattern(line: Line) -> tuple[str, int]:
    """What headers of two pages have in common: words and height on the page."""
    return re.sub(r"\d+", "0", line.text), round(line.base / 3)


def _common(weighted: Iterable[tuple[float, int]], otherwise: float) -> float:
    counts: Counter[float] = Counter()
    for value, weight in weighted:
        counts[value] += weight
    return counts.most_common(1)[0][0] if counts else otherwise


def _leading(lines: Sequence[Line], body: float) -> float:
    """The distance of lines within a paragraph: the smallest that is usual."""
    drops = (above.base - below.base for above, below in pairwise(lines) if above.page == below.page)
    usual = sorted(drop for drop in drops if 0.8 * body < drop < 3 * body)
    return usual[len(usual) // 5] if usual else 1.4 * body


def _goes_on(paragraph: Sequence[Line], line: Line, leading: float) -> bool:
    """Whether a line belongs to the paragraph before it."""
    last = paragraph[-1]
    if abs(last.height - line.height) > 0.1 * line.height or _BULLET.match(line.text):
        return False
    if line.page != last.page:
        return not _END.search(last.text)
    drop = last.base - line.base
    if not 0 < drop <= 1.3 * leading:
        return False
    return _room(paragraph, line) < line.first + 0.2 * line.height


def _room(paragraph: Sequence[Line], line: Line) -> float:
    """The space left at the end of the paragraph's last line."""
    last = paragraph[-1]
    if last.rtl:
        return last.left - min(line.left, *(one.left for one in paragraph))
    return max(line.right, *(one.right for one in paragraph)) - last.right


def _block(paragraph: Sequence[Line], body: float, *, hyphens: bool) -> Block:
    text = ""
    turns: list[tuple[int, int]] = []
    for before, line in pairwise([None, *paragraph]):
        assert line is not None  # noqa: S101  # only the first of all is
        if before:
            text = _joined(text, line.text, hyphens=hyphens)
            if line.page != before.page:
                turns.append((len(text), line.page))
        text += line.text
    heading = paragraph[0].height > _HEADING * body and len(text) < 200
    return Block(nested(text), heading, paragraph[0].page, tuple(turns))


def _joined(text: str, following: str, *, hyphens: bool) -> str:
    """The text before a line's end, ready for the next line: 1998–|1999, well-|known, but hyphen|ated."""
    if text.endswith("\u00ad") or (hyphens and _is_hyphenated(text, following)):
        return text[:-1]
    return text if text[-1:] in _HYPHENS and not text[-2:-1].isspace() else text + " "


def _hyphenates(lines: Sequence[Line]) -> bool:
    """Whether words are divided at the ends of lines, more often than compound words happen to stand there."""
    divided = sum(_is_hyphenated(line.text, following.text) for line, following in pairwise(lines))
    return divided >= 3 and divided > 0.04 * len(lines)


def _is_hyphenated(text: str, following: str) -> bool:
    return len(text) > 2 and text[-1] in "-\u2010" and text[-2].islower() and following[:1].islower()
