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
from index.library.collections import LANGUAGES
from index.library.filters import Filter
from index.library.library import Library
from index.library.rows import Hit
from index.library.snapshot import Snapshot
from index.models.choose import Encoders
from index.retrieval.fusion import FusedRanking, rank_articles, reciprocal_rank_fusion
from index.retrieval.ranking import Strictness
from index.retrieval.signals import EncodedQuestion, PreparedArticle, prepare, question_words
from index.text.search_form import language_of, search_form
from index.types import ArticleRecord, Evidence, IndexedArticle, Sentence

CANDIDATES = 50
"""Sentences asked of each collection when the whole library is searched."""
MOST_CANDIDATES = 5000
"""The same where a filter leaves few of them."""
CANDIDATE_ARTICLES = 4
"""Articles of each language that are then ranked whole."""
MOST_DUPLICATES = 5
"""Articles that may tell one story without taking another's place."""
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
    merged: FusedRanking
    seconds: Mapping[str, float]
    told: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The texts that tell an article's story, its own among them, in search form; by its id, if there are several."""

    @property
    def likely(self) -> tuple[Evidence, ...]:
        """The evidence that may carry the answer: the best, and what is not much less likely to."""
        return tuple(one for one in self.evidence if self.evidence[0].score - one.score <= FAR_BEHIND)

    @property
    def confidence(self) -> float:
        """Probability that an article answers."""
        return self.merged.confidence

    def suffices(self, strictness: Strictness) -> bool:
        """Whether the confidence is enough to answer."""
        return self.confidence >= self.merged.threshold(strictness)

    def source_count(self, sentence: Sentence) -> int:
        """How many articles say the sentence: those that tell its story, or, in the same words, those looked at."""
        said = search_form(sentence.text)
        telling = sum(said in text for text in self.told.get(sentence.article_id, ()))
        others = (any(one.text == sentence.text for one in indexed.sentences) for indexed in self.articles.values())
        return max(telling, sum(others))

    @cached_property
    def articles(self) -> Mapping[str, IndexedArticle]:
        """The articles looked at, by id."""
        return {article.indexed.article.id: article.indexed for article in self.merged.articles}


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

        Of articles that tell the same story, one is looked at.

        Raises: NoArticles, UnknownArticle, LibraryError, EmbeddingError.
        """
        began = perf_counter()
        self._encoders()  # the second one loads while the store is opened
        libraries = [library for library in map(self._library, spaces) if library.store.exists]
        for library in libraries:
            library.open()
        question = self._encode(text)
        encoded = perf_counter()
        told: dict[str, list[str]] = {}
        with _blas().limit(limits=1):
            articles = [
                article
                for library in libraries
                for article in self._articles(library, question, _Scope(article_id, only), told)
            ]
            if not articles:
                raise _nothing(article_id, only)
            merged = rank_articles(question, articles)
        evidence = merged.top(max(k, LEAST_EVIDENCE))
        seconds = {"embed": encoded - began, "find": perf_counter() - encoded}
        return RetrievalResult(evidence, merged, seconds, told)

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

    def _articles(
        self, library: Library, question: EncodedQuestion, scope: "_Scope", told: dict[str, list[str]]
    ) -> Sequence[PreparedArticle]:
        """The articles to rank, one of each story; puts the texts that tell it into `told`.

        On a server they may change under our hands: look again.
        """
        for _ in range(TRIES):
            with library.snapshot() as snapshot:
                wanted = [scope.article_id] if scope.article_id else _candidates(snapshot, question, scope.only)
                records = _once_each(snapshot.find(wanted).values())
                articles = self._load(snapshot, records)
                told.update({record.id: snapshot.told(record.story) for record in records if record.story})
            if all(articles):
                return [article for article in articles if article]
        raise LibraryError("The library is changing too fast to be read; try again.")

    def _load(self, snapshot: Snapshot, records: Sequence[ArticleRecord]) -> list[PreparedArticle | None]:
        """The articles, read and prepared where they are not kept; None for one that was taken away just now."""
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
    """Rules over the threads of matrix products. Ours are small: more threads than one only wait for each other."""
    return ThreadpoolController().select(user_api="blas")


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where to look: in one article, or in those that a filter admits."""

    article_id: str | None
    only: Filter


def _once_each(records: Iterable[ArticleRecord]) -> list[ArticleRecord]:
    """The first articles of each language, and of those that tell one story only the first."""
    first: dict[str, ArticleRecord] = {}
    for record in records:
        if sum(other.language == record.language for other in first.values()) < CANDIDATE_ARTICLES:
            first.setdefault(record.story or record.id, record)
    return list(first.values())


def _candidates(snapshot: Snapshot, question: EncodedQuestion, only: Filter) -> list[str]:
    """Ids of the articles that hold the sentences nearest to the question, the nearest first, language by language.

    More than are ranked, because some may tell the same story. A small library is ranked whole; a filter that admits
    few articles admits all of them.
    """
    whole = [] if only else snapshot.few()
    if whole and not any(record.story for record in whole):
        return [record.id for record in whole]
    admitted = {record.id for record in snapshot.records() if only.admits(record)} if only else None
    few = sorted(admitted) if admitted is not None and len(admitted) <= CANDIDATE_ARTICLES else []
    hits = _hits(snapshot, question, admitted, patient=not few)
    named: list[str] = []
    for language in LANGUAGES:
        lists = [
            [hit.article_id for hit in hits if (hit.language, hit.encoder) == (language, encoder)]
            for encoder in ("main", "second")
        ]
        named += reciprocal_rank_fusion(lists, MOST_DUPLICATES * CANDIDATE_ARTICLES)
    return list(dict.fromkeys([*named, *few]))


def _hits(snapshot: Snapshot, question: EncodedQuestion, admitted: set[str] | None, *, patient: bool) -> list[Hit]:
    """The nearest sentences; where a filter leaves few of them, those farther away too, unless there is no need."""
    k = CANDIDATES
    while True:
        hits = snapshot.nearest(question.main, question.second, k=k)
        kept = [hit for hit in hits if admitted is None or hit.article_id in admitted]
        if admitted is None or not patient or len(kept) >= CANDIDATES or k >= MOST_CANDIDATES:
            return kept
        k *= 10


def _nothing(article_id: str | None, only: Filter) -> LibraryError:
    if only:
        return NoArticles("No article is of that date, language and tags; `sanad articles` shows what there is.")
    if article_id:
        return UnknownArticle(f"There is no article {article_id!r}; `sanad articles` lists them.")
    return NoArticles("There are no articles yet; add one with `sanad index FILE`.")
