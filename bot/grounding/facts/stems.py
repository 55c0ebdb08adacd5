"""Stems of single words, by Snowball's light stemmers, and roots; whole texts are stemmed by `index.text`."""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from bot.grounding.facts.tokens import word_set

_PREFIXES = word_set("ا ت ي ن م س سي ست است يست تست مست مت يت تت ان ين تن من لي لت") | {""}
_SUFFIXES = word_set(
    "ها هم هما نا ه ا ي ت ات ان ون ين وا تا يه يا يات يون يين ته تها تهم اته اتها اتهم وه وها وي ويه اني"
) | {""}
WEAK = str.maketrans("", "", "اويءئؤ")
"""Takes away the letters that come and go in the forms of a root."""


@lru_cache(maxsize=100_000)
def english_stem(word: str) -> str:
    """Return the stem of an English word in search form."""
    stem: str = _stemmer("english").stemWord(word)
    return stem


@lru_cache(maxsize=100_000)
def arabic_stem(word: str) -> str:
    """Return the light stem of an Arabic word in search form, its article already gone."""
    stem: str = _stemmer("arabic").stemWord(word)
    return stem


@lru_cache(maxsize=50_000)
def roots(word: str) -> frozenset[str]:
    """Return the consonants that can be the root of an Arabic word, three or more: علق of علقت and of تعلق."""
    return frozenset(root for stem in _without_affixes(word) if len(root := stem.translate(WEAK)) > 2)


def _without_affixes(word: str) -> Iterator[str]:
    for prefix in _PREFIXES:
        for suffix in _SUFFIXES:
            if word.startswith(prefix) and word.endswith(suffix) and len(word) - len(prefix) - len(suffix) >= 3:
                yield word[len(prefix) : len(word) - len(suffix)]


@cache
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(language)
