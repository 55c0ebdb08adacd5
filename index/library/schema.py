"""What the library stores and under which names: settings, collections, records, and articles as LlamaIndex nodes.

Only the forms; reading and writing them is `index.library.rows`'.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.text.sentences import SEGMENTATION_VERSION
from index.types import (
    Article,
    ArticleRecord,
    ArticleVersion,
    IndexedArticle,
    Language,
    Location,
    Metadata,
    Passage,
    Sentence,
)

if TYPE_CHECKING:
    from llama_index.core.schema import RelatedNodeType, TextNode

Vectors = NDArray[np.float32]
"""(n, d) unit vectors, or one of them."""

SCHEMA_VERSION = 2
LANGUAGES: tuple[Language, ...] = ("ar", "en")
SPACE_NAME = re.compile(r"[a-z0-9]{0,40}")
"""What a space may be called; "" is the library everyone shares."""
MAX_HISTORY = 50
"""Earlier versions that a record remembers."""

CLUSTER = "story"
"""The field of a record that holds its cluster, so called in stored libraries and exported files."""

_ARTICLES = re.compile(rf"sanad-(?P<digest>[0-9a-f]{{8}})(?:-(?P<space>{SPACE_NAME.pattern}))?-articles")
_NESTED = ("metadata", "history")
"""Fields of a record that Chroma, whose metadata are plain values, keeps as JSON."""
_SENTENCES = "sentences"
"""The field of a passage's node that says where its sentences stand."""


@dataclass(frozen=True)
class IndexSettings:
    """The settings that shape stored rows: a library made with some cannot be read with others."""

    embedding: str
    second: str
    passage_tokens: int
    segmentation: int = SEGMENTATION_VERSION
    schema: int = SCHEMA_VERSION

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the collection's metadata."""
        return asdict(self)

    @property
    def digest(self) -> str:
        """8 hexadecimal digits that name these settings."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()[:8]


class CollectionNames:
    """The collections of one space of a library: `sanad-DIGEST[-SPACE]-…`.

    Sentences lie apart by language, so that none crowds the other out.
    """

    def __init__(self, digest: str, space: str = "") -> None:
        self.digest, self.space = digest, space
        prefix = f"sanad-{digest}-{space}" if space else f"sanad-{digest}"
        self.articles = f"{prefix}-articles"
        self.journal = f"{prefix}-journal"
        self.passages = f"{prefix}-passages"
        self.sentences = {language: f"{prefix}-sentences-{language}" for language in LANGUAGES}
        self.second = {language: f"{prefix}-second-{language}" for language in LANGUAGES}
        self.all = (self.journal, self.passages, *self.sentences.values(), *self.second.values(), self.articles)

    @classmethod
    def of_spaces(cls, names: Iterable[str]) -> "list[CollectionNames]":
        """Return every space that has a list of articles among these collections, whatever its settings."""
        matches = map(_ARTICLES.fullmatch, names)
        return [cls(match["digest"], match["space"] or "") for match in matches if match]


def new_record(indexed: IndexedArticle, *, previous: ArticleRecord | None = None, cluster: str = "") -> ArticleRecord:
    """Return the record that makes an article live, after the previous version if there is one."""
    article = indexed.article
    history = (*previous.history, ArticleVersion(previous.version, previous.indexed)) if previous else ()
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
        cluster,
        history[-MAX_HISTORY:],
    )


def record_values(record: ArticleRecord) -> dict[str, Any]:
    """Return a record as plain values, without the id."""
    values = asdict(record)
    del values["id"]
    values[CLUSTER] = values.pop("cluster")
    return values | {name: json.dumps(values[name], ensure_ascii=False) for name in _NESTED}


def record_from_values(article_id: str, values: dict[str, Any]) -> ArticleRecord:
    """Return the record of `record_values`. Raises: TypeError, ValueError, AttributeError for other values."""
    plain = {name: value for name, value in values.items() if name not in (*_NESTED, CLUSTER)}
    metadata = json.loads(values.get("metadata", "{}"))
    metadata["tags"] = tuple(metadata.get("tags", ()))
    history = tuple(ArticleVersion(**version) for version in json.loads(values.get("history", "[]")))
    return ArticleRecord(
        article_id, **plain, cluster=values.get(CLUSTER, ""), metadata=Metadata(**metadata), history=history
    )


def version_key(article: Article | ArticleRecord) -> str:
    """Return what the ids of all parts of a version begin with."""
    return f"{article.id}.{article.version}"


def part_ids(key: str, count: int) -> list[str]:
    """Return the ids of the first `count` sentences, or passages, of a version."""
    return [f"{key}.{position}" for position in range(count)]


def article_from_record(record: ArticleRecord, text: str, locations: tuple[Location, ...] = ()) -> Article:
    """Put an article together."""
    updated = record.indexed if record.history else ""
    about = (record.language, record.metadata, locations, record.origin, updated)
    return Article(record.id, record.title, record.source, text, *about)


def sentences_at(article: Article, offsets: Iterable[tuple[int, int, int]]) -> tuple[Sentence, ...]:
    """Return an article's sentences, of each of which (paragraph, start, end) is given."""
    return tuple(
        Sentence(article.id, position, paragraph, start, end, article.text[start:end])
        for position, (paragraph, start, end) in enumerate(offsets)
    )


