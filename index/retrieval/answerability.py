"""Whether an article answers a question at all: a calibrated probability, and how sure is sure enough.

A cosine cannot tell: an unrelated question reaches what an answered one does not. Many small signs together can.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.retrieval.answer_type import AnswerType, expected_types
from index.retrieval.signals import SIGNALS, SignalValues

Floats = NDArray[np.float32]
Strictness = Literal["careful", "balanced", "eager"]

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
"""What is looked at: each signal's level (its best, the first sentence's, the peak above the others), and the rest."""


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
    from index.retrieval.ranking import learned_numbers

    learned = learned_numbers()["answerability"][setup][direction]
    rows = np.array([learned["signs"][name] for name in SIGNS], np.float32)
    return AnswerabilityClassifier(
        rows[:, 0], rows[:, 1], np.append(rows[:, 2:].T.ravel(), np.float32(learned["constant"]))
    )


def threshold(strictness: Strictness, setup: str, pair: str, *, library: bool = False) -> float:
    """Return the least confidence to answer with, over one article or over a library; `pair` as in `Ranking`."""
    from index.retrieval.ranking import learned_numbers

    scope = "library" if library else "article"
    return float(learned_numbers()["thresholds"][setup][scope][strictness][pair])
