"""Glyphs as they stand on pages → rows → lines in the order they are read → paragraphs and headings.

Rows are glyphs on one base line, each letter with its vowel signs. A line is a row with the spaces that belong into it,
in reading order. A line is full when the first word of the next would not have fitted: then the paragraph goes on.
Lines that come back at the edge of most pages, and page numbers, belong to the page and not to the article. Which
glyphs a file has is `document`'s, the order of Arabic `bidi`'s.
"""

import re
import unicodedata
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from index.readers.document import Block
from index.readers.pdf.bidi import balanced, has_rtl, is_rtl, reading_order, without_presentation_forms

_LIGATURE = re.compile("[اأإآٱ]ل|ل[اأإآٱ]|هلل|لله")
"""Those whose letters tell in what order they come: lam-alef, and that of الله."""

_GAP = 0.13
"""A space, in heights of the line, between glyphs that were not kept together: Arabic fonts have narrow ones."""
_SMALL_GAP = 0.165
"""The same where the file's spaces have no width, so that how glyphs were kept says nothing."""
_WIDE_GAP = 0.27
"""The same between glyphs that were, or of which one is raised: their edges are not always known exactly."""
_AGREED = 0.9
"""The share of rows that must say the same of how the file keeps its text."""
_STOP_AT_LEFT = re.compile(r"\s*[.،؛:!؟?…]+\s*[^\W_](?:.*[^.،؛:!؟?…\s])?\s*")

_HEADING = 1.12
"""How much higher than the body a heading's letters are."""
_EDGE = 2
"""Lines at each edge of a page that may be its header or footer."""
_APART = 2.0
"""Heights between a page number and the lines of the text."""
_BULLET = re.compile(r"\s*(?:[-*•·▪–—‣●○◦]\s|\(?(?:\d{1,3}|[^\W\d_])[.)]\s)")
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.|الصفحة|صفحة|ص\.?)?\W*(\d{1,4})(?:\s*(?:/|of|من)\s*\d{1,4})?\W*", re.IGNORECASE
)
_HYPHENS = frozenset("-\u2010\u2013/")
_END = re.compile(r"[.!?؟…:۔][\"'»”’)\]]*$")


class Glyph(NamedTuple):
    """One letter or ligature: its characters, its edges, its base line and its height, in points, upwards.

    `word` counts the spaces that the file has before it, `run` the runs of glyphs drawn before its own; `spelled_out`
    says that the file itself gives the characters in the order they are read.
    """

    text: str
    left: float
    right: float
    base: float
    height: float
    word: int = 0
    run: int = 0
    spelled_out: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The glyphs of page `number`, from 1, in the order that the file has them."""

    number: int
    glyphs: Sequence[Glyph]


class StoredOrder(Enum):
    """In what order a file has the characters of an Arabic line, as they stand from left to right."""

    AS_SEEN = auto()
    """The first letter at the right, as on paper."""
    WORDS_BACKWARDS = auto()
    """Words from right to left, but the letters of each from left to right."""
    LINES_BACKWARDS = auto()
    """All from left to right."""


@dataclass(frozen=True, slots=True)
class _Conventions:
    """What holds for the whole file.

    Its direction; whether ligatures come letter by letter from left to right, which lam-alef tells, that every Arabic
    text has; and whether its spaces have no width, so that they may stand anywhere.
    """

    rtl: bool
    ligatures_backwards: bool
    spaces_astray: bool


@dataclass(frozen=True, slots=True)
class _Line:
    """A line in reading order; `first` is the width of its first word."""

    text: str
    left: float
    right: float
    base: float
    height: float
    rtl: bool
    page: int
    first: float


def page_blocks(pages: Sequence[Page], order: StoredOrder) -> Iterator[Block]:
    """Yield the paragraphs and headings of all pages."""
    lines = _without_edges(_lines(pages, order))
    if not lines:
        return
    hyphens = _hyphenates(lines)
    letters: Counter[float] = Counter()
    for line in lines:
        letters[round(line.height, 1)] += len(line.text)
    body = letters.most_common(1)[0][0]
    leading = _leading(lines, body)
    paragraph: list[_Line] = []
    for line in lines:
        if paragraph and not _goes_on(paragraph, line, leading):
            yield _block(paragraph, body, hyphens=hyphens)
            paragraph = []
        paragraph.append(line)
    yield _block(paragraph, body, hyphens=hyphens)


def stored_order(pages: Sequence[Page]) -> StoredOrder | None:
    """Return how a file has Arabic whose letters stand from left to right, by what is drawn after what.

    If each word is drawn to the left of the one before, only the letters are backwards; otherwise the words are too.
    None where the rows do not agree.
    """
    votes = Counter(vote for page in pages for row in _rows(page.glyphs) if (vote := _order_of(row)))
    return next((order for order, times in votes.items() if times >= _AGREED * votes.total()), None)


def _order_of(row: Sequence[Glyph]) -> StoredOrder | None:
    """What a row says, if it has more than one Arabic word."""
    seen = sorted((glyph for glyph in row if has_rtl(glyph.text)), key=lambda glyph: glyph.left)
    words = [(one, two) for one, two in pairwise(seen) if two.left - one.right > _GAP * one.height]
    if not words:
        return None
    backwards = sum(two.run < one.run for one, two in words)
    return StoredOrder.WORDS_BACKWARDS if 2 * backwards > len(words) else StoredOrder.LINES_BACKWARDS


# Glyphs → rows


def _conventions(pages: Sequence[Page]) -> _Conventions:
    glyphs = [glyph for page in pages for glyph in page.glyphs]
    ligatures = [glyph for glyph in glyphs if not glyph.spelled_out and _LIGATURE.fullmatch(glyph.text)]
    lam_first = sum(glyph.text[0] == "ل" for glyph in ligatures)
    widths = [glyph.right > glyph.left for glyph in glyphs if glyph.text.isspace()]
    return _Conventions(
        is_rtl("".join(glyph.text for glyph in glyphs)),
        len(ligatures) > 2 * lam_first,
        5 * widths.count(False) > len(widths),
    )


def _rows(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Glyphs on one base line, in the order that the file has them; runs of one line that come apart are joined."""
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
    """How far two rows are apart from left to right, negative where they overlap."""
    left = max(min(glyph.left for glyph in one), min(glyph.left for glyph in two))
    right = min(max(glyph.right for glyph in one), max(glyph.right for glyph in two))
    return left - right


