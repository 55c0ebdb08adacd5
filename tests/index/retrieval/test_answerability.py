"""Whether the article answers at all."""

import pytest

from index.retrieval.answerability import SIGNS, answerability_signs, load_classifier, threshold
from index.retrieval.fusion import rank_articles
from index.retrieval.ranking import COLUMNS, learned_numbers
from index.retrieval.signals import PreparedArticle
from tests.index.retrieval.test_ranking import ARABIC, ENGLISH, ON_THE_LIGHTHOUSE, ON_THE_VILLAGE, Bench

ON_NEITHER = [
    "Who painted the ceiling of the Sistine Chapel?",
    "How many moons does Jupiter have?",
    "ما عاصمة اليابان؟",
    "كيف يصنع الزجاج؟",
    "Why do cats purr?",
]


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(second=True)


@pytest.fixture(scope="module")
def articles(bench: Bench) -> dict[str, PreparedArticle]:
    return {"en": bench.article(ENGLISH), "ar": bench.article(ARABIC)}


def test_what_is_answered_is_told_from_what_is_not(bench: Bench, articles: dict[str, PreparedArticle]) -> None:
    own = [rank_articles(bench.question(text), [articles["en"]]) for text, _ in ON_THE_LIGHTHOUSE]
    own += [rank_articles(bench.question(text), [articles["ar"]]) for text, _ in ON_THE_VILLAGE]
    foreign = [rank_articles(bench.question(text), [article]) for text in ON_NEITHER for article in articles.values()]

    assert sum(one.confidence >= one.threshold("balanced") for one in own) >= len(own) - 1
    assert sum(one.confidence >= one.threshold("balanced") for one in foreign) <= 1


def test_a_library_that_does_not_answer_says_so(bench: Bench, articles: dict[str, PreparedArticle]) -> None:
    for text in ON_NEITHER:
        merged = rank_articles(bench.question(text), list(articles.values()))
        assert merged.confidence < merged.threshold("balanced")


@pytest.mark.parametrize("setup", ["both", "main"])
@pytest.mark.parametrize("pair", ["ar-ar", "ar-en", "en-ar", "en-en"])
@pytest.mark.parametrize("library", [False, True])
def test_careful_asks_for_more_than_eager(setup: str, pair: str, library: bool) -> None:
    careful, balanced, eager = (
        threshold(strictness, setup, pair, library=library) for strictness in ("careful", "balanced", "eager")
    )

    assert 1 > careful > balanced > eager > 0


@pytest.mark.parametrize("setup", ["both", "main"])
@pytest.mark.parametrize("direction", ["same", "across"])
def test_the_data_file_holds_a_number_for_everything_looked_at(setup: str, direction: str) -> None:
    numbers = learned_numbers()

    assert set(numbers["ranking"][setup][direction]) == set(COLUMNS)
    assert set(numbers["answerability"][setup][direction]["signs"]) == set(SIGNS)
    assert len(numbers["data"]) == 5


def test_probability_follows_the_signs(bench: Bench, articles: dict[str, PreparedArticle]) -> None:
    ranking = rank_articles(bench.question("How high is the tower?"), [articles["en"]]).rankings[0]
    signs = answerability_signs(ranking.measures, ranking.scores, "How high is the tower?")

    assert signs.shape == (len(SIGNS),)
    assert load_classifier("both", "same").probability(signs) == pytest.approx(ranking.confidence)
