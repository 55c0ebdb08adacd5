"""Article → stored, searchable article: split, embed, commit; what is unchanged is left alone.

An article whose text is as it was, but was read from other bytes or by a newer reader, is looked at again: its pages
and headings may be better known, and a damaged text is mended from its source.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.library.library import IndexStatus, Library
from index.models.choose import Encoders
from index.text.passages import pack_passages
from index.text.sentences import split_sentences
from index.types import Article, ArticleRecord, IndexedArticle, Passage, Sentence

Progress = Callable[[int, int], None]
"""Called with the texts embedded so far and in all."""


COMMIT_SENTENCES = 256
"""Sentences that are committed together: each write of Chroma's waits for the disk."""


def _silent(done: int, total: int) -> None:
    """Report to nobody."""


def _ignore(done: int) -> None:
    """Report to nobody."""


@dataclass(frozen=True, slots=True)
class IndexingResult:
    """What became of one article."""

    article: Article
    status: IndexStatus
    sentences: int


@dataclass(frozen=True, slots=True)
class Parts:
    """An article cut into sentences and passages."""

    article: Article
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]

    @property
    def texts(self) -> list[str]:
        """All texts that are embedded: the sentences', then the passages'."""
        return [sentence.text for sentence in self.sentences] + [passage.text for passage in self.passages]


class Indexer:
    """Puts articles into a library. `budget` is the most tokens of a passage."""

    def __init__(self, library: Library, encoders: Callable[[], Encoders], *, budget: int) -> None:
        self._library, self._encoders, self._budget = library, encoders, budget

    def add(
        self, articles: Sequence[Article], *, space: str = "", progress: Progress = _silent
    ) -> Iterator[IndexingResult]:
        """Index those whose text is new, some hundred sentences at a time; what is yielded can be found."""
        latest = {article.id: article for article in articles}
        library = self._library.space(space)
        known = library.find(list(latest))
        live = {key for key, record in known.items() if record.version == latest[key].version}
        yield from self._look_again(library, [(latest[key], known[key]) for key in latest if key in live])
        parts = [self.split(article) for key, article in latest.items() if key not in live]
        total, done, waiting = sum(len(part.texts) for part in parts), 0, list[IndexedArticle]()
        for number, part in enumerate(parts, 1):
            waiting.append(self.embed(part, lambda count, before=done: progress(before + count, total)))  # type: ignore[misc]
            done += len(part.texts)
            if number == len(parts) or sum(len(indexed.sentences) for indexed in waiting) >= COMMIT_SENTENCES:
                yield from _commit(library, waiting)
                waiting.clear()

    def rebuild(self, *, progress: Progress = _silent) -> Iterator[IndexingResult]:
        """Index again, from their stored texts, the articles that other settings made."""
        for space, articles in self._library.outdated().items():
            yield from self.add(articles, space=space, progress=progress)
        self._library.drop_outdated()

    def index(self, article: Article) -> IndexedArticle:
        """Split and embed an article without storing it."""
        return self.embed(self.split(article))

    def split(self, article: Article) -> Parts:
        """Cut an article as it is stored."""
        sentences = split_sentences(article)
        return Parts(article, sentences, pack_passages(sentences, article, budget=self._budget))

    def embed(self, part: Parts, progress: Callable[[int], None] = _ignore) -> IndexedArticle:
        """Give the parts their vectors; `progress` is called with the texts embedded so far."""
        encoders, texts, vectors = self._encoders(), part.texts, []
        for start in range(0, len(texts), encoders.main.embed_batch_size):
            vectors.append(encoders.embed(texts[start : start + encoders.main.embed_batch_size]))
            progress(min(start + encoders.main.embed_batch_size, len(texts)))
        stacked, count = np.concatenate(vectors), len(part.sentences)
        second = encoders.embed_second(texts[:count])
        if encoders.words:
            encoders.words.learn(texts[:count])
        return IndexedArticle(part.article, part.sentences, part.passages, stacked[:count], stacked[count:], second)

    def _look_again(
        self, library: Library, articles: Sequence[tuple[Article, ArticleRecord]]
    ) -> Iterator[IndexingResult]:
        """Store again those of some live versions that are stored otherwise than they are read now."""
        origins: dict[str, str] = {}
        for article, record in articles:
            known = bool(record.origin) and record.origin == article.origin
            indexed = None if known else self._otherwise(library, article, record)
            if indexed:
                yield IndexingResult(article, library.renew(indexed), len(indexed.sentences))
                continue
            if record.origin != article.origin:
                origins[article.id] = article.origin
            yield IndexingResult(article, IndexStatus.UNCHANGED, 0)
        library.put_origins(origins)

    def _otherwise(self, library: Library, article: Article, record: ArticleRecord) -> IndexedArticle | None:
        """The article as it is read now, with the vectors that there are; None if it is stored so."""
        parts, stored = self.split(article), library.load(record)
        if stored is None or (stored.sentences, stored.passages) != (parts.sentences, parts.passages):
            return self.embed(parts)
        if stored.article.language == article.language and _places(stored.article, parts) == _places(article, parts):
            return None
        return replace(stored, article=article)


def _places(article: Article, parts: Parts) -> list[tuple[int, str]]:
    """Page and heading of each sentence."""
    places = (article.location(sentence.start) for sentence in parts.sentences)
    return [(place.page, place.heading) for place in places]


def _commit(library: Library, articles: list[IndexedArticle]) -> Iterator[IndexingResult]:
    for indexed, status in zip(articles, library.commit(articles), strict=True):
        yield IndexingResult(indexed.article, status, len(indexed.sentences))
