"""The rows of one space in Chroma's collections: records, the journal of writes, sentences and passages.

What the rows mean is `index.library.library`'s. Sentences and passages are added through LlamaIndex's Chroma
integration, so that any LlamaIndex index can open the collections. They are read from Chroma directly, by id, because
that costs a third of the time and does not grow with the library.
"""

import json
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from index.library import schema
from index.library.schema import LANGUAGES, CollectionNames, IndexSettings, Vectors
from index.library.store import Session
from index.types import Article, ArticleRecord, IndexedArticle, Language

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection
    from llama_index.core.schema import TextNode

BATCH = 2000
"""Rows in one call; Chroma takes at most 5,461."""


@dataclass(frozen=True, slots=True)
class SentenceHit:
    """A sentence found by a vector search over the library."""

    article_id: str
    position: int
    language: Language
    encoder: Literal["main", "second"]


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """The versions of an article that a write touches."""

    id: str
    article_id: str
    begun: float
    versions: tuple[ArticleRecord, ...]


@dataclass(frozen=True, slots=True)
class _StoredParts:
    """Metadata and vectors of a version's sentences or passages, in order of position; missing ones are left out."""

    rows: list[dict[str, Any]]
    vectors: Vectors


class RowReader:
    """Reads the rows of one space, for the length of a session."""

    def __init__(self, session: Session, names: CollectionNames) -> None:
        self._session, self._names = session, names

    def stored_settings(self) -> dict[str, Any]:
        """Return the index settings that the rows were made with."""
        return dict(self._session.make(self._names.articles).metadata or {})

    def records(self, ids: Sequence[str] | None = None, *, most: int | None = None) -> list[ArticleRecord]:
        """Return live records: all, or those of `ids`; some of them where there are more than `most`."""
        collection = self._session.find(self._names.articles)
        if collection is None:
            return []
        wanted = None if ids is None else list(dict.fromkeys(ids))  # Chroma's server refuses an id named twice
        return _records(collection.get(ids=wanted, limit=most, include=["metadatas"]))

    def records_of_cluster(self, cluster: str) -> list[ArticleRecord]:
        """Return all articles of a cluster of near-duplicates."""
        collection = self._session.find(self._names.articles)
        return _records(collection.get(where={schema.CLUSTER: cluster}, include=["metadatas"])) if collection else []

    def nearest_records(self, articles: Sequence[IndexedArticle], *, k: int) -> list[list[tuple[ArticleRecord, str]]]:
        """Return, for each article, the k live ones nearest to it, with their texts."""
        collection = self._session.make(self._names.articles)
        if not collection.count():
            return [[] for _ in articles]
        vectors = np.stack([_mean_vector(indexed) for indexed in articles])
        found = collection.query(query_embeddings=vectors, n_results=k, include=["metadatas", "documents"])
        return [
            [(schema.record_from_values(key, dict(row)), text) for key, row, text in zip(ids, rows, texts, strict=True)]
            for ids, rows, texts in zip(found["ids"], found["metadatas"] or [], found["documents"] or [], strict=True)
        ]

    def load_text(self, record: ArticleRecord) -> Article | None:
        """Return the article without pages and headings, whatever became of its parts; None if its text is gone."""
        texts = self._session.make(self._names.articles).get(ids=[record.id], include=["documents"])["documents"]
        return schema.article_from_record(record, texts[0]) if texts and texts[0] is not None else None

    def load(self, record: ArticleRecord) -> IndexedArticle | None:
        """Return a live article with its parts and vectors; None if any part is gone, on a server perhaps just now."""
        return self.load_all([record])[0]

    def load_all(self, records: Sequence[ArticleRecord]) -> list[IndexedArticle | None]:
        """Return the same for several articles, which costs little more than for one."""
        if not records:
            return []
        session, names = self._session, self._names
        catalog = session.make(names.articles).get(ids=[one.id for one in records], include=["documents", "metadatas"])
        stored = zip(catalog["metadatas"] or [], catalog["documents"] or [], strict=True)
        texts = {(key, row["version"]): text or "" for key, (row, text) in zip(catalog["ids"], stored, strict=True)}
        passages = _read(session.make(names.passages), {schema.version_key(one): one.passages for one in records})
        sentences: dict[str, _StoredParts] = {}
        second: dict[str, _StoredParts] = {}
        for language in {one.language for one in records}:
            sizes = {schema.version_key(one): one.sentences for one in records if one.language == language}
            sentences |= _read(session.make(names.sentences[language]), sizes, rows=False)
            if collection := session.find(names.second[language]):
                second |= _read(collection, sizes, rows=False)
        return [
            _put_together(one, texts.get((one.id, one.version)), passages[key], sentences[key], second.get(key))
            for one, key in zip(records, map(schema.version_key, records), strict=True)
        ]

    def articles(self) -> Iterator[Article]:
        """Return all articles, with their texts, pages and headings."""
        collection = self._session.make(self._names.articles)
        for article_id in collection.get(include=[])["ids"]:
            row = collection.get(ids=[article_id], include=["metadatas", "documents"])
            record = schema.record_from_values(article_id, dict((row["metadatas"] or [{}])[0]))
            key = schema.version_key(record)
            parts = _read(self._session.make(self._names.sentences[record.language]), {key: record.sentences})
            locations = schema.locations_of(parts[key].rows)
            yield schema.article_from_record(record, (row["documents"] or [""])[0], locations)

    def nearest_sentences(self, vector: Vectors, second: Vectors | None, *, k: int) -> list[SentenceHit]:
        """Return up to k sentences per language and encoder, live or not, nearest first within each."""
        hits: list[SentenceHit] = []
        for language in LANGUAGES:
            hits += _query(self._session.find(self._names.sentences[language]), vector, k, language, "main")
            if second is not None:
                hits += _query(self._session.find(self._names.second[language]), second, k, language, "second")
        return hits

    def texts_differ(self, record: ArticleRecord, indexed: IndexedArticle) -> bool:
        """Say whether what lies beside a vector is another text, or one from elsewhere, than the article's."""
        sentences, passages = self._names.sentences[record.language], self._names.passages
        return any(
            _texts(self._session.make(name), record, len(parts)) != [(one.text, one.start, one.end) for one in parts]
            for name, parts in ((sentences, indexed.sentences), (passages, indexed.passages))
        )

    def search_distances(self, language: Language, vectors: Vectors) -> list[float]:
        """Return how far from each sentence's vector the nearest is that a search for it finds: 0 if it is found."""
        collection = self._session.make(self._names.sentences[language])
        found = collection.query(query_embeddings=vectors, n_results=1, include=["distances"])
        return [float(row[0]) if len(row) else 2.0 for row in found["distances"] or []]


