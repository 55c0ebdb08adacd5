"""LlamaIndex's evaluators behind our judge, with a language model that says what the test wants."""

from typing import Any

import pytest
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from llama_index.core.llms.callbacks import llm_completion_callback

from bot.evaluation.judges import ModelJudge
from config.errors import ModelError


class Parrot(CustomLLM):
    """Says one thing, and keeps what it was told."""

    line: str = ""
    broken: bool = False
    heard: list[str] = []  # noqa: RUF012 - a field of a pydantic model

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata()

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        if self.broken:
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
    judge = ModelJudge(Parrot(broken=True))
    with pytest.raises(ModelError, match="no route"):
        judge.supports(["It opened."], "It opened.")
    with pytest.raises(ModelError, match="no route"):
        judge.correctness("When?", "Then.", ["Then"])
