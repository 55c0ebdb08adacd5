"""The list of metrics: name, title, which way is better, how a value is shown, and the floors of `--fail-under`.

docs/evaluation.md has the definitions; `bot.evaluation.scoring` computes those of one question.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.evaluation.statistics import Estimate
from config.errors import EvaluationError

Unit = Literal["share", "seconds", "count", "mark"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as people are shown it; a floor on one that is better low is a ceiling."""

    name: str
    title: str
    about: str
    better: Literal["high", "low"] = "high"
    unit: Unit = "share"


METRICS = (
    Metric("right", "Right", "Answered from gold evidence, or refused what the article does not say."),
    Metric("hallucination_rate", "Hallucination rate", "Unanswerable questions that were answered.", "low"),
    Metric("error_rate", "Error rate", "Answerable questions that were refused.", "low"),
    Metric("auroc", "Area under ROC", "Chance that an answerable question has more confidence than another."),
    Metric("calibration_error", "Calibration error", "Gap between confidence and the share answerable.", "low"),
    Metric("hit@1", "Hit@1", "A gold sentence is the first evidence found."),
    Metric("hit@3", "Hit@3", "A gold sentence is among the first three."),
    Metric("hit@5", "Hit@5", "A gold sentence is among the first five."),
    Metric("mrr", "MRR", "One over the rank of the first gold sentence."),
    Metric("citation_precision", "Citation precision", "Cited sentences that are gold."),
    Metric("citation_recall", "Citation recall", "Gold sentences that are cited."),
    Metric("citation_f1", "Citation F1", "Harmonic mean of the two."),
    Metric("verbatim", "Verbatim", "Replies whose every quote stands in the article to the letter."),
    Metric("language_right", "Language", "Replies in the question's language."),
    Metric("exact_match", "Exact match", "Answerable questions whose answer is a gold answer, by the SQuAD script."),
    Metric("f1", "F1", "Words shared with a gold answer, by the SQuAD script."),
    Metric("squad2_exact", "SQuAD 2.0 exact", "The same of all questions: what is unanswerable has to be refused."),
    Metric("squad2_f1", "SQuAD 2.0 F1", "The same for F1."),
    Metric("exact_match_normalised", "Exact match, normalised", "The same in search form."),
    Metric("f1_normalised", "F1, normalised", "The same in search form."),
    Metric("answer_contained", "Answer contained", "A gold answer stands in the answer word for word."),
    Metric("alce_citation_recall", "ALCE citation recall", "Claims that the judge finds supported by what they cite."),
    Metric("alce_citation_precision", "ALCE citation precision", "Citations that the judge does not find irrelevant."),
    Metric("judge_faithfulness", "Faithfulness", "Answers that the judge finds supported by the evidence."),
    Metric("judge_correctness", "Correctness", "The judge's mark, 1 to 5, against the gold answer.", unit="mark"),
    Metric("seconds_p50", "Latency p50", "Half of the questions were answered in this time.", "low", "seconds"),
    Metric("seconds_p95", "Latency p95", "95 % of the questions were answered in this time.", "low", "seconds"),
)

STAGES = ("embed", "find", "write")
"""What the engine says how long it took."""
TOKENS = ("tokens_in", "tokens_out")

_BY_NAME = {metric.name: metric for metric in METRICS}
_ORDER = {metric.name: position for position, metric in enumerate(METRICS)}


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
        good = value <= self.value if find_metric(self.metric).better == "low" else value >= self.value
        return not good


def is_known(name: str) -> bool:
    """Say whether a run can have a metric of that name."""
    base, colon, stage = name.partition(":")
    if colon:  # only latencies are split, by stage
        return base in _BY_NAME and _BY_NAME[base].unit == "seconds" and stage in STAGES
    return name in _BY_NAME or name in TOKENS


def find_metric(name: str) -> Metric:
    """Return the metric of that name; stages ("seconds_p50:find") and kinds of token are made up from their name."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    base, _, stage = name.partition(":")
    if base in _BY_NAME:
        about = f"The same for the stage {stage!r}."
        return Metric(name, f"{_BY_NAME[base].title}, {stage}", about, _BY_NAME[base].better, _BY_NAME[base].unit)
    return Metric(name, name.replace("_", " ").capitalize(), "Mean number of tokens a question.", "low", "count")


def metric_order(name: str) -> tuple[int, str]:
    """Sort key: the order of `METRICS`, then the rest by name."""
    return _ORDER.get(name, len(_ORDER)), name


def format_interval(name: str, low: float, high: float) -> str:
    """Write an interval: 66.2–76.5 %, 980.0 ms–1.20 s."""
    first, last = format_value(name, low), format_value(name, high)
    unit = last.rpartition(" ")[2]
    return f"{first.removesuffix(' ' + unit)}–{last}"


def format_value(name: str, value: float) -> str:
    """Write a value as people read it: 71.4 %, 12.3 ms, 1.25 s, 4.20; "–" where undefined."""
    if value != value:
        return "–"
    match find_metric(name).unit:
        case "share":
            return f"{100 * value:.1f} %"
        case "seconds":
            return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.1f} ms"
        case "mark":
            return f"{value:.2f}"
        case "count":
            return f"{value:,.0f}"


def parse_floor(text: str, *, judged: bool) -> Floor:
    """Read "hit@1=0.6"; `judged` says whether there will be a judge's metrics.

    Raises: EvaluationError if it is not METRIC=VALUE, there will be no such metric, or it cannot have such a value.
    """
    name, _, value = text.rpartition("=")
    try:
        floor = Floor(name.strip(), float(value))
    except ValueError as error:
        raise EvaluationError(f"{text!r} is no floor; write METRIC=VALUE, for example hit@1=0.6.") from error
    if not is_known(floor.metric):
        known = ", ".join(metric.name for metric in METRICS)
        raise EvaluationError(f"There is no metric {floor.metric!r}; the metrics are {known}.")
    if floor.metric.startswith(("judge_", "alce_")) and not judged:
        raise EvaluationError(
            f"Only a run with --judge has the metric {floor.metric!r}; add it, or leave out this floor."
        )
    low, high = _RANGES[find_metric(floor.metric).unit]
    if not low <= floor.value <= high or math.isinf(floor.value):
        most = f"from {low:g} to {high:g}" if high < math.inf else f"of {low:g} or more"
        raise EvaluationError(f"{text!r} is no floor: {floor.metric} takes values {most}.")
    return floor


def check_floors(floors: Sequence[Floor], table: Mapping[str, Estimate]) -> list[str]:
    """Return a sentence for each floor that was not kept.

    Raises: EvaluationError for a metric that these questions do not have.
    """
    sentences: list[str] = []
    for floor in floors:
        if floor.metric not in table:
            raise EvaluationError(
                f"No question of this run has the metric {floor.metric!r}; those it has are {', '.join(table)}."
            )
        value = table[floor.metric].value
        if floor.fails(value):
            bound = "above" if find_metric(floor.metric).better == "low" else "below"
            found, allowed = format_value(floor.metric, value), format_value(floor.metric, floor.value)
            sentences.append(f"{floor.metric} is {found}, {bound} the {allowed} allowed.")
    return sentences
