"""How well an answer's words agree with the gold answers: exact match, F1, containment. Nothing here reads a reply.

Raw scores are those of the official SQuAD script (Rajpurkar et al. 2016, arXiv:1606.05250); normalised ones compare
the search form of `index.text`, without leading articles, so that Arabic spellings of one word are equal.
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from index.text import is_arabic, without_article, words

Tokenise = Callable[[str], tuple[str, ...]]

_ENGLISH_ARTICLES = frozenset(("a", "an", "the"))
_SQUAD_ARTICLES = re.compile(r"\b(a|an|the)\b", re.UNICODE)
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


@lru_cache(maxsize=256)  # an answer is taken apart for each metric
def squad_tokens(text: str) -> tuple[str, ...]:
    """Return the words that the official SQuAD script compares: lower case, no ASCII punctuation, no articles."""
    return tuple(_SQUAD_ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


@lru_cache(maxsize=256)
def normalised_tokens(text: str) -> tuple[str, ...]:
    """Return the words of the search form, without English articles and without a leading Arabic one."""
    found = (word for word in words(text) if word not in _ENGLISH_ARTICLES)
    return tuple(without_article(word) if is_arabic(word) else word for word in found)


def exact_match(answer: str, golds: Sequence[str], tokenise: Tokenise) -> float:
    """Return 1.0 if the answer has the words of one of the gold answers, in order, and 0.0 otherwise."""
    given = tokenise(answer)
    return float(any(given == tokenise(gold) for gold in golds))


def f1(answer: str, golds: Sequence[str], tokenise: Tokenise) -> float:
    """Return the F1 of the words shared with the gold answer that fits best, in 0…1."""
    given = tokenise(answer)
    return max((_f1(given, tokenise(gold)) for gold in golds), default=0.0)


def contains(answer: str, golds: Sequence[str], tokenise: Tokenise) -> float:
    """Return 1.0 if a gold answer stands in the answer word for word ("EM recall" of ALCE, arXiv:2305.14627)."""
    given = f" {' '.join(tokenise(answer))} "
    return float(any(f" {' '.join(tokenise(gold))} " in given for gold in golds))


def _f1(given: tuple[str, ...], gold: tuple[str, ...]) -> float:
    if not given or not gold:
        return float(given == gold)
    shared = (Counter(given) & Counter(gold)).total()
    return 2 * shared / (len(given) + len(gold))
