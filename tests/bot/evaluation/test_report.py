"""The report is one well-formed file without network, and no text in it can break out of its place."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.report import (
    OUTCOMES,
    StageLatency,
    histogram_plot,
    latency_plot,
    outcome,
    render_report,
    risk_plot,
)
from bot.evaluation.run import Run, evaluate, score_run
from bot.evaluation.summary import compare_runs, summarise
from bot.evaluation.testset import TestQuestion, TestSet, merge_testsets
from index.types import Article

SCRIPT = "</script><script>document.title='taken'</script>"
HOSTILE = SCRIPT + " <!-- <img src=x onerror=\"document.title='taken'\"> ' \" & \u2028 ]]>"

VOID = {"meta", "input", "br", "link", "hr", "img"}


class Page(HTMLParser):
    """Checks that tags close in order, and keeps the elements with their attributes and the text of each tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {}
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.text.setdefault(self.open[-1], []).append(data)


def hostile_run() -> Run:
    article = Article(HOSTILE, HOSTILE, HOSTILE, f"{HOSTILE} It opened in 1931. 👷🏽 ثم أغلق.", "en")
    start = article.text.index("It opened")
    where: dict[str, Any] = {"article_id": HOSTILE, "start": start, "end": start + 18}
    reply = {
        "language": "en",
        "answered": True,
        "confidence": 0.5,
        "writer": HOSTILE,
        "claims": [{"text": HOSTILE, "citations": [where | {"quote": "It opened in 1931."}]}],
        "evidence": [where | {"text": HOSTILE}],
        "seconds": {HOSTILE: 0.1},
    }
    question = TestQuestion(HOSTILE, HOSTILE, "en", article, (HOSTILE,), (((start, start + 5),),), True, (HOSTILE,))
    testset = TestSet(HOSTILE, "digest", (question,), (article,))
    return evaluate(testset, lambda *_: lambda _: reply, settings={HOSTILE: HOSTILE})


def render(run: Run, old: Run | None = None) -> str:
    scored = score_run(run)
    comparison = compare_runs(HOSTILE, score_run(old), scored, resamples=50) if old else None
    return render_report(run, scored, summarise(scored, resamples=50), comparison)


@pytest.fixture(scope="module")
def lexical_run(seed_sets: list[TestSet], lexical: Any) -> Run:
    return evaluate(merge_testsets(seed_sets), lambda *_: lexical, settings={"writer": "lexical"})


@pytest.fixture(scope="module")
def page(lexical_run: Run) -> str:
    return render(lexical_run)


def test_the_page_is_well_formed_and_has_a_row_for_each_question(page: str, lexical_run: Run) -> None:
    parsed = Page(page)
    rows = [attrs for tag, attrs in parsed.elements if tag == "tbody" and "data-id" in attrs]
    assert [row["data-id"] for row in rows] == [question.id for question in lexical_run.testset.questions]
    assert sum(tag == "svg" for tag, _ in parsed.elements) == 4


def test_the_manifest_is_written_for_people(seed_sets: list[TestSet], lexical: Any) -> None:
    settings = {"llm": {"model": "", "context": 8192, "hosts": ["a", "b"]}, "second": True, "plain": False}
    run = evaluate(seed_sets[0], lambda *_: lexical, settings=settings)
    footer = re.sub("<[^>]+>", "", render(run).partition("<footer>")[2].partition("</footer>")[0])
    assert "llm model none, llm context 8192, llm hosts a, llm hosts b, second yes, plain no" in footer
    assert not re.search(r"[{}\[\]]|None|True|False|&#39;", footer)


def test_nothing_is_loaded_from_anywhere(page: str) -> None:
    for tag, attributes in Page(page).elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base"}
        assert not {"src", "href", "xlink:href", "action", "srcset"} & attributes.keys()
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_the_data_is_that_of_the_run(page: str, lexical_run: Run) -> None:
    (script,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    data = json.loads(script)
    assert len(data["questions"]) == len(lexical_run.testset.questions)
    for question, shown in zip(lexical_run.testset.questions, data["questions"], strict=True):
        text = data["articles"][shown["article"]]["text"]
        assert text == question.article.text
        for start, end in shown["gold"]:
            assert any(start < to and begin < end for piece in question.evidence for begin, to in piece)
        for cited in (cited for claim in shown["claims"] for cited in claim["cited"]):
            assert text[cited["start"] : cited["end"]] == cited["text"]


def test_hostile_text_stays_text() -> None:
    run = hostile_run()
    html = render(run, run)
    parsed = Page(html)
    assert [tag for tag, _ in parsed.elements].count("script") == 2
    assert not any(name.startswith("on") for _, attributes in parsed.elements for name in attributes)
    assert not any(tag == "img" for tag, _ in parsed.elements)
    assert html.count("<!--") == 0
    assert HOSTILE in "".join(parsed.text["button"])
    (row,) = [attributes for tag, attributes in parsed.elements if tag == "tbody" and "data-id" in attributes]
    assert row["data-id"] == HOSTILE
    assert json.loads(row["data-tags"] or "") == [HOSTILE]


def outcomes(lexical_run: Run) -> Iterator[str]:
    return (outcome(one) for one in score_run(lexical_run))


def test_every_outcome_is_told(page: str, lexical_run: Run) -> None:
    found = set(outcomes(lexical_run))
    assert found == set(OUTCOMES)
    for name in found:
        assert f'data-outcome="{name}"' in page


def test_a_comparison_marks_the_questions_that_changed(lexical_run: Run) -> None:
    first = next(one for one in score_run(lexical_run) if outcome(one) == "right")
    replies = dict(lexical_run.replies)
    replies[first.question.id] = {**replies[first.question.id], "answered": False, "claims": []}
    parsed = Page(render(lexical_run, Run(lexical_run.testset, replies, {})))
    better = [
        attrs["data-id"] for tag, attrs in parsed.elements if tag == "tbody" and attrs.get("data-change") == "better"
    ]
    assert better == [first.question.id]


def test_plots_of_nothing_are_plots() -> None:
    for svg in (histogram_plot([], []), risk_plot([], now=None), latency_plot([])):
        Page(svg)


def test_stage_names_in_a_plot_are_escaped() -> None:
    assert "<script" not in latency_plot([StageLatency(HOSTILE, 0.1, 0.2)])


def test_a_report_is_small_enough_to_send(page: str) -> None:
    assert len(page.encode()) < 1_000_000


def test_half_a_character_does_not_stop_the_report(tmp_path: Path) -> None:
    run = hostile_run()
    reply = {**next(iter(run.replies.values())), "claims": [{"text": "half \ud83d", "citations": []}]}
    html = render(Run(run.testset, {HOSTILE: reply}, run.manifest))
    path = tmp_path / "report.html"
    path.write_text(html, "utf-8", errors="replace")
    assert "half ?" in path.read_text("utf-8")
