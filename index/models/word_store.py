"""Vectors of words on disk: what one process has encoded, no other need encode again.

A convenience. Where the file cannot be read or written, words are encoded as if it were not there.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

MOST_BYTES = 200_000_000
"""Of the file: some 330,000 words; it takes in no more."""


class WordStore:
    """Words by a hash of theirs, so that the file does not say what was read; for threads and processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._opened: sqlite3.Connection | None = None

    def find(self, words: Iterable[str]) -> dict[str, bytes]:
        """The packed vectors of those words that are there."""
        wanted = {_id(word): word for word in words}
        asked = "SELECT id, vector FROM words WHERE id IN (SELECT value FROM json_each(?))"
        found: list[tuple[int, bytes]] = []
        if self._path.exists():
            with suppress(sqlite3.Error, OSError), self._lock, self._connection() as connection:
                found = connection.execute(asked, (json.dumps(list(wanted)),)).fetchall()
        return {wanted[key]: vector for key, vector in found}

    def keep(self, vectors: Mapping[str, bytes]) -> None:
        """Write packed vectors down."""
        rows = [(_id(word), vector) for word, vector in vectors.items()]
        with suppress(sqlite3.Error, OSError), self._lock, self._connection() as connection:
            if self._path.stat().st_size < MOST_BYTES:
                connection.executemany("INSERT OR IGNORE INTO words VALUES (?, ?)", rows)

    def close(self) -> None:
        """Let go of the file; a later use opens it again."""
        with self._lock:
            if self._opened:
                self._opened.close()
                self._opened = None

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
            opened = sqlite3.connect(self._path, timeout=1, check_same_thread=False)
            opened.execute("PRAGMA journal_mode = WAL")
            opened.execute("PRAGMA synchronous = NORMAL")
            opened.execute("CREATE TABLE IF NOT EXISTS words (id INTEGER PRIMARY KEY, vector BLOB NOT NULL)")
            self._opened = opened
        return self._opened


def _id(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
