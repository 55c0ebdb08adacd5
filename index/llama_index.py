"""Our retriever and encoder as LlamaIndex components, for use in any LlamaIndex pipeline."""

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from index.models.llama_embedding import E5Embedding
from index.retrieval.retriever import Retriever
from index.types import Evidence

__all__ = ["E5Embedding", "SanadRetriever"]


class SanadRetriever(BaseRetriever):
    """Sentences of the library, best first; `article_id` narrows it to one article, `k` is how many.

    A node's score is the log of the probability that it holds the answer; its metadata say where it stands.
    """

    def __init__(self, retriever: Retriever, *, article_id: str | None = None, k: int = 8) -> None:
        super().__init__()
        self._retriever, self._article_id, self._k = retriever, article_id, k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._retriever.find(query_bundle.query_str, article_id=self._article_id, k=self._k)
        return [NodeWithScore(node=_node(evidence), score=evidence.score) for evidence in found.evidence]


def _node(evidence: Evidence) -> TextNode:
    sentence, article = evidence.sentence, evidence.article
    return TextNode(
        id_=f"{article.id}.{article.version}.{sentence.position}",
        text=sentence.text,
        start_char_idx=sentence.start,
        end_char_idx=sentence.end,
        metadata={"article_id": article.id, "title": article.title, "source": article.source},
    )
