"""Names that sound alike in Arabic and Latin letters: "Panthers" and "بانثرز" have the same consonants.

For matching only. A skeleton is no transliteration; ordinary words are better met by meaning, see `index.models.words`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.text.search_form import is_arabic, without_article, words

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
_CONSONANTS = sorted({letter for sound in (*_LATIN.values(), *_ARABIC.values()) for letter in sound})
_CLITICS = "وفبلك"
_ROOM_FOR_A_CLITIC = 5
_KEPT = 50_000  # words repeat between articles
_KEPT_NEAR = 100  # and a question's words between the articles that it is put to


@dataclass(frozen=True, slots=True)
class SoundTable:
    """Words by their consonants."""

    places: dict[str, int]
    held: NDArray[np.int64]
    """(pairs,) the place of a skeleton."""
    numbers: NDArray[np.int64]
    """(pairs,) the number of a word that has it."""

    @classmethod
    def of(cls, names: Iterable[tuple[str, int]]) -> "SoundTable":
        """Build the table from words of the search form and their numbers."""
        places: dict[str, int] = {}
        pairs = [
            (places.setdefault(skeleton, len(places)), number) for word, number in names for skeleton in skeletons(word)
        ]
        held, numbers = np.array(pairs, np.int64).reshape(-1, 2).T
        return cls(places, held, numbers)

    def find(self, word: str) -> dict[int, float]:
        """Return the numbers of the words that sound like a word, each with how surely."""
        found: dict[int, float] = {}
        for sounds, surely in ((_near(word), NEAR), (skeletons(word), SAME)):
            for skeleton in sounds & self.places.keys():
                found |= dict.fromkeys(self.numbers[self.held == self.places[skeleton]].tolist(), surely)
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


@lru_cache(_KEPT_NEAR)
def _near(word: str) -> frozenset[str]:
    """Return the skeletons with one consonant more, less or other than a word's, where enough is in common."""
    found: set[str] = set()
    for skeleton in skeletons(word):
        if len(skeleton) > LEAST:
            shorter = {skeleton[:place] + skeleton[place + 1 :] for place in range(len(skeleton))}
            found |= {one for one in shorter if len(one) > LEAST}
            found |= {longer for one in (skeleton, *shorter) for longer in _with_one(one)}
    return frozenset(found)


def _with_one(skeleton: str) -> Iterator[str]:
    """Return all that a skeleton becomes by one consonant more."""
    for place in range(len(skeleton) + 1):
        for letter in _CONSONANTS:
            yield skeleton[:place] + letter + skeleton[place:]
