"""A scored run → one HTML file that needs no network: cards, tables, plots, and every question with its article.

Text of articles, questions and replies is hostile: the template escapes it, the data for the script is JSON without
"<", and the script only ever sets text. How it looks is report.html.jinja, report.css and report.js; plots are SVG
in the page's colours, so that they follow light and dark.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from bot.evaluation.metrics import find_metric, format_interval, format_value
from bot.evaluation.run import Run
from bot.evaluation.scoring import ScoredQuestion
from bot.evaluation.statistics import CalibrationBin, RiskCoverage, reliability_bins
from bot.evaluation.summary import TAG_METRICS, Comparison, Summary, answerable_labels, confidences

CARDS = (
    ("right",),
    ("hallucination_rate", "error_rate"),
    ("hit@1", "hit@5"),
    ("citation_precision", "citation_recall"),
    ("auroc", "calibration_error"),
    ("verbatim", "language_right"),
    ("f1_normalised", "answer_contained"),
    ("seconds_p50", "seconds_p95"),
)

SORTS = {
    "id": "Id",
    "question": "Question",
    "direction": "Direction",
    "outcome": "Outcome",
    "confidence": "Confidence",
    "rank": "Gold rank",
    "f1": "F1",
}
"""Columns of the table of questions."""

OUTCOMES = {
    "right": "answered from gold evidence",
    "refused": "rightly refused",
    "source": "answered from other sentences",
    "error": "refused, but the article answers",
    "hallucination": "answered, but the article does not say",
}

_WIDTH, _HEIGHT = 420, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 14, 44

_TICKS = (0, 0.25, 0.5, 0.75, 1)


@dataclass(frozen=True, slots=True)
class StageLatency:
    """The time of a stage: median and 95th percentile, in seconds."""

    stage: str
    p50: float
    p95: float


def render_report(
    run: Run, scored: Sequence[ScoredQuestion], summary: Summary, comparison: Comparison | None = None
) -> str:
    """Return the report of a run as one HTML page."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    folder = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "describe": find_metric,
        "show_as": lambda value, name: format_value(name, value),
        "range_as": lambda estimate, name: format_interval(name, estimate.low, estimate.high),
    }
    return environment.get_template("report.html.jinja").render(
        css=Markup((folder / "report.css").read_text("utf-8")),  # noqa: S704 - our own file
        js=Markup((folder / "report.js").read_text("utf-8")),  # noqa: S704 - our own file
        data=Markup(_data(run, scored)),  # noqa: S704 - JSON without "<"
        plots=[(title, about, Markup(svg)) for title, about, svg in _plots(scored, summary)],  # noqa: S704 - escaped
        manifest=run.manifest,
        manifest_rows=[(key, list(_plainly(value))) for key, value in run.manifest.items()],
        sorts=SORTS,
        name=run.testset.name,
        summary=summary,
        cards=CARDS,
        comparison=comparison,
        outcomes=OUTCOMES,
        tag_metrics=TAG_METRICS,
        rows=[_row(one, comparison) for one in scored],
    )


def outcome(scored: ScoredQuestion) -> str:
    """Return which of `OUTCOMES` a question came to."""
    if scored.right:
        return "right" if scored.question.answerable else "refused"
    if not scored.question.answerable:
        return "hallucination"
    return "source" if scored.reply.answered else "error"


def reliability_plot(bins: Sequence[CalibrationBin]) -> str:
    """Draw how often the article answered, for each tenth of confidence; on the diagonal confidence is honest."""
    width = 1 / len(bins)
    bars = [
        _rect(i * width + 0.006, 0, width - 0.012, one.share, "a", f"{one.n} questions: {one.share:.0%} answerable")
        for i, one in enumerate(bins)
        if one.n
    ]
    points = [_dot(one.confidence, one.share, "ink") for one in bins if one.n]
    diagonal = _line([(0, 0), (1, 1)], "guide")
    return _svg("Reliability", [*_axes("confidence", "share answerable"), *bars, diagonal, *points])


