"""How articles lie in Chroma's collections: names, ids, metadata. What the rows mean is `index.library.library`'s.

Sentences and passages are LlamaIndex nodes (`index.library.nodes`), added through LlamaIndex's Chroma integration: any
LlamaIndex index can open the collections. They are read from Chroma directly, by id, because that costs a third of the
time and does not grow with the library.
"""

import json
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from index.library.collections import LANGUAGES, CollectionNames
from index.library.nodes import held_rows, passage_nodes, sentence_nodes
from index.library.records import from_values, to_values
from index.library.store import Session
from index.models.choose import Vectors
from index.types import Article, ArticleRecord, IndexedArticle, Language, Location, Passage, Sentence

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection
    from llama_index.core.schema import TextNode

BATCH = 2000
"""Rows in one call; Chroma takes at most 5,461."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A sentence found by a vector search over the library; `similarity` is a cosine."""

    article_id: str
    version: str
    position: int
    language: Language
    encoder: Literal["main", "second"]
    similarity: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry: the versions of an article that a write touches, with their counts."""

    id: str
    article_id: str
    begun: float
    versions: tuple[ArticleRecord, ...]


def read_articles(session: Session, names: CollectionNames) -> Iterator[Article]:
    """All articles, with their texts."""
    collection = session.make(names.articles)
    for article_id in collection.get(include=[])["ids"]:
        row = collection.get(ids=[article_id], include=["metadatas", "documents"])
        record = from_values(article_id, dict((row["metadatas"] or [{}])[0]))
        parts = _read(session.make(names.sentences[record.language]), {_key(record): record.sentences})
        places = _places(parts[_key(record)].rows)
        yield article_of(record, (row["documents"] or [""])[0], places)


def read_settings(session: Session, names: CollectionNames) -> dict[str, Any]:
    """The settings that the rows were made with."""
    return dict(session.make(names.articles).metadata or {})


def journal(
    session: Session, names: CollectionNames, writes: Sequence[tuple[ArticleRecord | None, ArticleRecord]]
) -> list[str]:
    """Write down which versions (the old, if any, and the new) are about to be touched; return the entries' ids."""
    ids = [_key(new) for _, new in writes]
    session.make(names.journal).upsert(
        ids=ids,
        metadatas=[
            {
                "article_id": new.id,
                "begun": time.time(),
                "versions": json.dumps([[version.id, to_values(version)] for version in (old, new) if version]),
            }
            for old, new in writes
        ],
        embeddings=np.ones((len(writes), 1), np.float32),
    )
    return ids


def read_journal(session: Session, names: CollectionNames) -> list[Entry]:
    """Writes that have not been finished."""
    found = session.make(names.journal).get(include=["metadatas"])
    return [
        Entry(
            entry_id,
            cast(str, row["article_id"]),
            cast(float, row["begun"]),
            tuple(from_values(article_id, values) for article_id, values in json.loads(cast(str, row["versions"]))),
        )
        for entry_id, row in zip(found["ids"], found["metadatas"] or [], strict=True)
    ]


def add_parts(session: Session, names: CollectionNames, articles: Sequence[IndexedArticle]) -> None:
    """Add sentences, passages and their vectors; what is there already stays."""
    for language in LANGUAGES:
        chosen = [indexed for indexed in articles if indexed.article.language == language]
        _add_nodes(session.make(names.sentences[language]), [node for one in chosen for node in sentence_nodes(one)])
        _add_second(session.make(names.second[language]), chosen)
    _add_nodes(session.make(names.passages), [node for indexed in articles for node in passage_nodes(indexed)])


def drop_parts(
    session: Session, names: CollectionNames, entries: Sequence[Entry], *, keep: Container[tuple[str, str]]
) -> None:
    """Delete the parts of the entries' versions, except of those (article, version) to keep, then the entries."""
    touched = {(record.id, record.version): record for entry in entries for record in entry.versions}
    drop_versions(session, names, [record for version, record in touched.items() if version not in keep])
    drop_ids(session.make(names.journal), [entry.id for entry in entries])


def drop_versions(session: Session, names: CollectionNames, dead: Sequence[ArticleRecord]) -> None:
    """Delete all parts of some versions."""
    for language in LANGUAGES:
        ids = [part for record in dead if record.language == language for part in _ids(_key(record), record.sentences)]
        drop_ids(session.make(names.sentences[language]), ids)
        drop_ids(session.make(names.second[language]), ids)
    drop_ids(session.make(names.passages), [part for record in dead for part in _ids(_key(record), record.passages)])


def load(session: Session, names: CollectionNames, records: Sequence[ArticleRecord]) -> list[IndexedArticle | None]:
    """The articles of live records, or None for one of which any part is gone; a few calls, however many they are."""
    if not records:
        return []
    catalog = session.make(names.articles).get(ids=[one.id for one in records], include=["documents", "metadatas"])
    stored = zip(catalog["metadatas"] or [], catalog["documents"] or [], strict=True)
    texts = {(key, row["version"]): text or "" for key, (row, text) in zip(catalog["ids"], stored, strict=True)}
    passages = _read(session.make(names.passages), {_key(one): one.passages for one in records})
    vectors: dict[str, Parts] = {}
    second: dict[str, Parts] = {}
    for language in {one.language for one in records}:
        sizes = {_key(one): one.sentences for one in records if one.language == language}
        vectors |= _read(session.make(names.sentences[language]), sizes, rows=False)
        if collection := session.find(names.second[language]):
            second |= _read(collection, sizes, rows=False)
    return [
        _indexed(one, texts.get((one.id, one.version)), passages[_key(one)], vectors[_key(one)], second.get(_key(one)))
        for one in records
    ]


