"""The whole product: question → evidence → draft → claims that stand on it → reply.

    found = retriever.find(question)                     sentences of the library, with a confidence
    if not found.suffices(strictness): → Refusal         the article does not say
    for draft in writer.write(question, found):          a claim with keys of evidence, not trusted
        claim = grounding.check(draft)                   what stands has citations, the rest is withheld
    if no claim stands: the fallback quotes the sentences themselves
    → Answer(claims), or a Refusal with the nearest sentences

How evidence is found is `index.retrieval`'s, what stands on it `bot.grounding`'s, how a reply looks `bot.rendering`'s.
"""

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from time import perf_counter

from bot.grounding.agreement import Agreement
from bot.grounding.check import Grounding, Sources
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
    Withheld,
)
from bot.writers import Declined, Writer, WriterFailed
from index.retrieval.ranking import Strictness
from index.retrieval.retriever import RetrievalResult, Retriever


class RetryPolicy:
    """Whether a second try is worth its wait: a small model's second drafts are seldom better than its first.

    Counts the second tries of one writer in this process, and those after which a claim stood; for threads.
    """

    LEAST_TRIES = 6
    """Second tries that every model has."""
    LEAST_HELPED = 0.5
    """Share of them that have to help, for all to be made from then on."""
    EVERY = 10
    """Of a model whose second tries do not help, every so many are made all the same: it may be another by now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = self._tried = self._helped = 0

    def should_retry(self) -> bool:
        """Say whether to make the second try that is asked for."""
        with self._lock:
            self._asked += 1
            helps = self._tried < self.LEAST_TRIES or self._helped >= self.LEAST_HELPED * self._tried
            return helps or self._asked % self.EVERY == 0

    def record(self, *, helped: bool) -> None:
        """Take note of a second try."""
        with self._lock:
            self._tried += 1
            self._helped += helped


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
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)

    def stream(self, question: Question, *, evidence: int | None = None) -> Iterator[Event]:
        """Answer step by step: each grounded claim as it stands, at last the whole reply.

        Raises: SanadError where there is no reply for a reason that is not the article's.
        """
        started = perf_counter()
        k = evidence or self.evidence
        found = self.retriever.find(
            question.text, article_id=question.article_id, spaces=question.spaces, only=question.only, k=k
        )
        outcome = _Outcome(self.writer.name, reason=Reason.WEAK_EVIDENCE)
        if found.suffices(self.strictness):
            outcome = yield from self._write(question, found)
        yield Finished(outcome.reply(question, found, perf_counter() - started))

    def answer(self, question: Question, *, evidence: int | None = None) -> Reply:
        """Answer at once. Raises: as `stream`."""
        return next(event.reply for event in self.stream(question, evidence=evidence) if isinstance(event, Finished))

    def _write(self, question: Question, found: RetrievalResult) -> "Generator[Event, None, _Outcome]":
        """The writer's claims; where none of them stands, the sentences themselves."""
        outcome = yield from self._draft(self.writer, question, found)
        if outcome.claims or self.writer is self.fallback:
            return outcome
        if outcome.reason is Reason.DECLINED and not found.suffices("careful"):
            return outcome
        note = Note.DOUBTED if outcome.reason is Reason.DECLINED else outcome.note or Note.UNGROUNDED
        quoted = yield from self._draft(self.fallback, question, found)
        return replace(quoted, note=note, usage=outcome.usage)

    def _draft(self, writer: Writer, question: Question, found: RetrievalResult) -> "Generator[Event, None, _Outcome]":
        """Let a writer propose and check each claim; where none stands it may try again, told what failed."""
        sources = Sources(found)
        checked = _CheckedDrafts(Grounding(question, sources, self.agrees, writer.quotes))
        tries, note, reason = 0, None, Reason.UNGROUNDED
        try:
            for tries in range(1, writer.attempts + 1):
                asked = replace(question, spent=question.spent + checked.usage)
                for draft in writer.write(asked, found, sources, checked.start_try()):
                    if claim := checked.add(draft):
                        yield Claimed(claim)
                done = checked.claims or not checked.withheld or tries == writer.attempts
                if done or not self.retry_policy.should_retry():
                    break
        except Declined:
            reason = Reason.DECLINED
        except WriterFailed as failure:
            note = Note.PARTIAL if checked.claims else failure.note
        if tries > 1:
            self.retry_policy.record(helped=bool(checked.claims))
        if checked.only_in_another_language:
            note = Note.OTHER_LANGUAGE
        return _Outcome(writer.name, tuple(checked.claims), reason, note, checked.usage)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a writer's work."""

    writer: str
    claims: tuple[Claim, ...] = ()
    reason: Reason = Reason.UNGROUNDED
    """Why there is no claim, where there is none."""
    note: Note | None = None
    usage: Usage = NO_USAGE

    def reply(self, question: Question, found: RetrievalResult, total: float) -> Reply:
        """The reply, with the time that each stage took."""
        seconds = {**found.seconds, "write": total - sum(found.seconds.values()), "total": total}
        rest = found.confidence, self.writer, found.evidence, seconds, self.note, question.spent + self.usage
        return Answer(question, self.claims, *rest) if self.claims else Refusal(question, self.reason, *rest)


class _CheckedDrafts:
    """What became of a writer's drafts: the claims of all tries, what the last one had withheld, and what it cost."""

    def __init__(self, grounding: Grounding) -> None:
        self.claims: list[Claim] = []
        self.withheld: list[Withheld] = []
        self.usage = NO_USAGE
        self._grounding = grounding

    def start_try(self) -> list[Withheld]:
        """Begin a try; returns what the one before had withheld."""
        before, self.withheld = self.withheld, []
        return before

    def add(self, draft: DraftClaim | Usage) -> Claim | None:
        """Check a draft; returns the claim, if it stands and is new."""
        if isinstance(draft, Usage):
            self.usage += draft
            return None
        checked = self._grounding.check(draft, first=not self.claims)
        if isinstance(checked, Withheld):
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
