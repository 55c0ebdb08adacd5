"""The list of articles in Chroma: one record each, which makes its version the live one. Parts are `rows`'."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from index.library.collections import CollectionNames
from index.library.store import Session
from index.models.choose import Vectors
from index.types import ArticleRecord, IndexedArticle, Metadata, Version

MAX_HISTORY = 50
"""Earlier versions that are remembered."""

_NESTED = ("metadata", "history")
"""Fields that Chroma, whose metadata are plain values, keeps as JSON."""


def record_of(indexed: IndexedArticle, *, before: ArticleRecord | None = None, story: str = "") -> ArticleRecord:
    """The record under which the article will be live, after the one that is."""
    article = indexed.article
    history = (*before.history, Version(before.version, before.indexed))[-MAX_HISTORY:] if before else ()
    return ArticleRecord(
        article.id,
        article.title,
        article.source,
        article.language,
        article.version,
        len(indexed.sentences),
        len(indexed.passages),
        datetime.now(UTC).isoformat(timespec="seconds"),
        article.metadata,
        article.origin,
        story,
        history,
    )


def record_again(indexed: IndexedArticle, before: ArticleRecord) -> ArticleRecord:
    """The record of a version that is live already and is stored again: no newer than it was."""
    about = {"indexed": before.indexed, "story": before.story, "history": before.history}
    return replace(record_of(indexed), **about)  # type: ignore[arg-type]


def to_values(record: ArticleRecord) -> dict[str, Any]:
    """Plain values, without the id."""
    values = asdict(record)
    del values["id"]
    return values | {name: json.dumps(values[name], ensure_ascii=False) for name in _NESTED}


def from_values(article_id: str, values: dict[str, Any]) -> ArticleRecord:
    """The record of `to_values`."""
    plain = {name: value for name, value in values.items() if name not in _NESTED}
    metadata = json.loads(values.get("metadata", "{}"))
    metadata["tags"] = tuple(metadata.get("tags", ()))
    history = tuple(Version(**version) for version in json.loads(values.get("history", "[]")))
    return ArticleRecord(article_id, **plain, metadata=Metadata(**metadata), history=history)


def read_records(
    session: Session, names: CollectionNames, ids: list[str] | None = None, *, most: int | None = None
) -> list[ArticleRecord]:
    """Live records: all, or those of `ids` that are there; some of them where there are more than `most`."""
    collection = session.find(names.articles)
    if collection is None:
        return []
    wanted = None if ids is None else list(dict.fromkeys(ids))  # Chroma's server refuses an id named twice
    found = collection.get(ids=wanted, limit=most, include=["metadatas"])
    return [
        from_values(article_id, dict(row))
        for article_id, row in zip(found["ids"], found["metadatas"] or [], strict=True)
    ]


def records_of_story(session: Session, names: CollectionNames, story: str) -> list[ArticleRecord]:
    """All articles that tell a story."""
    collection = session.find(names.articles)
    found = collection.get(where={"story": story}, include=["metadatas"]) if collection else None
    if not found:
        return []
    return [
        from_values(article_id, dict(row))
        for article_id, row in zip(found["ids"], found["metadatas"] or [], strict=True)
    ]


def nearest_records(
    session: Session, names: CollectionNames, articles: Sequence[IndexedArticle], *, k: int
) -> list[list[tuple[ArticleRecord, str]]]:
    """For each article the k live ones nearest to it, with their texts."""
    collection = session.make(names.articles)
    if not collection.count():
        return [[] for _ in articles]
    vectors = np.stack([mean_vector(indexed) for indexed in articles])
    found = collection.query(query_embeddings=vectors, n_results=k, include=["metadatas", "documents"])
    return [
        [(from_values(key, dict(row)), text) for key, row, text in zip(ids, rows, texts, strict=True)]
        for ids, rows, texts in zip(found["ids"], found["metadatas"] or [], found["documents"] or [], strict=True)
    ]


def put_records(
    session: Session, names: CollectionNames, records: Sequence[ArticleRecord], articles: Sequence[IndexedArticle]
) -> None:
    """Make the records' versions live: one write."""
    session.make(names.articles).upsert(
        ids=[record.id for record in records],
        documents=[indexed.article.text for indexed in articles],
        metadatas=[to_values(record) for record in records],
        embeddings=np.stack([mean_vector(indexed) for indexed in articles]),
    )


def put_records_again(session: Session, names: CollectionNames, records: Sequence[ArticleRecord]) -> None:
    """Change what records say of articles whose texts stay."""
    if records:
        session.make(names.articles).update(
            ids=[record.id for record in records], metadatas=[to_values(record) for record in records]
        )


def drop_record(session: Session, names: CollectionNames, article_id: str) -> None:
    """Make no version of the article live."""
    session.make(names.articles).delete(ids=[article_id])


def count(session: Session, names: CollectionNames) -> int:
    """How many articles are live."""
    collection = session.find(names.articles)
    return collection.count() if collection else 0


def mean_vector(indexed: IndexedArticle) -> Vectors:
    """What the article's sentences are about, on the whole."""
    mean: Vectors = indexed.sentence_vectors.mean(axis=0)
    return mean
