"""Settings → encoders: the bundled models, OpenAI or a compatible server, and whether a second encoder is used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from config.errors import EmbeddingError, SanadError
from config.settings import Settings
from index.models.encoder import E5, SentenceEncoder
from index.models.graph import Floats
from index.models.words import WordEncoder, WordStore

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

RETRIES, TIMEOUT = 2, 30.0
"""Of a request to an embedding server, and the seconds that each may take."""


@dataclass(frozen=True)
class Encoders:
    """The main embedding and, unless turned off, the second encoder, of sentences and of single words.

    A question is put to a bundled model directly: LlamaIndex takes a second to import, and a command asks one question.
    """

    make_main: "Callable[[], BaseEmbedding]"
    second: SentenceEncoder | None
    words: WordEncoder | None
    bundled: E5 | SentenceEncoder | None = None

    @cached_property
    def main(self) -> "BaseEmbedding":
        """The main embedding, of any kind."""
        return self.make_main()

    def embed(self, texts: list[str]) -> Floats:
        """(n, d) unit vectors of texts to be found. Raises: EmbeddingError."""
        with _embedding_errors():
            return unit_vectors(np.asarray(self.main.get_text_embedding_batch(texts), np.float32))

    def embed_second(self, texts: list[str]) -> Floats | None:
        """(n, 512) unit vectors of the second encoder, or none."""
        return self.second.encode(texts) if self.second else None

    def embed_query(self, text: str) -> Floats:
        """(d,) unit vector of a question. Raises: EmbeddingError."""
        with _embedding_errors():
            vector = self.bundled.query(text) if self.bundled else self.main.get_query_embedding(text)
            return unit_vectors(np.asarray(vector, np.float32))

    def close(self) -> None:
        """Let go of the file of the words' vectors; a later use opens it again."""
        if self.words:
            self.words.close()


def make_encoders(settings: Settings) -> Encoders:
    """Build what `settings.embedding` asks for.

    Raises: EmbeddingError when a model or its package is missing.
    """
    chosen = settings.embedding
    second = SentenceEncoder() if chosen.second else None
    words = WordEncoder(second.encode, WordStore(settings.folder / f"words-{second.name}.sqlite3")) if second else None
    if chosen.provider in ("bundled", "light"):
        model = E5(settings.models.threads) if chosen.provider == "bundled" else SentenceEncoder()
        return Encoders(lambda: _bundled_embedding(model, chosen.batch), second, words, model)
    with _embedding_errors():
        connected = _connect(settings)
    return Encoders(lambda: connected, second, words)


@contextmanager
def _embedding_errors() -> Iterator[None]:
    """Turn the errors of an embedding server or its client into an EmbeddingError of one sentence."""
    try:
        yield
    except SanadError:
        raise
    except Exception as error:
        if not _is_client_error(error):
            raise
        reason = " ".join(str(error).split())[:200]
        raise EmbeddingError(
            f"The embedding model did not do its part ({reason}); "
            "correct embedding.provider, .model, .base_url or .api_key."
        ) from error


def _is_client_error(error: Exception) -> bool:
    """Whether the openai client, its HTTP client, or LlamaIndex's check of an OpenAI model's name raised this."""
    kinds = (kind.__module__.split(".")[0] for kind in type(error).__mro__)
    return bool({"openai", "httpx"} & set(kinds)) or (isinstance(error, ValueError) and "OpenAIEmbedding" in str(error))


def encoder_names(settings: Settings) -> tuple[str, str]:
    """Return the names of the main and the second encoder, part of `IndexSettings`; no model is loaded."""
    chosen = settings.embedding
    bundled = {"bundled": E5.name, "light": "light"}
    main = bundled.get(chosen.provider, f"{chosen.provider}:{chosen.model}")
    return main, "use-multilingual-v3" if chosen.second else "none"


def unit_vectors(vectors: Floats) -> Floats:
    """Scale vectors to length 1; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def _bundled_embedding(model: E5 | SentenceEncoder, batch: int) -> "BaseEmbedding":
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
