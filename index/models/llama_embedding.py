"""The bundled models as LlamaIndex embeddings, for indexing and for any LlamaIndex code."""

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from index.models.encoder import E5, SentenceEncoder


class BundledEmbedding(BaseEmbedding):
    """A bundled model behind LlamaIndex's interface; vectors have unit length."""

    _model: E5 | SentenceEncoder = PrivateAttr()

    def __init__(self, model: E5 | SentenceEncoder, **options: object) -> None:
        super().__init__(model_name=model.name, **options)
        self._model = model

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._model.query(query).tolist()  # type: ignore[no-any-return]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._model.passages(texts).tolist()  # type: ignore[no-any-return]


class E5Embedding(BundledEmbedding):
    """multilingual-e5-small, 384 dimensions. Raises: EmbeddingError, see `E5`."""

    def __init__(self, **options: object) -> None:
        super().__init__(E5(), **options)
