"""A question and an article's stored vectors → one row of signals for each sentence.

Signals only measure; what they are worth together is `index.retrieval.ranking`'s to say.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.models.graph import Floats
from index.models.words import MayBeName, SentenceWords, WordEncoder, rarity, spelled_words
from index.retrieval.answer_type import AnswerType, expected_types, possible_types
from index.text.search_form import is_arabic, search_form, stem, stems, words
from index.text.translit import latin_names
from index.types import IndexedArticle, Language

GRADED = (
    "main",
    "main_around",
    "main_passage",
    "bm25",
    "bm25_around",
    "coverage",
    "second",
    "words",
    "words_before",
    "words_rare",
)
"""Signals whose place within the article tells as much as their value."""

PLAIN = ("number", "date", "name", "reason", "shared_numbers", "shared_latin", "first", "length")
"""Signals that are what they are."""

SIGNALS = GRADED + PLAIN

K1, B = 1.2, 0.75
"""Of BM25: how soon more of a word count no more, and how much a long sentence's words count less."""

_LEAST_LATIN = 3


@dataclass(frozen=True, slots=True)
class EncodedQuestion:
    """A question with all that its encoders say of it; without a second encoder `second` and `word_vectors` are None.

    Shapes: `main` (d,), `second` (512,), `word_vectors` (distinct words, 512).
    """

    text: str
    language: Language
    main: Floats
    second: Floats | None = None
    word_vectors: Floats | None = None


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """The words of an article for matching within a language: BM25's numbers, worked out once.

    Terms are stems of the search form. Words across languages are `index.models.words`. Source: Robertson and Zaragoza
    2009, BM25.
    """

    numbers: dict[str, int]
    """Each term's number in `bounds`: its part of `where` and `gains` ends where the next one's begins."""
    bounds: NDArray[np.int64]
    where: NDArray[np.int64]
    """The sentences that have a term."""
    gains: Floats
    """What it adds to the BM25 score of each."""
    size: int
    """How many sentences there are."""

    @classmethod
    def of(cls, terms: Sequence[Sequence[str]]) -> "LexicalIndex":
        """Build the index from the terms of each sentence."""
        # Arrays throughout: an article has hundreds of terms, most of them in one sentence.
        numbers: dict[str, int] = {}
        tokens = np.array([numbers.setdefault(term, len(numbers)) for sentence in terms for term in sentence], np.int64)
        lengths, size = np.array([len(sentence) for sentence in terms], np.int64), len(terms)
        norms = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if size else 1.0, 1.0))
        held, often = np.unique(tokens * size + np.repeat(np.arange(size), lengths), return_counts=True)
        number, where = np.divmod(held, max(size, 1))
        frequencies = np.bincount(number, minlength=len(numbers))
        rarities = np.log1p((size - frequencies + 0.5) / (frequencies + 0.5))
        gains = rarities[number] * often * (K1 + 1) / (often + norms[where])
        bounds = np.concatenate([[0], np.cumsum(frequencies)])
        return cls(numbers, bounds, where, gains.astype(np.float32), size)

    def bm25(self, terms: Sequence[str]) -> Floats:
        """(sentences,) BM25 scores of a question's terms; 0 where nothing matches."""
        scores = np.zeros(self.size, np.float32)
        for term in self._known(terms):
            part = self._part(term)
            scores[self.where[part]] += self.gains[part]
        return scores

    def coverage(self, terms: Sequence[str]) -> Floats:
        """(sentences,) share of the question's terms, weighed by rarity, that a sentence has: 0 to 1."""
        found = np.zeros(self.size, np.float32)
        for term in self._known(terms):
            found[self.where[self._part(term)]] += self._rarity(term)
        covered: Floats = found / np.float32(self._total(terms))
        return covered

    def coverage_anywhere(self, terms: Sequence[str]) -> float:
        """Share of the question's terms, weighed by rarity, that the article has at all: 0 to 1."""
        return sum(map(self._rarity, self._known(terms))) / self._total(terms)

    def _total(self, terms: Sequence[str]) -> float:
        return max(sum(map(self._rarity, dict.fromkeys(terms))), 1e-6)

    def _rarity(self, term: str) -> float:
        """Inverse document frequency, sentences being the documents."""
        part = self._part(term) if term in self.numbers else slice(0, 0)
        frequency = part.stop - part.start
        return math.log1p((self.size - frequency + 0.5) / (frequency + 0.5))

    def _known(self, terms: Sequence[str]) -> list[str]:
        return [term for term in dict.fromkeys(terms) if term in self.numbers]

    def _part(self, term: str) -> slice:
        number = self.numbers[term]
        return slice(int(self.bounds[number]), int(self.bounds[number + 1]))


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An indexed article with what does not depend on the question worked out once."""

    indexed: IndexedArticle
    lexical: LexicalIndex
    words: SentenceWords | None
    around: Floats
    """(n, d): mean of the vectors of a sentence and its neighbours."""
    passage_of: NDArray[np.int32]
    """(n,): the passage that a sentence lies in."""
    kinds: Floats
    """(n, kinds): which kinds of answer a sentence could hold."""
    numbers: tuple[frozenset[str], ...]
    latin: tuple[frozenset[str], ...]
    opens: Floats
    """(n,): 1 where a sentence opens its paragraph."""
    length: Floats
    """(n,): log of 1 + the words of a sentence."""


@dataclass(frozen=True, slots=True)
class SignalValues:
    """(n, signals) values, in the order of `SIGNALS`, and how much of the question the article knows at all."""

    values: Floats
    met: float
    """Share of the question's words that some sentence of the article meets, weighed by rarity: 0 to 1."""


