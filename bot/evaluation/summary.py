"""Scored questions → tables with intervals, a comparison of two runs, and both as Markdown.

A table holds every metric with its interval: over all questions, in each of the four cells, and by tag.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bot.evaluation.metrics import find_metric, format_interval, format_value, metric_order
from bot.evaluation.scoring import ScoredQuestion
from bot.evaluation.statistics import (
    Difference,
    Estimate,
    Floats,
    Statistic,
    auroc,
    calibration_error,
    estimate,
    mean,
    paired_difference,
    percentile,
)
from bot.rendering.bidi import clean

CELLS = ("ar-ar", "ar-en", "en-ar", "en-en")
"""Language of the question, then of the article."""

TAG_METRICS = ("right", "hit@1", "hit@5", "citation_recall", "hallucination_rate", "error_rate")
"""The metrics that are shown by tag; all of them are there."""

RESAMPLES = 1000

MetricTable = Mapping[str, Estimate]
"""Estimates by metric, in the order people read them."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in numbers; a cell or tag without questions is not there."""

    overall: MetricTable
    cells: Mapping[str, MetricTable]
    tags: Mapping[str, MetricTable]

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values; what is undefined is null."""
        return {
            "overall": _table_json(self.overall),
            "cells": {cell: _table_json(table) for cell, table in self.cells.items()},
            "tags": {tag: _table_json(table) for tag, table in self.tags.items()},
        }


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
            if find_metric(name).unit == "share" and (one.up or one.down)
        }

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "baseline": self.name,
            "questions": self.questions,
            "differences": {name: _json_fields(asdict(difference)) for name, difference in self.differences.items()},
            "better": list(self.better),
            "worse": list(self.worse),
        }


def summarise(scored: Sequence[ScoredQuestion], *, resamples: int = RESAMPLES, seed: int = 0) -> Summary:
    """Summarise at least one scored question."""

    def table(some: Sequence[ScoredQuestion]) -> MetricTable:
        return _table(some, resamples, seed)

    cells = {cell: [one for one in scored if one.question.direction == cell] for cell in CELLS}
    tags = {tag: [one for one in scored if tag in one.question.tags] for tag in _tags(scored)}
    return Summary(
        table(scored),
        {cell: table(some) for cell, some in cells.items() if some},
        {tag: table(some) for tag, some in tags.items()},
    )


def compare_runs(
    name: str,
    old: Sequence[ScoredQuestion],
    new: Sequence[ScoredQuestion],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Comparison:
    """Compare two runs question by question; a metric counts where it applies in both."""
    before = {one.question.id: one for one in old}
    after = [one for one in new if one.question.id in before]
    paired = [before[one.question.id] for one in after]
    differences = {}
    for metric in sorted({metric for one in after for metric in one.values}, key=metric_order):
        changes = metric_column(after, metric) - metric_column(paired, metric)
        changes = changes[~np.isnan(changes)]
        if changes.size:
            differences[metric] = paired_difference(changes, resamples=resamples, seed=seed)
    changed = {new.question.id: new.right - old.right for old, new in zip(paired, after, strict=True)}
    return Comparison(
        name,
        len(after),
        differences,
        tuple(one for one, change in changed.items() if change > 0),
        tuple(one for one, change in changed.items() if change < 0),
    )


def summary_markdown(summary: Summary) -> str:
    """Return two tables: every metric over all and in the four cells with intervals, then the main ones by tag."""
    columns = {"all": summary.overall, **summary.cells}
    main = [
        [find_metric(name).title, *(_cell(name, table.get(name)) for table in columns.values())]
        for name in summary.overall
    ]
    written = _markdown_table(["question-article", *columns], main)
    if not summary.tags:
        return written
    head = ["tag", "questions", *(find_metric(name).title for name in TAG_METRICS)]
    tags = [[tag, _count(table), *_values(table, TAG_METRICS)] for tag, table in summary.tags.items()]
    return f"{written}\n{_markdown_table(head, tags)}"


def comparison_markdown(comparison: Comparison) -> str:
    """Return a table of differences to the baseline, and which questions changed."""
    rows = [
        [
            find_metric(name).title,
            f"{100 * one.value:+.1f} ({100 * one.low:+.1f} to {100 * one.high:+.1f})",
            str(one.up),
            str(one.down),
            f"{one.p_bootstrap:.3f}",
            f"{one.p_sign:.3f}",
        ]
        for name, one in comparison.changed.items()
    ]
    table = _markdown_table(["change in points", "new − old", "up", "down", "p, bootstrap", "p, sign test"], rows)
    return f"{table}\nNow right: {_ids(comparison.better)}\nNow wrong: {_ids(comparison.worse)}\n"


def _json_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as JSON has them: null for NaN."""
    return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in fields.items()}