def _from_left(row: Sequence[Glyph], conventions: _Conventions) -> list[Glyph]:
    """A row from left to right, the letters of each ligature in the order they are read, signs with their letters."""
    upright = [_upright(glyph, conventions) for glyph in row]
    return _ligated(_with_marks(sorted(upright, key=_centre)))


def _upright(glyph: Glyph, conventions: _Conventions) -> Glyph:
    """A ligature with its letters in the order they are read."""
    text = glyph.text
    if len(text) == 1 or glyph.spelled_out or not is_rtl(text):
        return glyph
    is_backwards = text[0] != "ل" if _LIGATURE.fullmatch(text) else conventions.ligatures_backwards
    return glyph._replace(text=text[::-1]) if is_backwards else glyph


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


def _ligated(seen: Sequence[Glyph]) -> list[Glyph]:
    """A lam and an alef that stand in one place, the signs of either known, as the one ligature they are."""
    joined: list[Glyph] = []
    for glyph in seen:
        last = joined[-1] if joined else glyph
        in_one_place = abs(last.left - glyph.left) + abs(last.right - glyph.right) < 0.1 * glyph.height
        pair = sorted((last, glyph), key=lambda one: one.text[0] != "ل")
        if in_one_place and last is not glyph and _LIGATURE.fullmatch("".join(one.text[0] for one in pair)):
            joined[-1] = last._replace(text=pair[0].text + pair[1].text, spelled_out=True)
        else:
            joined.append(glyph)
    return joined


def _centre(glyph: Glyph) -> tuple[float, float]:
    return glyph.left + glyph.right, glyph.left


def _is_mark(glyph: Glyph) -> bool:
    return unicodedata.category(glyph.text[0]) == "Mn"


# Rows → lines


def _lines(pages: Sequence[Page], order: StoredOrder) -> list[list[_Line]]:
    """The lines of each page."""
    conventions = _conventions(pages)
    rows = [_rows(page.glyphs) for page in pages]
    for here, following in pairwise(rows):
        if here and following and _is_cut(here[-1], following[0]):
            del here[-1]
    return [
        [_line(row, page.number, order, conventions) for row in drawn] for page, drawn in zip(pages, rows, strict=True)
    ]


def _is_cut(row: Sequence[Glyph], following: Sequence[Glyph]) -> bool:
    """Whether a page's last row is but the tops of letters of the next page's first, which Chromium draws there too."""
    drawn = {(glyph.text, round(glyph.left)) for glyph in following}
    return 2 * len(row) < len(following) and all((glyph.text, round(glyph.left)) in drawn for glyph in row)


def _line(row: Sequence[Glyph], page: int, order: StoredOrder, conventions: _Conventions) -> _Line:
    height, base = median(glyph.height for glyph in row), median(glyph.base for glyph in row)
    seen = _from_left(row, conventions)
    pieces, edges = [seen[0].text], [seen[0].left]
    for before, glyph in pairwise(seen):
        if _apart(before, glyph, height, base, conventions):
            pieces.append(" ")
            edges.append(before.right)
        pieces.append(glyph.text)
        edges.append(glyph.left)
    rtl = _is_read_from_right("".join(pieces), conventions)
    text = _read(pieces, order, rtl=rtl)
    left, right = seen[0].left, max(glyph.right for glyph in seen)
    first = _first_word(pieces, edges, left, right, rtl=rtl)
    return _Line(" ".join(text.split()), left, right, base, height, rtl, page, first)


