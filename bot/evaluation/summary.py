"""Scored questions → tables: every metric with its interval, over all, in the four cells, and by tag."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bot.evaluation.calibration import auroc, calibration_error, percentile
from bot.evaluation.metrics import order
from bot.evaluation.resampling import Estimate, Statistic, estimate, mean
from bot.evaluation.scoring import Scored

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CELLS = ("ar-ar", "ar-en", "en-ar", "en-en")
"""Language of the question, then of the article."""

TAG_METRICS = ("right", "hit@1", "hit@5", "citation_recall", "hallucination_rate", "error_rate")
"""The metrics that are shown by tag; all of them are there."""

RESAMPLES = 1000

Table = Mapping[str, Estimate]
"""Estimates by metric, in the order people read them."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in numbers; a cell or tag without questions is not there."""

    overall: Table
    cells: Mapping[str, Table]
    tags: Mapping[str, Table]

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values; what is undefined is null."""
        return {
            "overall": _table_json(self.overall),
            "cells": {cell: _table_json(table) for cell, table in self.cells.items()},
            "tags": {tag: _table_json(table) for tag, table in self.tags.items()},
        }


def summarise(scored: Sequence[Scored], *, resamples: int = RESAMPLES, seed: int = 0) -> Summary:
    """Summarise at least one scored question."""

    def table(some: Sequence[Scored]) -> Table:
        return _table(some, resamples, seed)

    cells = {cell: [one for one in scored if one.question.direction == cell] for cell in CELLS}
    tags = {tag: [one for one in scored if tag in one.question.tags] for tag in _tags(scored)}
    return Summary(
        table(scored),
        {cell: table(some) for cell, some in cells.items() if some},
        {tag: table(some) for tag, some in tags.items()},
    )


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as JSON has them: null for NaN."""
    return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in fields.items()}


def column(scored: Sequence[Scored], name: str) -> "Floats":
    """Return a metric of each question, NaN where it does not apply."""
    import numpy as np

    return np.array([one.values.get(name, math.nan) for one in scored])


def seconds(scored: Sequence[Scored], stage: str) -> "Floats":
    """Return the seconds of each question in a stage, NaN where it had none; "total" is the sum if not given."""
    import numpy as np

    if stage == "total":
        return np.array([one.given.seconds.get("total", sum(one.given.seconds.values())) for one in scored])
    return np.array([one.given.seconds.get(stage, math.nan) for one in scored])


def stages(scored: Sequence[Scored]) -> list[str]:
    """Return the stages that replies give seconds for, in the order they come, without "total"."""
    return [stage for stage in dict.fromkeys(s for one in scored for s in one.given.seconds) if stage != "total"]


def confidences(scored: Sequence[Scored]) -> "Floats":
    """Return the confidence of each reply, 0…1."""
    import numpy as np

    return np.array([one.given.confidence for one in scored])


def answerable(scored: Sequence[Scored]) -> "Floats":
    """Return 1 for each question that its article answers, 0 for the others."""
    import numpy as np

    return np.array([float(one.question.answerable) for one in scored])


def _table(scored: Sequence[Scored], resamples: int, seed: int) -> Table:
    import numpy as np

    statistics: dict[str, Statistic] = {}
    support: dict[str, int] = {}
    for name in {name for one in scored for name in one.values}:
        values = column(scored, name)
        statistics[name], support[name] = mean(values), int((~np.isnan(values)).sum())
    for name, statistic, n in _set_statistics(scored):
        statistics[name], support[name] = statistic, n
    found = estimate(statistics, support, questions=len(scored), resamples=resamples, seed=seed)
    return {name: found[name] for name in sorted(found, key=order)}


def _set_statistics(scored: Sequence[Scored]) -> list[tuple[str, Statistic, int]]:
    """Return the metrics that are no means: name, statistic, and the number of questions it rests on."""
    import numpy as np

    sure, labels = confidences(scored), answerable(scored)
    found = [("calibration_error", calibration_error(sure, labels), len(scored))]
    if len(set(labels)) == 2:
        found.append(("auroc", auroc(sure, labels), len(scored)))
    for stage in ("total", *stages(scored)):
        suffix = "" if stage == "total" else f":{stage}"
        taken = seconds(scored, stage)
        n = int((~np.isnan(taken)).sum())
        found += [(f"seconds_p{share:.0%}"[:-1] + suffix, percentile(taken, share), n) for share in (0.5, 0.95)]
    return found


def _tags(scored: Sequence[Scored]) -> list[str]:
    return sorted({tag for one in scored for tag in one.question.tags})


def _table_json(table: Table) -> dict[str, Any]:
    return {name: plain(asdict(estimate)) for name, estimate in table.items()}
