"""`sanad evaluate` from options to exit status, with a small lexical engine behind the seam."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from bot.evaluation.command import register
from bot.evaluation.run import (
    AnswerQuestion,
    EvaluationTarget,
    Progress,
    SearchScope,
    load_manifest,
    load_predictions,
    manifest_path,
)
from bot.evaluation.scoring import ReplyJson
from bot.evaluation.testset import ResolveArticle, TestQuestion, TestSet
from config.errors import ModelError, SanadError, TestSetError
from tests.bot.evaluation.test_judges import Parrot

WriteLines = Callable[[list[dict[str, Any] | str]], Path]


class Command:
    """The command on an app of its own; counts what the engine was asked."""

    def __init__(self, resolve: ResolveArticle, answer: AnswerQuestion) -> None:
        self.asked = 0
        self.model: Any = None
        self.connected: list[tuple[SearchScope, str | None]] = []
        self.prepared: list[TestSet] = []
        self._resolve, self._answer = resolve, answer
        self._app = typer.Typer()
        self._app.callback()(lambda: None)
        register(self._app, self._connect)

    def __call__(self, *arguments: str | Path) -> Result:
        return CliRunner().invoke(self._app, ["evaluate", *map(str, arguments)])

    def _connect(self, scope: SearchScope, writer: str | None) -> EvaluationTarget:
        self.connected.append((scope, writer))
        return EvaluationTarget(self._resolve, self._prepare, {"scope": scope, "writer": writer}, self._model)

    def _prepare(self, testset: TestSet, progress: Progress) -> AnswerQuestion:
        progress(1, 1)
        self.prepared.append(testset)
        return self._ask

    def _ask(self, question: TestQuestion) -> ReplyJson:
        self.asked += 1
        return self._answer(question)

    def _model(self) -> Any:
        if self.model:
            return self.model
        raise ModelError("No model is configured; set llm.model.")


@pytest.fixture
def command(resolve_seed: ResolveArticle, lexical: AnswerQuestion) -> Command:
    return Command(resolve_seed, lexical)


def error_of(result: Result) -> str:
    """Return the sentence that `bot.cli.app` would print before it exits with 2."""
    assert isinstance(result.exception, SanadError), result.output
    return str(result.exception)


def test_both_shipped_sets_in_one_table(command: Command, seeds: Path) -> None:
    result = command(seeds / "questions.jsonl", seeds / "little-amber-ferry.questions.jsonl")
    assert result.exit_code == 0
    assert "| question-article " in result.stdout
    assert all(f"| {cell}" in result.stdout for cell in ("ar-ar", "ar-en", "en-ar", "en-en"))
    assert command.asked == 122
    assert command.connected == [(SearchScope.ARTICLE, None)]
    assert [article.source for article in command.prepared[0].articles] == [
        "little-amber-ferry.en.txt",
        "russia-syria-bases.ar.txt",
    ]


def test_all_that_is_written(command: Command, seeds: Path, tmp_path: Path) -> None:
    predictions, numbers, report = tmp_path / "out.jsonl", tmp_path / "out.json", tmp_path / "out.html"
    arguments = (
        seeds / "questions.jsonl", "--predictions", predictions, "--json", numbers, "--report", report,
        "--scope", "library", "--writer", "extractive", "--jobs", 2,
    )  # fmt: skip
    assert command(*map(str, arguments)).exit_code == 0
    assert command.connected == [(SearchScope.LIBRARY, "extractive")]
    written = json.loads(numbers.read_text("utf-8"))
    assert written["manifest"]["settings"] == {"scope": "library", "writer": "extractive"}
    assert written["metrics"]["overall"]["right"]["n"] == len(load_predictions(predictions)) == 92
    assert report.read_text("utf-8").startswith("<!doctype html>")
    assert command(*map(str, arguments)).exit_code == 0
    assert command.asked == 92
    assert command(*map(str, arguments), "--fresh").exit_code == 0
    assert command.asked == 184


def test_a_sample_of_a_tag(command: Command, seeds: Path) -> None:
    assert command(seeds / "questions.jsonl", "--tag", "date", "--sample", "5", "--seed", "2").exit_code == 0
    assert command.asked == 5
    assert all("date" in question.tags for question in command.prepared[0].questions)


def test_a_baseline_of_itself_has_no_changes(command: Command, seeds: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    command(seeds / "questions.jsonl", "--predictions", out)
    result = command(seeds / "questions.jsonl", "--baseline", out, "--json", tmp_path / "out.json")
    assert "Now right: none\nNow wrong: none" in result.stdout
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["comparison"]["questions"] == 92


def test_a_baseline_of_other_questions_is_refused(command: Command, seeds: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    command(seeds / "questions.jsonl", "--predictions", out)
    result = command(seeds / "little-amber-ferry.questions.jsonl", "--baseline", out)
    assert "answers none of these questions" in error_of(result)


OVER = [
    (["--report", "set.jsonl"], "is a test set"),
    (["--predictions", "set.jsonl", "--fresh"], "is a test set"),
    (["--report", "link.jsonl"], "is a test set"),
    (["--json", "old.jsonl", "--baseline", "old.jsonl"], "is the baseline"),
    (["--predictions", "old.jsonl", "--fresh", "--baseline", "old.jsonl"], "is the baseline"),
    (["--predictions", "old.txt", "--baseline", "old.jsonl"], "is the baseline's manifest"),
    (["--report", "new.html", "--json", "./new.html"], "is what --report writes"),
    (["--predictions", "new.jsonl", "--json", "new.manifest.json"], "is the manifest that --predictions writes"),
]


@pytest.mark.parametrize(("options", "sentence"), OVER, ids=[sentence for _, sentence in OVER])
def test_no_output_is_written_over_what_a_run_reads_or_writes(
    command: Command, write: WriteLines, options: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write([{"id": "1", "question": "When did the bridge open?", "article": "news.txt"}])
    (path.parent / "link.jsonl").symlink_to(path)
    monkeypatch.chdir(path.parent)
    assert command(path, "--predictions", "old.jsonl").exit_code == 0
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    assert sentence in error_of(command(path, *options))
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


MANIFEST = '{"testset": {}, "settings": {}, "versions": {}}'


@pytest.mark.parametrize("fresh", [[], ["--fresh"]])
@pytest.mark.parametrize(
    ("name", "manifest", "sentence"),
    [
        ("notes.txt", None, "lack their manifest"),
        ("notes.txt", "{}", "is no manifest of the predictions"),
        ("notes.txt", "no JSON", "is no manifest of the predictions"),
        ("notes.txt", '{"testset": {}, "settings": {}}', "'versions' is missing"),
        ("notes.txt", MANIFEST, "does not hold predictions"),  # it is that of other predictions, notes.jsonl
        ("line.txt", MANIFEST, "does not hold predictions"),
        ("other.jsonl", MANIFEST, "does not hold predictions"),
        ("empty.jsonl", '{"another program": "wrote this"}', "is no manifest of the predictions"),
    ],
)
def test_a_file_that_is_no_predictions_is_left_as_it_is(
    command: Command, write: WriteLines, name: str, manifest: str | None, sentence: str, fresh: list[str]
) -> None:
    row = '{"id": "1", "question": "When did the bridge open?", "article": "news.txt"}'
    path = write([row])
    texts = {"notes.txt": "bread\nmilk", "line.txt": row, "other.jsonl": row + "\n", "empty.jsonl": ""}
    (path.parent / name).write_text(texts[name], "utf-8")
    if manifest is not None:
        (path.parent / name).with_suffix(".manifest.json").write_text(manifest, "utf-8")
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    assert sentence in error_of(command(path, "--predictions", path.parent / name, *fresh))
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before
    assert command.asked == 0


@pytest.mark.parametrize(
    ("floors", "status"), [(["verbatim=1"], 0), (["hit@1=0.99"], 1), (["verbatim=1", "error_rate=0"], 1)]
)
def test_floors_set_the_exit_status(command: Command, seeds: Path, floors: Sequence[str], status: int) -> None:
    result = command(seeds / "questions.jsonl", *(part for floor in floors for part in ("--fail-under", floor)))
    assert result.exit_code == status
    assert bool(result.stderr) == bool(status)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--fail-under", "hit@1"], "is no floor"),
        (["--fail-under", "hits=1"], "There is no metric 'hits'"),
        (["--fail-under", "hit@1:foo=0.5"], "There is no metric 'hit@1:foo'"),
        (["--fail-under", "seconds_p50:=0.5"], "There is no metric 'seconds_p50:'"),
        (["--fail-under", "verbatim=nan"], "verbatim takes values from 0 to 1"),
        (["--fail-under", "hit@1=60"], "hit@1 takes values from 0 to 1"),
        (["--fail-under", "error_rate=-0.1"], "error_rate takes values from 0 to 1"),
        (["--fail-under", "seconds_p95=inf"], "seconds_p95 takes values of 0 or more"),
        (["--fail-under", "judge_correctness=0.8", "--judge"], "judge_correctness takes values from 1 to 5"),
        (["--report", "no/such/folder/out.html"], "cannot be written"),
        (["--report", "o" * 300], "cannot be written: File name too long"),
        (["--predictions", "o" * 250], "cannot be written: File name too long"),
        (["--tag", "none"], "is tagged 'none'"),
        (["--baseline", "none.jsonl"], "cannot be read"),
        (["--judge"], "No model is configured"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_asked(
    command: Command, seeds: Path, arguments: list[str], sentence: str
) -> None:
    assert sentence in error_of(command(seeds / "questions.jsonl", *arguments))
    assert command.asked == 0


def test_what_is_left_out_is_said(command: Command, write: WriteLines) -> None:
    path = write([{"id": "1", "question": "When did the bridge open?", "article": "news.txt"}, "{"])
    assert isinstance(command(path).exception, TestSetError)
    result = command(path, "--skip-invalid")
    assert result.exit_code == 0
    assert result.stderr.startswith("sanad: left out: Line 2 of 'set.jsonl': ")


def test_an_outage_of_the_judge_loses_nothing(command: Command, write: WriteLines, tmp_path: Path) -> None:
    lines = [
        {
            "id": str(number),
            "question": f"When did the bridge open? {number}",
            "article": "news.txt",
            "answers": ["1931"],
        }
        for number in range(3)
    ]
    path, out = write([*lines]), tmp_path / "out.jsonl"
    arguments = (path, "--predictions", out, "--judge", "--json", tmp_path / "out.json")
    command.model = Parrot(line="4\nYES", lasts=3)
    assert "with --predictions, what was judged is kept" in error_of(command(*arguments))
    assert len((tmp_path / "out.marks.jsonl").read_text("utf-8").splitlines()) == 3
    command.model = Parrot(line="4\nYES")
    assert command(*arguments).exit_code == 0
    whole = Parrot(line="4\nYES")
    asked, command.model, rest = command.asked, whole, len(command.model.heard)
    assert command(*arguments, "--fresh").exit_code == 0
    assert (asked, rest) == (3, len(whole.heard) - 3)
    written = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert written["manifest"]["judge"] == load_manifest(out)["judge"] == "parrot"
    assert written["metrics"]["overall"]["judge_faithfulness"]["n"] == 3


def squad(context: str, question: str) -> str:
    """Return a SQuAD file with a question of the id "1", which XQuAD's files have in every language."""
    answers = [{"text": context[:2], "answer_start": 0}]
    paragraphs = [{"context": context, "qas": [{"id": "1", "question": question, "answers": answers}]}]
    return json.dumps({"data": [{"title": "The bridge", "paragraphs": paragraphs}]})


@pytest.mark.parametrize(
    ("manifest", "sentence"), [(True, "another test set ('en.json')"), (False, "cites the article")]
)
def test_a_baseline_with_the_same_ids_of_another_test_set_is_refused(
    command: Command, tmp_path: Path, manifest: bool, sentence: str
) -> None:
    (tmp_path / "en.json").write_text(squad("It opened in 1931.", "When did it open?"), "utf-8")
    (tmp_path / "ar.json").write_text(squad("افتتح الجسر عام 1931.", "متى افتتح الجسر؟"), "utf-8")
    out = tmp_path / "out.jsonl"
    assert command(tmp_path / "en.json", "--predictions", out).exit_code == 0
    if not manifest:
        manifest_path(out).unlink()
    assert command(tmp_path / "en.json", "--baseline", out).exit_code == 0
    assert sentence in error_of(command(tmp_path / "ar.json", "--baseline", out))
