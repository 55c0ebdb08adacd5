"""A language model's opinion of an answer, through LlamaIndex's evaluators, and a file that remembers it.

Optional: nothing else in an evaluation needs a model.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from bot.evaluation.jsonl import RecordError, append_line, drop_torn_line, load_jsonl, open_jsonl
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


def _outage(error: Exception) -> ModelError:
    advice = "check the llm settings and run again; with --predictions, what was judged is kept."
    return ModelError(f"The judging model failed: {error!r}; {advice}")


Mark = bool | float | None

_BEGINNING = b'{"judged": "'


def judge_cache_path(predictions: Path) -> Path:
    """Return where the marks of a file of predictions stand: out.jsonl → out.marks.jsonl."""
    return predictions.with_suffix(".marks.jsonl")


@contextmanager
def cached_judge(judge: Judge, path: Path | None, *, fresh: bool) -> Iterator[Judge]:
    """Give a judge that asks `judge` nothing twice; `path` keeps its marks for the next run, `fresh` begins anew.

    Raises: EvaluationError if the file holds anything else, is in use, or cannot be written.
    """
    if path is None:
        yield CachedJudge(judge, None, {})
        return
    with open_jsonl(path, "judge's marks") as file:
        if path.stat().st_size and not path.read_bytes().startswith(_BEGINNING):
            raise EvaluationError(
                f"{str(path)!r} does not hold a judge's marks: it is left as it is; name other predictions."
            )
        if fresh:
            file.truncate(0)
        drop_torn_line(file, path)
        yield CachedJudge(judge, file, _load(path))


class CachedJudge:
    """Asks another judge what is not among the `marks`, and keeps its answers."""

    def __init__(self, judge: Judge, file: IO[bytes] | None, marks: dict[str, Mark]) -> None:
        self.name = judge.name
        self._judge, self._file, self._marks = judge, file, marks

    def supports(self, sources: Sequence[str], claim: str) -> bool:
        """Say whether the sources, read together, support the claim."""
        key = self._key("supports", sources, claim)
        if key not in self._marks:
            self._keep(key, self._judge.supports(sources, claim))
        return bool(self._marks[key])

    def correctness(self, question: str, answer: str, golds: Sequence[str]) -> float | None:
        """Return a mark from 1 (wrong) to 5 (right), or None where the judge gave none."""
        key = self._key("correctness", golds, question, answer)
        if key not in self._marks:
            self._keep(key, self._judge.correctness(question, answer, golds))
        return self._marks[key]

    def _key(self, kind: str, texts: Sequence[str], *more: str) -> str:
        shown = json.dumps([self.name, kind, *more, list(texts)])
        return hashlib.sha256(shown.encode()).hexdigest()[:32]

    def _keep(self, key: str, mark: Mark) -> None:
        self._marks[key] = mark
        if self._file is not None:
            append_line(self._file, {"judged": key, "mark": mark})


def _load(path: Path) -> dict[str, Mark]:
    marks: dict[str, Mark] = {}
    for where, row in load_jsonl(path, "judge's marks"):
        try:
            mark = row.fields.get("mark")
            plain = mark is None or isinstance(mark, bool)
            marks[row.text("judged")] = mark if plain else row.number("mark", low=0)
        except RecordError as problem:
            raise EvaluationError(f"{where}: {problem}") from problem
    return marks
