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
    RiskCoverage,
    Statistic,
    auroc,
    calibration_error,
    estimate,
    mean,
    paired_difference,
    percentile,
    risk_coverage_curve,
)
from bot.rendering.bidi import clean

CELLS = ("ar-ar", "ar-en", "en-ar", "en-en")
"""Language of the question, then of the article."""

TAG_METRICS = ("right", "hit@1", "hit@5", "citation_recall", "hallucination_rate", "error_rate")
"""The metrics that are shown by tag; all of them are there."""

COVERAGES = (0.2, 0.4, 0.6, 0.8, 1.0)
"""Shares of the questions for which the risk is printed."""

RESAMPLES = 1000

MetricTable = Mapping[str, Estimate]
"""Estimates by metric, in the order people read them."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in numbers; a cell or tag without questions is not there."""

    overall: MetricTable
    cells: Mapping[str, MetricTable]
    tags: Mapping[str, MetricTable]
    risk_coverage: Sequence[RiskCoverage]

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values; what is undefined is null."""

        def plain(table: MetricTable) -> dict[str, Any]:
            return {name: _plain(estimate) for name, estimate in table.items()}

        return {
            "overall": plain(self.overall),
            "cells": {cell: plain(table) for cell, table in self.cells.items()},
            "tags": {tag: plain(table) for tag, table in self.tags.items()},
            "risk_coverage": [asdict(point) for point in self.risk_coverage],
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
            "differences": {name: _plain(difference) for name, difference in self.differences.items()},
            "better": list(self.better),
            "worse": list(self.worse),
        }


def summarise(scored: Sequence[ScoredQuestion], *, resamples: int = RESAMPLES, seed: int = 0) -> Summary:
    """Summarise at least one scored question."""
    cells = {cell: [one for one in scored if one.question.direction == cell] for cell in CELLS}
    tags = sorted({tag for one in scored for tag in one.question.tags})
    tagged = {tag: [one for one in scored if tag in one.question.tags] for tag in tags}
    return Summary(
        _table(scored, resamples, seed),
        {cell: _table(some, resamples, seed) for cell, some in cells.items() if some},
        {tag: _table(some, resamples, seed) for tag, some in tagged.items()},
        risk_coverage_of(scored),
    )


def risk_coverage_of(scored: Sequence[ScoredQuestion]) -> list[RiskCoverage]:
    """Return the risk-coverage curve: how many answers would be wrong if only the most confident were given."""
    return risk_coverage_curve(confidences(scored), np.array([float(_would_be_wrong(one)) for one in scored]))


def _would_be_wrong(one: ScoredQuestion) -> bool:
    """Say whether answering would be wrong; a refusal stands for an answer with its nearest sentence."""
    if one.reply.answered or not one.question.answerable:
        return not (one.reply.answered and one.right)
    return not one.gold.pieces or one.gold.rank(one.reply.evidence) != 1


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
    """Return tables: every metric over all and in the four cells with intervals, risk by coverage, main ones by tag."""
    columns = {"all": summary.overall, **summary.cells}
    main = [
        [find_metric(name).title, *(_cell(name, table.get(name)) for table in columns.values())]
        for name in summary.overall
    ]
    written = f"{_markdown_table(['question-article', *columns], main)}\n{_risk_table(summary.risk_coverage)}"
    if not summary.tags:
        return written
    head = ["tag", "questions", *(find_metric(name).title for name in TAG_METRICS)]
    rows = []
    for tag, table in summary.tags.items():
        count = table["calibration_error"].n  # which rests on all questions
        values = [format_value(name, table[name].value) if name in table else "" for name in TAG_METRICS]
        rows.append([tag, str(count), *values])
    return f"{written}\n{_markdown_table(head, rows)}"


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
    better, worse = (", ".join(ids) or "none" for ids in (comparison.better, comparison.worse))
    return f"{table}\nNow right: {better}\nNow wrong: {worse}\n"


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
    statistics = {name: mean(metric_column(scored, name)) for name in {name for one in scored for name in one.values}}
    statistics |= _set_statistics(scored)
    found = estimate(statistics, questions=len(scored), resamples=resamples, seed=seed)
    return {name: found[name] for name in sorted(found, key=metric_order)}


def _set_statistics(scored: Sequence[ScoredQuestion]) -> dict[str, Statistic]:
    """Return the metrics that are no means of questions, by name."""
    sure, labels = confidences(scored), answerable_labels(scored)
    found = {"calibration_error": calibration_error(sure, labels)}
    if len(set(labels)) == 2:
        found["auroc"] = auroc(sure, labels)
    for stage in ("total", *stage_names(scored)):
        suffix = "" if stage == "total" else f":{stage}"
        taken = stage_seconds(scored, stage)
        found |= {f"seconds_p50{suffix}": percentile(taken, 0.5), f"seconds_p95{suffix}": percentile(taken, 0.95)}
    return found


def _risk_table(curve: Sequence[RiskCoverage]) -> str:
    """Return how many answers are wrong if only so many questions, the most confident ones, are answered."""
    points = [next(point for point in curve if point.coverage >= least - 1e-9) for least in COVERAGES]
    head = ["answered, most confident first", *(f"{100 * point.coverage:.0f} %" for point in points)]
    return _markdown_table(head, [["of them wrong", *(f"{100 * point.risk:.1f} %" for point in points)]])


def _plain(one: Estimate | Difference) -> dict[str, Any]:
    """Return the fields as JSON has them: null for NaN."""
    return {key: None if math.isnan(value) else value for key, value in asdict(one).items()}


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
