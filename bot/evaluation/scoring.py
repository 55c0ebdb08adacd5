"""One question and its reply → the metrics that apply to it. Means, intervals and tables are `bot.evaluation.summary`.

Every definition is spelled out in docs/evaluation.md; the names are those of `bot.evaluation.metrics`.
"""

import re
import string
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from statistics import fmean
from typing import Annotated, Any

from pydantic import Field

from bot.evaluation.jsonl import (
    Amount,
    Flag,
    Probability,
    RecordError,
    String,
    Text,
    WholeNumber,
    read_record,
)
from bot.evaluation.judges import Judge
from bot.evaluation.testset import Span, TestQuestion
from index.text.search_form import is_arabic, language_of, without_article, words
from index.text.sentences import split_sentences
from index.types import Article

ReplyJson = Mapping[str, Any]
"""What `sanad ask --json` prints, parsed."""

Tokenise = Callable[[str], tuple[str, ...]]
"""Takes a text apart into the words that are compared."""

_Values = Iterator[tuple[str, float]]
_Positions = frozenset[int]

_ENGLISH_ARTICLES = frozenset(("a", "an", "the"))
_SQUAD_ARTICLES = re.compile(r"\b(a|an|the)\b", re.UNICODE)
_HAMZA = "\u0750"
"""Stands for أ إ آ until the article is off: a letter that no Arabic text has and that the search form leaves alone."""
_MARKED = str.maketrans(dict.fromkeys("أإآ", _HAMZA))
_LEADING_LETTERS = re.compile(rf"[وف]?[وفبكل](?={_HAMZA}..)")
_PARENTS = frozenset(
    re.findall(
        r"\w+",
        "والد والده والدي والدها والدهم والدهما والدك والدنا والدان والدين والديه والديها والديهم والديهما والديك "
        "والدينا والدته والدتها والدتهم والدتهما والدتي والدتك والدتنا والدات",
    )
)
"""In search form. ولد is the one root whose words begin with وال and leave another word behind (دين, دته)."""

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class QuotedSentence:
    """A sentence that a reply shows: text, and where it says that it stands."""

    article_id: Text
    start: WholeNumber
    end: WholeNumber
    text: String


@dataclass(frozen=True, slots=True)
class ReplyCitation(QuotedSentence):
    """A sentence that a claim cites; `span` is the part of the article that it marks as the answer proper."""

    text: Annotated[String, Field(validation_alias="quote")]
    span: tuple[WholeNumber, ...] | None = field(default=None, compare=False)

    @property
    def marked(self) -> str:
        """The part of the quote that is the answer proper, "" if nothing is marked."""
        if self.span is None or len(self.span) != 2:
            return ""
        first, last = self.span
        return self.text[max(first - self.start, 0) : max(last - self.start, 0)]


@dataclass(frozen=True, slots=True)
class ReplyClaim:
    """A claim and the sentences it cites."""

    text: String
    citations: tuple[ReplyCitation, ...] = ()

    @property
    def short_answer(self) -> str:
        """The answer proper: what the claim marks in its quotes, or else the claim itself."""
        return " ".join(filter(None, (citation.marked for citation in self.citations))) or self.text


