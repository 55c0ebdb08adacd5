"""Words of Arabic and English texts: where they stand, their bare forms, their shapes, how names sound.

Rough on purpose: it serves the making of examples, where a missed word costs one example.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

Match = re.Match[str]

ARABIC = re.compile("[\u0621-\u06ff]")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_MARKS = re.compile("[\u064b-\u0652\u0640]")
_PREFIX = re.compile(r"^(?:و|ف)?(?:ب|ك|ل)?ال|^(?:و|ف)?لل")
_ARABIC_ENDINGS = ("ات", "ون", "ين", "ها", "هم", "ان", "ه", "ي")
_ENGLISH_ENDINGS = ("'s", "’s", "ing", "ed", "es", "s")
STOP_WORDS = frozenset((Path(__file__).parent / "lists" / "stop-words.txt").read_text("utf-8").split())


def words(text: str) -> list[Match]:
    """Return all words of a text."""
    return list(_WORD.finditer(text))


def content_words(text: str) -> list[Match]:
    """Return the words that carry meaning, and numbers."""
    return [match for match in _WORD.finditer(text) if is_content(match[0])]


def is_content(word: str) -> bool:
    """Whether a word is a number, or long enough and none of the commonest."""
    return word.isdigit() or (len(word) > 2 and word.lower() not in STOP_WORDS)


@lru_cache(100_000)
def fold(word: str) -> str:
    """Return a word without case, vowel signs, article and the commonest endings."""
    bare = _MARKS.sub("", word.lower())
    if not ARABIC.search(bare):
        return _without_ending(bare, _ENGLISH_ENDINGS)
    bare = re.sub("[إأآ]", "ا", bare).replace("ة", "ه").replace("ى", "ي")
    if len(bare) > 4:
        bare = _PREFIX.sub("", bare)
    return _without_ending(bare, _ARABIC_ENDINGS)


def folded(text: str) -> set[str]:
    """Return the bare forms of a text's content words."""
    return {fold(match[0]) for match in content_words(text)}


@lru_cache(100_000)
def shape(word: str) -> str:
    """Return what kind of word may stand in this one's place: a year, a number, a name, with or without article …"""
    if word.isdigit():
        return "year" if len(word) == 4 else "number"
    if ARABIC.search(word):
        prefix = re.match(r"(?:وال|فال|بال|كال|لل|ال)", word) if len(word) > 4 else None
        return "arabic " + (prefix[0] if prefix else "") + ("ة" if word.endswith("ة") else "")
    if word[0].isupper():
        return "name"
    return "lower " + next((ending for ending in ("ing", "ed", "ly", "s") if word.endswith(ending)), "")


_SOUNDS = {
    **dict.fromkeys("بپb", "b"), "p": "b", **dict.fromkeys("تطdtدضٺ", "t"), "ث": "s", **dict.fromkeys("جغگgjچ", "g"),
    **dict.fromkeys("حهh", ""), **dict.fromkeys("خكقkqc", "k"), "x": "ks", **dict.fromkeys("ذزظzسصsش", "s"),
    **dict.fromkeys("رr", "r"), **dict.fromkeys("لl", "l"), **dict.fromkeys("مm", "m"), **dict.fromkeys("نn", "n"),
    **dict.fromkeys("فڤfv", "f"),
}  # fmt: skip
_WRITTEN = (
    ("sch", "s"), ("tch", "s"), ("sh", "s"), ("ch", "s"), ("تش", "s"), ("th", "s"), ("ph", "f"), ("kh", "k"),
    ("gh", "g"), ("ck", "k"), ("ce", "se"), ("ci", "si"), ("cy", "si"), ("كس", "ks"),
)  # fmt: skip


@lru_cache(100_000)
def sound(word: str) -> str:
    """Return a name's consonants in classes that Arabic and Latin spelling share; too short a one says little."""
    bare = word.lower()
    if ARABIC.search(bare):
        bare = _MARKS.sub("", bare)
        bare = _PREFIX.sub("", bare) if len(bare) > 4 else bare
    for written, heard in _WRITTEN:
        bare = bare.replace(written, heard)
    return re.sub(r"(.)\1+", r"\1", "".join(_SOUNDS.get(letter, "") for letter in bare))


def sounds(found: Iterable[Match]) -> set[str]:
    """Return how the names among some words sound."""
    return {heard for match in found if len(heard := sound(match[0])) > 2}


def _without_ending(word: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) > 2:
            return word[: -len(ending)]
    return word
