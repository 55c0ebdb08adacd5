"""A language model's opinion of an answer, through LlamaIndex's evaluators, and a file that remembers it.

Optional: nothing else in an evaluation needs a model.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from pydantic import BaseModel, Field

from bot.evaluation.jsonl import JsonlFile, Text, open_jsonl
from config.errors import EvaluationError, ModelError

if TYPE_CHECKING:
    from llama_index.core.llms import LLM


class Judge(Protocol):
    """What scoring asks of a judge; a model's outage is a `ModelError`, never a bad mark."""

    @property
    def name(self) -> str:
        """What its marks are kept under: the model's name."""
        ...

    def supports(self, sources: Sequence[str], claim: str) -> bool:
        """Say whether the sources, read together, support the claim."""
        ...

    def correctness(self, question: str, answer: str, golds: Sequence[str]) -> float | None:
        """Return a mark from 1 (wrong) to 5 (right), or None where the judge gave none."""
        ...


class ModelJudge:
    """LlamaIndex's FaithfulnessEvaluator and CorrectnessEvaluator with one model."""

    def __init__(self, llm: "LLM") -> None:
        from llama_index.core.evaluation import CorrectnessEvaluator, FaithfulnessEvaluator

        self.name = llm.metadata.model_name
        self._faithfulness = FaithfulnessEvaluator(llm=llm)
        self._correctness = CorrectnessEvaluator(llm=llm)

    def supports(self, sources: Sequence[str], claim: str) -> bool:
        """Ask the FaithfulnessEvaluator. Raises: ModelError."""
        try:
            result = self._faithfulness.evaluate(response=claim, contexts=["\n".join(sources)])
        except Exception as error:
            raise _outage(error) from error
        return bool(result.passing)

    def correctness(self, question: str, answer: str, golds: Sequence[str]) -> float | None:
        """Ask the CorrectnessEvaluator. Raises: ModelError."""
        try:
            result = self._correctness.evaluate(query=question, response=answer, reference=" / ".join(golds))
        except Exception as error:
            raise _outage(error) from error
        return result.score


_BEGINNING = b'{"judged": "'


class _MarkLine(BaseModel):
    """A line of the cache; a yes or no is read as 1 or 0."""

    judged: Text
    mark: Annotated[float, Field(ge=0)] | None = None


def judge_cache_path(predictions: Path) -> Path:
    """Return where the marks of a file of predictions stand: out.jsonl → out.marks.jsonl."""
    return predictions.with_suffix(".marks.jsonl")


@contextmanager
def cached_judge(judge: Judge, path: Path | None, *, fresh: bool) -> Iterator[Judge]:
    """Give a judge that asks `judge` nothing twice; `path` keeps its marks for the next run, `fresh` begins anew.

    Raises: EvaluationError if the file holds anything else, is in use, or cannot be written.
    """
    with open_jsonl(path, "judge's marks", _MarkLine, fresh=fresh, check=_check_ours) as file:
        yield CachedJudge(judge, file)


class CachedJudge:
    """Asks another judge what `file` has no mark for, and keeps its answers there.

    A mark is kept under a hash of the judge's name and of all that it was shown: a reply that changed is judged again.
    """

    def __init__(self, judge: Judge, file: JsonlFile[_MarkLine]) -> None:
        self.name = judge.name
        self._judge, self._file = judge, file
        self._marks: dict[str, float | None] = {line.judged: line.mark for line in file.records}

    def supports(self, sources: Sequence[str], claim: str) -> bool:
        """Say whether the sources, read together, support the claim."""
        ask = partial(self._judge.supports, sources, claim)
        return bool(self._mark(ask, ["supports", claim, list(sources)]))

    def correctness(self, question: str, answer: str, golds: Sequence[str]) -> float | None:
        """Return a mark from 1 (wrong) to 5 (right), or None where the judge gave none."""
        ask = partial(self._judge.correctness, question, answer, golds)
        return self._mark(ask, ["correctness", question, answer, list(golds)])

    def _mark(self, ask: Callable[[], float | None], shown: Sequence[Any]) -> float | None:
        key = hashlib.sha256(json.dumps([self.name, *shown]).encode()).hexdigest()[:32]
        if key not in self._marks:
            self._marks[key] = ask()
            self._file.append({"judged": key, "mark": self._marks[key]})
        return self._marks[key]


def _check_ours(path: Path) -> None:
    if path.stat().st_size and not path.read_bytes().startswith(_BEGINNING):
        raise EvaluationError(
            f"{str(path)!r} does not hold a judge's marks: it is left as it is; name other predictions."
        )


def _outage(error: Exception) -> ModelError:
    advice = "check the llm settings and run again; with --predictions, what was judged is kept."
    return ModelError(f"The judging model failed: {error!r}; {advice}")