def question_words(text: str) -> list[str]:
    """Return the distinct words of a question, for `EncodedQuestion.word_vectors`."""
    return list(dict.fromkeys(spelled_words(text)))


def prepare(indexed: IndexedArticle, encoder: WordEncoder | None) -> PreparedArticle:
    """Work out what every question needs of an article; `encoder` is None where the second encoder is off."""
    sentences = indexed.sentences
    tokens = [words(sentence.text) for sentence in sentences]
    held = [possible_types(sentence.text, token) for sentence, token in zip(sentences, tokens, strict=True)]
    paragraphs = [-1, *(sentence.paragraph for sentence in sentences)]
    passage_of = np.zeros(len(sentences), np.int32)
    for passage in indexed.passages:
        passage_of[passage.first : passage.last] = passage.position
    return PreparedArticle(
        indexed=indexed,
        lexical=LexicalIndex.of([list(map(stem, token)) for token in tokens]),
        words=SentenceWords.of([sentence.text for sentence in sentences], lambda: _named(indexed), encoder)
        if encoder
        else None,
        around=_around(indexed.sentence_vectors),
        passage_of=passage_of,
        kinds=np.array([[kind in kinds for kind in AnswerType] for kinds in held], np.float32).reshape(
            -1, len(AnswerType)
        ),
        numbers=tuple(map(_numbers, tokens)),
        latin=tuple(map(_latin, tokens)),
        opens=np.array([before != here for before, here in pairwise(paragraphs)], np.float32),
        length=np.log1p(np.array([len(token) for token in tokens], np.float32)),
    )


def measure_signals(question: EncodedQuestion, article: PreparedArticle) -> SignalValues:
    """Measure every signal of every sentence; a signal that is turned off is 0 throughout."""
    indexed, found = article.indexed, {}
    asked = _stems(question.text)
    found["main"] = indexed.sentence_vectors @ question.main
    found["main_around"] = article.around @ question.main
    found["main_passage"] = (indexed.passage_vectors @ question.main)[article.passage_of]
    found["bm25"] = article.lexical.bm25(asked)
    found["bm25_around"] = _beside(found["bm25"])
    found["coverage"] = article.lexical.coverage(asked)
    met = float(article.lexical.coverage_anywhere(asked))
    if question.second is not None and indexed.second_vectors is not None:
        found["second"] = indexed.second_vectors @ question.second
    if question.word_vectors is not None and article.words is not None:
        matches = article.words.matches(question.word_vectors, _asked_names(question, indexed.article.language))
        found |= _word_signals(matches)
        met = _met(matches)
    found |= _surface(question.text, article)
    nothing = np.zeros(len(indexed.sentences), np.float32)
    return SignalValues(np.stack([found.get(name, nothing) for name in SIGNALS], axis=1).astype(np.float32), met)


