"""What people thought of the bot's answers → a test set: exported by the command, valid, loaded, scored once checked."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from bot.bootstrap import bootstrap
from bot.cli.app import app
from bot.evaluation.run import SearchScope
from bot.evaluation.target import make_target
from bot.evaluation.testset import TestSet, leave_out_unchecked, load_testset
from bot.telegram.outgoing.texts import CitedSentence
from bot.telegram.state.chats import Answers, StoredAnswer
from bot.telegram.state.database import DATABASE, Database
from config.errors import BotError, TestSetError
from config.settings import load_settings
from index.readers.sources import article_from_text
from index.text.sentences import split_sentences

TEXT = "The bridge opened in 1931. It is 40 metres long. It is painted red."
SHARED = article_from_text(TEXT, source="shared.txt")
OWN = article_from_text(TEXT.replace("bridge", "tower"), source="own.txt")
CITED = [CitedSentence(SHARED.id, SHARED.title, "en", s.position, s.text, s.start) for s in split_sentences(SHARED)]
THEIRS = [CitedSentence(OWN.id, OWN.title, "en", s.position, s.text, s.start) for s in split_sentences(OWN)]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that the command writes, beside a library and a database with feedback of every kind."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANAD_HOME", str(home))
        made = bootstrap(load_settings())
        list(made.indexer.add([SHARED]))
        list(made.indexer.add([OWN], space="u7"))
        made.close()
        database = Database(home / DATABASE)
        collect(Answers(database))
        database.close()
        result = run("feedback", "export", str(home / "feedback.jsonl"))
        assert result.exit_code == 0, result.output
    return home / "feedback.jsonl"


@pytest.fixture(autouse=True)
def _home(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_HOME", str(exported.parent))


def collect(answers: Answers) -> None:
    """Answers liked, disliked, and with a wrong sentence; refusals liked and disliked."""
    said = [
        ("liked", True, CITED[:1], ["up"]),
        ("disliked", True, CITED[:1], ["down"]),
        ("one wrong", True, CITED[:2], ["wrong"]),
        ("all wrong", True, CITED[1:2], ["wrong"]),
        ("liked refusal", False, CITED, ["up"]),
        ("disliked refusal", False, CITED, ["down"]),
        ("in a chat of one's own", True, THEIRS[:1], ["up"]),
    ]
    for number, (question, answered, cited, verdicts) in enumerate(said, 1):
        text = cited[0].text if answered else ""
        answers.add(
            StoredAnswer(number, 7, 7, float(number), question, "en", answered, text, tuple(cited), f"{question}?")
        )
        for verdict in verdicts:
            answers.rate(number, 7, verdict, sentence=1 if verdict == "wrong" else 0)  # type: ignore[arg-type]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def load(path: Path) -> TestSet:
    target = make_target(SearchScope.ARTICLE, None)
    testset = load_testset(path, resolve=target.resolve)
    target.close()
    return testset


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_the_export_is_a_test_set(exported: Path, schema: Mapping[str, Any]) -> None:
    validator = Draft202012Validator(schema)
    for row in rows(exported):
        validator.validate(row)
    assert [question.question.rstrip("?") for question in load(exported).questions] == [
        "liked",
        "disliked",
        "one wrong",
        "all wrong",
        "liked refusal",
        "disliked refusal",
        "in a chat of one's own",
    ]


def test_an_export_writes_over_nothing(exported: Path) -> None:
    before = exported.read_bytes()
    again = run("feedback", "export", str(exported))
    assert isinstance(again.exception, BotError)
    assert exported.read_bytes() == before
    ids = [row["id"] for row in rows(exported)]
    assert ids == [f"feedback-{number}-1" for number in range(1, 8)]


def test_only_what_says_what_is_right_is_scored(exported: Path) -> None:
    checked = leave_out_unchecked(load(exported))
    kept = {question.question.rstrip("?"): question for question in checked.questions}
    assert kept.keys() == {"liked", "one wrong", "liked refusal", "in a chat of one's own"}
    assert not kept["liked refusal"].answerable
    quotes = {
        name: [one.article.text[start:end] for piece in one.evidence for start, end in piece]
        for name, one in kept.items()
    }
    assert quotes["liked"] == ["The bridge opened in 1931."]
    assert quotes["one wrong"] == ["It is 40 metres long."]
    assert checked.problems[0].startswith("3 of the questions of 'feedback.jsonl', which nobody has checked: ")


def test_the_command_leaves_them_out_with_one_line(exported: Path) -> None:
    result = run("evaluate", str(exported), "--json", str(exported.with_name("out.json")))
    assert result.exit_code == 0, result.output
    assert result.stderr.count("left out: 3 of the questions of 'feedback.jsonl', which") == 1
    written = json.loads(exported.with_name("out.json").read_text("utf-8"))
    assert written["manifest"]["questions"] == 4


def test_once_checked_they_count(exported: Path, tmp_path: Path) -> None:
    added: dict[str, dict[str, Any]] = {
        "disliked?": {"evidence": ["It is painted red."]},
        "disliked refusal?": {"answerable": False},
    }
    checked = [row | added.get(row["question"], {}) for row in rows(exported)]
    checked[0]["tags"] = [*checked[0]["tags"], "unchecked"]
    path = tmp_path / "checked.jsonl"
    path.write_text("\n".join(map(json.dumps, checked)), "utf-8")
    kept = {question.question.rstrip("?") for question in leave_out_unchecked(load(path)).questions}
    assert kept == {"disliked", "one wrong", "liked refusal", "disliked refusal", "in a chat of one's own"}


def test_nothing_but_unchecked_questions_is_refused(exported: Path, tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps(rows(exported)[1]), "utf-8")
    with pytest.raises(TestSetError, match=r"^Nobody has checked any question of 'set\.jsonl'"):
        leave_out_unchecked(load(path))
