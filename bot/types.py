"""The nouns of answering. Only `bot.grounding.check` makes a `Citation`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from index.types import Article, Evidence, Filter, Language, Sentence

EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Usage:
    """What the model cost: tokens as its server counts them (0 where it does not), calls, seconds waited for it."""

    tokens_in: int = 0
    tokens_out: int = 0
    calls: int = 0
    seconds: float = field(default=0.0, compare=False)

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.calls + other.calls,
            self.seconds + other.seconds,
        )


NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asked, in the language to answer in.

    `article_id` narrows the search to one article, `only` to those of a date, language or tag; `spaces` are the parts
    of the library that may be searched.
    """

    text: str
    language: Language
    article_id: str | None = None
    spaces: tuple[str, ...] = ("",)
    only: Filter = EVERYTHING
    spent: Usage = field(default=NO_USAGE, compare=False)
    """What the model cost so far for this question, as where it made a follow-up stand alone."""


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """A statement a writer proposes, with the opaque keys of the evidence it rests on. Not trusted."""

    text: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence of an article, verbatim, that a claim rests on."""

    article: Article
    sentence: Sentence
    span: tuple[int, int] | None = None
    """Where in `sentence.text` the answer itself stands, if it was found with confidence."""
    source_count: int = 1
    """How many articles of the library, telling the same story, say the sentence; one of them is cited."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement a person is shown, with what it rests on (never empty)."""

    text: str
    citations: tuple[Citation, ...]


class Reason(StrEnum):
    """Why there is no answer."""

    WEAK_EVIDENCE = "weak_evidence"
    """The evidence found does not carry an answer."""
    UNGROUNDED = "ungrounded"
    """No claim of the writer stood on its evidence."""
    DECLINED = "declined"
    """The model says that the evidence does not answer, and that is not strong enough to doubt it."""


class Note(StrEnum):
    """Why a reply is not what the configured model wrote."""

    MODEL_UNREACHABLE = "model_unreachable"
    MODEL_SLOW = "model_slow"
    MODEL_KEY = "model_key"
    MODEL_UNKNOWN = "model_unknown"
    MODEL_BUSY = "model_busy"
    MODEL_FAILED = "model_failed"
    MODEL_CUT = "model_cut"
    NOT_A_MODEL = "not_a_model"
    PARTIAL = "partial"
    MODEL_SILENT = "model_silent"
    MODEL_FILTERED = "model_filtered"
    CONTEXT_TOO_LONG = "context_too_long"
    OTHER_LANGUAGE = "other_language"
    UNGROUNDED = "ungrounded"
    DOUBTED = "doubted"


class Fault(StrEnum):
    """Why a drafted claim is withheld."""

    NO_KEY = "no_key"
    UNKNOWN_KEY = "unknown_key"
    BESIDE = "beside"
    WRONG_LANGUAGE = "wrong_language"
    UNSUPPORTED_FACT = "unsupported_fact"
    UNSUPPORTED = "unsupported"
    NOT_VERBATIM = "not_verbatim"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A claim that did not stand, and why; `facts` are the words of it that its sentences do not state."""

    draft: DraftClaim
    fault: Fault
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Grounded claims, the evidence they were chosen from, and where the time went."""

    question: Question
    claims: tuple[Claim, ...]
    confidence: float
    writer: str
    evidence: tuple[Evidence, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)
    note: Note | None = None
    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class Refusal:
    """The honest "the article does not say", with the nearest sentences as evidence."""

    question: Question
    reason: Reason
    confidence: float
    writer: str
    evidence: tuple[Evidence, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)
    note: Note | None = None
    usage: Usage = NO_USAGE


Reply = Answer | Refusal


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event of answering: a claim is complete and checked, and may be shown."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of answering."""

    reply: Reply


Event = Claimed | Finished