class RowWriter(RowReader):
    """Writes them too. What a write is about to touch stands in a journal, so that whoever comes next can clean up."""

    def make_collections(self, settings: IndexSettings) -> None:
        """Make the collections that are not there, the list of articles last: with it the space is there."""
        for name in self._names.all[:-1]:
            self._session.make(name)
        self._session.make(self._names.articles, metadata=settings.as_dict())

    def drop_collections(self, *, articles_first: bool) -> None:
        """Remove all collections.

        With the list of articles the space is gone: first, for readers on a server; last, if the rest must be found
        again after an interruption.
        """
        for name in reversed(self._names.all) if articles_first else self._names.all:
            if self._session.find(name):
                self._session.drop(name)

    def begin_writes(self, writes: Sequence[tuple[ArticleRecord | None, ArticleRecord]]) -> list[str]:
        """Write down the versions (the old one, if any, and the new one) about to be touched; return entries' ids."""
        ids = [schema.version_key(new) for _, new in writes]
        self._session.make(self._names.journal).upsert(
            ids=ids,
            metadatas=[
                {
                    "article_id": new.id,
                    "begun": time.time(),
                    "versions": json.dumps([[one.id, schema.record_values(one)] for one in (old, new) if one]),
                }
                for old, new in writes
            ],
            embeddings=np.ones((len(writes), 1), np.float32),
        )
        return ids

    def unfinished_writes(self) -> list[JournalEntry]:
        """Return the entries of the journal."""
        found = self._session.make(self._names.journal).get(include=["metadatas"])
        return [
            JournalEntry(
                entry_id,
                cast(str, row["article_id"]),
                cast(float, row["begun"]),
                tuple(schema.record_from_values(*version) for version in json.loads(cast(str, row["versions"]))),
            )
            for entry_id, row in zip(found["ids"], found["metadatas"] or [], strict=True)
        ]

    def finish_writes(self, entries: Sequence[JournalEntry], *, keep: Container[tuple[str, str]]) -> None:
        """Delete the parts of the entries' versions, except of those (article, version) to keep, then the entries."""
        touched = {(record.id, record.version): record for entry in entries for record in entry.versions}
        self.drop_versions([record for version, record in touched.items() if version not in keep])
        _drop(self._session.make(self._names.journal), [entry.id for entry in entries])

    def put_records(self, records: Sequence[ArticleRecord], articles: Sequence[IndexedArticle]) -> None:
        """Make the records' versions live: one write."""
        self._session.make(self._names.articles).upsert(
            ids=[record.id for record in records],
            documents=[indexed.article.text for indexed in articles],
            metadatas=[schema.record_values(record) for record in records],
            embeddings=np.stack([_mean_vector(indexed) for indexed in articles]),
        )

    def update_records(self, records: Sequence[ArticleRecord]) -> None:
        """Change what records say of articles whose texts stay."""
        for chunk in _chunks(len(records)):
            self._session.make(self._names.articles).update(
                ids=[record.id for record in records[chunk]],
                metadatas=[schema.record_values(record) for record in records[chunk]],
            )

    def drop_record(self, article_id: str) -> None:
        """Make no version of the article live."""
        self._session.make(self._names.articles).delete(ids=[article_id])

    def add_parts(self, articles: Sequence[IndexedArticle]) -> None:
        """Add sentences, passages and their vectors; what is there already stays."""
        make, names = self._session.make, self._names
        for language in LANGUAGES:
            chosen = [indexed for indexed in articles if indexed.article.language == language]
            _add_nodes(make(names.sentences[language]), [node for one in chosen for node in schema.sentence_nodes(one)])
            _add_second(make(names.second[language]), chosen)
        _add_nodes(make(names.passages), [node for indexed in articles for node in schema.passage_nodes(indexed)])

    def drop_versions(self, dead: Sequence[ArticleRecord]) -> None:
        """Delete all parts of some versions."""
        for language in LANGUAGES:
            ids = [part for record in dead if record.language == language for part in _sentence_ids(record)]
            _drop(self._session.make(self._names.sentences[language]), ids)
            _drop(self._session.make(self._names.second[language]), ids)
        _drop(self._session.make(self._names.passages), [part for record in dead for part in _passage_ids(record)])

    def drop_orphans(self) -> int:
        """Delete the rows of no live version; return how many there were."""
        records, names, dropped = self.records(), self._names, 0
        sentences = {part for record in records for part in _sentence_ids(record)}
        passages = {part for record in records for part in _passage_ids(record)}
        live = dict.fromkeys((*names.sentences.values(), *names.second.values()), sentences) | {
            names.passages: passages
        }
        for name, ids in live.items():
            collection = self._session.make(name)
            orphans = [part for part in collection.get(include=[])["ids"] if part not in ids]
            _drop(collection, orphans)
            dropped += len(orphans)
        return dropped


