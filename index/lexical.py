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
        found: dict[str, tuple[list[int], list[int]]] = {}
        for position, sentence in enumerate(stems):
            for stem, count in Counter(sentence).items():
                positions, counts = found.setdefault(stem, ([], []))
                positions.append(position)
                counts.append(count)
        lengths = np.array([len(sentence) for sentence in stems], np.float32)
        norms = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if len(stems) else 1.0, 1.0))
        postings: dict[str, tuple[NDArray[np.int32], Floats]] = {}
        for stem, (positions, counts) in found.items():
            where, often = np.array(positions, np.int32), np.array(counts, np.float32)
            gains = _rarity(len(positions), len(stems)) * often * (K1 + 1) / (often + norms[where])
            postings[stem] = where, gains.astype(np.float32)
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
