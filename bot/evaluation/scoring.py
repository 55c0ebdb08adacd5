"""One question and its reply → the metrics that apply to it. Means, intervals and tables are `bot.evaluation.summary`.

Every definition is spelled out in README.md here; the names are those of `bot.evaluation.metrics`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.evaluation.answers import contains, exact_match, f1, normalised_tokens, squad_tokens
from bot.evaluation.gold import Gold, find_gold
from bot.evaluation.judges import Judge
from bot.evaluation.replies import Given, Quoted, Stated, read_reply
from bot.evaluation.types import Reply, TestQuestion
from index.text.search_form import language_of
from index.types import Article

Values = Iterator[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Scored:
    """A question, its reply, and its metrics by name; a metric that does not apply is not there."""

    question: TestQuestion
    given: Given
    gold: Gold
    values: Mapping[str, float]

    @property
    def right(self) -> bool:
        """Answered from gold evidence, or refused what the article does not say; where nobody knows, taken to be."""
        return self.values.get("right", 1) == 1


def score(
    question: TestQuestion, reply: Reply, *, articles: Mapping[str, Article], judge: Judge | None = None
) -> Scored:
    """Score one reply; `articles` by id, to check quotes against.

    Raises: Problem if the reply is not what `ask --json` promises.
    """
    given, gold = read_reply(reply), find_gold(question)
    values = dict(_values(question, given, gold, articles))
    if judge is not None and given.answered:
        values |= dict(_judged(question, given, judge))
    return Scored(question, given, gold, values)


def _values(question: TestQuestion, given: Given, gold: Gold, articles: Mapping[str, Article]) -> Values:
    if gold.pieces or question.answers or not (question.answerable and given.answered):
        yield "right", float(_is_right(question, given, gold))
    if not question.answerable:
        yield "hallucination_rate", float(given.answered)
    else:
        yield "error_rate", float(not given.answered)
        if question.answers:
            yield from _against_answers(question, given)
        if gold.pieces:
            yield from _against_evidence(given, gold)
    if shown := (*given.citations, *given.evidence):
        yield "verbatim", float(all(_is_verbatim(quoted, articles) for quoted in shown))
    yield "language_right", float(_is_language_right(question, given))
    yield from ((f"tokens_{kind}", count) for kind, count in given.tokens.items())


def _is_right(question: TestQuestion, given: Given, gold: Gold) -> bool:
    if not question.answerable or not given.answered:
        return question.answerable == given.answered
    if gold.pieces:
        return any(map(gold.is_gold, given.citations))
    return contains(given.text, question.answers, normalised_tokens) == 1


def _against_answers(question: TestQuestion, given: Given) -> Values:
    yield "exact_match", exact_match(given.short, question.answers, squad_tokens)
    yield "f1", f1(given.short, question.answers, squad_tokens)
    yield "exact_match_normalised", exact_match(given.short, question.answers, normalised_tokens)
    yield "f1_normalised", f1(given.short, question.answers, normalised_tokens)
    yield "answer_contained", contains(given.text, question.answers, normalised_tokens)


def _against_evidence(given: Given, gold: Gold) -> Values:
    rank = gold.rank(given.evidence)
    for k in (1, 3, 5):
        yield f"hit@{k}", float(rank is not None and rank <= k)
    yield "mrr", 1 / rank if rank else 0.0
    recall = gold.recall(given.citations)
    precision = gold.precision(given.citations) if given.citations else 0.0
    if given.citations:
        yield "citation_precision", precision
    yield "citation_recall", recall
    yield "citation_f1", 2 * precision * recall / (precision + recall) if precision and recall else 0.0


def _is_verbatim(quoted: Quoted, articles: Mapping[str, Article]) -> bool:
    article = articles.get(quoted.article_id)
    return article is not None and article.text[quoted.start : quoted.end] == quoted.text


def _is_language_right(question: TestQuestion, given: Given) -> bool:
    """The frame is in the question's language, and so is what every claim says beside its quotes."""
    quotes = sorted({quoted.text for quoted in given.citations}, key=len, reverse=True)
    own_words = [words for claim in given.claims if (words := _own_words(claim.text, quotes))]
    return given.language == question.language and all(language_of(text) == question.language for text in own_words)


def _own_words(claim: str, quotes: Sequence[str]) -> str:
    """Return what is left of a claim without the quotes in it, longest first; "" if that has no letter."""
    if any(claim in quote for quote in quotes):
        return ""
    for quote in filter(None, quotes):
        claim = claim.replace(quote, " ")
    return claim if any(char.isalpha() for char in claim) else ""


def _judged(question: TestQuestion, given: Given, judge: Judge) -> Values:
    yield "alce_citation_recall", _mean([float(_is_supported(claim, judge)) for claim in given.claims])
    relevant = [flag for claim in given.claims for flag in _relevance(claim, judge)]
    if relevant:
        yield "alce_citation_precision", _mean(relevant)
    yield "judge_faithfulness", float(judge.supports([quoted.text for quoted in given.evidence], given.text))
    if question.answers:
        mark = judge.correctness(question.question, given.text, question.answers)
        if mark is not None:
            yield "judge_correctness", mark


def _is_supported(claim: Stated, judge: Judge) -> bool:
    return bool(claim.citations) and judge.supports([quoted.text for quoted in claim.citations], claim.text)


def _relevance(claim: Stated, judge: Judge) -> list[float]:
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


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
