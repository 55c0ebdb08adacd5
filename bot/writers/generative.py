"""The writer with a language model: any LlamaIndex `LLM`. What it writes is not trusted, see `bot.grounding`."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import prompts
from bot.claims import ClaimStream
from bot.grounding import Sources
from bot.types import DraftClaim, Fault, Note, Question, Usage, Withheld
from bot.writers import Declined, WriterFailed
from bot.writers.faults import explain
from index.passages import count_tokens
from index.retriever import Found
from index.text import search_form
from index.types import Sentence

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatResponse

MOST_CHARACTERS = 6_000
"""Characters of output after which the model is stopped."""
EVIDENCE_TOKENS = 700
"""Most tokens of evidence in a prompt."""
MOST_REWRITTEN = 400
"""Characters of a rewritten question."""
LEAD = 24
"""Characters of the refusal phrase that must come first for an output to count as one."""


class GenerativeWriter:
    """Writes with a model; `context` are the tokens it can read and write, `timeout` seconds for one answer."""

    attempts = 2
    quotes = False

    def __init__(
        self,
        model: "Callable[[], AbstractContextManager[LLM]]",
        *,
        name: str,
        context: int,
        max_tokens: int,
        timeout: float,
    ) -> None:
        self.name = name
        self._model, self._timeout = model, timeout
        self._budget = min(EVIDENCE_TOKENS, (context - max_tokens) // 2)

    def write(
        self, question: Question, found: Found, sources: Sources, withheld: Sequence[Withheld]
    ) -> Iterator[DraftClaim | Usage]:
        """Stream the model's claims as their sentences end.

        Raises: WriterFailed, Declined.
        """
        chosen = choose_sentences(found, sources, budget=self._budget)
        messages = _messages(question, chosen, withheld)
        stream, refusal = ClaimStream(chosen), prompts.REFUSALS[question.language]
        written, usage = "", Usage(calls=1)
        for delta, counted in self._stream(messages):
            written, usage = written + delta, counted or usage
            if _declines(written, refusal):
                yield usage
                raise Declined
            yield from stream.feed(delta)
            if len(written) > MOST_CHARACTERS:
                break
        rest = stream.close()
        yield from () if stream.cut else rest
        yield usage
        if not written.strip():
            raise WriterFailed(Note.MODEL_SILENT)

    def rewrite(self, history: str, question: Question) -> str:
        """Return a follow-up as a question that stands alone: the first line of what the model writes.

        Raises: WriterFailed.
        """
        prompt = prompts.load("followup", language=question.language)
        written = ""
        for delta, _ in self._stream(prompt.fill(history=history, question=_one_line(question.text))):
            written += delta
            if "\n" in written.strip() or len(written) > MOST_REWRITTEN:
                break
        return written.strip().partition("\n")[0][:MOST_REWRITTEN]

    def _stream(self, messages: "prompts.Messages") -> Iterator[tuple[str, Usage | None]]:
        """Pieces of the output, with the usage once the server tells it; closing this ends the request."""
        from llama_index.core.llms import ChatMessage

        asked = [ChatMessage(role="system", content=messages.system), ChatMessage(role="user", content=messages.user)]
        deadline = time.monotonic() + self._timeout
        try:
            with self._model() as model:
                for response in model.stream_chat(asked):
                    yield response.delta or "", _usage(response)
                    _check_finish(response)
                    _check_time(deadline)
        except Exception as error:
            note = explain(error)
            if note is None:
                raise
            raise WriterFailed(note) from error


def choose_sentences(found: Found, sources: Sources, *, budget: int) -> dict[str, Sentence]:
    """The sentences to show, by key in reading order: the evidence, best first, with a neighbour on either side.

    What does not fit into `budget` tokens is left out, the weakest evidence first.
    """
    wanted: dict[str, Sentence] = {}
    spent = 0
    for evidence in found.evidence:
        for key, sentence in sources.around(evidence.sentence):
            if key not in wanted:
                spent += count_tokens(sentence.text) + 4
                if spent > budget and wanted:
                    return _in_order(wanted)
                wanted[key] = sentence
    return _in_order(wanted)


def _in_order(wanted: dict[str, Sentence]) -> dict[str, Sentence]:
    return dict(sorted(wanted.items(), key=lambda item: int(item[0])))


def _messages(question: Question, chosen: dict[str, Sentence], withheld: Sequence[Withheld]) -> "prompts.Messages":
    values = {
        "evidence": "\n".join(f"{key}: {_one_line(sentence.text)}" for key, sentence in chosen.items()),
        "question": _one_line(question.text),
        "refusal": prompts.REFUSALS[question.language],
    }
    if not withheld:
        return prompts.load("answer", language=question.language).fill(**values)
    values["draft"] = " ".join(f"{one.draft.text} {''.join(f'[{key}]' for key in one.draft.keys)}" for one in withheld)
    values["failures"] = "\n".join(_failure(one) for one in withheld)
    return prompts.load("retry", language=question.language).fill(**values)


def _failure(one: Withheld) -> str:
    keys = ", ".join(one.draft.keys)
    match one.fault:
        case Fault.UNSUPPORTED_FACT:
            return f"- {', '.join(repr(fact) for fact in one.facts)}: not in [{keys}]."
        case Fault.NO_KEY | Fault.UNKNOWN_KEY:
            return f"- no number of a sentence: {one.draft.text!r}"
        case Fault.WRONG_LANGUAGE:
            return f"- language: {one.draft.text!r}"
        case _:
            return f"- not what [{keys}] says: {one.draft.text!r}"


def _one_line(text: str) -> str:
    """Text of others as one line without brackets, so that it can neither end the list nor fake a key."""
    return " ".join(text.split()).replace("[", "(").replace("]", ")")


def _declines(written: str, refusal: str) -> bool:
    return search_form(written).strip(" .،\"'*\n").startswith(search_form(refusal)[:LEAD].strip(" ."))


def _usage(response: "ChatResponse") -> Usage | None:
    counted: Any = getattr(response.raw, "usage", None)
    return Usage(counted.prompt_tokens or 0, counted.completion_tokens or 0, 1) if counted else None


def _check_time(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise WriterFailed(Note.MODEL_SLOW)


def _check_finish(response: "ChatResponse") -> None:
    choices: Any = getattr(response.raw, "choices", None)
    if choices and choices[0].finish_reason == "content_filter":
        raise WriterFailed(Note.MODEL_FILTERED)