def _sentence_ids(record: ArticleRecord) -> list[str]:
    return schema.part_ids(schema.version_key(record), record.sentences)


def _passage_ids(record: ArticleRecord) -> list[str]:
    return schema.part_ids(schema.version_key(record), record.passages)


def _records(found: Any) -> list[ArticleRecord]:
    rows = zip(found["ids"], found["metadatas"] or [], strict=True)
    return [schema.record_from_values(article_id, dict(row)) for article_id, row in rows]


def _mean_vector(indexed: IndexedArticle) -> Vectors:
    """What the article's sentences are about, on the whole."""
    mean: Vectors = indexed.sentence_vectors.mean(axis=0)
    return mean


def _add_nodes(collection: "Collection", nodes: "list[TextNode]") -> None:
    from llama_index.vector_stores.chroma import ChromaVectorStore

    store = ChromaVectorStore(chroma_collection=collection)
    for chunk in _chunks(len(nodes)):
        store.add([*nodes[chunk]])


def _add_second(collection: "Collection", articles: Sequence[IndexedArticle]) -> None:
    encoded = [(one.article, one.second_vectors) for one in articles if one.second_vectors is not None]
    if not encoded:
        return
    ids = [part for article, vectors in encoded for part in schema.part_ids(schema.version_key(article), len(vectors))]
    stacked = np.concatenate([vectors for _, vectors in encoded])
    for chunk in _chunks(len(ids)):
        collection.add(ids=ids[chunk], embeddings=stacked[chunk])


