"""Runs the graphs of the bundled models by onnxruntime, on the processor, several texts at once.

Each text is read by itself and by one thread, so its numbers do not depend on what it is read beside, and nothing waits
in a loop for others; several threads read several texts. The files are in `weights/`: the encoder's graph, its table of
words, the tokenizer, and how they were made.
"""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import psutil
from numpy.typing import NDArray

from config.errors import EmbeddingError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).with_name("weights")

START, END = 0, 2
"""The pieces `<s>` and `</s>`."""

Floats = NDArray[np.float32]
"""Vectors, scores and signals; each docstring says the dimensions."""

T = TypeVar("T")
R = TypeVar("R")


class Graph:
    """One of the bundled graphs, loaded; safe to use from several threads. Raises: EmbeddingError if it cannot be."""

    def __init__(self, name: str) -> None:
        self._session = _load_session(name)

    def run(self, inputs: Mapping[str, Sequence[int]]) -> list[Floats]:
        """Return the outputs for one text; the inputs are rows of one length, by name."""
        rows = {name: np.array([row], np.int64) for name, row in inputs.items()}
        return [output[0] for output in self._session.run(None, rows)]


def _load_session(name: str) -> "InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the caller's own
    options.log_severity_level = 3  # errors only
    try:
        return onnxruntime.InferenceSession(WEIGHTS / f"{name}.onnx", options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise EmbeddingError(
            f"The bundled model {name!r} cannot be loaded ({' '.join(str(error).split())[:200]}); install Sanad again."
        ) from error


_loading = threading.Lock()


def load_graph(name: str) -> Graph:
    """Return a graph, loaded once in a process. Raises: EmbeddingError if it cannot be."""
    with _loading:
        return _load_graph(name)


_load_graph = cache(Graph)


@cache
def load_tokenizer() -> "Tokenizer":
    """Return what cuts texts into pieces, for all bundled models."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))


class Workers:
    """Threads that read texts side by side; `threads` is 0 for as many as there are physical cores."""

    def __init__(self, threads: int = 0) -> None:
        self.threads = threads or available_cores()
        self._pool = ThreadPoolExecutor(self.threads, "sanad-model")

    def map(self, read: Callable[[T], R], texts: Sequence[T]) -> list[R]:
        """Return what `read` makes of each text. A single one is read by the caller, who so waits for nobody."""
        if len(texts) == 1 or self.threads == 1:
            return [read(text) for text in texts]
        return list(self._pool.map(read, texts))


def available_cores() -> int:
    """Return how many physical cores this process may use."""
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return min(cores, len(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else cores
