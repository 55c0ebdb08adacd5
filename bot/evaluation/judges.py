"""A language model's opinion of an answer, through LlamaIndex's evaluators. Optional: nothing else needs a model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from config.errors import ModelError

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
