"""Names that sound alike in Arabic and Latin letters: "Panthers" and "بانثرز" have the same consonants.

For matching only. A skeleton is no transliteration; ordinary words are better met by meaning, see `index.words`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from index.text import is_arabic, without_article, words

LEAST = 3
"""Consonants that two words must have in common to be held for one name."""

SAME, NEAR = 0.8, 0.55
"""How surely two words are one name: with the same consonants, and with one consonant more, less or other."""

_CAPITALISED = re.compile(r"[^\W\d_](?:[^\W\d_]|['\u2019])*")
_SOUND = re.compile(r"sch|tch|sh|ch|th|ph|gh|kh|ck|qu|dg|dj|c(?=[eiy])|([a-z])\1?")
_LATIN = {
    **dict.fromkeys(("b", "p"), "b"),
    **dict.fromkeys(("f", "v", "ph"), "f"),
    **dict.fromkeys(("k", "c", "q", "ck", "kh", "qu"), "k"),
    **dict.fromkeys(("g", "j", "gh", "dg", "dj"), "g"),
    **dict.fromkeys(("s", "z", "sh", "ch", "sch", "tch"), "s"),
    **dict.fromkeys(("t", "th"), "t"),
    **{letter: letter for letter in "dlmnr"},
    "x": "ks",
}
_ARABIC = {
    **dict.fromkeys("بپ", "b"),
    **dict.fromkeys("فڤ", "f"),
    **dict.fromkeys("كقخ", "k"),
    **dict.fromkeys("غجگ", "g"),
    **dict.fromkeys("سصزشظذچ", "s"),
    **dict.fromkeys("تثط", "t"),
    **dict.fromkeys("دض", "d"),
    **dict(zip("لمنر", "lmnr", strict=True)),
}
_CLITICS = "وفبلك"
_ROOM_FOR_A_CLITIC = 5
_KEPT = 50_000  # words repeat between articles


@dataclass(frozen=True, slots=True)
class SoundTable:
    """Words by their consonants: those with just these, and those with these after one is left out."""

    same: dict[str, frozenset[int]]
    near: dict[str, frozenset[int]]

    @classmethod
    def of(cls, names: Iterable[tuple[str, int]]) -> "SoundTable":
        """Build the table from words of the search form and their numbers."""
        same: dict[str, set[int]] = {}
        near: dict[str, set[int]] = {}
        for word, number in names:
            for skeleton in skeletons(word):
                same.setdefault(skeleton, set()).add(number)
                for shorter in _without_one(skeleton):
                    near.setdefault(shorter, set()).add(number)
        return cls(*({key: frozenset(found) for key, found in table.items()} for table in (same, near)))

    def find(self, word: str) -> dict[int, float]:
        """Return the numbers of the words that sound like a word, each with how surely."""
        found: dict[int, float] = {}
        for skeleton in skeletons(word):
            if len(skeleton) > LEAST:
                found |= dict.fromkeys(self.near.get(skeleton, ()), NEAR)
            for shorter in _without_one(skeleton):
                found |= dict.fromkeys(self.near.get(shorter, ()), NEAR)
                if len(shorter) > LEAST:
                    found |= dict.fromkeys(self.same.get(shorter, ()), NEAR)
        for skeleton in skeletons(word):
            found |= dict.fromkeys(self.same.get(skeleton, ()), SAME)
        return found


@lru_cache(_KEPT)
def skeletons(word: str) -> frozenset[str]:
    """Return the consonants of a word of the search form, voiced and unvoiced made equal; with and without affixes.

    Skeletons with fewer than `LEAST` consonants tell nothing and are left out.
    """
    found = _arabic(word) if is_arabic(word) else _latin(word)
    return frozenset(skeleton for skeleton in found if len(skeleton) >= LEAST)


def latin_names(text: str, *, after_first: bool) -> frozenset[str]:
    """Return the capitalised Latin words of a text in search form; `after_first` passes over the first word."""
    found = [match.group() for match in _CAPITALISED.finditer(text)][after_first:]
    return frozenset(word for name in found if name[0].isupper() for word in words(name) if not is_arabic(word))


def _arabic(word: str) -> Iterator[str]:
    bare = word[1:] if word[0] in _CLITICS and len(word) >= _ROOM_FOR_A_CLITIC else word
    for form in (word, without_article(word), bare, without_article(bare)):
        yield "".join(_ARABIC.get(letter, "") for letter in form).replace("ts", "s")


def _latin(word: str) -> Iterator[str]:
    skeleton = "".join(map(_sound, _SOUND.finditer(word)))
    yield skeleton
    if word.endswith("s"):
        yield skeleton.removesuffix("s")


def _sound(match: re.Match[str]) -> str:
    letters = match.group()
    if letters == "c" and not match[1]:
        return "s"  # before e, i, y
    return _LATIN.get(letters) or _LATIN.get(letters[0], "")


def _without_one(skeleton: str) -> set[str]:
    """Return what remains of a skeleton without one consonant, where enough remains."""
    if len(skeleton) <= LEAST:
        return set()
    return {skeleton[:place] + skeleton[place + 1 :] for place in range(len(skeleton))}