def passages_at(article: Article, offsets: Iterable[tuple[int, int, int, int]]) -> tuple[Passage, ...]:
    """Return an article's passages, of each of which (first, last, start, end) is given."""
    return tuple(
        Passage(article.id, position, first, last, start, end, article.text[start:end])
        for position, (first, last, start, end) in enumerate(offsets)
    )


def are_unit(vectors: Vectors) -> bool:
    """Say whether vectors are finite and of length 1, as nearly as they are stored."""
    return bool(np.isfinite(vectors).all() and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=0.01))


def sentence_nodes(indexed: IndexedArticle) -> "Iterator[TextNode]":
    """Make a node of each sentence, with its vector."""
    return _nodes(indexed.article, ((sentence, {}) for sentence in indexed.sentences), indexed.sentence_vectors)


def passage_nodes(indexed: IndexedArticle) -> "Iterator[TextNode]":
    """Make a node of each passage, with its vector; it also says where its sentences stand."""
    parts = ((passage, _held_sentences(indexed, passage)) for passage in indexed.passages)
    return _nodes(indexed.article, parts, indexed.passage_vectors)


def rows_of_sentences(passage: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return where the sentences of a passage stand, a row for each, from the metadata of its node."""
    names = ("paragraph", "start", "end", "page", "heading")
    return (dict(zip(names, row, strict=True)) for row in json.loads(passage[_SENTENCES]))


def locations_of(rows: Sequence[dict[str, Any]]) -> tuple[Location, ...]:
    """Return where sentences stand, one location for all that follow each other on a page and under a heading."""
    every = [Location(row["start"], row.get("page", 0), row.get("heading", "")) for row in rows]
    return tuple(
        here
        for here, before in zip(every, [Location(0), *every], strict=False)
        if (here.page, here.heading) != (before.page, before.heading)
    )


def _nodes(
    article: Article, parts: Iterable[tuple[Sentence | Passage, dict[str, str]]], vectors: Vectors
) -> "Iterator[TextNode]":
    from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

    source: dict[NodeRelationship, RelatedNodeType] = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=article.id)}
    for (part, held), vector in zip(parts, vectors, strict=True):
        location = article.location(part.start)
        where = {"page": location.page, "heading": location.heading}
        metadata = asdict(part) | {"title": article.title, "source": article.source}
        metadata |= {name: value for name, value in where.items() if value} | held
        del metadata["text"]
        yield TextNode(
            id_=f"{version_key(article)}.{part.position}",
            text=part.text,
            embedding=vector.tolist(),
            metadata=metadata,
            excluded_llm_metadata_keys=list(held),
            excluded_embed_metadata_keys=list(held),
            relationships=source,
        )


def _held_sentences(indexed: IndexedArticle, passage: Passage) -> dict[str, str]:
    """Where each of a passage's sentences stands: reading a passage costs a tenth of reading them one by one."""
    rows: list[list[int | str]] = []
    for sentence in indexed.sentences[passage.first : passage.last]:
        location = indexed.article.location(sentence.start)
        rows.append([sentence.paragraph, sentence.start, sentence.end, location.page, location.heading])
    return {_SENTENCES: json.dumps(rows, ensure_ascii=False)}
