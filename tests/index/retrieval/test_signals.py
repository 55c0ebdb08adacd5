"""What is measured of a sentence for a question: words in common, by stems and by meaning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retrieval.signals import SIGNALS, LexicalIndex, PreparedArticle, measure_signals
from index.text.search_form import stems
from tests.index.retrieval.bench import Bench

SENTENCES = [
    "شيدت الجسر شركة محلية عام 1931.",
    "يعبر الجسور كل يوم آلاف العمال.",
    "The old bridge was rebuilt twice.",
]
words = st.lists(st.text("abc", min_size=1, max_size=2), max_size=5)


@pytest.fixture(scope="module")
def lexical() -> LexicalIndex:
    return LexicalIndex.of([stems(sentence) for sentence in SENTENCES])


def test_a_rare_word_counts_more_than_a_common_one(lexical: LexicalIndex) -> None:
    scores = lexical.bm25(stems("متى شيد الجسر؟"))

    assert scores.argmax() == 0
    assert scores[2] == 0


def test_inflected_english_words_meet(lexical: LexicalIndex) -> None:
    assert lexical.bm25(stems("bridges"))[2] > 0


def test_coverage_is_one_where_every_word_is_found(lexical: LexicalIndex) -> None:
    coverage = lexical.coverage(stems("the old bridge"))

    assert coverage[2] == pytest.approx(1)
    assert coverage[0] == 0
    assert lexical.coverage_anywhere(stems("the old bridge")) == pytest.approx(1)


def test_a_word_the_article_lacks_lowers_coverage(lexical: LexicalIndex) -> None:
    assert lexical.coverage_anywhere(stems("the old zeppelin")) < 0.7


def test_bm25_is_the_published_formula() -> None:
    lexical = LexicalIndex.of([["a", "a", "b"], ["b"]])

    rarity = np.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    expected = rarity * 2 * 2.2 / (2 + 1.2 * (1 - 0.75 + 0.75 * 3 / 2))
    assert lexical.bm25(["a"]) == pytest.approx([expected, 0])


@given(st.lists(words, max_size=6), words)
def test_scores_are_finite_and_never_negative(sentences: list[list[str]], question: list[str]) -> None:
    lexical = LexicalIndex.of(sentences)

    for scores in (lexical.bm25(question), lexical.coverage(question)):
        assert scores.shape == (len(sentences),)
        assert np.isfinite(scores).all()
        assert (scores >= 0).all()
    assert 0 <= lexical.coverage_anywhere(question) <= 1.0001


def test_words_meet_across_languages(bench: Bench, lighthouse: PreparedArticle) -> None:
    values = measure_signals(bench.question("عاصفة"), lighthouse).values

    assert values[:, SIGNALS.index("words")].argmax() == 5
    assert values[:, SIGNALS.index("bm25")].max() == 0
