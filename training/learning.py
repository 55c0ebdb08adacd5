"""Fitting of the ranker and of the judge of answerability, and their figures on articles not fitted on.

Folds are of articles; translations of an article are in one fold. scikit-learn and SciPy are needed here only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.retrieval.ranking import (
    AnswerabilityClassifier,
    Ranking,
    answerability_signs,
    columns,
    direction_of,
    pair_of,
    setup_of,
)
from index.retrieval.signals import EncodedQuestion, PreparedArticle, SignalValues, measure_signals
from training.development import Case, folds

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

Rankers = dict[str, Floats]

FOLDS = 8
RANKER_PENALTY = 5e-3
JUDGE_STRENGTH = 0.01


@dataclass(frozen=True)
class Measured:
    """A case with its signals and the ranker's columns."""

    case: Case
    measures: SignalValues
    columns: Floats
    direction: str


@dataclass(frozen=True)
class Held:
    """What a fold's fit said of a case that it had not seen."""

    measured: Measured
    scores: Floats
    signs: Floats
    fold: int


@dataclass(frozen=True)
class Fit:
    """Rankers and judges by direction, fitted without one fold."""

    rankers: Rankers
    judges: dict[str, AnswerabilityClassifier]

    def rank(self, question: EncodedQuestion, article: PreparedArticle) -> Ranking:
        """Rank as `index.retrieval.ranking.rank` does, by this fit's numbers."""
        measures, direction = measure_signals(question, article), direction_of(question, article)
        scores = columns(measures.values) @ self.rankers[direction]
        confidence = self.judges[direction].probability(answerability_signs(measures, scores, question.text))
        order = np.argsort(-scores, kind="stable")
        return Ranking(scores, order, measures, confidence, setup_of(question, article), pair_of(question, article))


def measure_all(cases: Sequence[Case]) -> list[Measured]:
    """Measure every case."""
    found = []
    for case in cases:
        measures = measure_signals(case.question, case.article)
        found.append(Measured(case, measures, columns(measures.values), direction_of(case.question, case.article)))
    return found


def fit_rankers(measured: Sequence[Measured], used: NDArray[np.bool_] | None = None) -> Rankers:
    """Return the columns' weights for each direction, from the answerable cases; `used` masks columns."""
    return {
        direction: fit_ranker(
            [one for one in measured if one.direction == direction and one.case.kind == "whole"], used
        )
        for direction in ("same", "across")
    }


def fit_ranker(measured: Sequence[Measured], used: NDArray[np.bool_] | None = None) -> Floats:
    """Return the weights under which the gold sentence is likeliest among its article's: a conditional logit.

    Source: McFadden 1974; as a loss for ranking, Cao et al. 2007 (ListNet, top one).
    """
    from scipy.optimize import minimize

    answered = [one for one in measured if one.case.answerable]
    rows = np.vstack([one.columns for one in answered]).astype(np.float64)
    used = np.ones(rows.shape[1], bool) if used is None else used
    scale = np.where(used & (rows.std(axis=0) > 1e-8), 1 / (rows.std(axis=0) + 1e-9), 0)
    rows *= scale
    gold = np.concatenate([one.case.gold for one in answered])
    lengths = np.array([len(one.columns) for one in answered])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    group = np.repeat(np.arange(len(answered)), lengths)

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        scores = rows @ weights
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[group])
        total, right = np.add.reduceat(odds, starts), np.add.reduceat(odds * gold, starts)
        slope = rows.T @ (odds / total[group] - odds * gold / right[group]) / len(answered)
        value = -np.log(right / total).mean() + RANKER_PENALTY * weights @ weights
        return float(value), slope + 2 * RANKER_PENALTY * weights

    fitted = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return np.asarray(fitted.x * scale, np.float32)


