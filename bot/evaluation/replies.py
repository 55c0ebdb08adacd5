"""The `ask --json` object → what scoring needs of it, checked. Knows nothing of gold answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.evaluation.checks import Problem, Row
from bot.evaluation.types import Reply


@dataclass(frozen=True, slots=True)
class Quoted:
    """A sentence that a reply shows: text, and where it says that it stands."""

    article_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Stated:
    """A claim, the sentences it cites, and the answer proper: what it marks in them, or else the claim itself."""

    text: str
    citations: tuple[Quoted, ...]
    short: str


@dataclass(frozen=True, slots=True)
class Given:
    """A reply as scoring sees it; `seconds` by stage, `tokens` by kind (none where no model was asked)."""

    language: str
    answered: bool
    confidence: float
    writer: str
    claims: tuple[Stated, ...]
    evidence: tuple[Quoted, ...]
    seconds: Mapping[str, float]
    tokens: Mapping[str, float]

    @property
    def text(self) -> str:
        """The answer: its claims in order."""
        return " ".join(claim.text for claim in self.claims)

    @property
    def short(self) -> str:
        """The answer proper: what the claims mark in their quotes, where they mark anything."""
        return " ".join(claim.short for claim in self.claims)

    @property
    def citations(self) -> tuple[Quoted, ...]:
        """Each cited sentence once, in the order of the claims."""
        return tuple(dict.fromkeys(citation for claim in self.claims for citation in claim.citations))


def read_reply(reply: Reply) -> Given:
    """Take a reply apart.

    Raises: Problem naming the field that is not as `ask --json` promises.
    """
    row = Row(reply)
    claims = tuple(map(_stated, row.rows("claims")))
    answered = row.flag("answered", default=False)
    if answered and not claims:
        raise Problem("it is 'answered', but has no claims.")
    return Given(
        row.text("language"),
        answered,
        row.number("confidence", low=0, high=1),
        row.text("writer"),
        claims if answered else (),
        tuple(_quoted(one, "text") for one in row.rows("evidence")),
        row.numbers("seconds"),
        _tokens(row),
    )


def _tokens(row: Row) -> Mapping[str, float]:
    """Return the tokens in and out of the language model; none where it was not asked."""
    usage = row.numbers("usage")
    kinds = {name.removeprefix("tokens_"): count for name, count in usage.items() if name.startswith("tokens_")}
    return kinds if usage.get("calls", 1) else {}


def _stated(claim: Row) -> Stated:
    text, rows = claim.string("text"), claim.rows("citations")
    citations = tuple(_quoted(row, "quote") for row in rows)
    marked = " ".join(filter(None, map(_marked, rows)))
    return Stated(text, citations, marked or text)


def _marked(citation: Row) -> str:
    """Return the part of the quote that a citation marks as the answer."""
    span = citation.integers("span")
    if len(span) != 2:
        return ""
    start = citation.integer("start")
    return citation.string("quote")[max(span[0] - start, 0) : max(span[1] - start, 0)]


def _quoted(row: Row, text: str) -> Quoted:
    return Quoted(row.text("article_id"), row.integer("start"), row.integer("end"), row.string(text))
