"""Sentences → passages: consecutive whole sentences within a token budget, for retrieval with context.

Never cuts a sentence; citing is by sentence, see `index.text.sentences`.
"""

import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from index.types import Article, Passage, Sentence

if TYPE_CHECKING:
    from tiktoken import Encoding

ENCODING = "o200k_base"
_CHUNK = 10_000


def pack_passages(sentences: Sequence[Sentence], article: Article, *, budget: int) -> tuple[Passage, ...]:
    """Return the sentences of an article, in order, as passages of at most `budget` o200k_base tokens.

    A paragraph stays in one passage if it fits the budget. A sentence longer than the budget is a passage alone.
    """
    units = _units(sentences, article, budget)
    passages: list[Passage] = []
    begin = 0
    while begin < len(units):
        stop = _stop(units, begin, article, budget)
        start, end = units[begin].start, units[stop - 1].end
        text = article.text[start:end]
        passages.append(Passage(article.id, len(passages), units[begin].first, units[stop - 1].last, start, end, text))
        begin = stop
    return tuple(passages)


def count_tokens(text: str) -> int:
    """Return how many o200k_base tokens a text has; works offline, in linear time.

    Longer texts than `_CHUNK` characters are counted in chunks: a token too many for each, at most.
    """
    # A million letters without a space make tiktoken's regular expression overflow its stack.
    chunks = (text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK))
    return sum(len(encoding().encode_ordinary(chunk)) for chunk in chunks)


@dataclass(frozen=True, slots=True)
class _Unit:
    """Sentences `first … last - 1`, at `start:end` of the text, that stay in one passage."""

    first: int
    last: int
    start: int
    end: int
    tokens: int


def _units(sentences: Sequence[Sentence], article: Article, budget: int) -> list[_Unit]:
    """Return each paragraph that fits the budget, and the sentences of each that does not."""
    units: list[_Unit] = []
    for _, group in groupby(sentences, key=lambda sentence: sentence.paragraph):
        members = list(group)
        whole = _unit(members, article)
        units.extend([whole] if whole.tokens <= budget else [_unit([sentence], article) for sentence in members])
    return units


def _unit(members: Sequence[Sentence], article: Article) -> _Unit:
    start, end = members[0].start, members[-1].end
    return _Unit(members[0].position, members[-1].position + 1, start, end, count_tokens(article.text[start:end]))


def _stop(units: list[_Unit], begin: int, article: Article, budget: int) -> int:
    """Return where the passage that begins with unit `begin` stops, so that it fits the budget."""
    stop, size = begin + 1, units[begin].tokens
    while stop < len(units) and size + units[stop].tokens <= budget:
        size += units[stop].tokens
        stop += 1
    # Tokens do not quite add up: white space between units has some, and one may span the place where two meet.
    while stop > begin + 1 and count_tokens(article.text[units[begin].start : units[stop - 1].end]) > budget:
        stop -= 1
    return stop


@cache
def encoding() -> "Encoding":
    """Load the vocabulary that llama-index-core ships, where tiktoken would download it."""
    # Found by the namespace's folder: looking for llama_index.core itself would import it.
    spec = importlib.util.find_spec("llama_index")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        shipped = Path(folder, "core", "_static", "tiktoken_cache")
        if shipped.is_dir():
            os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(shipped))
    import tiktoken

    return tiktoken.get_encoding(ENCODING)
