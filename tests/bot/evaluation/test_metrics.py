"""Metrics: each is defined, values are written as people read them, and floors say what fell."""

from pathlib import Path

import pytest

from bot.evaluation.metrics import METRICS, Floor, check_floors, format_interval, format_value, is_known, parse_floor
from bot.evaluation.statistics import Estimate
from config.errors import EvaluationError

MEASURED = {"hit@1": Estimate(3 / 4, 1 / 4, 1, 4), "error_rate": Estimate(1 / 4, 0, 3 / 4, 4)}


def test_values_are_written_as_people_read_them() -> None:
    shown = [
        format_value("hit@1", 0.7142),
        format_value("seconds_p50", 0.0123),
        format_value("seconds_p50", 1.25),
        format_value("judge_correctness", 4.2),
    ]
    assert shown == ["71.4 %", "12.3 ms", "1.25 s", "4.20"]
    assert format_value("tokens_prompt", 1234.6) == "1,235"
    assert format_value("hit@1", float("nan")) == "–"
    assert format_interval("hit@1", 0.5, 0.75) == "50.0–75.0 %"
    assert format_interval("seconds_p50", 0.9, 1.2) == "900.0 ms–1.20 s"


@pytest.mark.parametrize(
    ("floor", "fails"),
    [
        ("hit@1=0.7", False),
        ("hit@1=0.75", False),
        ("hit@1=0.8", True),
        ("error_rate=0.2", True),
        ("error_rate=0.25", False),
    ],
)
def test_floors(floor: str, fails: bool) -> None:
    sentences = check_floors([parse_floor(floor, judged=False)], MEASURED)
    assert bool(sentences) == fails


def test_a_floor_says_what_fell() -> None:
    floors = [parse_floor("hit@1=0.8", judged=False), parse_floor("error_rate=0.1", judged=False)]
    assert check_floors(floors, MEASURED) == [
        "hit@1 is 75.0 %, below the 80.0 % allowed.",
        "error_rate is 25.0 %, above the 10.0 % allowed.",
    ]
    assert Floor("hit@1", 0.5).fails(float("nan"))


@pytest.mark.parametrize(
    "text",
    ["hit@1", "=0.5", "hit@1=", "hit@1=much", "hits=0.5", "judge_correctness=4", "seconds_p50:fnd=4", "tokens_foo=4"],
)
def test_what_is_no_floor(text: str) -> None:
    with pytest.raises(EvaluationError):
        parse_floor(text, judged=False)


def test_a_floor_on_what_was_not_measured() -> None:
    with pytest.raises(EvaluationError, match="No question of this run has the metric 'judge_correctness'"):
        check_floors([parse_floor("judge_correctness=4", judged=True)], MEASURED)


def test_every_metric_is_defined_in_the_docs() -> None:
    written = (Path(__file__).parents[3] / "docs" / "evaluation.md").read_text("utf-8")
    for metric in METRICS:
        assert is_known(metric.name)
        assert f"`{metric.name}`" in written, metric.name