def hold_out(measured: Sequence[Measured], used: NDArray[np.bool_] | None = None) -> tuple[list[Held], list[Rankers]]:
    """Return, for every case, what rankers fitted without its article say; and the rankers of each fold."""
    fold = folds([one.case.group for one in measured], FOLDS)
    held: dict[int, Held] = {}
    fitted: list[Rankers] = []
    for number in range(FOLDS):
        rankers = fit_rankers([one for one, its in zip(measured, fold, strict=True) if its != number], used)
        fitted.append(rankers)
        for position, one in enumerate(measured):
            if fold[position] == number:
                scores = one.columns @ rankers[one.direction]
                held[position] = Held(
                    one, scores, answerability_signs(one.measures, scores, one.case.asked.text), number
                )
    return [held[position] for position in range(len(measured))], fitted


def fit_judge(held: Sequence[Held]) -> AnswerabilityClassifier:
    """Fit the judge of answerability to what held-out rankers found."""
    from sklearn.linear_model import LogisticRegression

    signs = np.stack([one.signs for one in held])
    centre, spread = signs.mean(axis=0), np.maximum(signs.std(axis=0), 1e-3)
    truth = [one.measured.case.answerable for one in held]
    weights = [CASE_WEIGHTS[one.measured.case.kind] for one in held]
    model = LogisticRegression(C=JUDGE_STRENGTH, max_iter=3000)
    model.fit(AnswerabilityClassifier.terms(signs, centre, spread).astype(np.float64), truth, sample_weight=weights)
    return AnswerabilityClassifier(centre, spread, np.append(model.coef_[0], model.intercept_[0]).astype(np.float32))


CASE_WEIGHTS = {"whole": 1.0, "far": 1.0, "near": 1.0, "cut": 0.5, "cut-near": 0.5, "cut-far": 0.5}


def fit_folds(held: Sequence[Held], rankers: Sequence[Rankers]) -> list[Fit]:
    """Return, for each fold, what is fitted without it: rankers, and judges of what rankers say of the unseen."""
    fits = []
    for number, its in enumerate(rankers):
        others = [one for one in held if one.fold != number]
        judges = {
            direction: fit_judge([one for one in others if one.measured.direction == direction])
            for direction in ("same", "across")
        }
        fits.append(Fit(its, judges))
    return fits


def judge_held_out(held: Sequence[Held], fits: Sequence[Fit]) -> Doubles:
    """Return each case's probability of being answerable, from the fit without its article."""
    return np.array([fits[one.fold].judges[one.measured.direction].probability(one.signs) for one in held])


def sigmoid(odds: float) -> float:
    """Return the probability of log odds."""
    return float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def hits(held: Sequence[Held]) -> dict[str, tuple[float, float, int]]:
    """Return hit@1, hit@5 and the number of questions for each set, over whole articles."""
    ranks: dict[str, list[int]] = {}
    for one in held:
        if one.measured.case.kind == "whole" and one.measured.case.answerable:
            best = one.scores[one.measured.case.gold].max()
            others = (one.scores >= best) & ~one.measured.case.gold  # a tie counts against
            ranks.setdefault(one.measured.case.set_name, []).append(int(others.sum()))
    return {
        name: (float(np.mean(np.array(found) < 1)), float(np.mean(np.array(found) < 5)), len(found))
        for name, found in ranks.items()
    }


def area(truth: Sequence[bool], probabilities: Sequence[float]) -> float:
    """Return the area under the ROC curve."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(list(truth), list(probabilities)))


def calibration_error(truth: Sequence[bool], probabilities: Sequence[float], bins: int = 10) -> float:
    """Return the expected calibration error over equally wide bins. Source: Guo et al. 2017."""
    right, said = np.asarray(truth, float), np.asarray(probabilities, float)
    which = np.minimum((said * bins).astype(int), bins - 1)
    gaps = [abs(right[which == b].mean() - said[which == b].mean()) * (which == b).mean() for b in set(which.tolist())]
    return float(sum(gaps))
