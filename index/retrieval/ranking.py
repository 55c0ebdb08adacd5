"""Signals → the order of an article's sentences for a question, and how sure that the article answers it.

The query path within one article, top to bottom. The numbers in `ranking.json` are learned by `make calibrate`.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from index.retrieval.signals import GRADED, SIGNALS, EncodedQuestion, PreparedArticle, SignalValues, measure_signals

Floats = NDArray[np.float32]

Setup = Literal["both", "main", "light"]
SETUPS: tuple[Setup, ...] = get_args(Setup)
"""Which encoders have a say: e5 and the universal sentence encoder, e5 alone, the universal sentence encoder alone."""

LEARNED = Path(__file__).with_name("ranking.json")

LIGHT = 512
"""Dimensions of the universal sentence encoder, by which it is known as the main one."""

LEADING = ("main", "second", "words")
COLUMNS = (*SIGNALS, *(f"{name}_within" for name in GRADED), *(f"{name}_leading" for name in LEADING))
"""What a ranker weighs: every signal; the graded ones in standard deviations from their article's mean; and how near
the best of its article a sentence is by some of them: 1 for the best, soon 0 below it."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The sentences of an article for a question, best first in `order`."""

    scores: Floats
    """(n,) log odds up to a constant; higher is better."""
    order: NDArray[np.int64]
    measures: SignalValues
    confidence: float
    """Probability that the article answers the question."""
    setup: Setup
    pair: str
    """Languages of the question and of the article: "ar-en" is an Arabic question on an English article."""


def rank(question: EncodedQuestion, article: PreparedArticle) -> Ranking:
    """Rank the sentences of an article, and judge whether one of them answers."""
    from index.retrieval.answerability import answerability_signs, load_classifier

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
    if len(question.main) == LIGHT:
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
    named = learned_numbers()["ranking"][setup][direction]
    return np.array([named[name] for name in COLUMNS], np.float32)


@cache
def learned_numbers() -> dict[str, Any]:
    """Everything `make calibrate` learned."""
    numbers: dict[str, Any] = json.loads(LEARNED.read_text("utf-8"))
    return numbers
