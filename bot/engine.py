"""The whole product: find, judge, write, ground."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from time import perf_counter

from bot.grounding.agreement import Agreement
from bot.grounding.check import Grounding, Sources
from bot.retry_policy import SecondChances
from bot.types import (
    NO_USAGE,
    Answer,
    Claim,
    Claimed,
    DraftClaim,
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
from index.retrieval.answerability import Strictness
from index.retrieval.retriever import Found, Retriever


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
    chances: SecondChances = field(default_factory=SecondChances)

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
        written = yield from _compose(self.writer, question, found, self.agrees, self.chances)
        if written.claims or self.writer is self.fallback:
            return written
        if written.reason is Reason.DECLINED and not found.suffices("careful"):
            return written
        note = Note.DOUBTED if written.reason is Reason.DECLINED else written.note or Note.UNGROUNDED
        quoted = yield from _compose(self.fallback, question, found, self.agrees, self.chances)
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


def _compose(
    writer: Writer, question: Question, found: Found, agrees: Agreement, chances: SecondChances
) -> Generator[Event, None, Written]:
    """Let the writer propose and check each claim; where none stands it may try again, told what failed."""
    sources = Sources(found)
    checked = _Checked(Grounding(question, sources, agrees, writer.quotes))
    tries, note, reason = 0, None, Reason.UNGROUNDED
    try:
        for tries in range(1, writer.attempts + 1):
            asked = replace(question, spent=question.spent + checked.usage)
            for draft in writer.write(asked, found, sources, checked.start()):
                if claim := checked.take(draft):
                    yield Claimed(claim)
            if checked.claims or not checked.withheld or tries == writer.attempts or not chances.worth():
                break
    except Declined:
        reason = Reason.DECLINED
    except WriterFailed as failure:
        note = Note.PARTIAL if checked.claims else failure.note
    if tries > 1:
        chances.learn(helped=bool(checked.claims))
    if checked.only_in_another_language:
        note = Note.OTHER_LANGUAGE
    return Written(writer.name, tuple(checked.claims), reason, note, checked.usage)


class _Checked:
    """What became of a writer's drafts: the claims of all tries, what the last one had withheld, and what it cost."""

    def __init__(self, grounding: Grounding) -> None:
        self.claims: list[Claim] = []
        self.withheld: list[WithheldClaim] = []
        self.usage = Usage()
        self._grounding = grounding

    def start(self) -> list[WithheldClaim]:
        """Begin a try; returns what the one before had withheld."""
        before, self.withheld = self.withheld, []
        return before

    def take(self, draft: DraftClaim | Usage) -> Claim | None:
        """Check a draft; returns the claim, if it stands and is new."""
        if isinstance(draft, Usage):
            self.usage += draft
            return None
        checked = self._grounding.check(draft, first=not self.claims)
        if isinstance(checked, WithheldClaim):
            self.withheld.append(checked)
            return None
        if checked in self.claims:
            return None
        self.claims.append(checked)
        return checked

    @property
    def only_in_another_language(self) -> bool:
        """Whether nothing stands, because all of it is in another language than the question's."""
        others = [one.fault is Fault.WRONG_LANGUAGE for one in self.withheld]
        return not self.claims and bool(others) and all(others)
