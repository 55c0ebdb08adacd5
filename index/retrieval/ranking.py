"""Signals → the order of an article's sentences for a question, and the probability that the article answers it.

The query path within one article, top to bottom; several articles are `fusion`'s. A cosine cannot tell whether an
article answers at all: an unrelated question reaches what an answered one does not. Many small signs together can. The
numbers in `ranking.json` are learned by `make calibrate`.
"""

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from index.models.graph import Floats
from index.retrieval.answer_type import AnswerType, expected_types
from index.retrieval.signals import GRADED, SIGNALS, EncodedQuestion, PreparedArticle, SignalValues, measure_signals

Setup = Literal["both", "main", "light"]
SETUPS: tuple[Setup, ...] = get_args(Setup)
"""Which encoders have a say: e5 and the universal sentence encoder, e5 alone, the universal sentence encoder alone."""

Strictness = Literal["careful", "balanced", "eager"]
"""How sure is sure enough to answer."""

LEARNED = Path(__file__).with_name("ranking.json")

LIGHT_DIMENSIONS = 512
"""Dimensions of the universal sentence encoder, by which it is known as the main one."""

LEADING = ("main", "second", "words")
COLUMNS = (*SIGNALS, *(f"{name}_within" for name in GRADED), *(f"{name}_leading" for name in LEADING))
"""What a ranker weighs: every signal; the graded ones in standard deviations from their article's mean; and how near
the best of its article a sentence is by some of them: 1 for the best, soon 0 below it."""

_LEVELS = ("main", "main_passage", "bm25", "coverage", "second", "words", "words_before", "words_rare")
_EDGE = 4  # standard deviations
_KIND_SIGNALS = ("number", "date", "name")

SIGNS = (
    *(f"{name}_best" for name in _LEVELS),
    *(f"{name}_first" for name in _LEVELS),
    *(f"{name}_peak" for name in _LEVELS),
    "lead",
    "lead_over_rest",
    "certainty",
    "met",
    "kind_missing",
    "size",
)
"""What tells whether an article answers: each signal's level (its best, the first sentence's, the peak above the
others), and the rest."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The sentences of an article for a question, best first in `order`."""

    scores: Floats
    """(n,) log odds up to a constant; higher is better."""
    order: NDArray[np.int64]
    signals: SignalValues
    confidence: float
    """Probability that the article answers the question."""
    setup: Setup
    pair: str
    """Languages of the question and of the article: "ar-en" is an Arabic question on an English article."""


def rank(question: EncodedQuestion, article: PreparedArticle) -> Ranking:
    """Rank the sentences of an article, and judge whether one of them answers."""
    measures = measure_signals(question, article)
    setup, direction = setup_of(question, article), direction_of(question, article)
    scores = score(measures, weights(setup, direction))
    order = np.argsort(-scores, kind="stable")
    confidence = load_classifier(setup, direction).probability(answerability_signs(measures, scores, question.text))
    return Ranking(scores, order, measures, confidence, setup, pair_of(question, article))


def score(measures: SignalValues, learned: Floats) -> Floats:
    """(n,) scores of n sentences."""
    scores: Floats = columns(measures.values) @ learned
    return scores


def columns(values: Floats) -> Floats:
    """(n, COLUMNS) what a ranker weighs, from (n, SIGNALS)."""
    graded = values[:, : len(GRADED)]
    within = (graded - graded.mean(axis=0)) / (graded.std(axis=0) + 1e-6)
    leading = np.exp(2 * (within - within.max(axis=0)))[:, [GRADED.index(name) for name in LEADING]]
    return np.hstack([values, within, leading])


def setup_of(question: EncodedQuestion, article: PreparedArticle) -> Setup:
    """Return which encoders have a say."""
    if len(question.main) == LIGHT_DIMENSIONS:
        return "light"
    return "both" if question.second is not None and article.indexed.second_vectors is not None else "main"


def direction_of(question: EncodedQuestion, article: PreparedArticle) -> str:
    """Return "same" where question and article are in one language, else "across"."""
    return "same" if question.language == article.indexed.article.language else "across"


def pair_of(question: EncodedQuestion, article: PreparedArticle) -> str:
    """Return the languages of question and article, as "ar-en"."""
    return f"{question.language}-{article.indexed.article.language}"


@cache
def weights(setup: str, direction: str) -> Floats:
    """(COLUMNS,) what each column is worth."""
    named = learned_parameters()["ranking"][setup][direction]
    return np.array([named[name] for name in COLUMNS], np.float32)


def answerability_signs(measures: SignalValues, scores: Floats, question: str) -> Floats:
    """(SIGNS,) the signs of an answer, from all signals and the ranker's scores of n ≥ 1 sentences."""
    levels = measures.values[:, [SIGNALS.index(name) for name in _LEVELS]]
    first = int(scores.argmax())
    peaks = (levels.max(axis=0) - levels.mean(axis=0)) / (levels.std(axis=0) + 0.02)
    ordered = np.sort(scores)[::-1]
    second = ordered[1] if len(ordered) > 1 else ordered[0] - 1
    certainty = 1 / np.exp(ordered - ordered[0]).sum()
    held = measures.values[first, [SIGNALS.index(name) for name in _KIND_SIGNALS]]
    wanted = not {AnswerType.NUMBER, AnswerType.DATE}.isdisjoint(expected_types(question))
    rest = [
        ordered[0] - second,
        ordered[0] - scores.mean(),
        certainty,
        measures.met,
        float(wanted and not held.any()),
        math.log(len(scores)),
    ]
    return np.concatenate([levels.max(axis=0), levels[first], peaks, rest]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class AnswerabilityClassifier:
    """A logistic regression over the signs, their squares, and their products with the article's size.

    What a sign tells depends on how many sentences it was the best of: hence the products.
    """

    centre: Floats
    spread: Floats
    weights: Floats
    """(3 signs + 1,): of the signs, of their squares, of their products with the size, and the constant."""

    @staticmethod
    def terms(signs: Floats, centre: Floats, spread: Floats) -> Floats:
        """(…, 3 signs) terms of the regression; a sign far outside what was learned from counts as at its edge."""
        scaled = np.clip((signs - centre) / spread, -_EDGE, _EDGE)
        size = scaled[..., SIGNS.index("size"), None]
        terms: Floats = np.concatenate([scaled, scaled**2 / 2, scaled * size], axis=-1)
        return terms

    def probability(self, signs: Floats) -> float:
        """Return the probability that the article answers, from `answerability_signs`'s signs."""
        odds = float(self.terms(signs, self.centre, self.spread) @ self.weights[:-1] + self.weights[-1])
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


@cache
def load_classifier(setup: str, direction: str) -> AnswerabilityClassifier:
    """Load the judge for the encoders that have a say and for "same" or "across" languages."""
    learned = learned_parameters()["answerability"][setup][direction]
    rows = np.array([learned["signs"][name] for name in SIGNS], np.float32)
    return AnswerabilityClassifier(
        rows[:, 0], rows[:, 1], np.append(rows[:, 2:].T.ravel(), np.float32(learned["constant"]))
    )


def threshold(strictness: Strictness, setup: str, pair: str, *, library: bool = False) -> float:
    """Return the least confidence to answer with, over one article or over a library; `pair` as in `Ranking`."""
    scope = "library" if library else "article"
    return float(learned_parameters()["thresholds"][setup][scope][strictness][pair])


@cache
def learned_parameters() -> dict[str, Any]:
    """Everything `make calibrate` learned."""
    numbers: dict[str, Any] = json.loads(LEARNED.read_text("utf-8"))
    return numbers
