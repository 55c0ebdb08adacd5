"""Question → ranked evidence and the confidence that it answers: the query path in reading order.

Encode the question, choose the articles, rank their sentences together. What the ranking weighs is `ranking`'s,
how several articles become one list `fusion`'s.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from time import perf_counter

from threadpoolctl import ThreadpoolController

from config.errors import LibraryError, NoArticles, UnknownArticle
from index.library.library import Library, Snapshot
from index.library.rows import SentenceHit
from index.library.schema import LANGUAGES
from index.models.choose import Encoders
from index.retrieval.fusion import FusedRanking, rank_articles, reciprocal_rank_fusion
from index.retrieval.ranking import Strictness
from index.retrieval.signals import EncodedQuestion, PreparedArticle, prepare, question_words
from index.text.search_form import language_of, search_form
from index.types import ArticleRecord, Evidence, Filter, IndexedArticle, Sentence

CANDIDATES = 50
"""Sentences asked of each collection when the whole library is searched."""
MOST_CANDIDATES = 5000
"""The same where a filter leaves few of them."""
CANDIDATE_ARTICLES = 4
"""Articles of each language that are then ranked whole."""
MOST_DUPLICATES = 5
"""Near-duplicates of an article that may be found without taking another's place."""
LEAST_EVIDENCE = 5
"""Sentences of evidence even where fewer are asked for."""
FAR_BEHIND = math.log(10)
"""How much lower the score of a sentence is, a log of odds, that is ten times less likely to answer than the best.

On articles held out .12 to .15 of the sentences so near to the best hold the answer, and .003 to .009 of those farther
behind (`make benchmark-evidence`).
"""
KEPT_SENTENCES = 20_000
"""Sentences of articles kept in memory between questions (some 8 kB each)."""
TRIES = 5
ANY = Filter()