def histogram_plot(answerable: Sequence[float], unanswerable: Sequence[float], *, bins: int = 20) -> str:
    """Draw how confidence is spread over answerable and over unanswerable questions, each as a share of its kind."""
    series = [(_shares(answerable, bins), "a", "answerable"), (_shares(unanswerable, bins), "b", "unanswerable")]
    highest = max((share for shares, _, _ in series for share in shares), default=0) or 1
    top = min(1.0, math.ceil(highest * 10) / 10)
    width = 1 / bins / 2
    bars = [
        _rect((2 * i + half) * width, 0, width * 0.92, share / top, colour, f"{share:.0%} of {name}")
        for half, (shares, colour, name) in enumerate(series)
        for i, share in enumerate(shares)
        if share
    ]
    return _svg("Confidence", [*_axes("confidence", "share of questions", top=top), *bars])


def risk_plot(points: Sequence[RiskCoverage], *, now: RiskCoverage | None) -> str:
    """Draw the risk-coverage curve, and where this run's threshold puts it (`now`, None if nothing was answered)."""
    curve = _line([(point.coverage, point.risk) for point in points], "curve-a")
    mark = [_dot(now.coverage, now.risk, "b", "This run")] if now else []
    return _svg("Risk and coverage", [*_axes("coverage: share answered", "risk: share of answers wrong"), curve, *mark])


def latency_plot(bars: Sequence[StageLatency]) -> str:
    """Draw the median and the 95th percentile of each stage."""
    longest = max((bar.p95 for bar in bars), default=0) or 1
    step = (_HEIGHT - _TOP - _BOTTOM) / max(len(bars), 1)
    room = _WIDTH - 110 - 120
    drawn = []
    for i, bar in enumerate(bars):
        y, height = _TOP + i * step + step * 0.2, min(step * 0.6, 28)
        for seconds, colour in ((bar.p95, "a faint"), (bar.p50, "a")):
            drawn.append(
                f'<rect class="{colour}" x="110" y="{y:.1f}" width="{room * seconds / longest:.1f}" '
                f'height="{height:.1f}"/>'
            )
        middle = y + height / 2 + 4
        times = f"{format_value('seconds_p50', bar.p50)} · {format_value('seconds_p95', bar.p95)}"
        drawn.append(_text(102, middle, bar.stage, "end"))
        drawn.append(_text(118 + room * bar.p95 / longest, middle, times, "start"))
    return _svg("Latency", [*drawn, _text(_WIDTH / 2, _HEIGHT - 10, "median · 95th percentile", "middle")])


