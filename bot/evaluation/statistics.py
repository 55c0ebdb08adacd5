"""Estimates with percentile bootstrap intervals, paired differences, calibration and risk. Knows no metric.

A statistic is a function of how often each question was drawn, so that all statistics of a run share their resamples
and a whole batch of resamples is one array operation.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BINS = 10

_BATCH = 2_000_000  # draws held in memory at once: 16 MB


@dataclass(frozen=True, slots=True)
class Statistic:
    """A number that describes a set of questions, and how many questions it rests on."""

    of: Callable[[Floats], Floats]
    """Takes how often each question was drawn, (resamples, questions); gives a value a resample, NaN if undefined."""
    n: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, its 95 % interval, and the number of questions it rests on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much a run differs from another on the same questions; `p` two-sided, by bootstrap and by sign test."""

    value: float
    low: float
    high: float
    n: int
    up: int
    down: int
    p_bootstrap: float
    p_sign: float


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The questions whose confidence lies in one tenth: their number, mean confidence, and share answerable."""

    n: int
    confidence: float
    share: float


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """When only the most confident share `coverage` is answered, the share `risk` of those answers is wrong."""

    coverage: float
    risk: float


def estimate(statistics: Mapping[str, Statistic], *, questions: int, resamples: int, seed: int) -> dict[str, Estimate]:
    """Return each statistic on all questions with its interval."""
    replicates: dict[str, list[Floats]] = {name: [] for name in statistics}
    for counts in _draws(questions, resamples, seed):
        for name, statistic in statistics.items():
            replicates[name].append(statistic.of(counts))
    once = np.ones((1, questions))
    return {
        name: Estimate(float(statistic.of(once)[0]), *_interval(np.concatenate(replicates[name])), statistic.n)
        for name, statistic in statistics.items()
    }


def mean(values: Floats) -> Statistic:
    """Return the statistic "mean of the values that are not NaN"."""
    known = ~np.isnan(values)
    filled, weights = np.where(known, values, 0.0), known.astype(float)

    def of(counts: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            means: Floats = (counts @ filled) / (counts @ weights)
        return means

    return Statistic(of, int(known.sum()))


def paired_difference(differences: Floats, *, resamples: int, seed: int) -> Difference:
    """Return the mean of paired differences (new minus old; at least one), with interval and p-values."""
    statistic = mean(differences)
    replicates = np.concatenate([statistic.of(counts) for counts in _draws(len(differences), resamples, seed)])
    up, down = int((differences > 0).sum()), int((differences < 0).sum())
    # One draw is added to each tail: an estimate of p from a sample is never zero (Davison and Hinkley 1997, 4.2).
    tail = min((replicates <= 0).sum(), (replicates >= 0).sum())
    p = min(1.0, 2 * (1 + float(tail)) / (1 + len(replicates)))
    return Difference(
        float(differences.mean()), *_interval(replicates), len(differences), up, down, p, sign_test(up, down)
    )


def sign_test(up: int, down: int) -> float:
    """Return the two-sided p-value of `up` against `down` changes, were both equally likely (exact; ties left out)."""
    n, fewer = up + down, min(up, down)
    log_half = n * math.log(0.5)
    terms = (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + log_half for k in range(fewer + 1))
    return min(1.0, 2 * math.fsum(map(math.exp, terms)))


def auroc(scores: Floats, labels: Floats) -> Statistic:
    """Return the area under the ROC curve of `scores` for `labels` 0 and 1: the chance that a 1 outranks a 0.

    Ties count half (Hanley and McNeil 1982). NaN where all labels are the same.
    """
    order = np.argsort(scores, kind="stable")
    _, starts = np.unique(scores[order], return_index=True)
    ranked = labels[order]

    def of(counts: Floats) -> Floats:
        drawn = counts[:, order]
        ones = np.add.reduceat(drawn * ranked, starts, axis=1)
        zeros = np.add.reduceat(drawn * (1 - ranked), starts, axis=1)
        below = np.cumsum(zeros, axis=1) - zeros
        with np.errstate(invalid="ignore"):
            areas: Floats = (ones * (below + zeros / 2)).sum(axis=1) / (ones.sum(axis=1) * zeros.sum(axis=1))
        return areas

    return Statistic(of, len(labels))


def calibration_error(confidences: Floats, labels: Floats) -> Statistic:
    """Return the expected calibration error over ten bins of equal width (Guo et al. 2017, arXiv:1706.04599)."""
    gaps = np.zeros((len(confidences), BINS))
    gaps[np.arange(len(confidences)), _bins(confidences)] = labels - confidences

    def of(counts: Floats) -> Floats:
        errors: Floats = np.abs(counts @ gaps).sum(axis=1) / counts.sum(axis=1)
        return errors

    return Statistic(of, len(labels))


def percentile(values: Floats, share: float) -> Statistic:
    """Return the smallest value that at least the share `share` of the drawn values do not exceed; NaN are left out."""
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known])]

    def of(counts: Floats) -> Floats:
        below = np.cumsum(counts[:, order], axis=1)
        reached = below >= share * below[:, -1:] - 1e-9
        found = values[order][reached.argmax(axis=1)]
        return np.where(below[:, -1] > 0, found, np.nan)

    return Statistic(of, len(known))


def reliability_bins(confidences: Floats, labels: Floats) -> list[CalibrationBin]:
    """Return the ten bins of a reliability diagram; an empty one has NaN."""
    bins = _bins(confidences)
    counts = np.bincount(bins, minlength=BINS)
    with np.errstate(invalid="ignore"):
        means, shares = (np.bincount(bins, one, BINS) / counts for one in (confidences, labels))
    return [CalibrationBin(*one) for one in zip(counts.tolist(), means.tolist(), shares.tolist(), strict=True)]


def risk_coverage_curve(confidences: Floats, wrong: Floats) -> list[RiskCoverage]:
    """Return the risk-coverage curve (El-Yaniv and Wiener 2010), most confident first; equal confidences are one point.

    `wrong` is 1 where the answer is wrong or would be.
    """
    order = np.argsort(-confidences, kind="stable")
    answered = np.arange(1, len(order) + 1)
    risks = np.cumsum(wrong[order]) / answered
    last_of_equals = np.append(np.diff(confidences[order]) != 0, True)
    return [
        RiskCoverage(float(count) / len(order), float(risk))
        for count, risk in zip(answered[last_of_equals], risks[last_of_equals], strict=True)
    ]


def _bins(confidences: Floats) -> NDArray[np.int64]:
    return np.minimum((confidences * BINS).astype(np.int64), BINS - 1)


def _draws(questions: int, resamples: int, seed: int) -> Iterator[Floats]:
    """Yield how often each question was drawn, in batches of resamples."""
    generator = np.random.default_rng(seed)
    batch = max(1, _BATCH // questions)
    for start in range(0, resamples, batch):
        rows = min(batch, resamples - start)
        drawn = generator.integers(0, questions, size=(rows, questions)) + np.arange(rows)[:, None] * questions
        yield np.bincount(drawn.ravel(), minlength=rows * questions).reshape(rows, questions).astype(float)


def _interval(replicates: Floats) -> tuple[float, float]:
    known = replicates[~np.isnan(replicates)]
    if not known.size:
        return math.nan, math.nan
    low, high = np.percentile(known, (2.5, 97.5))
    return float(low), float(high)
