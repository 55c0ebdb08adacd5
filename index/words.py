"""Matching of single words by meaning, within a language and across: "river" finds "نهر", "built" finds "شيد".

The second encoder places a word and its translation close together; a name is also found by its sound. A question's
word is held against every word of a sentence and the best match counts (as in BERTScore, Zhang et al. 2020, and
ColBERT, Khattab and Zaharia 2020). Matching of equal words is `index.lexical`.
"""

import re
import threading
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from index.text import embedding_text, search_form, without_marks
from index.translit import SoundTable

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['\u2019][^\W\d_]+)*")

KEPT = 40_000
"""Words whose vectors are remembered: at 512 bytes each, 20 MB."""

LOW, HIGH = 0.5, 0.9
"""Cosines of single words: below the first two words have nothing in common, above the second they mean the same."""


def spelled_words(text: str) -> list[str]:
    """Return the words of a text as an encoder knows them: spelled as written, in lower case, without tashkeel.

    Not the search form: with its letters made equal, an encoder no longer knows many words.
    """
    return _WORD.findall(without_marks(unicodedata.normalize("NFKC", embedding_text(text)).lower()))


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

    @property
    def floats(self) -> Floats:
        """(w, d) unit vectors."""
        return self.vectors * self.scales[:, None]

    def similarity(self, others: Floats) -> Floats:
        """(o, w) cosines with the unit vectors `others` (o, d)."""
        similarity: Floats = (self.vectors.astype(np.float32) @ others.T).T * self.scales
        return similarity


class WordEncoder:
    """Turns words into vectors, each word once: the words of articles and questions repeat."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._known: dict[str, tuple[NDArray[np.int8], np.float32]] = {}
        self._lock = threading.Lock()

    def encode(self, words: Sequence[str]) -> WordVectors:
        """Vectors of the words, row by row."""
        return self.encode_beside((), words)[1]

    def encode_beside(self, texts: Sequence[str], words: Sequence[str]) -> tuple[Floats, WordVectors]:
        """Vectors of texts, which are not remembered, and of words, in one batch: it costs little more than one."""
        with self._lock:
            known = {word: self._known[word] for word in dict.fromkeys(words) if word in self._known}
        new = [word for word in dict.fromkeys(words) if word not in known]
        made = self._encode([*texts, *new])
        learned = WordVectors.of(made[len(texts) :])
        fresh = dict(zip(new, zip(learned.vectors, learned.scales, strict=True), strict=True))
        with self._lock:
            if len(self._known) > KEPT:
                self._known.clear()
            self._known |= fresh
        known |= fresh
        rows = [known[word] for word in words]
        vectors = np.stack([row for row, _ in rows]) if rows else np.zeros((0, made.shape[1]), np.int8)
        return made[: len(texts)], WordVectors(vectors, np.array([scale for _, scale in rows], np.float32))


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """The words of an article's sentences: vectors of its vocabulary, and which sentence has which."""

    vectors: WordVectors
    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    sounds: Callable[[], SoundTable]
    """Made when the first question in the other language comes."""

    @classmethod
    def of(cls, texts: Sequence[str], names: Callable[[], Collection[str]], encoder: WordEncoder) -> "SentenceWords":
        """Encode the distinct words of sentences.

        `names` returns those, in search form, that may be met by their sound; it is called when they are first needed.
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
        sounds = cache(lambda: _sounds(rows, names()))
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


def _sounds(rows: Mapping[str, int], names: Collection[str]) -> SoundTable:
    forms = ((search_form(word), row) for word, row in rows.items())
    return SoundTable.of((form, row) for form, row in forms if form in names)
