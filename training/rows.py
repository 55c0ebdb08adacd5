"""Examples as arrays: rows of pieces of different lengths, one after another, kept in a file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Rows:
    """Two texts a row, as pieces: row n is `ids[starts[n] : starts[n + 1]]`."""

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    firsts: NDArray[np.int32]
    """Place of the second text's first piece in its row; the row's last piece, `</s>`, is not of it."""
    kinds: NDArray[np.str_]

    def __len__(self) -> int:
        """How many rows."""
        return len(self.firsts)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Pieces of each row."""
        return np.diff(self.starts)

    def save(self, path: Path) -> None:
        """Write to a file, whole or not at all."""
        partial = path.with_name(path.name + ".partial")
        with partial.open("wb") as file:
            np.savez(file, **{name: values for name, values in vars(self).items() if values is not None})
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(path) as stored:
            return cls(**{name: stored[name] for name in stored.files})


def join(rows: list[list[int]]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return rows one after another, and where each begins."""
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return np.concatenate([np.array(row, np.int32) for row in rows]), starts
