"""A run asks each question once, keeps what it has through failures and kills, and mixes nothing."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.run import (
    AnswerQuestion,
    Progress,
    Run,
    evaluate,
    load_manifest,
    load_predictions,
    manifest_path,
    open_predictions,
    score_run,
)
from bot.evaluation.testset import TestQuestion, TestSet
from config.errors import EvaluationError, ModelError
from index.types import Article

ARTICLE = Article("news", "News", "news.txt", "It opened. It closed.", "en")
QUESTIONS = tuple(TestQuestion(f"q{i:02}", "When?", "en", ARTICLE, evidence=(((0, 10),),)) for i in range(20))
TESTSET = TestSet("set.jsonl", "digest", QUESTIONS, (ARTICLE,))
SETTINGS = {"writer": "extractive"}


class Clerk:
    """An engine that answers by rote and remembers what it was asked."""

    def __init__(self, fail_on: str = "") -> None:
        self.asked: list[str] = []
        self.prepared: list[list[str]] = []
        self.fail_on = fail_on
        self._lock = threading.Lock()

    def answer(self, question: TestQuestion) -> dict[str, Any]:
        if question.id == self.fail_on:
            raise ModelError("The model is out; try later.")
        with self._lock:
            self.asked.append(question.id)
        evidence = [{"article_id": "news", "start": 0, "end": 10, "text": "It opened."}]
        return {
            "language": "en",
            "answered": False,
            "confidence": 0.5,
            "writer": "clerk \ud800",  # half a character, as a model may write
            "claims": [],
            "evidence": evidence,
            "seconds": {"total": 0.1},
        }


def run(clerk: Clerk, path: Path | None = None, testset: TestSet = TESTSET, **more: Any) -> Run:
    def prepare(pending: TestSet, progress: Progress) -> AnswerQuestion:
        progress(3, 3)
        clerk.prepared.append([question.id for question in pending.questions])
        return clerk.answer

    return evaluate(testset, prepare, settings=more.pop("settings", SETTINGS), predictions=path, **more)


@pytest.mark.parametrize("jobs", [1, 4])
def test_every_question_is_asked_once_and_kept(tmp_path: Path, jobs: int) -> None:
    clerk, path = Clerk(), tmp_path / "out.jsonl"
    seen: list[tuple[int, int]] = []
    finished = run(clerk, path, jobs=jobs, progress=lambda done, total: seen.append((done, total)))
    assert sorted(clerk.asked) == [question.id for question in QUESTIONS] == list(finished.replies)
    assert seen == [(done, 20) for done in range(21)]
    assert sorted(load_predictions(path)) == sorted(finished.replies)
    assert [one.values["hit@1"] for one in score_run(finished)] == [1.0] * 20


def test_jobs_run_at_once() -> None:
    together = threading.Barrier(3, timeout=20)

    class Waiting(Clerk):
        def answer(self, question: TestQuestion) -> dict[str, Any]:
            together.wait()
            return super().answer(question)

    testset = TestSet("set", "digest", QUESTIONS[:3], (ARTICLE,))
    assert len(run(Waiting(), testset=testset, jobs=3).replies) == 3


def test_a_finished_run_asks_nothing_and_prepares_nothing(tmp_path: Path) -> None:
    first, again = Clerk(), Clerk()
    assert run(first, tmp_path / "out.jsonl").replies.keys() == run(again, tmp_path / "out.jsonl").replies.keys()
    assert (first.prepared, again.prepared, again.asked) == ([sorted(first.asked)], [], [])


def test_after_a_failure_the_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path, failing, working = tmp_path / "out.jsonl", Clerk(fail_on="q07"), Clerk()
    with pytest.raises(EvaluationError, match="Question 'q07' could not be asked: The model is out"):
        run(failing, path)
    kept = set(load_predictions(path))
    assert kept
    assert "q07" not in kept
    assert len(run(working, path).replies) == 20
    assert kept.isdisjoint(working.asked)
    assert working.prepared == [[question.id for question in QUESTIONS if question.id not in kept]]


def test_indexing_and_asking_are_told_apart() -> None:
    indexed: list[tuple[int, int]] = []
    asked: list[tuple[int, int]] = []
    run(Clerk(), progress=lambda *told: asked.append(told), indexing=lambda *told: indexed.append(told))
    assert indexed == [(3, 3)]
    assert asked[-1] == (20, 20)


@pytest.mark.parametrize("tail", [b'{"id": "q05", "rep', b'{"id": "q05", "reply": {}}', '{"id": "سؤ'.encode()[:-1]])
def test_a_line_cut_short_is_asked_again(tmp_path: Path, tail: bytes) -> None:
    path, clerk = tmp_path / "out.jsonl", Clerk()
    run(clerk, path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:5]) + tail)
    again = Clerk()
    run(again, path)
    assert len(again.asked) == 15
    assert sorted(load_predictions(path)) == [question.id for question in QUESTIONS]


SCRIPT = """
import sys, time
from pathlib import Path
sys.path.insert(0, {folder!r})
from test_run import Clerk, run

