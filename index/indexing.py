"""Article → stored, searchable article: split, embed, commit; what is unchanged is left alone.

An article whose text is as it was, but was read from other bytes or by a newer reader, is compared with what is stored:
its pages and headings may be better known, and a damaged text is repaired from its source.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.library.library import IndexStatus, Library
from index.models.choose import Encoders
from index.text.passages import pack_passages
from index.text.sentences import split_sentences
from index.types import Article, ArticleRecord, IndexedArticle, SplitArticle

Progress = Callable[[int, int], None]
"""Called with the texts embedded so far and in all."""

COMMIT_SENTENCES = 256
"""Sentences that are committed together: each write to Chroma waits for the disk."""


def _silent(*counts: int) -> None:
    """Report to nobody."""


@dataclass(frozen=True, slots=True)
class IndexingResult:
    """What became of one article; `sentences` are those embedded or stored again."""

    article: Article
    status: IndexStatus
    sentences: int


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
        unchanged = [key for key, record in known.items() if record.version == latest[key].version]
        yield from self._look_again(library, [(latest[key], known[key]) for key in unchanged])
        new = [self.split(article) for key, article in latest.items() if key not in unchanged]
        total, done, waiting = sum(len(split.texts) for split in new), 0, list[IndexedArticle]()
        for number, split in enumerate(new, 1):
            waiting.append(self.embed(split, lambda count, before=done: progress(before + count, total)))  # type: ignore[misc]
            done += len(split.texts)
            if number == len(new) or sum(len(indexed.sentences) for indexed in waiting) >= COMMIT_SENTENCES:
                yield from _commit(library, waiting)
                waiting.clear()

    def rebuild(self, *, progress: Progress = _silent) -> Iterator[IndexingResult]:
        """Index again, from their stored texts, the articles that other settings made."""
        for space, articles in self._library.outdated().items():
            yield from self.add(articles, space=space, progress=progress)
        self._library.drop_outdated()

    def split(self, article: Article) -> SplitArticle:
        """Cut an article into sentences and passages."""
        sentences = split_sentences(article)
        return SplitArticle(article, sentences, pack_passages(sentences, article, budget=self._budget))

    def embed(self, split: SplitArticle, progress: Callable[[int], None] = _silent) -> IndexedArticle:
        """Compute the vectors of the parts; `progress` is called with the texts embedded so far."""
        encoders, texts, vectors = self._encoders(), split.texts, []
        batch = encoders.main.embed_batch_size
        for start in range(0, len(texts), batch):
            vectors.append(encoders.embed(texts[start : start + batch]))
            progress(min(start + batch, len(texts)))
        stacked, count = np.concatenate(vectors), len(split.sentences)
        second = encoders.embed_second(texts[:count])
        if encoders.words:
            encoders.words.learn(texts[:count])
        return IndexedArticle(split.article, split.sentences, split.passages, stacked[:count], stacked[count:], second)

    def _look_again(
        self, library: Library, articles: Sequence[tuple[Article, ArticleRecord]]
    ) -> Iterator[IndexingResult]:
        """Store again those of some live versions that are read otherwise now than they are stored."""
        origins: dict[str, str] = {}
        for article, record in articles:
            known = bool(record.origin) and record.origin == article.origin
            indexed = None if known else self._if_different(library, article, record)
            if indexed:
                yield IndexingResult(article, library.renew(indexed), len(indexed.sentences))
                continue
            if record.origin != article.origin:
                origins[article.id] = article.origin
            yield IndexingResult(article, IndexStatus.UNCHANGED, 0)
        library.set_origins(origins)

    def _if_different(self, library: Library, article: Article, record: ArticleRecord) -> IndexedArticle | None:
        """The article as it is read now, with the stored vectors where they serve; None if it is stored so already."""
        split, stored = self.split(article), library.load(record)
        if stored is None or (stored.sentences, stored.passages) != (split.sentences, split.passages):
            return self.embed(split)
        if stored.article.language == article.language and all(
            _page_and_heading(stored.article, one.start) == _page_and_heading(article, one.start)
            for one in split.sentences
        ):
            return None
        return replace(stored, article=article)


def _page_and_heading(article: Article, offset: int) -> tuple[int, str]:
    location = article.location(offset)
    return location.page, location.heading


def _commit(library: Library, articles: list[IndexedArticle]) -> Iterator[IndexingResult]:
    for indexed, status in zip(articles, library.commit(articles), strict=True):
        yield IndexingResult(indexed.article, status, len(indexed.sentences))
