"""LlamaIndex's evaluators behind our judge, with a language model that says what the test wants; marks are kept."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from llama_index.core.llms.callbacks import llm_completion_callback

from bot.evaluation.judges import ModelJudge, cached_judge
from config.errors import EvaluationError, ModelError


class Parrot(CustomLLM):
    """Says one thing, `lasts` times, and keeps what it was told."""

    line: str = ""
    lasts: int = 100
    heard: list[str] = []  # noqa: RUF012 - a field of a pydantic model

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="parrot")

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        if len(self.heard) >= self.lasts:
            raise ConnectionError("no route")
        self.heard.append(prompt)
        return CompletionResponse(text=self.line, raw=formatted)

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **more: Any) -> CompletionResponseGen:
        yield self.complete(prompt, formatted, **more)


@pytest.mark.parametrize(("line", "supported"), [("YES", True), ("NO", False)])
def test_support_is_the_models_yes(line: str, supported: bool) -> None:
    model = Parrot(line=line)
    assert ModelJudge(model).supports(["افتتح الجسر عام 1931.", "It is red."], "It opened in 1931.") is supported
    assert "افتتح الجسر عام 1931." in model.heard[0]
    assert "It is red." in model.heard[0]
    assert "It opened in 1931." in model.heard[0]


def test_correctness_is_the_models_mark() -> None:
    model = Parrot(line="4.5\nClose to the reference.")
    assert ModelJudge(model).correctness("When?", "In 1931.", ["1931", "in 1931"]) == 4.5
    assert "1931 / in 1931" in model.heard[0]


def test_no_mark_is_none() -> None:
    assert ModelJudge(Parrot(line="")).correctness("When?", "In 1931.", ["1931"]) is None


def test_an_outage_is_no_bad_mark() -> None:
    judge = ModelJudge(Parrot(lasts=0))
    with pytest.raises(ModelError, match="no route"):
        judge.supports(["It opened."], "It opened.")
    with pytest.raises(ModelError, match="no route"):
        judge.correctness("When?", "Then.", ["Then"])


class Witness:
    """A judge that goes out after so many marks, and counts them."""

    def __init__(self, name: str = "witness", lasts: int = 100) -> None:
        self.name, self.lasts, self.asked = name, lasts, 0

    def supports(self, sources: Sequence[str], claim: str) -> bool:
        self._ask()
        return claim in " ".join(sources)

    def correctness(self, question: str, answer: str, golds: Sequence[str]) -> float | None:
        self._ask()
        return None if not golds else 4.5

    def _ask(self) -> None:
        if self.asked >= self.lasts:
            raise ModelError("out")
        self.asked += 1


def judge_all(witness: Witness, path: Path | None, *, fresh: bool = False) -> list[object]:
    with cached_judge(witness, path, fresh=fresh) as judge:
        return [
            judge.supports(["نعم", "b"], "نعم"),
            judge.supports(["a"], "x"),
            judge.correctness("q", "a", ["g"]),
            judge.correctness("q", "a", []),
            judge.supports(["a"], "x"),
        ]


MARKS = [True, False, 4.5, None, False]


def test_nothing_is_judged_twice(tmp_path: Path) -> None:
    path = tmp_path / "out.marks.jsonl"
    for kept in (None, path):
        witness = Witness()
        assert judge_all(witness, kept) == MARKS
        assert witness.asked == 4
    again = Witness()
    assert judge_all(again, path) == MARKS
    assert again.asked == 0
    other, fresh = Witness("another model"), Witness()
    judge_all(other, path)
    judge_all(fresh, path, fresh=True)
    assert (other.asked, fresh.asked) == (4, 4)


@pytest.mark.parametrize("torn", [b"", b'{"judged": "12'])
def test_an_outage_loses_no_marks(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "out.marks.jsonl"
    with pytest.raises(ModelError):
        judge_all(Witness(lasts=3), path)
    path.write_bytes(path.read_bytes() + torn)
    after = Witness()
    assert judge_all(after, path) == MARKS
    assert after.asked == 1


@pytest.mark.parametrize("text", ['{"id": "1", "question": "?"}\n', "bread", '{"judged": "1", "mark": "good"}\n'])
def test_a_file_of_anything_else_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.marks.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(EvaluationError):
        judge_all(Witness(), path)
    assert path.read_text("utf-8") == text


def test_two_runs_do_not_keep_marks_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "out.marks.jsonl"
    with cached_judge(Witness(), path, fresh=False), pytest.raises(EvaluationError, match="Another run is writing"):
        judge_all(Witness(), path)
