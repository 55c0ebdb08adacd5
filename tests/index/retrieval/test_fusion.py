"""The rankings of several articles as one, and whether any of them answers."""

import pytest

from index.retrieval.fusion import rank_articles, reciprocal_rank_fusion
from index.retrieval.signals import SIGNALS, PreparedArticle
from tests.index.retrieval.bench import ON_THE_LIGHTHOUSE, ON_THE_VILLAGE, Bench

ON_NEITHER = [
    "Who painted the ceiling of the Sistine Chapel?",
    "How many moons does Jupiter have?",
    "ما عاصمة اليابان؟",
    "كيف يصنع الزجاج؟",
    "Why do cats purr?",
]


@pytest.mark.parametrize("text", ["How high is the tower?", "متى افتتحت أول مدرسة في القرية؟"])
def test_over_both_articles_the_right_one_wins(
    bench: Bench, lighthouse: PreparedArticle, village: PreparedArticle, text: str
) -> None:
    merged = rank_articles(bench.question(text), [lighthouse, village])
    best = merged.top(3)[0]

    expected = lighthouse if "tower" in text else village
    assert best.article == expected.indexed.article
    assert set(best.signals) == set(SIGNALS)
    assert merged.confidence > merged.threshold("balanced")


def test_scores_of_the_evidence_fall(bench: Bench, lighthouse: PreparedArticle, village: PreparedArticle) -> None:
    found = rank_articles(bench.question("How many steps?"), [lighthouse, village]).top(20)

    assert len(found) == len(lighthouse.indexed.sentences) + len(village.indexed.sentences)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_nomination_counts_an_article_once_a_list() -> None:
    assert reciprocal_rank_fusion([["long", "long", "long", "short"], ["other"]], 3) == ["long", "other", "short"]
    assert reciprocal_rank_fusion([["a", "b"], ["b", "c"]], 1) == ["b"]
    assert reciprocal_rank_fusion([[], []], 3) == []


def test_what_is_answered_is_told_from_what_is_not(
    bench: Bench, lighthouse: PreparedArticle, village: PreparedArticle
) -> None:
    own = [rank_articles(bench.question(text), [lighthouse]) for text, _ in ON_THE_LIGHTHOUSE]
    own += [rank_articles(bench.question(text), [village]) for text, _ in ON_THE_VILLAGE]
    foreign = [
        rank_articles(bench.question(text), [article]) for text in ON_NEITHER for article in (lighthouse, village)
    ]

    assert sum(one.confidence >= one.threshold("balanced") for one in own) >= len(own) - 1
    assert sum(one.confidence >= one.threshold("balanced") for one in foreign) <= 1


def test_a_library_that_does_not_answer_says_so(
    bench: Bench, lighthouse: PreparedArticle, village: PreparedArticle
) -> None:
    for text in ON_NEITHER:
        merged = rank_articles(bench.question(text), [lighthouse, village])
        assert merged.confidence < merged.threshold("balanced")
