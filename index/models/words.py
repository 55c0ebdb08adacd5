"""Matching of single words by meaning, within a language and across: "river" finds "نهر", "built" finds "شيد".

The second encoder places a word and its translation close together; a name is also found by its sound. A question's
word is held against every word of a sentence and the best match counts (as in BERTScore, Zhang et al. 2020, and
ColBERT, Khattab and Zaharia 2020). Vectors of words are kept on disk: what one process has encoded, no other need
encode again. Matching of equal words is `index.retrieval.signals`.
"""

import json
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.models.graph import Floats
from index.text.search_form import embedding_text, search_form, without_diacritics
from index.text.translit import SoundTable

Encode = Callable[[Sequence[str]], Floats]
MayBeName = Callable[[str], bool]
"""Whether a word of the search form may be a name of the other language's script."""

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['\u2019][^\W\d_]+)*")

CACHED_WORDS = 40_000
"""Words whose vectors are remembered: at 512 bytes each, 20 MB."""
MOST_BYTES = 200_000_000
"""Of the file of vectors: some 330,000 words; it takes in no more."""

_SCALE = np.dtype("<f4")

LOW, HIGH = 0.5, 0.9
"""Cosines of single words: below the first two words have nothing in common, above the second they mean the same."""


def spelled_words(text: str) -> list[str]:
    """Return the words of a text as an encoder knows them: spelled as written, in lower case, without tashkeel.

    Not the search form: with its letters made equal, an encoder no longer knows many words.
    """
    return _WORD.findall(without_diacritics(unicodedata.normalize("NFKC", embedding_text(text)).lower()))


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Unit vectors of words, in bytes: `vectors[i] * scales[i]`."""

    vectors: NDArray[np.int8]
    scales: Floats

    @classmethod
    def of(cls, vectors: Floats) -> "WordVectors":
        """Round (w, d) vectors to 8 bits a number."""
        scales = np.maximum(np.abs(vectors).max(axis=1, initial=0.0), 1e-9) / 127
        return cls(np.rint(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32))

    @classmethod
    def unpacked(cls, packed: Sequence[bytes]) -> "WordVectors":
        """Put words together that were packed."""
        held = np.frombuffer(b"".join(packed), np.uint8).reshape(len(packed), -1 if packed else _SCALE.itemsize)
        scales = np.ascontiguousarray(held[:, : _SCALE.itemsize]).view(_SCALE)[:, 0]
        return cls(held[:, _SCALE.itemsize :].view(np.int8), scales)

    def packed(self) -> list[bytes]:
        """Each word's scale and vector in as few bytes as will do."""
        scales = self.scales.astype(_SCALE)
        return [scale.tobytes() + vector.tobytes() for scale, vector in zip(scales, self.vectors, strict=True)]

    @property
    def floats(self) -> Floats:
        """(w, d) unit vectors."""
        return self.vectors * self.scales[:, None]

    def similarity(self, others: Floats) -> Floats:
        """(o, w) cosines with the unit vectors `others` (o, d)."""
        similarity: Floats = (self.vectors.astype(np.float32) @ others.T).T * self.scales
        return similarity


class WordStore:
    """A file of vectors by a hash of the word, so that it does not say what was read; for threads and processes.

    A convenience: where the file cannot be read or written, words are encoded as if it were not there.
    """

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


class WordEncoder:
    """Turns words into vectors, each word once: the words of articles and questions repeat.

    Those of articles are kept in the store too, if there is one.
    """

    def __init__(self, encode: Encode, store: WordStore | None = None) -> None:
        self._encode, self._store = encode, store
        self._known: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def learn(self, texts: Iterable[str]) -> None:
        """Meet the words of an article's sentences, so that no question need wait for them."""
        self.encode(list({word: None for text in texts for word in spelled_words(text)}))

    def encode(self, words: Sequence[str]) -> WordVectors:
        """Vectors of an article's words, row by row."""
        known = self._recall(words)
        if self._store and (missing := _missing(words, known)):
            known |= self._remember(self._store.find(missing))
        if missing := _missing(words, known):
            _, fresh = self._make((), missing)
            known |= self._remember(fresh)
            if self._store:
                self._store.keep(fresh)
        return WordVectors.unpacked([known[word] for word in words])

    def encode_beside(self, texts: Sequence[str], words: Sequence[str]) -> tuple[Floats, WordVectors]:
        """Vectors of texts, which are not remembered, and of words, in one batch: it costs little more than one."""
        known = self._recall(words)
        made, fresh = self._make(texts, _missing(words, known))
        known |= self._remember(fresh)
        return made, WordVectors.unpacked([known[word] for word in words])

    def close(self) -> None:
        """Let go of the store, if there is one; a later use opens it again."""
        if self._store:
            self._store.close()

    def _make(self, texts: Sequence[str], words: Sequence[str]) -> tuple[Floats, dict[str, bytes]]:
        made = self._encode([*texts, *words])
        return made[: len(texts)], dict(zip(words, WordVectors.of(made[len(texts) :]).packed(), strict=True))

    def _recall(self, words: Sequence[str]) -> dict[str, bytes]:
        with self._lock:
            return {word: self._known[word] for word in words if word in self._known}

    def _remember(self, vectors: dict[str, bytes]) -> dict[str, bytes]:
        with self._lock:
            if len(self._known) > CACHED_WORDS:
                self._known.clear()
            self._known |= vectors
        return vectors


def _missing(words: Sequence[str], known: Collection[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if word not in known]


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """The words of an article's sentences: vectors of its vocabulary, and which sentence has which."""

    vectors: WordVectors
    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    sounds: Callable[[], SoundTable]
    """Made when the first question in the other language comes."""

    @classmethod
    def of(cls, texts: Sequence[str], named: Callable[[], MayBeName], encoder: WordEncoder) -> "SentenceWords":
        """Encode the distinct words of sentences.

        `named` makes what tells the words that may be met by their sound, when they are first needed.
        """
        words = [spelled_words(text) for text in texts]
        # The empty word leads each sentence, so that none is without a word.
        rows = {"": 0}
        for sentence in words:
            for word in sentence:
                rows.setdefault(word, len(rows))
        ids = [rows[word] for sentence in words for word in ("", *dict.fromkeys(sentence))]
        lengths = [1 + len(set(sentence)) for sentence in words]
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        sounds = cache(lambda: _sounds(rows, named()))
        return cls(encoder.encode(list(rows)), np.array(ids, np.int32), starts, sounds)

    def matches(self, vectors: Floats, names: Mapping[int, str]) -> Floats:
        """(q, n): how well each of q question words is met in each of n sentences, from 0 to 1.

        `names` are those of the q words, in search form, that may be met by their sound.
        """
        if not len(vectors):
            return np.zeros((0, len(self.starts)), np.float32)
        meeting = np.clip((self.vectors.similarity(vectors) - LOW) / (HIGH - LOW), 0, 1)
        meeting[:, 0] = 0
        for row, name in names.items():
            for column, surely in self.sounds().find(name).items():
                meeting[row, column] = max(meeting[row, column], surely)
        matches: Floats = np.maximum.reduceat(meeting[:, self.ids], self.starts, axis=1)
        return matches


def rarity(matches: Floats) -> Floats:
    """(q,): how telling each question word is, from how few of the sentences meet it."""
    met, size = matches.sum(axis=1), matches.shape[1]
    weights: Floats = np.log1p(np.maximum(size - met + 0.5, 0) / (met + 0.5)).astype(np.float32)
    return weights


def _sounds(rows: Mapping[str, int], may_be_name: MayBeName) -> SoundTable:
    forms = ((_form(word), row) for word, row in rows.items())
    return SoundTable.of((form, row) for form, row in forms if may_be_name(form))


_form = lru_cache(CACHED_WORDS)(search_form)
