"""What one reply is worth: evidence ranks, citations, refusals, language, and a judge's opinion."""

import random
from collections.abc import Sequence
from typing import Any

import ir_measures
import pytest
from ir_measures import RR, Success

from bot.evaluation.jsonl import RecordError
from bot.evaluation.scoring import QuotedSentence, ScoredQuestion, find_gold, score
from bot.evaluation.testset import GoldSpans, TestQuestion
from index.text.sentences import split_sentences
from index.types import Article

TEXT = (
    "The bridge opened in 1931. It is 40 metres long. It is painted red. The mayor was Lina Haddad. Boats pass below."
)
ARTICLE = Article("news", "The bridge", "news.txt", TEXT, "en")
OTHER = Article("other", "Elsewhere", "other.txt", TEXT, "en")
SENTENCES = split_sentences(ARTICLE)


def ask(*quotes: str, places: Sequence[GoldSpans] = (), **more: Any) -> TestQuestion:
    pieces = [((TEXT.index(quote), TEXT.index(quote) + len(quote)),) for quote in quotes]
    return TestQuestion("q", "When did it open?", "en", ARTICLE, evidence=(*pieces, *places), **more)


def shown(position: int, key: str, article: Article = ARTICLE) -> dict[str, Any]:
    sentence = SENTENCES[position]
    return {"article_id": article.id, "start": sentence.start, "end": sentence.end, key: sentence.text}


def reply(cited: Sequence[int] = (), ranked: Sequence[int] = (), **more: Any) -> dict[str, Any]:
    claims = [{"text": SENTENCES[position].text, "citations": [shown(position, "quote")]} for position in cited]
    return {
        "language": "en",
        "answered": bool(cited),
        "confidence": 0.7,
        "writer": "extractive",
        "claims": claims,
        "evidence": [shown(position, "text") for position in ranked],
        "seconds": {"find": 0.01},
    } | more


def value_of(question: TestQuestion, given: dict[str, Any], name: str, judge: Any = None) -> float | None:
    return score(question, given, articles={"news": ARTICLE, "other": OTHER}, judge=judge).values.get(name)


def test_ranks_agree_with_ir_measures() -> None:
    generator = random.Random(2)
    names = {"hit@1": Success @ 1, "hit@3": Success @ 3, "hit@5": Success @ 5, "mrr": RR}
    for case in range(300):
        gold = generator.sample(range(5), generator.randrange(1, 4))
        ranked = generator.sample(range(5), generator.randrange(6))
        question = ask(*(SENTENCES[position].text for position in gold))
        qrels = [ir_measures.Qrel("q", str(position), 1) for position in gold]
        run = [ir_measures.ScoredDoc("q", str(position), -rank) for rank, position in enumerate(ranked)]
        expected = ir_measures.calc_aggregate(names.values(), qrels, run)
        for name, measure in names.items():
            assert value_of(question, reply(ranked=ranked), name) == pytest.approx(expected[measure]), (case, name)


@pytest.mark.parametrize(
    ("quotes", "cited", "precision", "recall", "f1"),
    [
        (["opened in 1931"], [0], 1, 1, 1),
        (["opened in 1931"], [0, 2], 1 / 2, 1, 2 / 3),
        (["opened in 1931"], [2], 0, 0, 0),
        (["1931. It is 40"], [0, 1], 1, 1, 1),  # over two sentences: both are gold
        (["1931. It is 40"], [1], 1, 1 / 2, 2 / 3),
        (["1931", "red"], [0, 2], 1, 1, 1),
        (["1931", "red"], [2, 3, 4], 1 / 3, 1 / 2, 2 / 5),
        (["The bridge", "1931"], [0], 1, 1, 1),  # two quotes of one sentence are one sentence
        (["1931"], [0, 0], 1, 1, 1),  # a sentence cited twice is one sentence
    ],
)
def test_citations_against_gold_sentences(
    quotes: list[str], cited: list[int], precision: float, recall: float, f1: float
) -> None:
    values = [value_of(ask(*quotes), reply(cited), f"citation_{name}") for name in ("precision", "recall", "f1")]
    assert values == pytest.approx([precision, recall, f1])


def test_any_place_of_a_piece_will_do() -> None:
    places: GoldSpans = ((0, 10), (SENTENCES[2].start, SENTENCES[3].end))
    assert value_of(ask(places=[places]), reply([0]), "citation_recall") == 1
    assert value_of(ask(places=[places]), reply([2]), "citation_recall") == 1 / 2
    assert value_of(ask(places=[places]), reply([2, 3]), "citation_precision") == 1


def test_the_edge_of_a_sentence_is_not_shared() -> None:
    gold = find_gold(ask(TEXT[SENTENCES[1].start : SENTENCES[1].end]))
    assert gold.positions == {1}
    assert not gold.is_gold(QuotedSentence("news", SENTENCES[0].start, SENTENCES[1].start, ""))
    assert gold.is_gold(QuotedSentence("news", SENTENCES[0].start, SENTENCES[1].start + 1, ""))


