"""How well an answer's words agree with the gold answers: exact match, F1, containment. Nothing here reads a reply.

Raw scores are those of the official SQuAD script (Rajpurkar et al. 2016, arXiv:1606.05250); normalised ones compare
the search form of `index.text`, without leading articles, so that Arabic spellings of one word are equal. Ranking takes
off the article by the search form alone (`search_form.without_article`); here the letters as written decide, for in a
score the ا of ألمانيا is no article.
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from index.text.search_form import is_arabic, without_article, words

Tokenise = Callable[[str], tuple[str, ...]]

_ENGLISH_ARTICLES = frozenset(("a", "an", "the"))
_SQUAD_ARTICLES = re.compile(r"\b(a|an|the)\b", re.UNICODE)
_HAMZA = "\u0750"
"""Stands for أ إ آ until the article is off: a letter that no Arabic text has and that the search form leaves alone."""
_MARKED = str.maketrans(dict.fromkeys("أإآ", _HAMZA))
_LEADING_LETTERS = re.compile(rf"[وف]?[وفبكل](?={_HAMZA}..)")
_PARENTS = frozenset(
    re.findall(
        r"\w+",
        "والد والده والدي والدها والدهم والدهما والدك والدنا والدان والدين والديه والديها والديهم والديهما والديك "
        "والدينا والدته والدتها والدتهم والدتهما والدتي والدتك والدتنا والدات",
    )
)
"""In search form. ولد is the one root whose words begin with وال and leave another word behind (دين, دته)."""

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


@lru_cache(maxsize=256)  # an answer is taken apart for each metric
def squad_tokens(text: str) -> tuple[str, ...]:
    """Return the words that the official SQuAD script compares: lower case, no ASCII punctuation, no articles."""
    return tuple(_SQUAD_ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


@lru_cache(maxsize=256)
def normalised_tokens(text: str) -> tuple[str, ...]:
    """Return the words of the search form, without English articles and without what leads an Arabic noun.

    That is (و|ف|ب|ك)?ال or لل or ولل, where the ا is written bare and three letters remain (القاعدة, not ألمانيا), and
    one or two of و ف ب ك ل before a written أ إ آ (لألمانيا). Words of the root ولد stay: والدين is "parents".
    """
    marked = unicodedata.normalize("NFKC", text).translate(_MARKED)
    found = (word for word in words(marked) if word not in _ENGLISH_ARTICLES)
    return tuple(_bare(word) if is_arabic(word) else word for word in found)


def _bare(word: str) -> str:
    if word not in _PARENTS:
        word = _LEADING_LETTERS.sub("", without_article(word))
    return word.replace(_HAMZA, "ا")


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
