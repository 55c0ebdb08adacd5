"""Is everything stored what its article says? Finds what is not, and repairs it from the stored text.

Texts, parts and lengths of vectors are checked one and all, and that a search finds each sentence. Whether vectors are
those of their texts is checked on a sample: both ends of an article, and sentences and passages spread between them,
are embedded again. So vectors that were mixed up among articles or moved along in one are found; two that changed
places between the sampled ones are not. All cannot be embedded again, as that takes as long as indexing; nor does a
checksum serve, as Chroma makes vectors of unit length again, which changes their last digits.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from index.library.library import Library, Snapshot
from index.library.schema import Vectors, are_unit
from index.types import Article, ArticleRecord, IndexedArticle, SplitArticle

SAMPLED_SENTENCES, SAMPLED_PASSAGES = 5, 2
"""Parts of an article, besides the first and the last, that are embedded again."""
_ALIKE = 0.99
"""The least cosine of a stored vector and that of its text embedded again."""
_CLOSE = 1e-3
"""The largest cosine distance of a vector from itself, as a search finds it."""
_ASKED_AT_ONCE = 500


class Reindexer(Protocol):
    """What splits and embeds articles as they were indexed: an `index.indexing.Indexer`."""

    def split(self, article: Article) -> SplitArticle:
        """Cut an article into sentences and passages."""

    def embed(self, split: SplitArticle) -> IndexedArticle:
        """Compute the vectors of the parts."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Something wrong with an article (or, without an id, with its space), and whether it was repaired."""

    space: str
    article_id: str
    title: str
    description: str
    repaired: bool


@dataclass(frozen=True, slots=True)
class _Inspected:
    """What is stored of an article as far as it is sound, and what is wrong with it, "" if nothing is.

    Without its pages and headings it has no `origin`.
    """

    article: Article | None
    indexed: IndexedArticle | None = None
    wrong: str = ""


def verify(library: Library, indexer: Reindexer, *, progress: Callable[[int, int], None]) -> Iterator[Damage]:
    """Check each article of each space; yield what was wrong.

    An article whose parts are damaged is embedded again from its text; one whose text itself is damaged is left. Where
    text, pages or headings were lost, the source is read again when it is indexed next, even if it has not changed.
    """
    for name in library.spaces():
        space = library.space(name)
        records = space.records()
        for number, record in enumerate(records, 1):
            with space.snapshot() as snapshot:
                found = _inspect(snapshot, record, indexer, has_second=library.settings.second != "none")
            wrong = found.wrong or _wrong_vectors(found.indexed, indexer)
            if wrong:
                repaired = _repair(space, found.article, record, indexer)
                yield Damage(name, record.id, record.title, wrong, repaired)
            progress(number, len(records))
        if orphans := space.drop_orphans():
            yield Damage(name, "", "", f"{orphans} rows belonged to no article", repaired=True)


def _inspect(snapshot: Snapshot, record: ArticleRecord, indexer: Reindexer, *, has_second: bool) -> _Inspected:
    """Compare everything stored of an article with its text, but for the meaning of its vectors."""
    article = snapshot.load_text(record)
    if article is None or article.version != record.version:
        return _Inspected(None, wrong="its text is damaged; index its source again")
    again = replace(article, origin="")
    indexed = snapshot.load(record)
    if indexed is None or (indexed.second_vectors is None and has_second):
        return _Inspected(again, wrong="some of its sentences, passages or vectors were gone")
    split = indexer.split(article)
    same = (split.sentences, split.passages) == (indexed.sentences, indexed.passages)
    if not same or snapshot.texts_differ(record, indexed):
        return _Inspected(again, wrong="its sentences or passages were not those of its text")
    if not all(map(are_unit, indexed.vectors)):
        return _Inspected(indexed.article, wrong="its vectors were damaged")
    if not _are_found(snapshot, indexed):
        return _Inspected(indexed.article, wrong="searches did not find all its sentences")
    return _Inspected(indexed.article, indexed)


def _wrong_vectors(indexed: IndexedArticle | None, indexer: Reindexer) -> str:
    """Embed a sample again and compare."""
    if indexed is None:
        return ""
    sentences = _spread(len(indexed.sentences), SAMPLED_SENTENCES)
    passages = _spread(len(indexed.passages), SAMPLED_PASSAGES)
    sample = SplitArticle(
        indexed.article,
        tuple(indexed.sentences[position] for position in sentences),
        tuple(indexed.passages[position] for position in passages),
    )
    rows = (sentences, passages, sentences)
    pairs = zip(indexed.vectors, indexer.embed(sample).vectors, rows, strict=False)
    alike = all(_are_alike(stored[positions], again) for stored, again, positions in pairs)
    return "" if alike else "its vectors were those of other texts"


def _spread(size: int, between: int) -> list[int]:
    """Return the first and the last of so many positions, and some evenly between them."""
    return sorted({round(position) for position in np.linspace(0, size - 1, between + 2)})


def _repair(space: Library, article: Article | None, record: ArticleRecord, indexer: Reindexer) -> bool:
    if article is None:
        space.set_origins({record.id: ""})
        return False
    indexed = indexer.embed(indexer.split(article))
    repaired = replace(record, sentences=len(indexed.sentences), passages=len(indexed.passages), origin=article.origin)
    space.restore(indexed, repaired)
    return True


def _are_alike(stored: Vectors, again: Vectors) -> bool:
    return stored.shape == again.shape and bool(((stored * again).sum(axis=1) >= _ALIKE).all())


def _are_found(snapshot: Snapshot, indexed: IndexedArticle) -> bool:
    for start in range(0, len(indexed.sentences), _ASKED_AT_ONCE):
        vectors = indexed.sentence_vectors[start : start + _ASKED_AT_ONCE]
        if max(snapshot.search_distances(indexed.article.language, vectors), default=0) > _CLOSE:
            return False
    return True
