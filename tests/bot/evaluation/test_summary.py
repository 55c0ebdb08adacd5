"""Summaries and comparisons: what is counted where, and how it is said."""

import json
import math
from typing import Any

import pytest

from bot.evaluation.metrics import METRICS, find_metric
from bot.evaluation.scoring import ScoredQuestion, score
from bot.evaluation.statistics import Estimate
from bot.evaluation.summary import Summary, compare_runs, comparison_markdown, summarise, summary_markdown
from bot.evaluation.testset import TestQuestion
from index.types import Article, Language

ARTICLES: dict[str, Article] = {
    "ar": Article("ar", "خبر", "ar.txt", "افتتح الجسر عام 1931. طوله 40 مترا.", "ar"),
    "en": Article("en", "News", "en.txt", "The bridge opened in 1931. It is 40 metres long.", "en"),
}


def scored(
    name: str, language: Language, article: str, *, hit: bool, confidence: float = 0.5, tags: tuple[str, ...] = (),
    answerable: bool = True, answered: bool = True, seconds: float = 0.01,
) -> ScoredQuestion:  # fmt: skip
    text = ARTICLES[article].text
    end = text.index(".") + 1
    start, stop = (0, end) if hit else (end + 1, len(text))
    where: dict[str, Any] = {"article_id": article, "start": start, "end": stop}
    claim = {"text": text[start:stop], "citations": [where | {"quote": text[start:stop]}]}
    evidence = (((0, end),),) if answerable else ()
    question = TestQuestion(name, "?", language, ARTICLES[article], (), evidence, answerable, tags)
    reply = {
        "language": language,
        "answered": answered,
        "confidence": confidence,
        "writer": "extractive",
        "claims": [claim] if answered else [],
        "evidence": [where | {"text": text[start:stop]}],
        "seconds": {"find": seconds, "write": seconds},
    }
    return score(question, reply, articles=ARTICLES)


RUN = [
    scored("1", "ar", "ar", hit=True, confidence=0.9, tags=("date",)),
    scored("2", "ar", "ar", hit=False, confidence=0.8, tags=("date", "dialect")),
    scored("3", "ar", "en", hit=True, confidence=0.7, seconds=0.03),
    scored("4", "en", "en", hit=True, answered=False, confidence=0.4),
    scored("5", "en", "en", hit=True, answerable=False, answered=False, confidence=0.1),
    scored("6", "en", "en", hit=True, answerable=False, confidence=0.6),
]


def test_cells_and_tags_count_their_own_questions() -> None:
    summary = summarise(RUN)
    assert {cell: table["right"].value for cell, table in summary.cells.items()} == {
        "ar-ar": 1 / 2,
        "ar-en": 1,
        "en-en": pytest.approx(1 / 3),
    }
    assert (summary.overall["right"].value, summary.overall["right"].n) == (1 / 2, 6)
    assert 0 <= summary.overall["right"].low < 1 / 2 < summary.overall["right"].high <= 1
    assert (summary.overall["hit@1"].value, summary.overall["hit@1"].n) == (3 / 4, 4)
    assert (summary.overall["error_rate"].value, summary.overall["error_rate"].n) == (1 / 4, 4)
    assert (summary.overall["hallucination_rate"].value, summary.overall["hallucination_rate"].n) == (1 / 2, 2)
    assert summary.overall["auroc"].value == 7 / 8
    assert {tag: table["right"].n for tag, table in summary.tags.items()} == {"date": 2, "dialect": 1}
    assert "auroc" not in summary.cells["ar-ar"]


def test_latency_is_split_by_stage_and_totals_are_sums() -> None:
    overall = summarise(RUN).overall
    assert overall["seconds_p50:find"].value == pytest.approx(0.01)
    assert overall["seconds_p95:find"].value == pytest.approx(0.03)
    assert overall["seconds_p95"].value == pytest.approx(0.06)


def test_metrics_come_in_the_order_of_the_list_and_are_described() -> None:
    names = list(summarise(RUN).overall)
    listed = [metric.name for metric in METRICS if metric.name in names]
    assert names[: len(listed)] == listed
    assert all(find_metric(name).about for name in names)
    assert find_metric("seconds_p95:find").better == "low"
    assert find_metric("tokens_prompt").unit == "count"


def test_what_is_undefined_is_null_in_json() -> None:
    values = json.loads(json.dumps(summarise(RUN).as_json(), allow_nan=False))
    assert values["overall"]["right"]["n"] == 6
    undefined = {"auroc": Estimate(math.nan, math.nan, math.nan, 2)}
    written = Summary(undefined, {"ar-ar": undefined}, {"date": undefined}, ()).as_json()
    null = {"auroc": {"value": None, "low": None, "high": None, "n": 2}}
    assert written == {"overall": null, "cells": {"ar-ar": null}, "tags": {"date": null}, "risk_coverage": []}


def test_the_risk_of_answering_the_most_confident_is_told_in_numbers() -> None:
    sure = [scored(str(n), "en", "en", hit=n < 8, answerable=n != 9, confidence=1 - n / 10) for n in range(10)]
    summary = summarise(sure)
    assert [(point.coverage, point.risk) for point in summary.risk_coverage][-3:] == [
        (0.8, 0),
        (0.9, pytest.approx(1 / 9)),
        (1, pytest.approx(2 / 10)),
    ]
    assert summary.as_json()["risk_coverage"][-1] == {"coverage": 1.0, "risk": pytest.approx(0.2)}
    assert "| of them wrong                  | 0.0 % | 0.0 % | 0.0 % | 0.0 % | 20.0 %" in summary_markdown(summary)


def test_equal_confidences_tell_nothing_apart() -> None:
    alone = summarise([scored("1", "ar", "ar", hit=True), scored("2", "ar", "ar", hit=True, answerable=False)])
    assert alone.overall["auroc"].value == 1 / 2


def test_a_single_question_has_a_summary() -> None:
    overall = summarise(RUN[:1]).overall
    assert overall["right"] == Estimate(1, 1, 1, 1)


def test_the_markdown_table_has_a_column_for_each_cell() -> None:
    lines = summary_markdown(summarise(RUN)).splitlines()
    assert [cell.strip() for cell in lines[0].strip("|").split("|")] == [
        "question-article",
        "all",
        "ar-ar",
        "ar-en",
        "en-en",
    ]
    assert lines[1].replace("|", "").strip("-") == ""
    assert any(line.startswith("| Hit@1") and " 75.0 % (" in line for line in lines)
    assert any(line.startswith("| date") for line in lines)
    assert len({line.count("|") for line in lines[: lines.index("")]}) == 1


def test_a_comparison_pairs_questions_and_names_those_that_changed() -> None:
    old = [
        scored("1", "ar", "ar", hit=False),
        scored("2", "ar", "ar", hit=True),
        scored("3", "ar", "en", hit=False),
        scored("9", "en", "en", hit=True),
    ]
    comparison = compare_runs("old.jsonl", old, RUN)
    assert (comparison.questions, comparison.better, comparison.worse) == (3, ("1", "3"), ("2",))
    change = comparison.differences["hit@1"]
    assert (change.up, change.down, change.n) == (2, 1, 3)
    assert change.value == pytest.approx(1 / 3)
    assert "verbatim" not in comparison.changed
    said = comparison_markdown(comparison)
    assert "Now right: 1, 3\n" in said
    assert "+33.3 (" in said
    json.dumps(comparison.as_json(), allow_nan=False)
