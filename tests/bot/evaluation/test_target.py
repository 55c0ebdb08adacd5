"""The real engine behind the evaluation's seam: the bundled encoders, a real library."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.run import EvaluationTarget, SearchScope
from bot.evaluation.scoring import score
from bot.evaluation.target import make_target
from bot.evaluation.testset import TestSet, load_testset
from config.errors import SanadError, SettingsError, TestSetError

Write = Callable[[list[dict[str, Any] | str]], Path]

LINE = {
    "id": "1",
    "question": "When did the bridge open?",
    "article": "news.txt",
    "evidence": ["The bridge opened in 1931."],
}


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "sanad.toml").touch()
    monkeypatch.setenv("SANAD_HOME", str(folder))
    monkeypatch.setenv("SANAD_CONFIG", str(folder / "sanad.toml"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return folder


_opened: list[EvaluationTarget] = []


@pytest.fixture(autouse=True)
def _close_targets() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def open_target(scope: SearchScope, writer: str | None) -> EvaluationTarget:
    _opened.append(make_target(scope, writer))
    return _opened[-1]


def load(path: Path) -> TestSet:
    return load_testset(path, resolve=open_target(SearchScope.ARTICLE, None).resolve)


def index(testset: TestSet) -> int:
    """Return how many texts were embedded to make a test set ready."""
    told = [(0, 0)]
    open_target(SearchScope.ARTICLE, None).prepare(testset, lambda done, total: told.append((done, total)))
    return told[-1][1]


def test_a_question_labelled_with_another_language_is_answered_in_its_own(write: Write) -> None:
    testset = load(write([LINE | {"language": "ar"}]))
    reply = open_target(SearchScope.ARTICLE, None).prepare(testset, lambda *_: None)(testset.questions[0])
    values = score(testset.questions[0], reply, articles={one.id: one for one in testset.articles}).values
    assert (reply["language"], values["language_right"]) == ("en", 0)


def test_an_edited_question_embeds_nothing_again_and_an_edited_article_does(write: Write) -> None:
    path = write([LINE])
    assert index(load(path)) == 4  # three sentences, one passage
    write([LINE | {"question": "In which year did the bridge open?"}])
    assert index(load(path)) == 0
    (path.parent / "news.txt").write_text("The bridge opened in 1931. It fell.", "utf-8")
    assert index(load(path)) == 3


@pytest.mark.parametrize("scope", SearchScope)
def test_a_question_is_asked_of_the_testsets_article(write: Write, scope: SearchScope) -> None:
    testset = load(write([LINE]))
    reply = open_target(scope, None).prepare(testset, lambda *_: None)(testset.questions[0])
    json.dumps(reply)
    values = score(testset.questions[0], reply, articles={one.id: one for one in testset.articles}).values
    assert (values["right"], values["hit@1"], values["verbatim"], values["language_right"]) == (1, 1, 1, 1)
    assert "tokens_in" not in values


def test_an_article_is_the_same_wherever_its_folder_lies(write: Write, tmp_path: Path) -> None:
    path = write([LINE])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("set.jsonl", "news.txt"):
        (elsewhere / name).write_bytes((tmp_path / name).read_bytes())
    assert load(elsewhere / "set.jsonl").digest == load(path).digest
    (elsewhere / "set.jsonl").write_text(json.dumps(LINE | {"article": "./news.txt"}), "utf-8")
    assert load(elsewhere / "set.jsonl").articles == load(path).articles


@pytest.mark.parametrize("reference", ["a" * 300, "a" * 5000, "folder/" + "ب" * 200, ".", "a\0b"])
def test_an_article_that_is_no_file_is_named(write: Write, reference: str) -> None:
    with pytest.raises(TestSetError, match=r"^Line 1 of 'set.jsonl': its 'article' is neither a file"):
        load(write([LINE | {"article": reference}]))


def test_the_writer_is_one_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANAD_LLM__BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("SANAD_LLM__MODEL", "small")
    settings = [open_target(SearchScope.ARTICLE, writer).settings for writer in (None, "generative", "extractive")]
    assert [made["writer"] for made in settings] == ["small", "small", "extractive"]
    assert settings[0] == settings[1] != settings[2]
    with pytest.raises(SettingsError, match="no writer 'other'"):
        open_target(SearchScope.ARTICLE, "other")


def test_another_embedding_has_a_library_of_its_own(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    testset = load(write([LINE]))
    assert index(testset) == 4
    monkeypatch.setenv("SANAD_EMBEDDING__SECOND", "false")
    assert index(testset) == 4
    monkeypatch.delenv("SANAD_EMBEDDING__SECOND")
    assert index(testset) == 0


def test_no_model_to_judge(write: Write) -> None:
    with pytest.raises(SanadError, match="No language model is configured"):
        open_target(SearchScope.ARTICLE, None).model()
