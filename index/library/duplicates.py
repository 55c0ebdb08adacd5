"""Which articles tell the same story in nearly the same words: an agency's text on five sites.

Word runs are compared (w-shingling, Broder 1997), of articles that the encoder already places near each other.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.text.search_form import search_form
from index.types import Article, ArticleRecord

NEAREST = 5
"""Articles that a new one is compared with."""

RUN = 4
"""Words in a run."""
SHARED = 0.5
"""The part of the shorter article's runs that the other must have."""
LEAST_RUNS = 12
"""Runs of an article too short to compare have to be the same altogether."""
LEAST_LENGTH = 0.25
"""How much of the longer article the shorter must be: a digest of ten stories is none of them."""
_COMPARED = 60_000
"""Characters that are compared."""

_WORD = re.compile(r"\w+")


def runs_of(text: str) -> frozenset[int]:
    """Hashes of the runs of words of a text, in search form: spelling variants and marks make no difference."""
    words = _WORD.findall(search_form(text[:_COMPARED]))
    return frozenset(hash(tuple(words[start : start + RUN])) for start in range(max(1, len(words) - RUN + 1)))


def same_story(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether two articles' runs say that one is a copy, or an edited or shortened form, of the other."""
    shorter, longer = sorted((len(one), len(other)))
    if shorter < LEAST_RUNS:
        return one == other
    return shorter >= LEAST_LENGTH * longer and len(one & other) >= SHARED * shorter


class Teller:
    """Tells which story each of some new articles tells.

    `stories` has it by article id, "" for an article alone; `joined` are the records, by id, of stored articles that
    were alone and are no longer. A story is named by the id of the first article that told it.
    """

    def __init__(self, articles: Sequence[Article]) -> None:
        self.stories: dict[str, str] = {article.id: "" for article in articles}
        self.joined: dict[str, ArticleRecord] = {}
        self._told: list[tuple[str, frozenset[int]]] = []

    def tell(self, article: Article, near: Sequence[tuple[ArticleRecord, str]]) -> None:
        """Compare an article with stored ones that are near it, and with the new ones told before."""
        runs = runs_of(article.text)
        others = ((record, runs_of(text)) for record, text in near if record.id not in self.stories)
        stored = next((record for record, theirs in others if same_story(runs, theirs)), None)
        told = next((other for other, theirs in self._told if same_story(runs, theirs)), None)
        if stored:
            self.stories[article.id] = stored.story or stored.id
            if not stored.story:
                self.joined[stored.id] = replace(stored, story=stored.id)
        elif told:
            self.stories[told] = self.stories[told] or told
            self.stories[article.id] = self.stories[told]
        self._told.append((article.id, runs))
