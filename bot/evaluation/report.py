"""A scored run → one HTML file that needs no network: cards, tables, plots, and every question with its article.

Text of articles, questions and replies is hostile: the template escapes it, the data for the script is JSON without
"<", and the script only ever sets text. How it looks is report.html.jinja, report.css and report.js.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.baseline import Comparison
from bot.evaluation.calibration import Point, reliability, risk_coverage
from bot.evaluation.metrics import describe, show, show_range
from bot.evaluation.plots import Bar, histogram_plot, latency_plot, reliability_plot, risk_plot
from bot.evaluation.resampling import Estimate
from bot.evaluation.run import Run
from bot.evaluation.scoring import Scored
from bot.evaluation.summary import TAG_METRICS, Summary, answerable, confidences

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


def render_report(run: Run, scored: Sequence[Scored], summary: Summary, comparison: Comparison | None = None) -> str:
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
    environment.filters |= {"describe": describe, "show_as": lambda value, name: show(name, value), "range_as": _range}
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


def _range(one: Estimate, name: str) -> str:
    return show_range(name, one.low, one.high)


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


def outcome(scored: Scored) -> str:
    """Return which of `OUTCOMES` a question came to."""
    if scored.right:
        return "right" if scored.question.answerable else "refused"
    if not scored.question.answerable:
        return "hallucination"
    return "source" if scored.given.answered else "error"


def _row(one: Scored, comparison: Comparison | None) -> Mapping[str, Any]:
    """Return what the table of questions shows of one."""
    changes = {"better": comparison.better, "worse": comparison.worse} if comparison else {}
    return {
        "question": one.question,
        "outcome": outcome(one),
        "confidence": one.given.confidence,
        "rank": one.gold.rank(one.given.evidence),
        "f1": one.values.get("f1_normalised"),
        "change": next((change for change, ids in changes.items() if one.question.id in ids), ""),
    }


def _data(run: Run, scored: Sequence[Scored]) -> str:
    """Return the JSON that the script opens questions with; no "<" in it, so that no text can end the script."""
    shown = {quoted.article_id for one in scored for quoted in one.given.citations}
    shown |= {one.question.article.id for one in scored}
    articles = {
        article.id: {"title": article.title, "language": article.language, "text": article.text}
        for article in run.testset.articles
        if article.id in shown
    }
    data = {"articles": articles, "questions": [_details(one) for one in scored]}
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _details(one: Scored) -> Mapping[str, Any]:
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
            for claim in one.given.claims
        ],
        "evidence": [{"text": quoted.text, "gold": one.gold.is_gold(quoted)} for quoted in one.given.evidence[:5]],
    }


def _plots(scored: Sequence[Scored], summary: Summary) -> list[tuple[str, str, str]]:
    """Return title, what to read from it, and SVG of each plot."""
    sure, labels = confidences(scored), answerable(scored)
    bins = reliability(sure, labels)
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
            _risk(scored),
        ),
        ("Latency", "Seconds a question, by stage.", latency_plot(_bars(summary))),
    ]


def _risk(scored: Sequence[Scored]) -> str:
    import numpy as np

    wrong = np.array([float(_would_be_wrong(one)) for one in scored])
    answered = [one for one in scored if one.given.answered]
    now = (
        Point(len(answered) / len(scored), sum(not one.right for one in answered) / len(answered)) if answered else None
    )
    return risk_plot(risk_coverage(confidences(scored), wrong), now=now)


def _would_be_wrong(one: Scored) -> bool:
    """Say whether answering would be wrong; a refusal stands for an answer with its nearest sentence."""
    if one.given.answered or not one.question.answerable:
        return not (one.given.answered and one.right)
    return not one.gold.pieces or one.gold.rank(one.given.evidence) != 1


def _bars(summary: Summary) -> list[Bar]:
    stages = [name.partition(":")[2] for name in summary.overall if name.startswith("seconds_p50:")]
    names = [("total", ""), *((stage, f":{stage}") for stage in stages)]
    return [
        Bar(stage, summary.overall[f"seconds_p50{suffix}"].value, summary.overall[f"seconds_p95{suffix}"].value)
        for stage, suffix in names
    ]
