"""Runs exported graphs: what the figures are measured with."""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.vocabulary import END, PAD, START, load_tokenizer

Floats = NDArray[np.float32]

_LONGEST = 512


def make_session(path: Path, *, threads: int = 2) -> onnxruntime.InferenceSession:
    """Load a graph; its threads sleep when they wait, so that a busy machine stays usable."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


class SentenceVectors:
    """The exported encoder: texts → unit vectors, batches by length."""

    def __init__(self, folder: Path, *, name: str = "encoder.onnx", threads: int = 2) -> None:
        self._session = make_session(folder / name, threads=threads)
        self._tokenizer: Tokenizer = load_tokenizer(folder)

    def passages(self, texts: list[str], *, batch: int = 16) -> Floats:
        """(n, 384) vectors of texts to be found."""
        return self._encode([f"passage: {text}" for text in texts], batch)

    def queries(self, texts: list[str], *, batch: int = 16) -> Floats:
        """(n, 384) vectors of questions."""
        return self._encode([f"query: {text}" for text in texts], batch)

    def _encode(self, texts: list[str], batch: int) -> Floats:
        rows = [[START, *found.ids[: _LONGEST - 2], END] for found in self._tokenizer.encode_batch(texts)]
        order = sorted(range(len(rows)), key=lambda number: len(rows[number]))
        vectors = np.zeros((len(rows), 384), np.float32)
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            vectors[chosen] = self._session.run(None, {"ids": pad([rows[number] for number in chosen])})[0]
        return vectors


def pad(rows: list[list[int]], filler: int = PAD) -> NDArray[np.int64]:
    """Return rows as one array, filled up to the longest."""
    longest = max(map(len, rows))
    return np.array([row + [filler] * (longest - len(row)) for row in rows], np.int64)
