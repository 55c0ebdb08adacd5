"""Word matching inside one article."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retrieval.lexical import LexicalIndex
from index.text.search_form import stems

SENTENCES = [
    "شيدت الجسر شركة محلية عام 1931.",
    "يعبر الجسور كل يوم آلاف العمال.",
    "The old bridge was rebuilt twice.",
]
words = st.lists(st.text("abc", min_size=1, max_size=2), max_size=5)


@pytest.fixture(scope="module")
def table() -> LexicalIndex:
    return LexicalIndex.of([stems(sentence) for sentence in SENTENCES])


def test_a_rare_word_counts_more_than_a_common_one(table: LexicalIndex) -> None:
    scores = table.bm25(stems("متى شيد الجسر؟"))

    assert scores.argmax() == 0
    assert scores[2] == 0


def test_inflected_english_words_meet(table: LexicalIndex) -> None:
    assert table.bm25(stems("bridges"))[2] > 0


def test_coverage_is_one_where_every_word_is_found(table: LexicalIndex) -> None:
    coverage = table.coverage(stems("the old bridge"))

    assert coverage[2] == pytest.approx(1)
    assert coverage[0] == 0
    assert table.coverage_anywhere(stems("the old bridge")) == pytest.approx(1)


def test_a_word_the_article_lacks_lowers_coverage(table: LexicalIndex) -> None:
    assert table.coverage_anywhere(stems("the old zeppelin")) < 0.7


def test_bm25_is_the_published_formula() -> None:
    table = LexicalIndex.of([["a", "a", "b"], ["b"]])

    rarity = np.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    expected = rarity * 2 * 2.2 / (2 + 1.2 * (1 - 0.75 + 0.75 * 3 / 2))
    assert table.bm25(["a"]) == pytest.approx([expected, 0])


@given(st.lists(words, max_size=6), words)
def test_scores_are_finite_and_never_negative(sentences: list[list[str]], question: list[str]) -> None:
    table = LexicalIndex.of(sentences)

    for scores in (table.bm25(question), table.coverage(question)):
        assert scores.shape == (len(sentences),)
        assert np.isfinite(scores).all()
        assert (scores >= 0).all()
    assert 0 <= table.coverage_anywhere(question) <= 1.0001
