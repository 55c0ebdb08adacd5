"""Is an article of an exported file one that a library can hold? A file anyone may have written is believed nothing."""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from index.library.collections import LANGUAGES, SPACE
from index.library.library import Library
from index.models.choose import Vectors
from index.types import ArticleRecord, IndexedArticle, Passage, Sentence

_ID = re.compile("[0-9a-f]{12}")
_UNIT = 0.01
"""How far a vector's length may be from 1."""


class Inspector:
    """Checks articles one by one; all must have vectors of the size of those in the library, or of the first."""

    def __init__(self, library: Library) -> None:
        self._has_second = library.settings.second != "none"
        self._sizes = _sizes_in(library)

    def __call__(self, space: str, indexed: IndexedArticle, record: ArticleRecord) -> None:
        """Check one article. Raises: ValueError, TypeError."""
        _require(isinstance(space, str) and SPACE.fullmatch(space) is not None, "space")
        _check_record(record, indexed)
        _check_parts(indexed)
        sizes = self._check_vectors(indexed)
        self._sizes = self._sizes or sizes
        _require(sizes == self._sizes, "sizes of vectors")

    def _check_vectors(self, indexed: IndexedArticle) -> tuple[int, ...]:
        second = indexed.second_vectors
        _require((second is not None) == self._has_second, "second vectors")
        rows = [(indexed.sentence_vectors, indexed.sentences), (indexed.passage_vectors, indexed.passages)]
        if second is not None:
            rows.append((second, indexed.sentences))
        for vectors, parts in rows:
            _require(vectors.ndim == 2 and len(vectors) == len(parts) and _are_unit(vectors), "vectors")
        _require(indexed.sentence_vectors.shape[1] == indexed.passage_vectors.shape[1], "sizes of vectors")
        return tuple(vectors.shape[1] for vectors, _ in rows)


def _check_record(record: ArticleRecord, indexed: IndexedArticle) -> None:
    about, history = record.metadata, record.history
    texts = [record.id, record.title, record.source, record.version, record.indexed, record.origin, record.story]
    texts += [about.author, about.published, about.url, about.link, *about.tags, indexed.article.text]
    texts += [text for version in history for text in (version.version, version.indexed)]
    _require(all(isinstance(text, str) for text in texts), "texts")
    "".join(texts).encode()  # half a character cannot be stored
    _require(_ID.fullmatch(record.id) is not None and record.language in LANGUAGES, "id and language")
    _require(record.story == "" or _ID.fullmatch(record.story) is not None, "story")
    _require(indexed.article.version == record.version, "version")
    counts = (len(indexed.sentences), len(indexed.passages))
    _require(counts == (record.sentences, record.passages) and min(counts) > 0, "counts")


def _check_parts(indexed: IndexedArticle) -> None:
    text, places = indexed.article.text, indexed.article.locations
    parts: list[Sentence | Passage] = [*indexed.sentences, *indexed.passages]
    for one in parts:
        _require(_are_numbers(one.start, one.end) and 0 <= one.start < one.end <= len(text), "offsets")
    _require(_follow(indexed.sentences), "order of sentences")
    for sentence in indexed.sentences:
        _require(_are_numbers(sentence.paragraph) and sentence.paragraph >= 0, "paragraphs")
    for passage in indexed.passages:
        _require(_are_numbers(passage.first, passage.last), "passages")
        _require(0 <= passage.first < passage.last <= len(indexed.sentences), "passages")
    for place in places:
        _require(_are_numbers(place.start, place.page) and isinstance(place.heading, str), "places")
        _require(0 <= place.start <= len(text) and place.page >= 0, "places")
    starts = [place.start for place in places]
    _require(starts == sorted(starts), "order of places")
    "".join(place.heading for place in places).encode()


def _follow(parts: Sequence[Sentence]) -> bool:
    return all(one.end <= two.start for one, two in pairwise(parts))


def _are_numbers(*values: object) -> bool:
    return all(type(value) is int for value in values)


def _are_unit(vectors: Vectors) -> bool:
    return bool(np.isfinite(vectors).all() and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=_UNIT))


def _sizes_in(library: Library) -> tuple[int, ...]:
    """The sizes of an article's vectors in the library, () where there is none."""
    for name in library.spaces():
        space = library.space(name)
        with space.snapshot() as snapshot:
            for record in snapshot.records()[:1]:
                if indexed := snapshot.load(record):
                    vectors = (indexed.sentence_vectors, indexed.passage_vectors, indexed.second_vectors)
                    return tuple(one.shape[1] for one in vectors if one is not None)
    return ()


def _require(holds: bool, what: str) -> None:  # noqa: FBT001  # what is required comes first
    if not holds:
        raise ValueError(f"wrong {what}")