def metric_column(scored: Sequence[ScoredQuestion], name: str) -> Floats:
    """Return a metric of each question, NaN where it does not apply."""
    return np.array([one.values.get(name, math.nan) for one in scored])


def stage_seconds(scored: Sequence[ScoredQuestion], stage: str) -> Floats:
    """Return the seconds of each question in a stage, NaN where it had none; "total" is the sum if not given."""
    if stage == "total":
        return np.array([one.reply.seconds.get("total", sum(one.reply.seconds.values())) for one in scored])
    return np.array([one.reply.seconds.get(stage, math.nan) for one in scored])


def stage_names(scored: Sequence[ScoredQuestion]) -> list[str]:
    """Return the stages that replies give seconds for, in the order they come, without "total"."""
    return [stage for stage in dict.fromkeys(s for one in scored for s in one.reply.seconds) if stage != "total"]


def confidences(scored: Sequence[ScoredQuestion]) -> Floats:
    """Return the confidence of each reply, 0…1."""
    return np.array([one.reply.confidence for one in scored])


def answerable_labels(scored: Sequence[ScoredQuestion]) -> Floats:
    """Return 1 for each question that its article answers, 0 for the others."""
    return np.array([float(one.question.answerable) for one in scored])


def _table(scored: Sequence[ScoredQuestion], resamples: int, seed: int) -> MetricTable:
    statistics: dict[str, Statistic] = {}
    support: dict[str, int] = {}
    for name in {name for one in scored for name in one.values}:
        values = metric_column(scored, name)
        statistics[name], support[name] = mean(values), int((~np.isnan(values)).sum())
    for name, statistic, n in _set_statistics(scored):
        statistics[name], support[name] = statistic, n
    found = estimate(statistics, support, questions=len(scored), resamples=resamples, seed=seed)
    return {name: found[name] for name in sorted(found, key=metric_order)}


def _set_statistics(scored: Sequence[ScoredQuestion]) -> list[tuple[str, Statistic, int]]:
    """Return the metrics that are no means: name, statistic, and the number of questions it rests on."""
    sure, labels = confidences(scored), answerable_labels(scored)
    found = [("calibration_error", calibration_error(sure, labels), len(scored))]
    if len(set(labels)) == 2:
        found.append(("auroc", auroc(sure, labels), len(scored)))
    for stage in ("total", *stage_names(scored)):
        suffix = "" if stage == "total" else f":{stage}"
        taken = stage_seconds(scored, stage)
        n = int((~np.isnan(taken)).sum())
        found += [(f"seconds_p{share:.0%}"[:-1] + suffix, percentile(taken, share), n) for share in (0.5, 0.95)]
    return found


def _tags(scored: Sequence[ScoredQuestion]) -> list[str]:
    return sorted({tag for one in scored for tag in one.question.tags})


def _table_json(table: MetricTable) -> dict[str, Any]:
    return {name: _json_fields(asdict(estimate)) for name, estimate in table.items()}


def _ids(ids: Sequence[str]) -> str:
    return ", ".join(ids) or "none"


def _values(table: MetricTable, names: Sequence[str]) -> list[str]:
    return [format_value(name, table[name].value) if name in table else "" for name in names]


def _count(table: MetricTable) -> str:
    """How many questions a table is of: its calibration error rests on all of them."""
    return str(table["calibration_error"].n)


def _cell(name: str, estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    return f"{format_value(name, estimate.value)} ({format_interval(name, estimate.low, estimate.high)})"


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, aligned so that it also reads well as plain text; names are strangers' text."""
    rows = [[" ".join(clean(cell).split()).replace("|", "\\|") for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(row: Sequence[str]) -> str:
        return f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |\n"

    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|\n"
    return line(head) + rule + "".join(map(line, rows))
