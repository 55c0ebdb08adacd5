"""The order of an article's sentences, and whether it answers, with the real encoders on small articles."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.retrieval.ranking import (
    COLUMNS,
    SIGNS,
    answerability_signs,
    learned_parameters,
    load_classifier,
    rank,
    threshold,
)
from index.retrieval.signals import SIGNALS, PreparedArticle
from tests.index.retrieval.bench import ENGLISH, ON_THE_LIGHTHOUSE, ON_THE_VILLAGE, Bench


@pytest.mark.parametrize(("text", "position"), ON_THE_LIGHTHOUSE)
def test_the_sentence_that_answers_comes_first(
    bench: Bench, lighthouse: PreparedArticle, text: str, position: int
) -> None:
    assert rank(bench.question(text), lighthouse).order[0] == position


@pytest.mark.parametrize(("text", "position"), ON_THE_VILLAGE)
def test_in_an_arabic_article_too(bench: Bench, village: PreparedArticle, text: str, position: int) -> None:
    assert rank(bench.question(text), village).order[0] == position


def test_without_the_second_encoder_it_still_ranks() -> None:
    bench = Bench(second=False)
    ranking = rank(bench.question("How high is the tower?"), bench.article(ENGLISH))

    assert ranking.setup == "main"
    assert ranking.order[0] == 3
    assert not ranking.signals.values[:, SIGNALS.index("second")].any()


def test_an_article_of_one_sentence(bench: Bench) -> None:
    ranking = rank(bench.question("What is it?"), bench.article("It is a test."))

    assert ranking.order.tolist() == [0]
    assert 0 <= ranking.confidence <= 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=120))
def test_any_text_gets_finite_scores(bench: Bench, asked: str, text: str) -> None:
    article = bench.article(text + " x")
    ranking = rank(bench.question(asked), article)

    assert np.isfinite(ranking.scores).all()
    assert sorted(ranking.order.tolist()) == list(range(len(article.indexed.sentences)))
    assert 0 <= ranking.confidence <= 1


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
    numbers = learned_parameters()

    assert set(numbers["ranking"][setup][direction]) == set(COLUMNS)
    assert set(numbers["answerability"][setup][direction]["signs"]) == set(SIGNS)
    assert len(numbers["data"]) == 5


def test_probability_follows_the_signs(bench: Bench, lighthouse: PreparedArticle) -> None:
    ranking = rank(bench.question("How high is the tower?"), lighthouse)
    signs = answerability_signs(ranking.signals, ranking.scores, "How high is the tower?")

    assert signs.shape == (len(SIGNS),)
    assert load_classifier("both", "same").probability(signs) == pytest.approx(ranking.confidence)