def _plainly(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield what a value of the manifest holds as people read it: nested names as "llm model", each with its text."""
    if isinstance(value, Mapping) and value:
        for key, part in value.items():
            yield from _plainly(part, f"{name} {key}".strip())
    elif isinstance(value, list | tuple) and value:
        for part in value:
            yield from _plainly(part, name)
    else:
        yield name, _in_words(value)


def _in_words(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return str(value)
        case _:
            return str(value) if value else "none"


def _row(one: ScoredQuestion, comparison: Comparison | None) -> Mapping[str, Any]:
    """Return what the table of questions shows of one."""
    changes = {"better": comparison.better, "worse": comparison.worse} if comparison else {}
    return {
        "question": one.question,
        "outcome": outcome(one),
        "confidence": one.reply.confidence,
        "rank": one.gold.rank(one.reply.evidence),
        "f1": one.values.get("f1_normalised"),
        "change": next((change for change, ids in changes.items() if one.question.id in ids), ""),
    }


def _data(run: Run, scored: Sequence[ScoredQuestion]) -> str:
    """Return the JSON that the script opens questions with; no "<" in it, so that no text can end the script."""
    shown = {quoted.article_id for one in scored for quoted in one.reply.citations}
    shown |= {one.question.article.id for one in scored}
    articles = {
        article.id: {"title": article.title, "language": article.language, "text": article.text}
        for article in run.testset.articles
        if article.id in shown
    }
    data = {"articles": articles, "questions": [_details(one) for one in scored]}
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _details(one: ScoredQuestion) -> Mapping[str, Any]:
    return {
        "article": one.question.article.id,
        "answers": one.question.answers,
        "gold": [one.gold.sentences[position] for position in sorted(one.gold.positions)],
        "claims": [
            {
                "text": claim.text,
                "cited": [
                    {"article": q.article_id, "start": q.start, "end": q.end, "text": q.text} for q in claim.citations
                ],
            }
            for claim in one.reply.claims
        ],
        "evidence": [{"text": quoted.text, "gold": one.gold.is_gold(quoted)} for quoted in one.reply.evidence[:5]],
    }


def _plots(scored: Sequence[ScoredQuestion], summary: Summary) -> list[tuple[str, str, str]]:
    """Return title, what to read from it, and SVG of each plot."""
    sure, labels = confidences(scored), answerable_labels(scored)
    bins = reliability_bins(sure, labels)
    return [
        ("Reliability", "On the diagonal, confidence says how often the article answers.", reliability_plot(bins)),
        (
            "Confidence",
            "The further apart answerable and unanswerable questions lie, the better they can be told.",
            histogram_plot(sure[labels == 1].tolist(), sure[labels == 0].tolist()),
        ),
        (
            "Risk and coverage",
            "Answer fewer questions, and fewer answers are wrong; the dot is this run.",
            _risk(scored, summary),
        ),
        ("Latency", "Seconds a question, by stage.", latency_plot(_latencies(summary))),
    ]


def _risk(scored: Sequence[ScoredQuestion], summary: Summary) -> str:
    answered = [one for one in scored if one.reply.answered]
    now = None
    if answered:
        now = RiskCoverage(len(answered) / len(scored), sum(not one.right for one in answered) / len(answered))
    return risk_plot(summary.risk_coverage, now=now)


def _latencies(summary: Summary) -> list[StageLatency]:
    found = {name: one.value for name, one in summary.overall.items()}
    stages = [name.removeprefix("seconds_p50") for name in found if name.startswith("seconds_p50")]
    return [
        StageLatency(stage[1:] or "total", found[f"seconds_p50{stage}"], found[f"seconds_p95{stage}"])
        for stage in stages
    ]


def _axes(x_label: str, y_label: str, *, top: float = 1.0) -> list[str]:
    """Return grid, tick labels and axis labels of a unit square whose upper edge stands for `top`."""
    grid = [_line([(0, tick), (1, tick)], "grid") for tick in _TICKS]
    below = [_text(_x(tick), _HEIGHT - _BOTTOM + 16, f"{tick:g}", "middle") for tick in _TICKS]
    beside = [_text(_LEFT - 6, _y(tick) + 4, f"{tick * top:.3g}", "end") for tick in _TICKS]
    x_text = _text(_x(0.5), _HEIGHT - 8, x_label, "middle")
    y_text = _text(-_y(0.5), 13, y_label, "middle", ' transform="rotate(-90)"')
    return [*grid, *below, *beside, x_text, y_text]


def _shares(values: Sequence[float], bins: int) -> list[float]:
    counts = [0] * bins
    for value in values:
        counts[min(int(value * bins), bins - 1)] += 1
    return [count / len(values) for count in counts] if values else []


def _x(x: float) -> float:
    return _LEFT + x * (_WIDTH - _LEFT - _RIGHT)


def _y(y: float) -> float:
    return _HEIGHT - _BOTTOM - y * (_HEIGHT - _TOP - _BOTTOM)


def _rect(x: float, y: float, width: float, height: float, colour: str, hint: str) -> str:
    right, upper = _x(x + width), _y(y + height)
    return (
        f'<rect class="{colour}" x="{_x(x):.1f}" y="{upper:.1f}" width="{right - _x(x):.1f}" '
        f'height="{_y(y) - upper:.1f}"><title>{escape(hint)}</title></rect>'
    )


def _line(points: Sequence[tuple[float, float]], kind: str) -> str:
    placed = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    return f'<polyline class="{kind}" points="{placed}"/>'


def _dot(x: float, y: float, colour: str, hint: str = "") -> str:
    return f'<circle class="{colour}" cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="4"><title>{escape(hint)}</title></circle>'


def _text(x: float, y: float, text: str, anchor: str, extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{escape(text)}</text>'


def _svg(title: str, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