@dataclass(frozen=True, slots=True)
class ParsedReply:
    """A reply as scoring sees it; `seconds` by stage."""

    language: Text
    confidence: Probability
    writer: Text
    answered: Flag = False
    claims: tuple[ReplyClaim, ...] = ()
    evidence: tuple[QuotedSentence, ...] = ()
    seconds: Mapping[str, Amount] = field(default_factory=dict)
    usage: Mapping[str, Amount] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The answer: its claims in order."""
        return " ".join(claim.text for claim in self.claims)

    @property
    def short_answer(self) -> str:
        """The answer proper: what the claims mark in their quotes, where they mark anything."""
        return " ".join(claim.short_answer for claim in self.claims)

    @property
    def citations(self) -> tuple[ReplyCitation, ...]:
        """Each cited sentence once, in the order of the claims."""
        return tuple(dict.fromkeys(citation for claim in self.claims for citation in claim.citations))

    @property
    def tokens(self) -> Mapping[str, float]:
        """The tokens in and out of the language model, by the names of their metrics; none where it was not asked."""
        if not self.usage.get("calls", 1):
            return {}
        return {name: count for name, count in self.usage.items() if name.startswith("tokens_")}


@dataclass(frozen=True, slots=True)
class GoldSentences:
    """The gold evidence of a question as sentences: for each piece, those of each place where it stands.

    A sentence is gold if it shares a character with a gold quote, so a quote that runs over two sentences makes both
    gold; a cited span counts for every sentence that it shares a character with.
    """

    article_id: str
    sentences: tuple[Span, ...]
    pieces: tuple[frozenset[_Positions], ...]

    @property
    def positions(self) -> _Positions:
        """Every sentence that is gold in some place."""
        return frozenset().union(*(place for piece in self.pieces for place in piece))

    def is_gold(self, quoted: QuotedSentence) -> bool:
        """Say whether a quoted span shares a character with a gold sentence."""
        return not self.positions.isdisjoint(self._touched(quoted))

    def rank(self, evidence: Iterable[QuotedSentence]) -> int | None:
        """Return the rank of the first gold sentence, from 1, or None if there is none."""
        return next((rank for rank, quoted in enumerate(evidence, start=1) if self.is_gold(quoted)), None)

    def recall(self, citations: Iterable[QuotedSentence]) -> float:
        """Return the mean over pieces of the share of its sentences cited, in the place that fares best."""
        cited = frozenset().union(*map(self._touched, citations))
        return sum(max(len(place & cited) / len(place) for place in piece) for piece in self.pieces) / len(self.pieces)

    def precision(self, citations: tuple[QuotedSentence, ...]) -> float:
        """Return the share of the cited sentences that are gold."""
        return sum(map(self.is_gold, citations)) / len(citations)

    def _touched(self, quoted: QuotedSentence) -> _Positions:
        same_article = quoted.article_id == self.article_id
        return _overlapping(self.sentences, (quoted.start, quoted.end)) if same_article else frozenset()


@dataclass(frozen=True, slots=True)
class ScoredQuestion:
    """A question, its reply, and its metrics by name; a metric that does not apply is not there."""

    question: TestQuestion
    reply: ParsedReply
    gold: GoldSentences
    values: Mapping[str, float]

    @property
    def right(self) -> bool:
        """Answered from gold evidence, or refused what the article does not say; where nobody knows, taken to be."""
        return self.values.get("right", 1) == 1


def score(
    question: TestQuestion, reply: ReplyJson, *, articles: Mapping[str, Article], judge: Judge | None = None
) -> ScoredQuestion:
    """Score one reply; `articles` by id, to check quotes against.

    Raises: RecordError if the reply is not what `ask --json` promises.
    """
    parsed, gold = parse_reply(reply), find_gold(question)
    values = dict(_values(question, parsed, gold, articles))
    if judge is not None and parsed.answered:
        values |= dict(_judged(question, parsed, judge))
    return ScoredQuestion(question, parsed, gold, values)


def parse_reply(reply: ReplyJson) -> ParsedReply:
    """Take a reply apart; the claims of a refusal are passed over.

    Raises: RecordError naming the field that is not as `ask --json` promises.
    """
    parsed = read_record(ParsedReply, reply)
    if parsed.answered and not parsed.claims:
        raise RecordError("it is 'answered', but has no claims.")
    return parsed if parsed.answered else replace(parsed, claims=())


def find_gold(question: TestQuestion) -> GoldSentences:
    """Return the gold sentences of a question; no pieces if it has no gold evidence."""
    sentences = _sentences(question.article)
    pieces = (frozenset(_overlapping(sentences, place) for place in piece) for piece in question.evidence)
    return GoldSentences(question.article.id, sentences, tuple(dict.fromkeys(pieces)))


@lru_cache(maxsize=256)  # an answer is taken apart for each metric
def squad_tokens(text: str) -> tuple[str, ...]:
    """Return the words that the official SQuAD script compares: lower case, no ASCII punctuation, no articles.

    Source: Rajpurkar et al. 2016 (arXiv:1606.05250).
    """
    return tuple(_SQUAD_ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


@lru_cache(maxsize=256)
def normalised_tokens(text: str) -> tuple[str, ...]:
    """Return the words of the search form, without English articles and without what leads an Arabic noun.

    That is (و|ف|ب|ك)?ال or لل or ولل, where the ا is written bare and three letters remain (القاعدة, not ألمانيا), and
    one or two of و ف ب ك ل before a written أ إ آ (لألمانيا). Words of the root ولد stay: والدين is "parents".
    Ranking takes off the article by the search form alone (`without_article`); here the letters as written decide.
    """
    marked = unicodedata.normalize("NFKC", text).translate(_MARKED)
    found = (word for word in words(marked) if word not in _ENGLISH_ARTICLES)
    return tuple(_bare(word) if is_arabic(word) else word for word in found)


def exact_match(answer: str, golds: Sequence[str], tokenise: Tokenise) -> float:
    """Return 1.0 if the answer has the words of one of the gold answers, in order, and 0.0 otherwise."""
    given = tokenise(answer)
    return float(any(given == tokenise(gold) for gold in golds))


def f1(answer: str, golds: Sequence[str], tokenise: Tokenise) -> float:
    """Return the F1 of the words shared with the gold answer that fits best, in 0…1."""
    given = tokenise(answer)
    return max((_f1(given, tokenise(gold)) for gold in golds), default=0.0)


def contains(answer: str, golds: Sequence[str], tokenise: Tokenise) -> float:
    """Return 1.0 if a gold answer stands in the answer word for word ("EM recall" of ALCE, arXiv:2305.14627)."""
    given = f" {' '.join(tokenise(answer))} "
    return float(any(f" {' '.join(tokenise(gold))} " in given for gold in golds))


def _values(
    question: TestQuestion, reply: ParsedReply, gold: GoldSentences, articles: Mapping[str, Article]
) -> _Values:
    if gold.pieces or question.answers or not (question.answerable and reply.answered):
        yield "right", float(_is_right(question, reply, gold))
    if not question.answerable:
        yield "hallucination_rate", float(reply.answered)
        yield from (("squad2_exact", float(not reply.answered)), ("squad2_f1", float(not reply.answered)))
    else:
        yield "error_rate", float(not reply.answered)
        if question.answers:
            yield from _against_answers(question, reply)
        if gold.pieces:
            yield from _against_evidence(reply, gold)
    if shown := (*reply.citations, *reply.evidence):
        yield "verbatim", float(all(_is_verbatim(quoted, articles) for quoted in shown))
    yield "language_right", float(_is_language_right(question, reply))
    yield from reply.tokens.items()


def _is_right(question: TestQuestion, reply: ParsedReply, gold: GoldSentences) -> bool:
    if not question.answerable or not reply.answered:
        return question.answerable == reply.answered
    if gold.pieces:
        return any(map(gold.is_gold, reply.citations))
    return contains(reply.text, question.answers, normalised_tokens) == 1


def _against_answers(question: TestQuestion, reply: ParsedReply) -> _Values:
    exact = exact_match(reply.short_answer, question.answers, squad_tokens)
    shared = f1(reply.short_answer, question.answers, squad_tokens)
    yield from (("exact_match", exact), ("f1", shared), ("squad2_exact", exact), ("squad2_f1", shared))
    yield "exact_match_normalised", exact_match(reply.short_answer, question.answers, normalised_tokens)
    yield "f1_normalised", f1(reply.short_answer, question.answers, normalised_tokens)
    yield "answer_contained", contains(reply.text, question.answers, normalised_tokens)


def _against_evidence(reply: ParsedReply, gold: GoldSentences) -> _Values:
    rank = gold.rank(reply.evidence)
    for k in (1, 3, 5):
        yield f"hit@{k}", float(rank is not None and rank <= k)
    yield "mrr", 1 / rank if rank else 0.0
    recall = gold.recall(reply.citations)
    precision = gold.precision(reply.citations) if reply.citations else 0.0
    if reply.citations:
        yield "citation_precision", precision
    yield "citation_recall", recall
    yield "citation_f1", 2 * precision * recall / (precision + recall) if precision and recall else 0.0


def _is_verbatim(quoted: QuotedSentence, articles: Mapping[str, Article]) -> bool:
    article = articles.get(quoted.article_id)
    return article is not None and article.text[quoted.start : quoted.end] == quoted.text


def _is_language_right(question: TestQuestion, reply: ParsedReply) -> bool:
    """The frame is in the question's language, and so is what every claim says beside its quotes."""
    quotes = sorted({quoted.text for quoted in reply.citations}, key=len, reverse=True)
    own_words = [words for claim in reply.claims if (words := _own_words(claim.text, quotes))]
    return reply.language == question.language and all(language_of(text) == question.language for text in own_words)


