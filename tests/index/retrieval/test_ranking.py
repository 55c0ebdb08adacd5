"""The order of an article's sentences, with the real encoders on a small article."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.models.encoder import SentenceEncoder
from index.models.llama_embedding import E5Embedding
from index.models.words import WordEncoder
from index.retrieval.fusion import rank_articles, reciprocal_rank_fusion
from index.retrieval.ranking import rank
from index.retrieval.signals import SIGNALS, EncodedQuestion, PreparedArticle, measure_signals, prepare, question_words
from index.text.passages import pack_passages
from index.text.search_form import language_of
from index.text.sentences import split_sentences
from index.types import Article, IndexedArticle

ENGLISH = (
    "The lighthouse of Ras Sarra stands on a cliff above the bay. It was designed by Clara Whitfield, an engineer from "
    "Leeds. Building began in 1874 and took six years. The tower is 41 metres high and has 203 steps. Its lamp was "
    "electrified in 1932. During the storm of 1951 the keeper rescued eleven sailors. Today the building is a museum "
    "of navigation, which some 30,000 people visit each summer."
)
ARABIC = (
    "تقع قرية وادي الزيتون على سفح جبل يطل على السهل. يزرع أهلها الزيتون والعنب منذ قرون. وفي عام 1963 "
    "افتتحت أول مدرسة في القرية. يبلغ عدد سكانها نحو ألفي نسمة. ويقام فيها كل خريف مهرجان للعسل. وقد زارها الشاعر كمال النحاس "
    "وكتب عنها قصيدته الأشهر."
)

Make = Callable[[str], PreparedArticle]
Ask = Callable[[str], EncodedQuestion]


class Bench:
    """Encoders and what is made with them; `second` turns the second encoder on."""

    def __init__(self, *, second: bool) -> None:
        self._main = E5Embedding()
        self._second = SentenceEncoder() if second else None
        self._words = WordEncoder(self._second.encode) if self._second else None

    def article(self, text: str) -> PreparedArticle:
        article = Article(f"{len(text):012x}", "t", "s", text, language_of(text))
        sentences = split_sentences(article)
        passages = pack_passages(sentences, article, budget=64)
        texts = [sentence.text for sentence in sentences] + [passage.text for passage in passages]
        vectors = np.array(self._main.get_text_embedding_batch(texts), np.float32)
        second = self._second.encode(texts[: len(sentences)]) if self._second else None
        indexed = IndexedArticle(
            article, sentences, passages, vectors[: len(sentences)], vectors[len(sentences) :], second
        )
        return prepare(indexed, self._words)

    def question(self, text: str) -> EncodedQuestion:
        main = np.array(self._main.get_query_embedding(text), np.float32)
        if not self._second:
            return EncodedQuestion(text, language_of(text), main)
        vectors = self._second.encode([text, *question_words(text)])
        return EncodedQuestion(text, language_of(text), main, vectors[0], vectors[1:])


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(second=True)


@pytest.fixture(scope="module")
def lighthouse(bench: Bench) -> PreparedArticle:
    return bench.article(ENGLISH)


@pytest.fixture(scope="module")
def village(bench: Bench) -> PreparedArticle:
    return bench.article(ARABIC)


ON_THE_LIGHTHOUSE = [
    ("Who designed the lighthouse?", 1),
    ("How high is the tower?", 3),
    ("What is the building used for now?", 6),
    ("من صمم المنارة؟", 1),
    ("كم يبلغ ارتفاع البرج؟", 3),
    ("كم بحارا أنقذ الحارس؟", 5),
]
ON_THE_VILLAGE = [
    ("متى افتتحت أول مدرسة في القرية؟", 2),
    ("كم عدد سكان القرية؟", 3),
    ("When was the first school opened?", 2),
    ("Which poet visited the village?", 5),
]


@pytest.mark.parametrize(("text", "position"), ON_THE_LIGHTHOUSE)
def test_the_sentence_that_answers_comes_first(
    bench: Bench, lighthouse: PreparedArticle, text: str, position: int
) -> None:
    assert rank(bench.question(text), lighthouse).order[0] == position


@pytest.mark.parametrize(("text", "position"), ON_THE_VILLAGE)
def test_in_an_arabic_article_too(bench: Bench, village: PreparedArticle, text: str, position: int) -> None:
    assert rank(bench.question(text), village).order[0] == position


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


def test_words_meet_across_languages(bench: Bench, lighthouse: PreparedArticle) -> None:
    values = measure_signals(bench.question("عاصفة"), lighthouse).values

    assert values[:, SIGNALS.index("words")].argmax() == 5
    assert values[:, SIGNALS.index("bm25")].max() == 0


def test_without_the_second_encoder_it_still_ranks() -> None:
    bench = Bench(second=False)
    ranking = rank(bench.question("How high is the tower?"), bench.article(ENGLISH))

    assert ranking.setup == "main"
    assert ranking.order[0] == 3
    assert not ranking.measures.values[:, SIGNALS.index("second")].any()


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


def test_nomination_counts_an_article_once_a_list() -> None:
    assert reciprocal_rank_fusion([["long", "long", "long", "short"], ["other"]], 3) == ["long", "other", "short"]
    assert reciprocal_rank_fusion([["a", "b"], ["b", "c"]], 1) == ["b"]
    assert reciprocal_rank_fusion([[], []], 3) == []