def _indexed(
    record: ArticleRecord, text: str | None, passages: "Parts", vectors: "Parts", second: "Parts | None"
) -> IndexedArticle | None:
    rows = [row for passage in passages.rows for row in held_rows(passage)]
    size = record.sentences
    if text is None or len(passages.rows) != record.passages or not len(rows) == len(vectors.vectors) == size:
        return None
    article = article_of(record, text, _places(rows))
    sentences = tuple(_sentence(article, position, row) for position, row in enumerate(rows))
    return IndexedArticle(
        article,
        sentences,
        tuple(_passage(article, row) for row in passages.rows),
        vectors.vectors,
        passages.vectors,
        second.vectors if second and len(second.vectors) == size else None,
    )


def nearest(session: Session, names: CollectionNames, vector: Vectors, second: Vectors | None, k: int) -> list[Hit]:
    """Up to k sentences per language and encoder, nearest first within each."""
    hits: list[Hit] = []
    for language in LANGUAGES:
        hits += _query(session.find(names.sentences[language]), vector, k, language, "main")
        if second is not None:
            hits += _query(session.find(names.second[language]), second, k, language, "second")
    return hits


def _query(
    collection: "Collection | None", vector: Vectors, k: int, language: Language, encoder: Literal["main", "second"]
) -> Iterator[Hit]:
    if collection is None:
        return
    found = collection.query(query_embeddings=vector[None], n_results=k, include=["distances"])
    for key, distance in zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True):
        article_id, version, position = key.rsplit(".", 2)
        yield Hit(article_id, version, int(position), language, encoder, 1 - distance)


def _add_nodes(collection: "Collection", nodes: "list[TextNode]") -> None:
    from llama_index.vector_stores.chroma import ChromaVectorStore

    store = ChromaVectorStore(chroma_collection=collection)
    for chunk in _chunks(len(nodes)):
        store.add([*nodes[chunk]])


def _add_second(collection: "Collection", articles: Sequence[IndexedArticle]) -> None:
    vectors = [indexed.second_vectors for indexed in articles if indexed.second_vectors is not None]
    ids = [
        part
        for indexed in articles
        if indexed.second_vectors is not None
        for part in _ids(f"{indexed.article.id}.{indexed.article.version}", len(indexed.sentences))
    ]
    for chunk in _chunks(len(ids)):
        collection.add(ids=ids[chunk], embeddings=np.concatenate(vectors)[chunk])


def drop_ids(collection: "Collection", ids: list[str]) -> None:
    """Delete rows."""
    for chunk in _chunks(len(ids)):
        collection.delete(ids=ids[chunk])


@dataclass(frozen=True, slots=True)
class Parts:
    """Rows and vectors of an article's sentences or passages in order of position; missing ones are left out."""

    rows: list[dict[str, Any]]
    vectors: Vectors


def _read(collection: "Collection", sizes: Mapping[str, int], *, rows: bool = True) -> dict[str, Parts]:
    """The parts of each version, of which `sizes` says how many they should be."""
    found: dict[str, list[tuple[int, Vectors, dict[str, Any]]]] = {key: [] for key in sizes}
    ids = [part_id for key, size in sizes.items() for part_id in _ids(key, size)]
    for chunk in _chunks(len(ids)):
        got = collection.get(ids=ids[chunk], include=["embeddings", "metadatas"] if rows else ["embeddings"])
        metadata = cast(list[dict[str, Any]], got["metadatas"] if rows else [{}] * len(got["ids"]))
        vectors = np.asarray(got["embeddings"], np.float32)
        for part_id, vector, row in zip(got["ids"], vectors, metadata, strict=True):
            key, position = part_id.rsplit(".", 1)
            found[key].append((int(position), vector, row))
    return {key: _in_order(parts) for key, parts in found.items()}


def _in_order(parts: list[tuple[int, Vectors, dict[str, Any]]]) -> Parts:
    parts.sort(key=lambda part: part[0])
    vectors = np.stack([vector for _, vector, _ in parts]) if parts else np.zeros((0, 0), np.float32)
    return Parts([row for *_, row in parts], vectors)


def article_of(record: ArticleRecord, text: str, places: tuple[Location, ...] = ()) -> Article:
    """The article of a record and its text."""
    updated = record.indexed if record.history else ""
    about = (record.language, record.metadata, places, record.origin, updated)
    return Article(record.id, record.title, record.source, text, *about)


def _places(rows: Sequence[dict[str, Any]]) -> tuple[Location, ...]:
    """Where sentences stand, one place for all that follow each other on a page and under a heading."""
    every = [Location(row["start"], row.get("page", 0), row.get("heading", "")) for row in rows]
    kept = [place for place, before in zip(every, [Location(0), *every], strict=False) if _differ(place, before)]
    return tuple(kept)


def _differ(one: Location, other: Location) -> bool:
    return (one.page, one.heading) != (other.page, other.heading)


def _sentence(article: Article, position: int, row: dict[str, Any]) -> Sentence:
    start, end = row["start"], row["end"]
    return Sentence(article.id, position, row["paragraph"], start, end, article.text[start:end])


def _passage(article: Article, row: dict[str, Any]) -> Passage:
    start, end = row["start"], row["end"]
    return Passage(article.id, row["position"], row["first"], row["last"], start, end, article.text[start:end])


def ids_of(record: ArticleRecord, size: int) -> list[str]:
    """The ids of the first parts of a record's version."""
    return _ids(_key(record), size)


def _key(record: ArticleRecord) -> str:
    return f"{record.id}.{record.version}"


def _ids(key: str, size: int) -> list[str]:
    return [f"{key}.{position}" for position in range(size)]


def _chunks(size: int) -> Iterator[slice]:
    return (slice(start, start + BATCH) for start in range(0, size, BATCH))
