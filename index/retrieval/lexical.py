"""Word matching inside one article: BM25 and coverage over stems of the search form.

Matches within a language only; words across languages are `index.models.words`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

K1, B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """What matching needs to know of an article's words: BM25's numbers, worked out once."""

    places: dict[str, int]
    """Each stem's place in `bounds`: its part of `where` and `gains` ends where the next one's begins."""
    bounds: NDArray[np.int64]
    where: NDArray[np.int64]
    """The sentences that have a stem."""
    gains: Floats
    """What it adds to the BM25 score of each."""
    size: int
    """How many sentences there are."""

    @classmethod
    def of(cls, stems: Sequence[Sequence[str]]) -> "LexicalIndex":
        """Build the table from the stems of each sentence. Source: Robertson and Zaragoza 2009, BM25."""
        # Arrays throughout: an article has hundreds of stems, most of them in one sentence.
        places: dict[str, int] = {}
        tokens = np.array([places.setdefault(stem, len(places)) for sentence in stems for stem in sentence], np.int64)
        lengths, size = np.array([len(sentence) for sentence in stems], np.int64), len(stems)
        norms = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if size else 1.0, 1.0))
        held, often = np.unique(tokens * size + np.repeat(np.arange(size), lengths), return_counts=True)
        place, where = np.divmod(held, max(size, 1))
        frequencies = np.bincount(place, minlength=len(places))
        rarities = np.log1p((size - frequencies + 0.5) / (frequencies + 0.5))
        gains = rarities[place] * often * (K1 + 1) / (often + norms[where])
        bounds = np.concatenate([[0], np.cumsum(frequencies)])
        return cls(places, bounds, where, gains.astype(np.float32), size)

    def bm25(self, stems: Sequence[str]) -> Floats:
        """(sentences,) BM25 scores of a question's stems; 0 where nothing matches."""
        scores = np.zeros(self.size, np.float32)
        for stem in self._known(stems):
            part = self._part(stem)
            scores[self.where[part]] += self.gains[part]
        return scores

    def coverage(self, stems: Sequence[str]) -> Floats:
        """(sentences,) share of the question's stems, weighed by rarity, that a sentence has: 0 to 1."""
        found = np.zeros(self.size, np.float32)
        for stem in self._known(stems):
            found[self.where[self._part(stem)]] += self._rarity(stem)
        covered: Floats = found / np.float32(self._total(stems))
        return covered

    def coverage_anywhere(self, stems: Sequence[str]) -> float:
        """Share of the question's stems, weighed by rarity, that the article has at all: 0 to 1."""
        return sum(map(self._rarity, self._known(stems))) / self._total(stems)

    def _total(self, stems: Sequence[str]) -> float:
        return max(sum(map(self._rarity, dict.fromkeys(stems))), 1e-6)

    def _rarity(self, stem: str) -> float:
        """Inverse document frequency, sentences being the documents."""
        part = self._part(stem) if stem in self.places else slice(0, 0)
        frequency = part.stop - part.start
        return math.log1p((self.size - frequency + 0.5) / (frequency + 0.5))

    def _known(self, stems: Sequence[str]) -> list[str]:
        return [stem for stem in dict.fromkeys(stems) if stem in self.places]

    def _part(self, stem: str) -> slice:
        place = self.places[stem]
        return slice(int(self.bounds[place]), int(self.bounds[place + 1]))