def test_the_same_offsets_in_another_article_are_not_gold() -> None:
    elsewhere = [{"text": "It opened.", "citations": [shown(0, "quote", OTHER)]}]
    given = reply([0], claims=elsewhere, evidence=[shown(0, "text", OTHER), shown(0, "text")])
    assert value_of(ask("1931"), given, "citation_recall") == 0
    assert value_of(ask("1931"), given, "mrr") == 1 / 2
    assert value_of(ask("1931"), given, "right") == 0


def test_refusals_and_hallucinations() -> None:
    unanswerable = ask(answerable=False)
    assert value_of(unanswerable, reply([0]), "hallucination_rate") == 1
    assert value_of(unanswerable, reply(), "hallucination_rate") == 0
    assert value_of(unanswerable, reply(), "right") == 1
    assert value_of(unanswerable, reply(), "error_rate") is None
    assert value_of(ask("1931"), reply(ranked=[0]), "error_rate") == 1
    assert value_of(ask("1931"), reply(ranked=[0]), "citation_precision") is None
    assert value_of(ask("1931"), reply(ranked=[0]), "citation_recall") == 0
    assert value_of(ask("1931"), reply(ranked=[0]), "hit@1") == 1


def test_what_is_right_without_gold_evidence() -> None:
    assert value_of(ask(answers=("1931",)), reply([0]), "right") == 1
    assert value_of(ask(answers=("1931",)), reply([1]), "right") == 0
    assert value_of(ask(), reply([1]), "right") is None
    assert value_of(ask(), reply(ranked=[1]), "right") == 0
    assert value_of(ask(), reply([1]), "hit@1") is None


def test_a_changed_letter_is_not_verbatim() -> None:
    given = reply([0], ranked=[0, 1])
    assert value_of(ask("1931"), given, "verbatim") == 1
    given["evidence"][1]["text"] = given["evidence"][1]["text"].replace("40", "41")
    assert value_of(ask("1931"), given, "verbatim") == 0


def test_a_quote_of_an_article_that_is_not_there_is_not_verbatim() -> None:
    given = reply([0], ranked=[0, 1])
    given["evidence"][1]["article_id"] = "one we do not have"
    assert value_of(ask("1931"), given, "verbatim") == 0
    assert value_of(ask("1931"), reply(), "verbatim") is None


@pytest.mark.parametrize(
    ("language", "claim", "right"),
    [
        ("en", "It opened in 1931.", 1),
        ("en", "افتتح الجسر عام 1931.", 0),
        ("ar", "افتتح الجسر عام 1931.", 0),  # the frame is not in the question's language
        ("en", TEXT[:26], 1),
    ],
)
def test_the_language_of_an_answer(language: str, claim: str, right: float) -> None:
    given = reply([0], language=language, claims=[{"text": claim, "citations": [shown(0, "quote")]}])
    assert value_of(ask("1931"), given, "language_right") == right


def test_a_quote_stays_in_its_articles_language() -> None:
    question = TestQuestion("q", "متى افتتح؟", "ar", ARTICLE, evidence=(((0, 5),),))
    assert value_of(question, reply([0], language="ar"), "language_right") == 1


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        (f"{SENTENCES[0].text} {SENTENCES[1].text}", 1),  # as the extractive writer joins them
        (f"{SENTENCES[1].text}\n…\n{SENTENCES[0].text}", 1),
        (f"«{SENTENCES[0].text}»", 1),
        (f"يقول المقال: {SENTENCES[0].text} {SENTENCES[1].text}", 1),
        (f"The article says: {SENTENCES[0].text} {SENTENCES[1].text}", 0),
        (f"{SENTENCES[0].text} {SENTENCES[2].text}", 0),  # not cited, so its words are the claim's own
    ],
)
def test_what_is_left_of_a_claim_without_its_quotes_is_in_the_questions_language(claim: str, right: float) -> None:
    question = TestQuestion("q", "متى افتتح وما طوله؟", "ar", ARTICLE, evidence=(((0, 5),),))
    cited = [shown(0, "quote"), shown(1, "quote")]
    given = reply([0], language="ar", claims=[{"text": claim, "citations": cited}])
    assert value_of(question, given, "language_right") == right


class Table:
    """A judge that knows which sentences support which claim."""

    name = "table"

    def __init__(self, *supporting: set[int]) -> None:
        self.supporting = supporting

    def supports(self, sources: Sequence[str], claim: str) -> bool:
        given = {sentence.position for sentence in SENTENCES for source in sources if sentence.text == source}
        return bool(claim) and any(needed <= given for needed in self.supporting)

    def correctness(self, question: str, answer: str, golds: Sequence[str]) -> float | None:
        return 4.0 if question and any(gold in answer for gold in golds) else None


