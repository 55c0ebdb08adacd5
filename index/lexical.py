"""Word matching inside one article: BM25 and coverage over stems of the search form.

Matches within a language only; words across languages are `index.words`.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

K1, B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class WordTable:
    """What matching needs to know of an article's words: BM25's numbers, worked out once."""

    postings: dict[str, tuple[NDArray[np.int32], Floats]]
    """For each stem the sentences that have it, and what it adds to the BM25 score of each."""
    size: int
    """How many sentences there are."""

    @classmethod
    def of(cls, stems: Sequence[Sequence[str]]) -> "WordTable":
        """Build the table from the stems of each sentence. Source: Robertson and Zaragoza 2009, BM25."""
        found: dict[str, list[tuple[int, int]]] = {}
        for position, sentence in enumerate(stems):
            for stem, count in Counter(sentence).items():
                found.setdefault(stem, []).append((position, count))
        lengths = np.array([len(sentence) for sentence in stems], np.float32)
        norms = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if len(stems) else 1.0, 1.0))
        # All stems at once: an article has hundreds, most of them in one sentence.
        held = np.array([pair for pairs in found.values() for pair in pairs], np.int32).reshape(-1, 2)
        where, often = held[:, 0].copy(), held[:, 1].astype(np.float32)
        frequencies = np.array([len(pairs) for pairs in found.values()], np.int64)
        rarities = np.log1p((len(stems) - frequencies + 0.5) / (frequencies + 0.5))
        gains = np.repeat(rarities, frequencies) * often * (K1 + 1) / (often + norms[where])
        ends = np.cumsum(frequencies)
        postings = {
            stem: (where[end - size : end], gains[end - size : end].astype(np.float32))
            for stem, end, size in zip(found, ends.tolist(), frequencies.tolist(), strict=True)
        }
        return cls(postings, len(stems))

    def bm25(self, stems: Sequence[str]) -> Floats:
        """(sentences,) BM25 scores of a question's stems; 0 where nothing matches."""
        scores = np.zeros(self.size, np.float32)
        for stem in self._known(stems):
            where, gains = self.postings[stem]
            scores[where] += gains
        return scores

    def coverage(self, stems: Sequence[str]) -> Floats:
        """(sentences,) share of the question's stems, weighed by rarity, that a sentence has: 0 to 1."""
        found = np.zeros(self.size, np.float32)
        for stem in self._known(stems):
            found[self.postings[stem][0]] += self._rarity(stem)
        covered: Floats = found / np.float32(self._total(stems))
        return covered

    def coverage_anywhere(self, stems: Sequence[str]) -> float:
        """Share of the question's stems, weighed by rarity, that the article has at all: 0 to 1."""
        return sum(map(self._rarity, self._known(stems))) / self._total(stems)

    def _total(self, stems: Sequence[str]) -> float:
        return max(sum(map(self._rarity, dict.fromkeys(stems))), 1e-6)

    def _rarity(self, stem: str) -> float:
        """Inverse document frequency, sentences being the documents."""
        return _rarity(len(self.postings[stem][0]) if stem in self.postings else 0, self.size)

    def _known(self, stems: Sequence[str]) -> list[str]:
        return [stem for stem in dict.fromkeys(stems) if stem in self.postings]


def _rarity(frequency: int, size: int) -> float:
    return math.log1p((size - frequency + 0.5) / (frequency + 0.5))
