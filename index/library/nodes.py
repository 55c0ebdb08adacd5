"""The parts of an article as LlamaIndex nodes: what is stored of a sentence and of a passage, but for where it lies."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from index.models.choose import Vectors
from index.types import Article, IndexedArticle, Passage, Sentence

if TYPE_CHECKING:
    from llama_index.core.schema import RelatedNodeType, TextNode

HELD = "sentences"
"""The field of a passage that says where its sentences stand."""


def sentence_nodes(indexed: IndexedArticle) -> "Iterator[TextNode]":
    """A node for each sentence, with its vector."""
    return _nodes(indexed.article, ((sentence, {}) for sentence in indexed.sentences), indexed.sentence_vectors)


def passage_nodes(indexed: IndexedArticle) -> "Iterator[TextNode]":
    """A node for each passage, with its vector; it also says where its sentences stand."""
    parts = ((passage, _held(indexed, passage)) for passage in indexed.passages)
    return _nodes(indexed.article, parts, indexed.passage_vectors)


def held_rows(passage: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Where the sentences of a passage stand, a row for each, as its node said."""
    names = ("paragraph", "start", "end", "page", "heading")
    return (dict(zip(names, row, strict=True)) for row in json.loads(passage[HELD]))


def _nodes(
    article: Article, parts: Iterable[tuple[Sentence | Passage, dict[str, str]]], vectors: Vectors
) -> "Iterator[TextNode]":
    from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

    source: dict[NodeRelationship, RelatedNodeType] = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=article.id)}
    for (part, held), vector in zip(parts, vectors, strict=True):
        metadata = asdict(part) | {"title": article.title, "source": article.source} | _where(article, part) | held
        del metadata["text"]
        yield TextNode(
            id_=f"{article.id}.{article.version}.{part.position}",
            text=part.text,
            embedding=vector.tolist(),
            metadata=metadata,
            excluded_llm_metadata_keys=list(held),
            excluded_embed_metadata_keys=list(held),
            relationships=source,
        )


def _where(article: Article, part: Sentence | Passage) -> dict[str, Any]:
    """The page and heading of a part, as far as it has them."""
    place = article.location(part.start)
    return {name: value for name, value in (("page", place.page), ("heading", place.heading)) if value}


def _held(indexed: IndexedArticle, passage: Passage) -> dict[str, str]:
    """Where each of a passage's sentences stands: reading a passage costs a tenth of reading them one by one."""
    sentences = indexed.sentences[passage.first : passage.last]
    places = [_where(indexed.article, one) for one in sentences]
    rows = [
        [one.paragraph, one.start, one.end, place.get("page", 0), place.get("heading", "")]
        for one, place in zip(sentences, places, strict=True)
    ]
    return {HELD: json.dumps(rows, ensure_ascii=False)}
