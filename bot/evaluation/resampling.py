"""Resampling of questions: percentile bootstrap intervals (Efron 1979), paired differences, the sign test.

A statistic is a function of how often each question was drawn, so that all statistics of a run share their resamples
and a whole batch of resamples is one array operation. Knows no metric.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Statistic = Callable[["Floats"], "Floats"]
"""Takes how often each question was drawn, (resamples, questions); gives a value a resample, NaN where undefined."""

_BATCH = 2_000_000  # draws held in memory at once: 16 MB


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


def estimate(
    statistics: Mapping[str, Statistic], support: Mapping[str, int], *, questions: int, resamples: int, seed: int
) -> dict[str, Estimate]:
    """Return each statistic on all questions with its interval; `support` says how many questions each rests on."""
    import numpy as np

    replicates: dict[str, list[Floats]] = {name: [] for name in statistics}
    for counts in _draws(questions, resamples, seed):
        for name, statistic in statistics.items():
            replicates[name].append(statistic(counts))
    once = np.ones((1, questions))
    return {
        name: Estimate(float(statistic(once)[0]), *_interval(np.concatenate(replicates[name])), support[name])
        for name, statistic in statistics.items()
    }


def mean(values: "Floats") -> Statistic:
    """Return the statistic "mean of the values that are not NaN"."""
    import numpy as np

    known = ~np.isnan(values)
    filled, weights = np.where(known, values, 0.0), known.astype(float)

    def statistic(counts: "Floats") -> "Floats":
        with np.errstate(invalid="ignore"):
            means: Floats = (counts @ filled) / (counts @ weights)
        return means

    return statistic


def compare(differences: "Floats", *, resamples: int, seed: int) -> Difference:
    """Return the mean of paired differences (new minus old; at least one), with interval and p-values."""
    import numpy as np

    statistic = mean(differences)
    replicates = np.concatenate([statistic(counts) for counts in _draws(len(differences), resamples, seed)])
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


def _draws(questions: int, resamples: int, seed: int) -> "Iterator[Floats]":
    """Yield how often each question was drawn, in batches of resamples."""
    import numpy as np

    generator = np.random.default_rng(seed)
    batch = max(1, _BATCH // questions)
    for start in range(0, resamples, batch):
        rows = min(batch, resamples - start)
        drawn = generator.integers(0, questions, size=(rows, questions)) + np.arange(rows)[:, None] * questions
        yield np.bincount(drawn.ravel(), minlength=rows * questions).reshape(rows, questions).astype(float)


def _interval(replicates: "Floats") -> tuple[float, float]:
    import numpy as np

    known = replicates[~np.isnan(replicates)]
    if not known.size:
        return math.nan, math.nan
    low, high = np.percentile(known, (2.5, 97.5))
    return float(low), float(high)
