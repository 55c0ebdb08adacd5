"""Article → stored, searchable article: split, embed, commit; what is unchanged is left alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding import Encoders
from index.library import Change, Library
from index.passages import pack_passages
from index.sentences import split_sentences
from index.types import Article, IndexedArticle, Passage, Sentence

Progress = Callable[[int, int], None]
"""Called with the texts embedded so far and in all."""


COMMIT_SENTENCES = 256
"""Sentences that are committed together: each write of Chroma's waits for the disk."""


def _silent(done: int, total: int) -> None:
    """Report to nobody."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What became of one article."""

    article: Article
    change: Change
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

    def add(self, articles: Sequence[Article], *, space: str = "", progress: Progress = _silent) -> Iterator[Indexed]:
        """Index those whose text is new, some hundred sentences at a time; what is yielded can be found."""
        latest = {article.id: article for article in articles}
        library = self._library.space(space)
        known = library.versions(list(latest))
        unchanged = [article for article in latest.values() if known.get(article.id) == article.version]
        yield from (Indexed(article, Change.UNCHANGED, 0) for article in unchanged)
        parts = [self.split(article) for article in latest.values() if known.get(article.id) != article.version]
        total, done, waiting = sum(len(part.texts) for part in parts), 0, list[IndexedArticle]()
        for number, part in enumerate(parts, 1):
            waiting.append(self._embed(part, lambda count, before=done: progress(before + count, total)))  # type: ignore[misc]
            done += len(part.texts)
            if number == len(parts) or sum(len(indexed.sentences) for indexed in waiting) >= COMMIT_SENTENCES:
                yield from _commit(library, waiting)
                waiting.clear()

    def rebuild(self, *, progress: Progress = _silent) -> Iterator[Indexed]:
        """Index again, from their stored texts, the articles that other settings made."""
        for space, articles in self._library.outdated().items():
            yield from self.add(articles, space=space, progress=progress)
        self._library.drop_outdated()

    def index(self, article: Article) -> IndexedArticle:
        """Split and embed an article without storing it."""
        return self._embed(self.split(article), lambda _: None)

    def split(self, article: Article) -> Parts:
        """Cut an article as it is stored."""
        sentences = split_sentences(article)
        return Parts(article, sentences, pack_passages(sentences, article, budget=self._budget))

    def _embed(self, part: Parts, progress: Callable[[int], None]) -> IndexedArticle:
        encoders, texts, vectors = self._encoders(), part.texts, []
        for start in range(0, len(texts), encoders.main.embed_batch_size):
            vectors.append(encoders.embed(texts[start : start + encoders.main.embed_batch_size]))
            progress(min(start + encoders.main.embed_batch_size, len(texts)))
        stacked, count = np.concatenate(vectors), len(part.sentences)
        second = encoders.embed_second(texts[:count])
        return IndexedArticle(part.article, part.sentences, part.passages, stacked[:count], stacked[count:], second)


def _commit(library: Library, articles: list[IndexedArticle]) -> Iterator[Indexed]:
    for indexed, change in zip(articles, library.commit(articles), strict=True):
        yield Indexed(indexed.article, change, len(indexed.sentences))
