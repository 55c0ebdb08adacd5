"""How far `confidence` can be trusted, and how long answers took: statistics that are no means of questions.

The three functions that return a `Statistic` take part in the bootstrap; the others give the points of plots.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.evaluation.resampling import Statistic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence lies in one tenth: their number, mean confidence, and share answerable."""

    n: int
    confidence: float
    share: float


@dataclass(frozen=True, slots=True)
class Point:
    """When only the most confident share `coverage` is answered, the share `risk` of those answers is wrong."""

    coverage: float
    risk: float


def auroc(scores: "Floats", labels: "Floats") -> Statistic:
    """Return the area under the ROC curve of `scores` for `labels` 0 and 1: the chance that a 1 outranks a 0.

    Ties count half (Hanley and McNeil 1982). NaN where all labels are the same.
    """
    import numpy as np

    order = np.argsort(scores, kind="stable")
    _, starts = np.unique(scores[order], return_index=True)
    ranked = labels[order]

    def statistic(counts: "Floats") -> "Floats":
        drawn = counts[:, order]
        ones = np.add.reduceat(drawn * ranked, starts, axis=1)
        zeros = np.add.reduceat(drawn * (1 - ranked), starts, axis=1)
        below = np.cumsum(zeros, axis=1) - zeros
        with np.errstate(invalid="ignore"):
            areas: Floats = (ones * (below + zeros / 2)).sum(axis=1) / (ones.sum(axis=1) * zeros.sum(axis=1))
        return areas

    return statistic


def calibration_error(confidences: "Floats", labels: "Floats") -> Statistic:
    """Return the expected calibration error over ten bins of equal width (Guo et al. 2017, arXiv:1706.04599)."""
    import numpy as np

    gaps = np.zeros((len(confidences), BINS))
    gaps[np.arange(len(confidences)), _bins(confidences)] = labels - confidences

    def statistic(counts: "Floats") -> "Floats":
        errors: Floats = np.abs(counts @ gaps).sum(axis=1) / counts.sum(axis=1)
        return errors

    return statistic


def percentile(values: "Floats", share: float) -> Statistic:
    """Return the smallest value that at least the share `share` of the drawn values do not exceed; NaN are left out."""
    import numpy as np

    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known])]

    def statistic(counts: "Floats") -> "Floats":
        below = np.cumsum(counts[:, order], axis=1)
        reached = below >= share * below[:, -1:] - 1e-9
        found = values[order][reached.argmax(axis=1)]
        return np.where(below[:, -1] > 0, found, np.nan)

    return statistic


def reliability(confidences: "Floats", labels: "Floats") -> list[Bin]:
    """Return the ten bins of a reliability diagram; an empty one has NaN."""
    import numpy as np

    bins = _bins(confidences)
    members = [np.flatnonzero(bins == number) for number in range(BINS)]
    return [
        Bin(len(found), float(confidences[found].mean()), float(labels[found].mean()))
        if len(found)
        else Bin(0, float("nan"), float("nan"))
        for found in members
    ]


def risk_coverage(confidences: "Floats", wrong: "Floats") -> list[Point]:
    """Return the risk-coverage curve (El-Yaniv and Wiener 2010), most confident first; equal confidences are one point.

    `wrong` is 1 where the answer is wrong or would be.
    """
    import numpy as np

    order = np.argsort(-confidences, kind="stable")
    answered = np.arange(1, len(order) + 1)
    risks = np.cumsum(wrong[order]) / answered
    last_of_equals = np.append(np.diff(confidences[order]) != 0, True)
    return [
        Point(float(count) / len(order), float(risk))
        for count, risk in zip(answered[last_of_equals], risks[last_of_equals], strict=True)
    ]


def _bins(confidences: "Floats") -> "NDArray[np.int64]":
    import numpy as np

    return np.minimum((confidences * BINS).astype(np.int64), BINS - 1)
