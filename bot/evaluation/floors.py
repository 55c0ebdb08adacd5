"""`--fail-under METRIC=VALUE`: a line that a run must not fall below."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.evaluation.metrics import METRICS, Unit, describe, is_known, show
from bot.evaluation.summary import Table
from bot.evaluation.types import RunError

_RANGES: Mapping[Unit, tuple[float, float]] = {
    "share": (0, 1),
    "mark": (1, 5),
    "seconds": (0, math.inf),
    "count": (0, math.inf),
}


@dataclass(frozen=True, slots=True)
class Floor:
    """The worst value of a metric that passes; for one that is better low, the highest."""

    metric: str
    value: float

    def fails(self, value: float) -> bool:
        """Say whether a value is worse than the floor; an undefined one is."""
        good = value <= self.value if describe(self.metric).better == "low" else value >= self.value
        return not good


def parse_floor(text: str, *, judged: bool) -> Floor:
    """Read "hit@1=0.6"; `judged` says whether there will be a judge's metrics.

    Raises: RunError if it is not METRIC=VALUE, there will be no such metric, or it cannot have such a value.
    """
    name, _, value = text.rpartition("=")
    try:
        floor = Floor(name.strip(), float(value))
    except ValueError as error:
        raise RunError(f"{text!r} is no floor; write METRIC=VALUE, for example hit@1=0.6.") from error
    if not is_known(floor.metric):
        known = ", ".join(metric.name for metric in METRICS)
        raise RunError(f"There is no metric {floor.metric!r}; the metrics are {known}.")
    if floor.metric.startswith(("judge_", "alce_")) and not judged:
        raise RunError(f"Only a run with --judge has the metric {floor.metric!r}; add it, or leave out this floor.")
    low, high = _RANGES[describe(floor.metric).unit]
    if not low <= floor.value <= high or math.isinf(floor.value):
        most = f"from {low:g} to {high:g}" if high < math.inf else f"of {low:g} or more"
        raise RunError(f"{text!r} is no floor: {floor.metric} takes values {most}.")
    return floor


def check_floors(floors: Sequence[Floor], table: Table) -> list[str]:
    """Return a sentence for each floor that was not kept.

    Raises: RunError for a metric that these questions do not have.
    """
    sentences: list[str] = []
    for floor in floors:
        if floor.metric not in table:
            raise RunError(
                f"No question of this run has the metric {floor.metric!r}; those it has are {', '.join(table)}."
            )
        value = table[floor.metric].value
        if floor.fails(value):
            bound = "above" if describe(floor.metric).better == "low" else "below"
            sentences.append(
                f"{floor.metric} is {show(floor.metric, value)}, {bound} the {show(floor.metric, floor.value)} allowed."
            )
    return sentences
