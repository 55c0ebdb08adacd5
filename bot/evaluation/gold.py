"""Gold evidence as sentences of the article: which were to be cited, and how many of them were.

A sentence is gold if it shares a character with a gold quote, so a quote that runs over two sentences makes both
gold; a cited span counts for every sentence that it shares a character with.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bot.evaluation.replies import Quoted
from bot.evaluation.types import Span, TestQuestion
from index.text.sentences import split_sentences
from index.types import Article

Positions = frozenset[int]


@dataclass(frozen=True, slots=True)
class Gold:
    """The gold evidence of a question: for each piece, the sentences of each place where it stands."""

    article_id: str
    sentences: tuple[Span, ...]
    pieces: tuple[frozenset[Positions], ...]

    @property
    def positions(self) -> Positions:
        """Every sentence that is gold in some place."""
        return frozenset().union(*(place for piece in self.pieces for place in piece))

    def is_gold(self, quoted: Quoted) -> bool:
        """Say whether a quoted span shares a character with a gold sentence."""
        return not self.positions.isdisjoint(self._touched(quoted))

    def rank(self, evidence: Iterable[Quoted]) -> int | None:
        """Return the rank of the first gold sentence, from 1, or None if there is none."""
        return next((rank for rank, quoted in enumerate(evidence, start=1) if self.is_gold(quoted)), None)

    def recall(self, citations: Iterable[Quoted]) -> float:
        """Return the mean over pieces of the share of its sentences cited, in the place that fares best."""
        cited = frozenset().union(*map(self._touched, citations))
        return sum(max(len(place & cited) / len(place) for place in piece) for piece in self.pieces) / len(self.pieces)

    def precision(self, citations: tuple[Quoted, ...]) -> float:
        """Return the share of the cited sentences that are gold."""
        return sum(map(self.is_gold, citations)) / len(citations)

    def _touched(self, quoted: Quoted) -> Positions:
        same_article = quoted.article_id == self.article_id
        return _overlapping(self.sentences, (quoted.start, quoted.end)) if same_article else frozenset()


def find_gold(question: TestQuestion) -> Gold:
    """Return the gold sentences of a question; no pieces if it has no gold evidence."""
    sentences = _sentences(question.article)
    pieces = (frozenset(_overlapping(sentences, place) for place in piece) for piece in question.evidence)
    return Gold(question.article.id, sentences, tuple(dict.fromkeys(pieces)))


@lru_cache(maxsize=64)
def _sentences(article: Article) -> tuple[Span, ...]:
    return tuple((sentence.start, sentence.end) for sentence in split_sentences(article))


def _overlapping(sentences: tuple[Span, ...], span: Span) -> Positions:
    """Return the positions of the sentences (ordered, disjoint) that share a character with `span`."""
    first = bisect_right(sentences, span[0], key=lambda sentence: sentence[1])
    last = bisect_left(sentences, span[1], key=lambda sentence: sentence[0])
    return frozenset(range(first, last))
