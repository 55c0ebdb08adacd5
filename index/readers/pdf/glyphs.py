"""Glyphs as a page has them → rows of glyphs from left to right, each letter with its vowel signs.

What stands between them (spaces) and how a row is read is `lines`'.
"""

import re
import unicodedata
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from index.readers.pdf.bidi import is_rtl

_LIGATURE = re.compile("[اأإآٱ]ل|ل[اأإآٱ]|هلل|لله")
"""Those whose letters tell in what order they come: lam-alef, and that of الله."""


class Glyph(NamedTuple):
    """One letter or ligature: its characters, its edges, its base line and its height, in points, upwards.

    `word` counts the spaces that were kept before it, `part` what was drawn before it; `said` says that the file itself
    spells the characters out, in the order they are read.
    """

    text: str
    left: float
    right: float
    base: float
    height: float
    word: int = 0
    part: int = 0
    said: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The glyphs of page `number`, from 1, in the order they are kept."""

    number: int
    glyphs: Sequence[Glyph]


@dataclass(frozen=True, slots=True)
class Style:
    """What holds for the whole file.

    Its direction; whether ligatures come letter by letter from left to right, which lam-alef tells, that every Arabic
    text has; and whether its spaces have no width, so that they may stand anywhere.
    """

    rtl: bool
    ligatures_backwards: bool
    spaces_astray: bool


def style_of(pages: Sequence[Page]) -> Style:
    """What the glyphs of a file have in common."""
    glyphs = [glyph for page in pages for glyph in page.glyphs]
    first = Counter(glyph.text[0] == "ل" for glyph in glyphs if _LIGATURE.fullmatch(glyph.text) and not glyph.said)
    widths = [glyph.right > glyph.left for glyph in glyphs if glyph.text.isspace()]
    return Style(
        is_rtl("".join(glyph.text for glyph in glyphs)),
        first[False] > first[True],
        5 * widths.count(False) > len(widths),
    )


def from_left(row: Sequence[Glyph], style: Style) -> list[Glyph]:
    """A row from left to right, the letters of each ligature in the order they are read, signs with their letters."""
    upright = [_upright(glyph, style) for glyph in row]
    return _ligated(_with_marks(sorted(upright, key=_centre)))


def _ligated(seen: Sequence[Glyph]) -> list[Glyph]:
    """A lam and an alef that stand in one place, the signs of either known, as the one ligature they are."""
    joined: list[Glyph] = []
    for glyph in seen:
        last = joined[-1] if joined else glyph
        in_one_place = abs(last.left - glyph.left) + abs(last.right - glyph.right) < 0.1 * glyph.height
        pair = sorted((last, glyph), key=lambda one: one.text[0] != "ل")
        if in_one_place and last is not glyph and _LIGATURE.fullmatch("".join(one.text[0] for one in pair)):
            joined[-1] = last._replace(text=pair[0].text + pair[1].text, said=True)
        else:
            joined.append(glyph)
    return joined


def rows_of(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
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
    if len(text) == 1 or glyph.said or not is_rtl(text):
        return glyph
    is_backwards = text[0] != "ل" if _LIGATURE.fullmatch(text) else style.ligatures_backwards
    return glyph._replace(text=text[::-1]) if is_backwards else glyph