@lru_cache(maxsize=64)
def _words(question: str) -> tuple[str, ...]:
    return tuple(words(question))


@lru_cache(maxsize=64)
def _stems(question: str) -> tuple[str, ...]:
    return tuple(stems(question))


def _named(indexed: IndexedArticle) -> MayBeName:
    """What tells the words of an article that may be names; Arabic has no capitals to tell them by."""
    if indexed.article.language == "ar":
        return is_arabic
    return latin_names(indexed.article.text, after_first=False).__contains__


def _asked_names(question: EncodedQuestion, language: Language) -> dict[int, str]:
    """Words of a question, with their places in it, that may be names in an article of the other language."""
    if question.language == language:
        return {}
    capitalised = latin_names(question.text, after_first=True)
    found = enumerate(map(search_form, question_words(question.text)))
    return {place: word for place, word in found if (is_arabic(word) if language == "en" else word in capitalised)}


def _word_signals(matches: Floats) -> dict[str, Floats]:
    weights = rarity(matches)
    before = matches.copy()
    before[:, 1:] = np.maximum(matches[:, 1:], matches[:, :-1])
    return {
        "words": _mean(matches, weights),
        "words_before": _mean(before, weights),
        "words_rare": _mean(matches, weights**2),
    }


def _met(matches: Floats) -> float:
    return float(_mean(matches.max(axis=1, initial=0)[:, None], rarity(matches))[0])


def _mean(matches: Floats, weights: Floats) -> Floats:
    return np.asarray((weights @ matches) / max(float(weights.sum()), 1.0), np.float32)


def _surface(text: str, article: PreparedArticle) -> dict[str, Floats]:
    """Signals read off the letters: the kind of answer, numbers and Latin names in common, place, length."""
    kinds, tokens = expected_types(text), _words(text)
    holds = dict(zip(AnswerType, article.kinds.T, strict=True))
    name = AnswerType.PERSON if AnswerType.PERSON in kinds else AnswerType.PLACE
    asked = {"number": AnswerType.NUMBER, "date": AnswerType.DATE, "name": name, "reason": AnswerType.REASON}
    signals = {signal: holds[kind] for signal, kind in asked.items() if kind in kinds}
    # Latin words inside an Arabic question are names; an English question is made of Latin words.
    latin = _latin(tokens) if any(map(is_arabic, tokens)) else frozenset()
    return signals | {
        "shared_numbers": _shared(_numbers(tokens), article.numbers),
        "shared_latin": _shared(latin, article.latin),
        "first": article.opens,
        "length": article.length,
    }


def _shared(asked: frozenset[str], sentences: Sequence[frozenset[str]]) -> Floats:
    return np.array([len(asked & held) for held in sentences] if asked else [0] * len(sentences), np.float32)


def _numbers(tokens: Sequence[str]) -> frozenset[str]:
    return frozenset(token for token in tokens if token[0].isdecimal())


def _latin(tokens: Sequence[str]) -> frozenset[str]:
    return frozenset(token for token in tokens if "a" <= token[0] <= "z" and len(token) >= _LEAST_LATIN)


def _around(vectors: Floats) -> Floats:
    """(n, d) means over each row and its neighbours."""
    padded = np.pad(vectors, ((1, 1), (0, 0)))
    counts = np.pad(np.ones((len(vectors), 1)), ((1, 1), (0, 0)))
    near = padded[:-2] + padded[1:-1] + padded[2:]
    return np.asarray(near / (counts[:-2] + counts[1:-1] + counts[2:]), np.float32)


def _beside(scores: Floats) -> Floats:
    sums = np.zeros(len(scores), np.float32)
    sums[1:] += scores[:-1]
    sums[:-1] += scores[1:]
    return np.asarray(sums / 2, np.float32)
