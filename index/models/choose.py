"""The choice of encoders: which LlamaIndex embedding, and whether a second opinion is asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from config.errors import EmbeddingError, SanadError
from config.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from index.models.encoder import E5, SentenceEncoder
    from index.models.words import WordEncoder

Vectors = NDArray[np.float32]

RETRIES, TIMEOUT = 2, 30.0
"""Of a request to an embedding server, and the seconds that each may take."""


@dataclass(frozen=True)
class Encoders:
    """The main embedding and, unless turned off, the second encoder, of sentences and of single words.

    A question is put to a bundled model itself: LlamaIndex takes a second to import, and a command asks one question.
    """

    make_main: "Callable[[], BaseEmbedding]"
    second: "SentenceEncoder | None"
    words: "WordEncoder | None"
    bundled: "E5 | SentenceEncoder | None" = None

    @cached_property
    def main(self) -> "BaseEmbedding":
        """The main embedding, of any kind."""
        return self.make_main()

    def embed(self, texts: list[str]) -> Vectors:
        """(n, d) unit vectors of texts to be found. Raises: EmbeddingError."""
        with explained():
            return unit(np.asarray(self.main.get_text_embedding_batch(texts), np.float32))

    def embed_second(self, texts: list[str]) -> Vectors | None:
        """(n, 512) unit vectors of the second encoder, or none."""
        return self.second.encode(texts) if self.second else None

    def embed_query(self, text: str) -> Vectors:
        """(d,) unit vector of a question. Raises: EmbeddingError."""
        with explained():
            vector = self.bundled.query(text) if self.bundled else self.main.get_query_embedding(text)
            return unit(np.asarray(vector, np.float32))

    def close(self) -> None:
        """Let go of the file of the words' vectors; a later use opens it again."""
        if self.words:
            self.words.close()


def make_encoders(settings: Settings) -> Encoders:
    """Build what `settings.embedding` asks for.

    Raises: EmbeddingError when a model or its package is missing.
    """
    from index.models.encoder import E5, SentenceEncoder
    from index.models.word_store import WordStore
    from index.models.words import WordEncoder

    chosen = settings.embedding
    second = SentenceEncoder() if chosen.second else None
    words = WordEncoder(second.encode, WordStore(settings.folder / f"words-{second.name}.sqlite3")) if second else None
    if chosen.provider in ("bundled", "light"):
        model = E5() if chosen.provider == "bundled" else SentenceEncoder()
        return Encoders(lambda: _for_llama_index(model, chosen.batch), second, words, model)
    with explained():
        connected = _connect(settings)
    return Encoders(lambda: connected, second, words)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what an embedding server or its client does wrong into one clear sentence."""
    try:
        yield
    except SanadError:
        raise
    except Exception as error:
        if not _is_a_clients(error):
            raise
        reason = " ".join(str(error).split())[:200]
        raise EmbeddingError(
            f"The embedding model did not do its part ({reason}); "
            "correct embedding.provider, .model, .base_url or .api_key."
        ) from error


def _is_a_clients(error: Exception) -> bool:
    """Whether the openai client, its HTTP client, or LlamaIndex's choice of an OpenAI model raised this."""
    kinds = (kind.__module__.split(".")[0] for kind in type(error).__mro__)
    return bool({"openai", "httpx"} & set(kinds)) or (isinstance(error, ValueError) and "OpenAIEmbedding" in str(error))


def describe_encoders(settings: Settings) -> tuple[str, str]:
    """Names of the main and the second encoder, which shape stored vectors; no model is loaded."""
    chosen = settings.embedding
    main = chosen.provider if chosen.provider in ("bundled", "light") else f"{chosen.provider}:{chosen.model}"
    return main, "use-multilingual-v3" if chosen.second else "none"


def unit(vectors: Vectors) -> Vectors:
    """The same directions at length 1; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def _for_llama_index(model: "E5 | SentenceEncoder", batch: int) -> "BaseEmbedding":
    from index.models.llama_embedding import BundledEmbedding

    return BundledEmbedding(model, embed_batch_size=batch)


def _connect(settings: Settings) -> "BaseEmbedding":
    chosen = settings.embedding
    key = chosen.api_key.get_secret_value() or settings.llm.api_key.get_secret_value()
    options: dict[str, Any] = {"embed_batch_size": chosen.batch, "max_retries": RETRIES, "timeout": TIMEOUT}
    match chosen.provider:
        case "openai":
            from llama_index.embeddings.openai import OpenAIEmbedding

            return OpenAIEmbedding(model=chosen.model or "text-embedding-3-small", api_key=key, **options)
        case _:
            from llama_index.embeddings.openai_like import OpenAILikeEmbedding

            return OpenAILikeEmbedding(
                model_name=chosen.model, api_base=chosen.base_url, api_key=key or "none", **options
            )
