"""Is everything stored what its article says? Finds what is not, and mends it from the stored text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from index.embedding import Vectors
from index.indexing import Indexer
from index.library import Library
from index.types import Article, ArticleRecord, IndexedArticle
from index.view import View

_CLOSE = 1e-3
"""The largest cosine distance of a vector from itself, as a search finds it."""
_ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with an article (or, without an id, with its space), and whether it was mended."""

    space: str
    article_id: str
    title: str
    what: str
    mended: bool


def verify(library: Library, indexer: Indexer, *, progress: Callable[[int, int], None]) -> Iterator[Fault]:
    """Check each article of each space; yield what was wrong.

    An article whose parts are damaged is embedded again from its text; one whose text itself is damaged is left.
    """
    for name in library.spaces():
        space = library.space(name)
        found = space.records()
        for number, record in enumerate(found, 1):
            with space.reading() as view:
                article = view.stored(record)
                what = _fault(view, article, record, indexer)
            if what:
                mended = _mend(space, article, record, indexer)
                yield Fault(name, record.id, record.title, what, mended)
            progress(number, len(found))
        if strays := space.drop_strays():
            yield Fault(name, "", "", f"{strays} rows belonged to no article", mended=True)


def _fault(view: View, article: Article | None, record: ArticleRecord, indexer: Indexer) -> str:
    """What is wrong with an article, "" if nothing is."""
    if article is None or article.version != record.version:
        return "its text is damaged; index its source again"
    indexed = view.load(record)
    if indexed is None or (indexed.second_vectors is None and view.shape.second != "none"):
        return "some of its sentences, passages or vectors were gone"
    parts = indexer.split(article)
    if (parts.sentences, parts.passages) != (indexed.sentences, indexed.passages) or view.texts_differ(record, indexed):
        return "its sentences or passages were not those of its text"
    if not all(_are_unit(vectors) for vectors in _vectors(indexed)):
        return "its vectors were damaged"
    return "" if _are_found(view, indexed) else "searches did not find all its sentences"


def _mend(space: Library, article: Article | None, record: ArticleRecord, indexer: Indexer) -> bool:
    if article is None or article.version != record.version:
        return False
    indexed = indexer.index(article)
    space.restore(indexed, replace(record, sentences=len(indexed.sentences), passages=len(indexed.passages)))
    return True


def _vectors(indexed: IndexedArticle) -> Iterator[Vectors]:
    yield indexed.sentence_vectors
    yield indexed.passage_vectors
    if indexed.second_vectors is not None:
        yield indexed.second_vectors


def _are_unit(vectors: Vectors) -> bool:
    return bool(np.isfinite(vectors).all() and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=0.01))


def _are_found(view: View, indexed: IndexedArticle) -> bool:
    for start in range(0, len(indexed.sentences), _ASKED_AT_ONCE):
        vectors = indexed.sentence_vectors[start : start + _ASKED_AT_ONCE]
        if max(view.distances(indexed.article.language, vectors), default=0) > _CLOSE:
            return False
    return True
