"""The writer with a language model: any LlamaIndex `LLM`. What it writes is not trusted, see `bot.grounding.check`."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import prompts
from bot.grounding.check import Sources
from bot.parsing.claims import ClaimParser, without_refusal
from bot.rendering.bidi import clean
from bot.types import DraftClaim, Fault, Note, Question, Usage, Withheld
from bot.writers import Declined, WriterFailed
from bot.writers.models import TimeLimit, note_for
from index.retrieval.retriever import RetrievalResult
from index.text.passages import count_tokens
from index.text.search_form import search_form, stems
from index.types import Language, Sentence

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatResponse

MOST_CHARACTERS = 6_000
"""Characters of output after which the model is stopped."""
LOOP, MOST_LOOPS = 40, 5
"""Characters that come again, and how many times, until the model is stopped."""
EVIDENCE_TOKENS = 190
"""Most tokens of evidence in a prompt: some five sentences. Half of it is shown for a second try."""
WITH_NEIGHBOURS = 1
"""How many of the best sentences are shown with those around them."""
MOST_FAULTS, MOST_FACTS, MOST_QUOTED = 3, 5, 200
"""Claims of a first try that a second is told of, facts of each, and characters of either that it is shown."""
MOST_REWRITTEN = 400
"""Characters of a rewritten question."""
_ASKS = re.compile(
    r"(?:(?:yes|no|نعم|لا)\b\W*)?(?:why|how|when|where|who|what|which|whose|whom|"
    r"لماذا|ليش|ليه|كيف|متي|امتي|اين|وين|فين|كم|ماذا|شو|وش|مين|لمن)\b"
)
_BRACKETS = str.maketrans("[]【】", "()()")


class GenerativeWriter:
    """Writes with a model; `context` are the tokens it can read and write, `timeout` seconds for one question."""

    attempts = 2
    quotes = False

    def __init__(
        self,
        model: "Callable[[TimeLimit], AbstractContextManager[LLM]]",
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
        self, question: Question, found: RetrievalResult, sources: Sources, withheld: Sequence[Withheld]
    ) -> Iterator[DraftClaim | Usage]:
        """Stream the model's claims as their sentences end.

        Raises: WriterFailed, Declined.
        """
        chosen = choose_sentences(found, sources, withheld, budget=self._budget)
        sources.show(chosen)
        prompt = _fill_prompt(question, chosen, withheld)
        parser = ClaimParser(chosen)
        statements = _Statements(question)
        written, failure = "", None
        try:
            for piece in self._stream(prompt, question.spent, most=MOST_CHARACTERS):
                if isinstance(piece, Usage):
                    yield piece
                    continue
                written += piece
                yield from statements.of(parser.feed(piece))
        except WriterFailed as fault:
            failure = fault
        rest = parser.close()
        yield from statements.of([] if parser.cut else rest)
        if failure:
            raise failure
        if not written.strip():
            raise WriterFailed(Note.MODEL_SILENT)
        if statements.refused and not statements.stated:
            raise Declined

    def rewrite(self, history: str, question: Question) -> tuple[str, Usage]:
        """Return a follow-up as a question that stands alone, as the model writes it, and what that cost.

        Nothing where the model fails: `bot.conversation` can do without.
        """
        prompt = prompts.load("followup", language=question.language)
        written, usage = "", question.spent
        try:
            asked = prompt.fill(history=history, question=_one_line(question.text))
            for piece in self._stream(asked, usage, most=MOST_REWRITTEN):
                if isinstance(piece, Usage):
                    usage += piece
                else:
                    written += piece
        except WriterFailed:
            return "", usage
        return written, usage

    def _stream(self, prompt: prompts.FilledPrompt, spent: Usage, *, most: int) -> Iterator[str | Usage]:
        """Pieces of the output, `most` characters, and what they cost: the call itself before it is made.

        Closing this ends the request.

        Raises: WriterFailed.
        """
        from llama_index.core.llms import ChatMessage

        turns = [prompt.system, *prompt.example, prompt.user]
        roles = ["system", "user", "assistant", "user"] if prompt.example else ["system", "user"]
        asked = [ChatMessage(role=role, content=turn) for role, turn in zip(roles, turns, strict=True)]
        usage, finished, written, seconds = Usage(), False, "", self._timeout - spent.seconds
        yield Usage(calls=1)
        with TimeLimit(seconds) as limit:
            try:
                with self._model(limit) as model:
                    limit.resume()
                    for response in model.stream_chat(asked):
                        limit.pause()
                        usage = _usage(response) or usage
                        written += response.delta or ""
                        enough = len(written) > most or _loops(written)
                        finished |= _is_finished(response) or enough
                        yield response.delta or ""
                        if enough:
                            break
                        limit.resume()
                    limit.pause()
            except Exception as error:
                note = note_for(error)
                if note is None:
                    raise
                yield replace(usage, seconds=seconds - limit.remaining)
                raise WriterFailed(Note.MODEL_SLOW if limit.expired else note) from error
            yield replace(usage, seconds=seconds - limit.remaining)
            _check_end(limit, finished=finished)


def choose_sentences(
    found: RetrievalResult, sources: Sources, withheld: Sequence[Withheld] = (), *, budget: int
) -> dict[str, Sentence]:
    """The sentences to show, by key: the likely evidence, the best first, and the best of it between its neighbours.

    For a second try, within half the budget: those that the first one cited, then the evidence alone. What does not
    fit into `budget` tokens is left out, the weakest evidence first.
    """
    wanted: dict[str, Sentence] = {}
    spent = 0
    for key, sentence in _offered(found, sources, withheld):
        if key not in wanted:
            spent += count_tokens(sentence.text) + 4
            if spent > (budget // 2 if withheld else budget) and wanted:
                break
            wanted[key] = sentence
    return dict(sorted(wanted.items(), key=lambda item: int(item[0])))


def _offered(found: RetrievalResult, sources: Sources, withheld: Sequence[Withheld]) -> Iterator[tuple[str, Sentence]]:
    """Keys and sentences, what is wanted most first."""
    for key in (key for one in withheld if one.fault is not Fault.BESIDE for key in one.draft.keys):
        for _, sentence in sources.cited([key]) or ():
            yield key, sentence
    for rank, evidence in enumerate(found.likely):
        around = sources.around(evidence.sentence)
        yield from around if rank < WITH_NEIGHBOURS and not withheld else around[:1]


def _fill_prompt(question: Question, chosen: dict[str, Sentence], withheld: Sequence[Withheld]) -> prompts.FilledPrompt:
    values = {
        "evidence": "\n".join(f"{_one_line(sentence.text)} [{key}]" for key, sentence in chosen.items()),
        "question": _one_line(question.text),
        "refusal": prompts.REFUSALS[question.language],
    }
    if not withheld:
        return prompts.load("answer", language=question.language).fill(**values)
    values["failures"] = "\n".join(_failure(one, question.language) for one in withheld[:MOST_FAULTS])
    return prompts.load("retry", language=question.language).fill(**values)


def _failure(one: Withheld, language: Language) -> str:
    """What is wrong with a claim, in one line."""
    return "- " + prompts.FAILURES[language][one.fault].format(
        facts=", ".join(map(_quoted, one.facts[:MOST_FACTS])),
        keys="".join(f"[{key}]" for key in one.draft.keys),
        claim=_quoted(one.draft.text),
    )


def _quoted(text: str) -> str:
    quoted = _one_line(text).replace('"', "'")[:MOST_QUOTED]
    return f'"{quoted}"'


def _one_line(text: str) -> str:
    """Text of others as one line: it can neither end the list, nor fake a key, nor say what nobody sees."""
    return " ".join(clean(text).split()).translate(_BRACKETS)


def _loops(written: str) -> bool:
    """Say whether an output only repeats itself by now, as small models do without an end."""
    return len(written) > LOOP * MOST_LOOPS and written.count(written[-LOOP:]) >= MOST_LOOPS


class _Statements:
    """What an output states, without what only refuses or asks; whether it refused, and whether it stated anything."""

    def __init__(self, question: Question) -> None:
        self.refused = self.stated = False
        self._asked = set(stems(question.text))

    def of(self, claims: Sequence[DraftClaim]) -> Iterator[DraftClaim]:
        """Yield what the claims state."""
        for claim in claims:
            if self._repeats_question(claim.text):
                continue
            stated = without_refusal(claim)
            self.refused |= stated != claim
            self.stated |= stated is not None
            if stated:
                yield stated

    def _repeats_question(self, text: str) -> bool:
        """Say whether a claim only asks what was asked, perhaps after a label or "yes": small models begin so."""
        asks = text.endswith(("?", "؟")) or _ASKS.match(search_form(text)) is not None
        return asks and len(set(stems(text)) - self._asked) <= 1


def _usage(response: "ChatResponse") -> Usage | None:
    counted: Any = getattr(response.raw, "usage", None)
    return Usage(counted.prompt_tokens or 0, counted.completion_tokens or 0) if counted else None


def _is_finished(response: "ChatResponse") -> bool:
    """Say whether the model gave a reason for its end.

    Raises: WriterFailed where the reason is a filter.
    """
    choices: Any = getattr(response.raw, "choices", None)
    reason = choices[0].finish_reason if choices else None
    if reason == "content_filter":
        raise WriterFailed(Note.MODEL_FILTERED)
    return reason is not None


def _check_end(limit: TimeLimit, *, finished: bool) -> None:
    """Raise WriterFailed where the stream ended without an end, or was none."""
    if limit.expired:
        raise WriterFailed(Note.MODEL_SLOW)
    if not finished:
        strange = bool(limit.content_type) and "event-stream" not in limit.content_type
        raise WriterFailed(Note.NOT_A_MODEL if strange else Note.MODEL_CUT)
