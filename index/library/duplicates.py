"""Near-duplicate articles: one text on five sites, edited or shortened.

Word shingles are compared (w-shingling, Broder 1997), of articles whose vectors are near each other.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.text.search_form import search_form
from index.types import Article, ArticleRecord

NEAREST = 5
"""Stored articles that a new one is compared with."""

SHINGLE_WORDS = 4
LEAST_SHARED = 0.5
"""The part of the shorter article's shingles that the other must have."""
LEAST_SHINGLES = 12
"""Of an article shorter than that, all shingles must be the same."""
LEAST_LENGTH = 0.25
"""How much of the longer article the shorter must be: a digest of ten articles is a duplicate of none."""
_COMPARED = 60_000
"""Characters that are compared."""

_WORD = re.compile(r"\w+")


def shingles(text: str) -> frozenset[int]:
    """Return hashes of the runs of words of a text, in search form: spelling variants and marks make no difference."""
    words = _WORD.findall(search_form(text[:_COMPARED]))
    starts = range(max(1, len(words) - SHINGLE_WORDS + 1))
    return frozenset(hash(tuple(words[start : start + SHINGLE_WORDS])) for start in starts)


def near_duplicates(one: frozenset[int], other: frozenset[int]) -> bool:
    """Say whether the shingles of two articles show that one is a copy of the other, perhaps edited or shortened."""
    shorter, longer = sorted((len(one), len(other)))
    if shorter < LEAST_SHINGLES:
        return one == other
    return shorter >= LEAST_LENGTH * longer and len(one & other) >= LEAST_SHARED * shorter


class DuplicateClusters:
    """Assigns near-duplicate articles to clusters. A cluster is named by the id of the first article in it.

    `clusters` has the cluster of each new article by its id, "" for an article without duplicates; `joined` are the
    records, by id, of stored articles that had no duplicates until now.
    """

    def __init__(self, articles: Sequence[Article]) -> None:
        self.clusters: dict[str, str] = {article.id: "" for article in articles}
        self.joined: dict[str, ArticleRecord] = {}
        self._added: list[tuple[str, frozenset[int]]] = []

    def add(self, article: Article, near: Sequence[tuple[ArticleRecord, str]]) -> None:
        """Compare a new article with the stored ones near it, given with their texts, and with those added before."""
        own = shingles(article.text)
        others = ((record, shingles(text)) for record, text in near if record.id not in self.clusters)
        stored = next((record for record, theirs in others if near_duplicates(own, theirs)), None)
        added = next((other for other, theirs in self._added if near_duplicates(own, theirs)), None)
        if stored:
            self.clusters[article.id] = stored.cluster or stored.id
            if not stored.cluster:
                self.joined[stored.id] = replace(stored, cluster=stored.id)
        elif added:
            self.clusters[added] = self.clusters[added] or added
            self.clusters[article.id] = self.clusters[added]
        self._added.append((article.id, own))