@pytest.mark.parametrize(
    ("cited", "supporting", "recall", "precision"),
    [
        ([0], [{0}], 1, 1),
        ([0], [{1}], 0, 0),
        ([0, 1], [{0}], 1, 1 / 2),  # 1 alone does not support, and without it 0 still does
        ([0, 1], [{0, 1}], 1, 1),  # neither alone, but both are needed
        ([0, 1, 2], [{0, 1}, {2}], 1, 1 / 3),
    ],
)
def test_alce_recall_and_precision(
    cited: list[int], supporting: list[set[int]], recall: float, precision: float
) -> None:
    claim = {"text": "It opened then.", "citations": [shown(position, "quote") for position in cited]}
    given, judge = reply(cited, claims=[claim]), Table(*supporting)
    assert value_of(ask("1931"), given, "alce_citation_recall", judge) == recall
    assert value_of(ask("1931"), given, "alce_citation_precision", judge) == pytest.approx(precision)


def test_alce_of_claims_without_citations() -> None:
    given = reply([0], claims=[{"text": "So it is.", "citations": []}])
    assert value_of(ask("1931"), given, "alce_citation_recall", Table({0})) == 0
    assert value_of(ask("1931"), given, "alce_citation_precision", Table({0})) is None


def test_a_judge_marks_answers_only() -> None:
    question, judge = ask("1931", answers=("1931",)), Table({0})
    assert value_of(question, reply([0], ranked=[0, 1]), "judge_faithfulness", judge) == 1
    assert value_of(question, reply([0]), "judge_correctness", judge) == 4
    assert value_of(question, reply([1]), "judge_correctness", judge) is None
    assert value_of(question, reply(), "judge_faithfulness", judge) is None


USAGE = {"tokens_in": 120, "tokens_out": 9, "calls": 1}


def test_a_reply_that_no_model_was_asked_for_has_no_tokens() -> None:
    given = reply([0], usage={"tokens_in": 0, "tokens_out": 0, "calls": 0})
    assert value_of(ask("1931"), given, "tokens_in") is None


def test_tokens_and_seconds_are_kept() -> None:
    scored: ScoredQuestion = score(ask("1931"), reply([0], usage=USAGE), articles={})
    assert (scored.values["tokens_in"], scored.values["tokens_out"]) == (120, 9)
    assert scored.reply.seconds == {"find": 0.01}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"confidence": 1.5}, "'confidence' must be less than or equal to 1, found 1.5"),
        ({"confidence": True}, "'confidence' must be a number"),
        ({"claims": []}, "it is 'answered', but has no claims"),
        (
            {"claims": [{"text": "x", "citations": [{"article_id": "news"}]}]},
            '\'start\' is missing in {"article_id": "news"}',
        ),
        ({"evidence": "none"}, "'evidence' must be a list"),
        ({"seconds": {"find": -1}}, "'find' must be greater than or equal to 0, found -1"),
        ({"confidence": float("nan")}, "'confidence' must be less than or equal to 1, found NaN"),
        (
            {"claims": [{"text": "x", "citations": [{"article_id": "a", "start": True}]}]},
            "'start' must be a whole number, found true",
        ),
        ({"evidence": [7]}, "'evidence' must be a JSON object, found 7"),
        ({"usage": []}, "'usage' must be a JSON object, found []"),
        ({"language": None}, "'language' must be a text, found nothing"),
        ({"language": " "}, "'language' must be a text that is not empty"),
    ],
)
def test_a_reply_that_breaks_the_contract_is_named(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RecordError) as caught:
        score(ask("1931"), reply([0]) | change, articles={})
    assert sentence in str(caught.value)


def test_words_are_compared_with_the_part_of_the_quote_that_is_marked() -> None:
    question = ask("1931", answers=("1931",))
    marked = shown(0, "quote") | {"span": [TEXT.index("1931"), TEXT.index("1931") + 4]}
    given = reply([0], claims=[{"text": SENTENCES[0].text, "citations": [marked]}])
    assert value_of(question, given, "exact_match") == 1
    assert value_of(question, reply([0]), "f1") == pytest.approx(2 / 5)  # "bridge opened in 1931"
    assert value_of(question, given, "squad2_exact") == 1
    given["claims"][0]["citations"][0]["span"] = None
    assert value_of(question, given, "exact_match") == 0


def test_squads_second_version_counts_a_refusal_of_what_is_not_there() -> None:
    unanswerable = ask(answerable=False)
    assert value_of(unanswerable, reply(), "squad2_exact") == 1
    assert value_of(unanswerable, reply(), "squad2_f1") == 1
    assert value_of(unanswerable, reply([0]), "squad2_f1") == 0
    assert value_of(ask("1931", answers=("1931",)), reply(), "squad2_f1") == 0
