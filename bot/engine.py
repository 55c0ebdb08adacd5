"""The whole product: find, judge, write, ground."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from time import perf_counter

from bot.grounding import Agreement, Grounding, Sources
from bot.types import (
    NO_USAGE,
    Answer,
    Claim,
    Claimed,
    Event,
    Fault,
    Finished,
    Note,
    Question,
    Reason,
    Refusal,
    Reply,
    Usage,
)
from bot.types import Withheld as WithheldClaim
from bot.writers import Declined, Writer, WriterFailed
from index.answerability import Strictness
from index.retriever import Found, Retriever


@dataclass(frozen=True, slots=True)
class Engine:
    """Answers questions.

    `strictness` says how sure to be, `evidence` how many sentences a writer is given; `fallback` writes where nothing
    of the `writer` stands.
    """

    retriever: Retriever
    writer: Writer
    fallback: Writer
    agrees: Agreement
    strictness: Strictness
    evidence: int

    def stream(self, question: Question, *, evidence: int | None = None) -> Iterator[Event]:
        """Answer step by step: each grounded claim as it stands, at last the whole reply.

        Raises: SanadError where there is no reply for a reason that is not the article's.
        """
        started = perf_counter()
        k = evidence or self.evidence
        found = self.retriever.find(
            question.text, article_id=question.article_id, spaces=question.spaces, only=question.only, k=k
        )
        written = Written(self.writer.name, reason=Reason.WEAK_EVIDENCE)
        if found.suffices(self.strictness):
            written = yield from self._write(question, found)
        yield Finished(written.reply(question, found, perf_counter() - started))

    def answer(self, question: Question, *, evidence: int | None = None) -> Reply:
        """Answer at once. Raises: as `stream`."""
        return next(event.reply for event in self.stream(question, evidence=evidence) if isinstance(event, Finished))

    def _write(self, question: Question, found: Found) -> "Generator[Event, None, Written]":
        """The writer's claims; where none of them stands, the sentences themselves."""
        written = yield from _compose(self.writer, question, found, self.agrees)
        if written.claims or self.writer is self.fallback:
            return written
        if written.reason is Reason.DECLINED and not found.suffices("careful"):
            return written
        note = Note.DOUBTED if written.reason is Reason.DECLINED else written.note or Note.UNGROUNDED
        quoted = yield from _compose(self.fallback, question, found, self.agrees)
        return replace(quoted, note=note, usage=written.usage)


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a writer's work."""

    writer: str
    claims: tuple[Claim, ...] = ()
    reason: Reason = Reason.UNGROUNDED
    """Why there is no claim, where there is none."""
    note: Note | None = None
    usage: Usage = NO_USAGE

    def reply(self, question: Question, found: Found, total: float) -> Reply:
        """The reply, with the time that each stage took."""
        usage = question.spent + self.usage
        seconds = {**found.seconds, "write": total - sum(found.seconds.values()), "total": total}
        if self.claims:
            return Answer(
                question, self.claims, found.confidence, self.writer, found.evidence, seconds, self.note, usage
            )
        return Refusal(question, self.reason, found.confidence, self.writer, found.evidence, seconds, self.note, usage)


def _compose(writer: Writer, question: Question, found: Found, agrees: Agreement) -> Generator[Event, None, Written]:
    """Let the writer propose and check each claim; where none stands it may try again, told what failed."""
    sources = Sources(found)
    grounding = Grounding(question, sources, agrees, writer.quotes)
    claims: list[Claim] = []
    withheld: list[WithheldClaim] = []
    usage, note, reason = Usage(), None, Reason.UNGROUNDED
    try:
        for _ in range(writer.attempts):
            failed, withheld = withheld, []
            asked = replace(question, spent=question.spent + usage)
            for draft in writer.write(asked, found, sources, failed):
                if isinstance(draft, Usage):
                    usage += draft
                    continue
                checked = grounding.check(draft)
                if checked in claims:
                    continue
                if isinstance(checked, Claim):
                    claims.append(checked)
                    yield Claimed(checked)
                else:
                    withheld.append(checked)
            if claims or not withheld:
                break
    except Declined:
        reason = Reason.DECLINED
    except WriterFailed as failure:
        note = Note.PARTIAL if claims else failure.note
    if not claims and withheld and all(one.fault is Fault.WRONG_LANGUAGE for one in withheld):
        note = Note.OTHER_LANGUAGE
    return Written(writer.name, tuple(claims), reason, note, usage)