@dataclass(frozen=True)
class RetrievalResult:
    """Evidence, best first, and what it was chosen from; `seconds` by stage."""

    evidence: tuple[Evidence, ...]
    ranking: FusedRanking
    seconds: Mapping[str, float]
    duplicates: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By the id of an article that has near-duplicates: their texts, its own among them, in search form."""

    @property
    def likely(self) -> tuple[Evidence, ...]:
        """The evidence that may carry the answer: the best, and what is not much less likely to."""
        return tuple(one for one in self.evidence if self.evidence[0].score - one.score <= FAR_BEHIND)

    @property
    def confidence(self) -> float:
        """Probability that an article answers."""
        return self.ranking.confidence

    def suffices(self, strictness: Strictness) -> bool:
        """Say whether the confidence is enough to answer."""
        return self.confidence >= self.ranking.threshold(strictness)

    def source_count(self, sentence: Sentence) -> int:
        """Return how many articles say the sentence: near-duplicates of its own, or, word for word, of those ranked."""
        said = search_form(sentence.text)
        duplicates = sum(said in text for text in self.duplicates.get(sentence.article_id, ()))
        verbatim = (any(one.text == sentence.text for one in indexed.sentences) for indexed in self.articles.values())
        return max(duplicates, sum(verbatim))

    @cached_property
    def articles(self) -> Mapping[str, IndexedArticle]:
        """The articles that were ranked, by id."""
        return {article.indexed.article.id: article.indexed for article in self.ranking.articles}


class Retriever:
    """Finds evidence in a library. Loads articles once and keeps the last used in memory."""

    def __init__(self, library: Library, encoders: Callable[[], Encoders]) -> None:
        self._library, self._encoders = cache(library.space), cache(encoders)
        self._kept: OrderedDict[tuple[str, str], PreparedArticle] = OrderedDict()
        self._sentences = 0
        """How many sentences are kept."""

    def find(
        self,
        text: str,
        *,
        article_id: str | None = None,
        spaces: Sequence[str] = ("",),
        only: Filter = ANY,
        k: int = LEAST_EVIDENCE,
    ) -> RetrievalResult:
        """Find the k best sentences for a question: in one article, or in all of the spaces that the filter admits.

        Of near-duplicates one is ranked.

        Raises: NoArticles, UnknownArticle, LibraryError, EmbeddingError.
        """
        began = perf_counter()
        self._encoders()  # the second encoder loads while the store is opened
        libraries = [library for library in map(self._library, spaces) if library.store.exists]
        for library in libraries:
            library.open()
        question = self._encode(text)
        encoded = perf_counter()
        with _blas().limit(limits=1):
            found = [one for library in libraries for one in self._choose_articles(library, question, article_id, only)]
            if not found:
                raise _nothing_found(article_id, only)
            ranking = rank_articles(question, [article for article, _ in found])
        duplicates = {article.indexed.article.id: texts for article, texts in found if texts}
        evidence = ranking.top(max(k, LEAST_EVIDENCE))
        seconds = {"embed": encoded - began, "find": perf_counter() - encoded}
        return RetrievalResult(evidence, ranking, seconds, duplicates)

    def warm(self) -> None:
        """Load the encoders, so that the first question need not wait for them. Raises: EmbeddingError."""
        self._encode("?")

    def _encode(self, text: str) -> EncodedQuestion:
        encoders = self._encoders()
        main = encoders.embed_query(text)
        if not encoders.words:
            return EncodedQuestion(text, language_of(text), main)
        second, words = encoders.words.encode_beside([text], question_words(text))
        return EncodedQuestion(text, language_of(text), main, second[0], words.floats)

    def _choose_articles(
        self, library: Library, question: EncodedQuestion, article_id: str | None, only: Filter
    ) -> list[tuple[PreparedArticle, list[str]]]:
        """Return the articles to rank, one of each cluster of near-duplicates, with the cluster's texts.

        On a server they may change under our hands: look again.
        """
        for _ in range(TRIES):
            with library.snapshot() as snapshot:
                wanted = [article_id] if article_id else _candidates(snapshot, question, only)
                records = _without_duplicates(snapshot.find(wanted).values())
                articles = self._load(snapshot, records)
                texts = [snapshot.cluster_texts(record.cluster) if record.cluster else [] for record in records]
            if all(articles):
                return [(article, own) for article, own in zip(articles, texts, strict=True) if article]
        raise LibraryError("The library is changing too fast to be read; try again.")

    def _load(self, snapshot: Snapshot, records: Sequence[ArticleRecord]) -> list[PreparedArticle | None]:
        """Return the articles, read and prepared if they are not kept; None for one that was removed just now."""
        missing = [record for record in records if (record.id, record.version) not in self._kept]
        for record, indexed in zip(missing, snapshot.load_all(missing), strict=True):
            if indexed:
                self._kept[record.id, record.version] = prepare(indexed, self._encoders().words)
                self._sentences += record.sentences
        articles = [self._kept.get((record.id, record.version)) for record in records]
        for record, article in zip(records, articles, strict=True):
            if article:
                self._kept.move_to_end((record.id, record.version))
        self._forget()
        return articles

    def _forget(self) -> None:
        while self._sentences > KEPT_SENTENCES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._sentences -= len(dropped.indexed.sentences)


@cache
def _blas() -> ThreadpoolController:
    """Return what limits the threads of matrix products. Ours are small: several threads only wait for each other."""
    return ThreadpoolController().select(user_api="blas")


def _without_duplicates(records: Iterable[ArticleRecord]) -> list[ArticleRecord]:
    """Return the first articles of each language, and of near-duplicates only the first."""
    first: dict[str, ArticleRecord] = {}
    for record in records:
        if sum(other.language == record.language for other in first.values()) < CANDIDATE_ARTICLES:
            first.setdefault(record.cluster or record.id, record)
    return list(first.values())


def _candidates(snapshot: Snapshot, question: EncodedQuestion, only: Filter) -> list[str]:
    """Return the ids of the articles with the sentences nearest to the question, nearest first, language by language.

    More than are ranked, because some may be near-duplicates. A small library is ranked whole; a filter that admits few
    articles admits all of them.
    """
    whole = [] if only else snapshot.records_if_few()
    if whole and not any(record.cluster for record in whole):
        return [record.id for record in whole]
    admitted = {record.id for record in snapshot.records() if only.admits(record)} if only else None
    few = sorted(admitted) if admitted is not None and len(admitted) <= CANDIDATE_ARTICLES else []
    hits = _nearest_hits(snapshot, question, admitted, patient=not few)
    found: list[str] = []
    for language in LANGUAGES:
        lists = [
            [hit.article_id for hit in hits if (hit.language, hit.encoder) == (language, encoder)]
            for encoder in ("main", "second")
        ]
        found += reciprocal_rank_fusion(lists, MOST_DUPLICATES * CANDIDATE_ARTICLES)
    return list(dict.fromkeys([*found, *few]))


def _nearest_hits(
    snapshot: Snapshot, question: EncodedQuestion, admitted: set[str] | None, *, patient: bool
) -> list[SentenceHit]:
    """Return the nearest sentences; where a filter leaves few, those farther away too, unless there is no need."""
    k = CANDIDATES
    while True:
        hits = snapshot.nearest_sentences(question.main, question.second, k=k)
        kept = [hit for hit in hits if admitted is None or hit.article_id in admitted]
        if admitted is None or not patient or len(kept) >= CANDIDATES or k >= MOST_CANDIDATES:
            return kept
        k *= 10


def _nothing_found(article_id: str | None, only: Filter) -> LibraryError:
    if only:
        return NoArticles("No article is of that date, language and tags; `sanad articles` shows what there is.")
    if article_id:
        return UnknownArticle(f"There is no article {article_id!r}; `sanad articles` lists them.")
    return NoArticles("There are no articles yet; add one with `sanad index FILE`.")
