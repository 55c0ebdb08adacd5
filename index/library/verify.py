"""Is everything stored what its article says? Finds what is not, and mends it from the stored text.

Texts, parts and lengths of vectors are checked one and all, and that a search finds each sentence. Whether vectors are
those of their texts is checked on a sample: both ends of an article, and sentences and passages spread between them,
are embedded again. So vectors that were mixed up among articles or moved along in one are found; two that changed
places between the sampled ones are not. All cannot be embedded again, as that takes as long as indexing; nor does a
checksum serve, as Chroma makes vectors of unit length again, which changes their last digits.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from index.indexing import Indexer, Parts
from index.library.library import Library
from index.library.snapshot import Snapshot
from index.models.choose import Vectors
from index.types import Article, ArticleRecord, IndexedArticle

SAMPLED_SENTENCES, SAMPLED_PASSAGES = 5, 2
"""Parts of an article, besides the first and the last, that are embedded again."""
_ALIKE = 0.99
"""The least cosine of a stored vector and that of its text embedded again."""
_CLOSE = 1e-3
"""The largest cosine distance of a vector from itself, as a search finds it."""
_ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Damage:
    """Something wrong with an article (or, without an id, with its space), and whether it was mended."""

    space: str
    article_id: str
    title: str
    description: str
    repaired: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is stored of an article as far as it is sound, and what is wrong with it, "" if nothing is.

    Without its places it has no `origin`.
    """

    article: Article | None
    indexed: IndexedArticle | None = None
    what: str = ""


def verify(library: Library, indexer: Indexer, *, progress: Callable[[int, int], None]) -> Iterator[Damage]:
    """Check each article of each space; yield what was wrong.

    An article whose parts are damaged is embedded again from its text; one whose text itself is damaged is left. Where
    text, pages or headings were lost, the source is read again when it is indexed next, even if it has not changed.
    """
    for name in library.spaces():
        space = library.space(name)
        found = space.records()
        for number, record in enumerate(found, 1):
            with space.snapshot() as snapshot:
                seen = _look(snapshot, record, indexer)
            what = seen.what or _fault_of_vectors(seen.indexed, indexer)
            if what:
                mended = _mend(space, seen.article, record, indexer)
                yield Damage(name, record.id, record.title, what, mended)
            progress(number, len(found))
        if strays := space.drop_strays():
            yield Damage(name, "", "", f"{strays} rows belonged to no article", repaired=True)


def _look(snapshot: Snapshot, record: ArticleRecord, indexer: Indexer) -> _Seen:
    """Compare texts and places of what is stored."""
    article = snapshot.stored(record)
    if article is None or article.version != record.version:
        return _Seen(None, what="its text is damaged; index its source again")
    indexed = snapshot.load(record)
    if indexed is None or (indexed.second_vectors is None and snapshot.settings.second != "none"):
        return _Seen(replace(article, origin=""), what="some of its sentences, passages or vectors were gone")
    parts = indexer.split(article)
    if (parts.sentences, parts.passages) != (indexed.sentences, indexed.passages) or snapshot.texts_differ(
        record, indexed
    ):
        return _Seen(replace(article, origin=""), what="its sentences or passages were not those of its text")
    if not all(_are_unit(vectors) for vectors in _vectors(indexed)):
        return _Seen(indexed.article, what="its vectors were damaged")
    if not _are_found(snapshot, indexed):
        return _Seen(indexed.article, what="searches did not find all its sentences")
    return _Seen(indexed.article, indexed)


def _fault_of_vectors(indexed: IndexedArticle | None, indexer: Indexer) -> str:
    """Embed a sample again and compare."""
    if indexed is None:
        return ""
    sentences = _spread(len(indexed.sentences), SAMPLED_SENTENCES)
    passages = _spread(len(indexed.passages), SAMPLED_PASSAGES)
    chosen = Parts(
        indexed.article,
        tuple(indexed.sentences[position] for position in sentences),
        tuple(indexed.passages[position] for position in passages),
    )
    rows = (sentences, passages, sentences)
    pairs = zip(_vectors(indexed), _vectors(indexer.embed(chosen)), rows, strict=False)
    alike = all(_are_alike(stored[positions], again) for stored, again, positions in pairs)
    return "" if alike else "its vectors were those of other texts"


def _spread(size: int, between: int) -> list[int]:
    """The first and the last of so many, and some evenly between them."""
    return sorted({round(position) for position in np.linspace(0, size - 1, between + 2)})


def _mend(space: Library, article: Article | None, record: ArticleRecord, indexer: Indexer) -> bool:
    if article is None:
        space.put_origins({record.id: ""})
        return False
    indexed = indexer.index(article)
    mended = replace(record, sentences=len(indexed.sentences), passages=len(indexed.passages), origin=article.origin)
    space.restore(indexed, mended)
    return True


def _vectors(indexed: IndexedArticle) -> Iterator[Vectors]:
    yield indexed.sentence_vectors
    yield indexed.passage_vectors
    if indexed.second_vectors is not None:
        yield indexed.second_vectors


def _are_alike(stored: Vectors, again: Vectors) -> bool:
    return stored.shape == again.shape and bool(((stored * again).sum(axis=1) >= _ALIKE).all())


def _are_unit(vectors: Vectors) -> bool:
    return bool(np.isfinite(vectors).all() and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=0.01))


def _are_found(snapshot: Snapshot, indexed: IndexedArticle) -> bool:
    for start in range(0, len(indexed.sentences), _ASKED_AT_ONCE):
        vectors = indexed.sentence_vectors[start : start + _ASKED_AT_ONCE]
        if max(snapshot.distances(indexed.article.language, vectors), default=0) > _CLOSE:
            return False
    return True
