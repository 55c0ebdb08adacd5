"""A run against an earlier one on the same questions: what got better, what got worse, and whether it may be chance."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.evaluation.metrics import describe, order
from bot.evaluation.resampling import Difference, compare
from bot.evaluation.scoring import Scored
from bot.evaluation.summary import RESAMPLES, column, plain


@dataclass(frozen=True, slots=True)
class Comparison:
    """New minus old, by metric, on the questions both answered; `better` and `worse` are ids, by the metric "right"."""

    name: str
    questions: int
    differences: Mapping[str, Difference]
    better: tuple[str, ...]
    worse: tuple[str, ...]

    @property
    def changed(self) -> Mapping[str, Difference]:
        """The differences in metrics that are shares, where any question changed."""
        return {
            name: one
            for name, one in self.differences.items()
            if describe(name).unit == "share" and (one.up or one.down)
        }

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "baseline": self.name,
            "questions": self.questions,
            "differences": {name: plain(asdict(difference)) for name, difference in self.differences.items()},
            "better": list(self.better),
            "worse": list(self.worse),
        }


def compare_runs(
    name: str, old: Sequence[Scored], new: Sequence[Scored], *, resamples: int = RESAMPLES, seed: int = 0
) -> Comparison:
    """Compare two runs question by question; a metric counts where it applies in both."""
    import numpy as np

    before = {one.question.id: one for one in old}
    after = [one for one in new if one.question.id in before]
    paired = [before[one.question.id] for one in after]
    differences = {}
    for metric in sorted({metric for one in after for metric in one.values}, key=order):
        changes = column(after, metric) - column(paired, metric)
        changes = changes[~np.isnan(changes)]
        if changes.size:
            differences[metric] = compare(changes, resamples=resamples, seed=seed)
    changed = {new.question.id: new.right - old.right for old, new in zip(paired, after, strict=True)}
    return Comparison(
        name,
        len(after),
        differences,
        tuple(one for one, change in changed.items() if change > 0),
        tuple(one for one, change in changed.items() if change < 0),
    )