def _apart(before: Glyph, glyph: Glyph, height: float, base: float, conventions: _Conventions) -> bool:
    """Whether a space belongs between two glyphs that stand side by side."""
    gap = _WIDE_GAP
    if abs(before.base - base) < 0.05 * height:
        gap = _SMALL_GAP if conventions.spaces_astray else _GAP if glyph.word != before.word else _WIDE_GAP
    return glyph.left - before.right > gap * height


def _is_read_from_right(seen: str, conventions: _Conventions) -> bool:
    """Whether a line, given from left to right, is Arabic: by its letters, or by the full stop at its left end."""
    return is_rtl(seen) or (conventions.rtl and (has_rtl(seen) or _STOP_AT_LEFT.fullmatch(seen) is not None))


def _read(pieces: list[str], order: StoredOrder, *, rtl: bool) -> str:
    """The line's text, given its glyphs from left to right."""
    if order is StoredOrder.LINES_BACKWARDS:
        return without_presentation_forms("".join(pieces))
    if order is StoredOrder.WORDS_BACKWARDS and rtl:
        return without_presentation_forms(" ".join(reversed("".join(pieces).split())))
    return reading_order(pieces, rtl=rtl)


def _first_word(pieces: list[str], edges: list[float], left: float, right: float, *, rtl: bool) -> float:
    """The width of the word that a line begins with."""
    spaces = [edge for piece, edge in zip(pieces, edges, strict=True) if piece.isspace() and left < edge < right]
    if not spaces:
        return right - left
    return right - spaces[-1] if rtl else spaces[0] - left


# Lines → paragraphs


def _without_edges(pages: list[list[_Line]]) -> list[_Line]:
    """All lines but headers, footers and page numbers."""
    edges = [_edge_lines(lines) for lines in pages]
    often = Counter(key for lines in edges for key in {_pattern(line) for line in lines})
    repeated = {key for key, times in often.items() if times > 1 and times > 0.5 * len(pages)}
    kept: list[_Line] = []
    for lines, edge in zip(pages, edges, strict=True):
        dropped = [line for line in edge if _pattern(line) in repeated or _numbers_page(line, lines)]
        kept += [line for line in lines if line not in dropped or len(lines) == len(dropped) == 1]
    return kept


def _edge_lines(lines: list[_Line]) -> list[_Line]:
    by_height = sorted(lines, key=lambda line: line.base)
    return by_height[:_EDGE] + by_height[_EDGE:][-_EDGE:]


def _pattern(line: _Line) -> tuple[str, int]:
    """What headers of two pages have in common: words and height on the page."""
    return re.sub(r"\d+", "0", line.text), round(line.base / 3)


def _numbers_page(line: _Line, lines: Sequence[_Line]) -> bool:
    """Whether a line says nothing but the number of its page, apart from all others."""
    found = _PAGE_NUMBER.fullmatch(line.text)
    apart = all(abs(line.base - other.base) > _APART * line.height for other in lines if other is not line)
    return found is not None and int(found[1]) == line.page and apart


def _leading(lines: Sequence[_Line], body: float) -> float:
    """The distance of lines within a paragraph: the smallest that is usual."""
    drops = (above.base - below.base for above, below in pairwise(lines) if above.page == below.page)
    usual = sorted(drop for drop in drops if 0.8 * body < drop < 3 * body)
    return usual[len(usual) // 5] if usual else 1.4 * body


def _goes_on(paragraph: Sequence[_Line], line: _Line, leading: float) -> bool:
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


def _room(paragraph: Sequence[_Line], line: _Line) -> float:
    """The space left at the end of the paragraph's last line."""
    last = paragraph[-1]
    if last.rtl:
        return last.left - min(line.left, *(one.left for one in paragraph))
    return max(line.right, *(one.right for one in paragraph)) - last.right


def _block(paragraph: Sequence[_Line], body: float, *, hyphens: bool) -> Block:
    text = paragraph[0].text
    page_breaks: list[tuple[int, int]] = []
    for before, line in pairwise(paragraph):
        text = _joinable(text, line.text, hyphens=hyphens)
        if line.page != before.page:
            page_breaks.append((len(text), line.page))
        text += line.text
    heading = paragraph[0].height > _HEADING * body and len(text) < 200
    return Block(balanced(text), heading, paragraph[0].page, tuple(page_breaks))


def _joinable(text: str, following: str, *, hyphens: bool) -> str:
    """The text before a line's end, ready for the next line: 1998–|1999, well-|known, but hyphen|ated."""
    if text.endswith("\u00ad") or (hyphens and _is_hyphenated(text, following)):
        return text[:-1]
    return text if text[-1:] in _HYPHENS and not text[-2:-1].isspace() else text + " "


def _hyphenates(lines: Sequence[_Line]) -> bool:
    """Whether words are divided at the ends of lines, more often than compound words happen to stand there."""
    divided = sum(_is_hyphenated(line.text, following.text) for line, following in pairwise(lines))
    return divided >= 3 and divided > 0.04 * len(lines)


def _is_hyphenated(text: str, following: str) -> bool:
    return len(text) > 2 and text[-1] in "-\u2010" and text[-2].islower() and following[:1].islower()