def _own_words(claim: str, quotes: Sequence[str]) -> str:
    """Return what is left of a claim without the quotes in it, longest first; "" if that has no letter."""
    if any(claim in quote for quote in quotes):
        return ""
    for quote in filter(None, quotes):
        claim = claim.replace(quote, " ")
    return claim if any(char.isalpha() for char in claim) else ""


def _judged(question: TestQuestion, reply: ParsedReply, judge: Judge) -> _Values:
    yield "alce_citation_recall", fmean([float(_is_supported(claim, judge)) for claim in reply.claims])
    relevant = [flag for claim in reply.claims for flag in _relevance(claim, judge)]
    if relevant:
        yield "alce_citation_precision", fmean(relevant)
    yield "judge_faithfulness", float(judge.supports([quoted.text for quoted in reply.evidence], reply.text))
    if question.answers:
        mark = judge.correctness(question.question, reply.text, question.answers)
        if mark is not None:
            yield "judge_correctness", mark


def _is_supported(claim: ReplyClaim, judge: Judge) -> bool:
    return bool(claim.citations) and judge.supports([quoted.text for quoted in claim.citations], claim.text)


def _relevance(claim: ReplyClaim, judge: Judge) -> list[float]:
    """ALCE's citation precision: a citation is irrelevant if alone it does not support the claim and the others do."""
    if not _is_supported(claim, judge):
        return [0.0] * len(claim.citations)
    quotes = [quoted.text for quoted in claim.citations]
    if len(quotes) == 1:
        return [1.0]
    return [
        float(judge.supports([quote], claim.text) or not judge.supports(quotes[:i] + quotes[i + 1 :], claim.text))
        for i, quote in enumerate(quotes)
    ]


@lru_cache(maxsize=64)
def _sentences(article: Article) -> tuple[Span, ...]:
    return tuple((sentence.start, sentence.end) for sentence in split_sentences(article))


def _overlapping(sentences: tuple[Span, ...], span: Span) -> _Positions:
    """Return the positions of the sentences (ordered, disjoint) that share a character with `span`."""
    first = bisect_right(sentences, span[0], key=lambda sentence: sentence[1])
    last = bisect_left(sentences, span[1], key=lambda sentence: sentence[0])
    return frozenset(range(first, last))


def _bare(word: str) -> str:
    if word not in _PARENTS:
        word = _LEADING_LETTERS.sub("", without_article(word))
    return word.replace(_HAMZA, "ا")


def _f1(given: tuple[str, ...], gold: tuple[str, ...]) -> float:
    if not given or not gold:
        return float(given == gold)
    shared = (Counter(given) & Counter(gold)).total()
    return 2 * shared / (len(given) + len(gold))
