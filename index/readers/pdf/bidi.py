"""Characters in the order they are seen on a page → in the order they are read.

PDF files keep Arabic in any order and in the shapes of its letters; where they stand on the page is the one thing all
agree on. So a line is taken from left to right, and what was written from right to left is turned around again: the
Unicode Bidirectional Algorithm (UAX #9) backwards. Quotes and brackets are then put right by their nesting.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff"
_DIGITS = "0-9\u0660-\u0669\u06f0-\u06f9"
_IS_RTL = re.compile(rf"(?![{_DIGITS}،؛؟٪-٬۔])[{_RTL}]")
_IS_LTR = re.compile(rf"[^\W_{_DIGITS}{_RTL}]")
_NUMBER = re.compile(rf"[{_DIGITS}]+(?:[.,:/٫٬][{_DIGITS}]+)*")
_LATIN = re.compile(  # words of one direction with what stands between them, and the numbers among them
    rf"(?:[{_DIGITS}]+(?:[.,:/\-][{_DIGITS}]+)*[-./ ]?)?[^\W_{_DIGITS}{_RTL}](?:[^{_RTL}]*[^\W_{_RTL}])?(?:\+\+|#)?"
)
_ARABIC_RUN = re.compile(rf"[{_RTL}](?:[^a-zA-Z\u00c0-\u024f]*[{_RTL}])?")
_PRESENTATION = re.compile("[\ufb00-\ufb06\ufb1d-\ufdff\ufe70-\ufefc]+")
_PAIRS = (("(", ")"), ("[", "]"), ("{", "}"), ("«", "»"), ("‹", "›"), ("“", "”"))
_LOOSE = " \"'«»“”([{"
_TIGHT = " .,:;!?،؛؟\"'«»“”)]}"
_MIRROR = {char: other for one, two in _PAIRS for char, other in ((one, two), (two, one))}


def is_rtl(text: str) -> bool:
    """Say whether most letters of a text are written from right to left."""
    return 2 * len(_IS_RTL.findall(text)) > len(_IS_RTL.findall(text)) + len(_IS_LTR.findall(text))


def has_rtl(text: str) -> bool:
    """Say whether any letter of a text is written from right to left."""
    return _IS_RTL.search(text) is not None


def reading_order(glyphs: Sequence[str], *, rtl: bool) -> str:
    """Return the line whose glyphs, from left to right, are these; `rtl` is the direction of its paragraph.

    A glyph is one letter with its marks, or a ligature's letters in the order they are read.
    """
    text = "".join(glyphs)
    owner = [number for number, glyph in enumerate(glyphs) for _ in glyph]  # the glyph of each character
    if rtl:
        return without_presentation_forms("".join(_turned(text, owner, 0, len(text))))
    pieces: list[str] = []
    end = 0
    for run in _ARABIC_RUN.finditer(text):
        pieces += [text[end : run.start()], *_turned(text, owner, *run.span())]
        end = run.end()
    return without_presentation_forms("".join([*pieces, text[end:]]))


def without_presentation_forms(text: str) -> str:
    """Return a text with ordinary letters for its presentation forms (shapes of letters, and ligatures)."""
    return _PRESENTATION.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


def balanced(text: str) -> str:
    """Return an Arabic paragraph with brackets and quotes that open before they close.

    Producers and PDFium differ in whether a bracket is kept as it looks or as it is meant. The space beside it tells,
    or else whether one is open.
    """
    if not _IS_RTL.search(text):
        return text
    chars = list(text)
    for opening, closing in _PAIRS:
        depth = 0
        for position, char in enumerate(chars):
            if char in (opening, closing):
                opens = _opens(text[position - 1 : position], text[position + 1 : position + 2], depth)
                depth = max(0, depth + (1 if opens else -1))
                chars[position] = opening if opens else closing
    return "".join(chars)


def direction_score(text: str) -> int:
    """Return how many words begin with ال less how many end in لا: negative for Arabic written backwards."""
    words: list[str] = re.findall(rf"[{_RTL}]+", text)
    return sum((len(word) > 3) * (word.startswith("ال") - word.endswith("لا")) for word in words)


def _opens(before: str, after: str, depth: int) -> bool:
    free, bound = not before.strip(_LOOSE), not after.strip(_TIGHT)
    return depth == 0 if free == bound else free


def _turned(text: str, owner: Sequence[int], start: int, end: int) -> Iterable[str]:
    """Pieces of a run from right to left; words and numbers of the other direction stay as they are."""
    kept = sorted(_latin_and_numbers(text, start, end))
    position = end
    for low, high in reversed(kept):
        yield from _glyphs_backwards(text, owner, high, position)
        yield text[low:high]
        position = low
    yield from _glyphs_backwards(text, owner, start, position)


def _latin_and_numbers(text: str, start: int, end: int) -> list[tuple[int, int]]:
    latin = [_with_brackets(text, *match.span(), end) for match in _LATIN.finditer(text, start, end)]
    covered = {position for span in latin for position in range(*span)}
    numbers = [match.span() for match in _NUMBER.finditer(text, start, end) if match.start() not in covered]
    return latin + numbers


def _with_brackets(text: str, start: int, stop: int, end: int) -> tuple[int, int]:
    """A run of words with the brackets that close behind it what opens inside: f(n)."""
    brackets = sum(char in "()" for char in text[start:stop])  # which of the two they are, `balanced` says
    is_open = brackets % 2 == 1 and stop < end and text[stop] in "()"
    return start, stop + is_open


def _glyphs_backwards(text: str, owner: Sequence[int], start: int, end: int) -> Iterable[str]:
    position = end
    while position > start:
        low = position - 1
        while low > start and owner[low - 1] == owner[position - 1]:
            low -= 1
        glyph = text[low:position]
        yield _MIRROR.get(glyph, glyph)
        position = low