class Slow(Clerk):
    def answer(self, question):
        time.sleep(0.02)
        return super().answer(question)

run(Slow(), Path({path!r}), jobs=2)
"""


def test_killed_at_any_moment_nothing_is_lost_or_asked_twice(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    script = SCRIPT.format(folder=str(Path(__file__).parent), path=str(path))
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    kept = 0
    for least in (1, 4, 9):
        process = subprocess.Popen([sys.executable, "-c", script], env=environment)
        deadline = time.monotonic() + 60
        while not path.exists() or path.read_bytes().count(b"\n") < max(least, kept):
            assert time.monotonic() < deadline
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        whole = path.read_bytes().count(b"\n")
        assert whole >= kept
        kept = whole
    clerk = Clerk()
    finished = run(clerk, path)
    assert len(clerk.asked) == 20 - kept
    ids = [json.loads(line)["id"] for line in path.read_bytes().splitlines()]
    assert sorted(ids) == sorted(finished.replies) == [question.id for question in QUESTIONS]


@pytest.mark.parametrize("change", ["settings", "testset"])
def test_replies_of_another_run_are_not_mixed_in(tmp_path: Path, change: str) -> None:
    path = tmp_path / "out.jsonl"
    run(Clerk(), path)
    before = path.read_bytes()
    more: dict[str, Any] = {"settings": {"writer": "model"}}
    if change == "testset":
        more = {"testset": TestSet("set.jsonl", "another", QUESTIONS, (ARTICLE,))}
    with pytest.raises(EvaluationError, match=f"made with another {change.removesuffix('s')}.*--fresh"):
        run(Clerk(), path, **more)
    assert path.read_bytes() == before
    clerk = Clerk()
    run(clerk, path, fresh=True, **more)
    assert len(clerk.asked) == 20
    assert len(load_predictions(path)) == 20


def test_a_larger_sample_of_the_same_set_goes_on(tmp_path: Path) -> None:
    path, clerk = tmp_path / "out.jsonl", Clerk()
    run(Clerk(), path, TestSet("set.jsonl", "digest", QUESTIONS[:5], (ARTICLE,)))
    run(clerk, path)
    assert len(clerk.asked) == 15


def test_replies_without_their_manifest_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    run(Clerk(), path)
    manifest_path(path).unlink()
    with pytest.raises(EvaluationError, match="lack their manifest"):
        run(Clerk(), path)


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    manifest: dict[str, Any] = {"testset": {}, "settings": {}}
    with open_predictions(path, manifest, fresh=False), pytest.raises(EvaluationError, match="Another run is writing"):
        run(Clerk(), path)


def test_the_manifest_says_what_made_the_run(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    finished = run(Clerk(), path)
    manifest = load_manifest(path)
    assert manifest == json.loads(json.dumps(finished.manifest))
    assert manifest["testset"] == {"name": "set.jsonl", "digest": "digest"}
    assert manifest["settings"] == SETTINGS
    assert manifest["questions"] == 20
    assert manifest["versions"]["python"] == ".".join(map(str, sys.version_info[:3]))
    assert manifest["versions"]["numpy"]
    assert manifest["machine"]["cores"] == os.cpu_count()
    assert manifest["options"] == {"jobs": 1}
    assert manifest["started"] <= manifest["finished"]


def test_a_run_that_goes_on_keeps_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    run(Clerk(), path)
    manifest = load_manifest(path) | {"started": "2020-01-01T00:00:00+00:00", "machine": {"cores": 640}}
    manifest_path(path).write_text(json.dumps(manifest), "utf-8")
    assert run(Clerk(), path).manifest == manifest
    assert load_manifest(path) == manifest


def test_a_run_does_not_go_on_under_other_versions(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    run(Clerk(), path)
    manifest = load_manifest(path)
    manifest_path(path).write_text(json.dumps(manifest | {"versions": manifest["versions"] | {"numpy": "0"}}), "utf-8")
    with pytest.raises(EvaluationError, match=r"made with another version; .*--fresh"):
        run(Clerk(), path)


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be written"):
        run(Clerk(), tmp_path / "none" / "out.jsonl")
    with pytest.raises(EvaluationError, match="cannot be read: No such file"):
        load_predictions(tmp_path / "none.jsonl")
    (tmp_path / "notes.jsonl").write_text('{"id": "1", "reply": {}}\nnot json\n', "utf-8")
    with pytest.raises(EvaluationError, match=r"Line 2 of the predictions .*not valid JSON"):
        load_predictions(tmp_path / "notes.jsonl")


def test_a_reply_that_cannot_be_scored_is_named() -> None:
    replies = {question.id: {"language": "en"} for question in QUESTIONS}
    with pytest.raises(EvaluationError, match="reply to question 'q00' cannot be scored: 'confidence'"):
        score_run(Run(TESTSET, replies, {}))