def _drop(collection: "Collection", ids: list[str]) -> None:
    for chunk in _chunks(len(ids)):
        collection.delete(ids=ids[chunk])


def _read(collection: "Collection", sizes: Mapping[str, int], *, rows: bool = True) -> dict[str, _StoredParts]:
    """Read the parts of each version, of which `sizes` says how many they should be."""
    found: dict[str, list[tuple[int, Vectors, dict[str, Any]]]] = {key: [] for key in sizes}
    ids = [part_id for key, size in sizes.items() for part_id in schema.part_ids(key, size)]
    for chunk in _chunks(len(ids)):
        got = collection.get(ids=ids[chunk], include=["embeddings", "metadatas"] if rows else ["embeddings"])
        metadata = cast(list[dict[str, Any]], got["metadatas"] if rows else [{}] * len(got["ids"]))
        vectors = np.asarray(got["embeddings"], np.float32)
        for part_id, vector, row in zip(got["ids"], vectors, metadata, strict=True):
            key, position = part_id.rsplit(".", 1)
            found[key].append((int(position), vector, row))
    return {key: _in_order(parts) for key, parts in found.items()}


def _in_order(parts: list[tuple[int, Vectors, dict[str, Any]]]) -> _StoredParts:
    parts.sort(key=lambda part: part[0])
    vectors = np.stack([vector for _, vector, _ in parts]) if parts else np.zeros((0, 0), np.float32)
    return _StoredParts([row for *_, row in parts], vectors)


def _put_together(
    record: ArticleRecord,
    text: str | None,
    passages: _StoredParts,
    sentences: _StoredParts,
    second: _StoredParts | None,
) -> IndexedArticle | None:
    rows = [row for passage in passages.rows for row in schema.rows_of_sentences(passage)]
    size = record.sentences
    if text is None or len(passages.rows) != record.passages or not len(rows) == len(sentences.vectors) == size:
        return None
    article = schema.article_from_record(record, text, schema.locations_of(rows))
    return IndexedArticle(
        article,
        schema.sentences_at(article, ((row["paragraph"], row["start"], row["end"]) for row in rows)),
        schema.passages_at(article, ((row["first"], row["last"], row["start"], row["end"]) for row in passages.rows)),
        sentences.vectors,
        passages.vectors,
        second.vectors if second and len(second.vectors) == size else None,
    )


def _query(
    collection: "Collection | None", vector: Vectors, k: int, language: Language, encoder: Literal["main", "second"]
) -> Iterator[SentenceHit]:
    if collection is None:
        return
    for part_id in collection.query(query_embeddings=vector[None], n_results=k, include=[])["ids"][0]:
        article_id, _, position = part_id.rsplit(".", 2)
        yield SentenceHit(article_id, int(position), language, encoder)


def _texts(collection: "Collection", record: ArticleRecord, size: int) -> list[tuple[Any, ...] | None]:
    """Read text, start and end of the first parts of a record; None for one that is not there."""
    texts: dict[str, tuple[Any, ...]] = {}
    ids = schema.part_ids(schema.version_key(record), size)
    for chunk in _chunks(size):
        found: Any = collection.get(ids=ids[chunk], include=["documents", "metadatas"])
        for part, text, row in zip(found["ids"], found["documents"], found["metadatas"], strict=True):
            texts[part] = (text, row.get("start"), row.get("end"))
    return [texts.get(part) for part in ids]


def _chunks(size: int) -> Iterator[slice]:
    return (slice(start, start + BATCH) for start in range(0, size, BATCH))
