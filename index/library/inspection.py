"""What `index.library.verify` looks at in the collections: texts, distances, and rows that belong to nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from index.library.collections import LANGUAGES, CollectionNames
from index.library.records import read_records
from index.library.rows import BATCH, article_of, drop_ids, ids_of
from index.library.store import Session
from index.models.choose import Vectors
from index.types import Article, ArticleRecord, IndexedArticle, Language

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection


def stored_article(session: Session, names: CollectionNames, record: ArticleRecord) -> Article | None:
    """The article as far as its record and text go, whatever became of its parts."""
    row = session.make(names.articles).get(ids=[record.id], include=["documents"])
    texts = row["documents"]
    return article_of(record, texts[0]) if texts and texts[0] is not None else None


def texts_differ(session: Session, names: CollectionNames, record: ArticleRecord, indexed: IndexedArticle) -> bool:
    """Whether what is kept beside a vector is another text, or one from elsewhere, than the article's."""
    sentences, passages = session.make(names.sentences[record.language]), session.make(names.passages)
    return any(
        _texts(collection, record, len(parts)) != [(one.text, one.start, one.end) for one in parts]
        for collection, parts in ((sentences, indexed.sentences), (passages, indexed.passages))
    )


def distances(session: Session, names: CollectionNames, language: Language, vectors: Vectors) -> list[float]:
    """How far a search of each sentence's vector ends from it: 0 if it is found."""
    collection = session.make(names.sentences[language])
    found = collection.query(query_embeddings=vectors, n_results=1, include=["distances"])
    return [float(row[0]) if len(row) else 2.0 for row in found["distances"] or []]


def drop_strays(session: Session, names: CollectionNames) -> int:
    """Delete the rows of no live version; return how many there were."""
    live = {record.id: record for record in read_records(session, names)}
    dropped = 0
    for collection, size in _collections(session, names):
        ids = collection.get(include=[])["ids"]
        strays = [part for part in ids if not _belongs(part, live, size)]
        drop_ids(collection, strays)
        dropped += len(strays)
    return dropped


def _collections(session: Session, names: CollectionNames) -> "Iterator[tuple[Collection, str]]":
    for language in LANGUAGES:
        yield session.make(names.sentences[language]), "sentences"
        yield session.make(names.second[language]), "sentences"
    yield session.make(names.passages), "passages"


def _belongs(part: str, live: dict[str, ArticleRecord], size: str) -> bool:
    article_id, _, rest = part.partition(".")
    version, _, position = rest.partition(".")
    record = live.get(article_id)
    return record is not None and record.version == version and int(position) < getattr(record, size)


def _texts(collection: "Collection", record: ArticleRecord, size: int) -> list[tuple[Any, ...] | None]:
    """Text, start and end of the first parts of a record; None for one that is not there."""
    texts: dict[str, tuple[Any, ...]] = {}
    ids = ids_of(record, size)
    for start in range(0, size, BATCH):
        found: Any = collection.get(ids=ids[start : start + BATCH], include=["documents", "metadatas"])
        for part, text, row in zip(found["ids"], found["documents"], found["metadatas"], strict=True):
            texts[part] = (text, row.get("start"), row.get("end"))
    return [texts.get(part) for part in ids]
