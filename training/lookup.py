"""Which paragraphs a search by words would bring for a question: its first mistakes are the hardest to refuse."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from training.words import content_words, fold

_FEW = 0.02  # a word that more of the paragraphs hold finds nothing


class WordIndex:
    """Paragraphs by their words (BM25 without lengths: they are alike)."""

    def __init__(self, paragraphs: Sequence[str]) -> None:
        self.paragraphs = list(paragraphs)
        self._holders: dict[str, list[int]] = defaultdict(list)
        for number, paragraph in enumerate(self.paragraphs):
            for form in {fold(match[0]) for match in content_words(paragraph)}:
                self._holders[form].append(number)

    def find(self, forms: Collection[str], *, without: str, count: int) -> list[str]:
        """Return the paragraphs that say most of the words and do not hold the text `without`, the best first."""
        scores: Counter[int] = Counter()
        for form in forms:
            holders = self._holders.get(form, ())
            if 0 < len(holders) <= max(20, _FEW * len(self.paragraphs)):
                for number in holders:
                    scores[number] += math.log(len(self.paragraphs) / len(holders))  # type: ignore[assignment]
        found = (self.paragraphs[number] for number, _ in scores.most_common(count + 10))
        return [paragraph for paragraph in found if without not in paragraph][:count]
