"""Which sentences are quoted."""

import pytest

from index.retrieval.quote_selection import CLOSE_SCORES, choose_quotes, depends_on_previous
from index.text.sentences import split_sentences
from index.types import Article, Evidence, Sentence

TEXT = "التقى الوزير نظيره أمس. وأضاف أن المحادثات بناءة. لم يصدر بيان. He left early. The talks go on. Nobody asked."
ARTICLE = Article("a", "t", "s", TEXT, "ar")
SENTENCES = split_sentences(ARTICLE)
ASKED = "متى غادر؟"


def evidence(*scores: tuple[int, float]) -> list[Evidence]:
    return [Evidence(ARTICLE, SENTENCES[position], score) for position, score in scores]


def test_one_sentence_where_one_carries_it() -> None:
    assert choose_quotes(ASKED, evidence((2, -0.1), (4, -3.0), (5, -4.0)), SENTENCES) == (2,)


def test_he_added_takes_the_sentence_before_along_where_it_is_asked_who() -> None:
    assert choose_quotes("من قال إن المحادثات بناءة؟", evidence((1, -0.1), (4, -3.0)), SENTENCES) == (0, 1)
    assert choose_quotes("كيف هي المحادثات؟", evidence((1, -0.1), (4, -3.0)), SENTENCES) == (1,)


def test_a_pronoun_takes_the_sentence_before_along() -> None:
    assert choose_quotes(ASKED, evidence((3, -0.1), (5, -3.0)), SENTENCES) == (2, 3)


def test_an_equal_second_is_quoted_too_in_the_articles_order() -> None:
    assert choose_quotes(ASKED, evidence((5, -1.0), (2, -1.0 - CLOSE_SCORES / 2)), SENTENCES) == (2, 5)


def test_never_more_than_three() -> None:
    assert choose_quotes(ASKED, evidence((3, -1.0), (5, -1.0)), SENTENCES) == (2, 3, 5)


def test_a_close_second_of_another_article_is_not_mixed_in() -> None:
    other = Article("b", "t", "s", "Elsewhere.", "en")
    foreign = Evidence(other, Sentence("b", 0, 0, 0, 10, "Elsewhere."), -1.0)

    assert choose_quotes(ASKED, [*evidence((2, -1.0)), foreign], SENTENCES) == (2,)


def test_nothing_found_nothing_quoted() -> None:
    assert choose_quotes(ASKED, [], SENTENCES) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("وأضاف: “لا”.", True), ("He added nothing.", True), ("Hebron is a city.", False), ("…", False), ("", False)],
)
def test_leaning(text: str, expected: bool) -> None:
    assert depends_on_previous(Sentence("a", 1, 0, 0, len(text), text), asks_who=True) is expected
