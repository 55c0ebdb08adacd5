"""Stems of single words, by Snowball's light stemmers; whole texts are stemmed by `index.text`."""

from functools import cache, lru_cache
from typing import Any


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


@cache
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(language)
