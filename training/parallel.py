"""Sentences that say the same in two languages, with the words that say the same: what claims are made from.

A sentence with itself is a pair too; so what is made within one language is made by the same hands.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

from training.cloze import shared_words
from training.lexicon import Lexicon
from training.windows import Span
from training.words import ARABIC, Match, content_words, shape, words

_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![\w])")
_NEAR = 20  # sentences around one that are of its topic
_FEW = 4

Running = Sequence[tuple[str, str]]
"""Sentences that follow one another: English, Arabic."""


@dataclass(frozen=True, slots=True)
class Link:
    """A word of the claim and the word of the text that says the same, where they stand."""

    claim: Span
    text: Span
    kind: str
    """name, number, year, or word."""
    shapes: tuple[str, str]
    """A word of these shapes can stand there instead."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim and a text that carries it."""

    claim: str
    text: str
    links: tuple[Link, ...]
    whole: bool = True
    """Whether the claim says all that the text says."""

    @property
    def languages(self) -> tuple[str, str]:
        """Of the claim and of the text."""
        return language(self.claim), language(self.text)

    def with_claim(self, claim: str) -> "Pair":
        """Return the pair with a shorter claim, and the links of the words that are left."""
        links = []
        for link in self.links:
            said = self.claim[slice(*link.claim)]
            found = [match.start() for match in re.finditer(rf"(?<!\w){re.escape(said)}(?!\w)", claim)]
            if len(found) == 1:
                links.append(replace(link, claim=(found[0], found[0] + len(said))))
        return replace(self, claim=claim, links=tuple(links), whole=False)


def language(text: str) -> str:
    """Return "ar" or "en", whichever has more letters in a text."""
    arabic = len(ARABIC.findall(text))
    return "ar" if 2 * arabic > sum(map(str.isalpha, text)) else "en"


class Names:
    """Which words are names, told by how they are written elsewhere and what they are translated by."""

    def __init__(self, texts: Iterable[Running]) -> None:
        self._capital: Counter[str] = Counter()
        self._small: Counter[str] = Counter()
        self.arabic: set[str] = set()
        for running in texts:
            for english, _ in running:
                for match in words(english)[1:]:
                    (self._capital if match[0][0].isupper() else self._small)[match[0].lower()] += 1

    def __contains__(self, word: object) -> bool:
        """Whether a word is a name."""
        if not isinstance(word, str):
            return False
        if ARABIC.search(word):
            return word in self.arabic
        return word[0].isupper() and self._capital[word.lower()] > self._small[word.lower()]


def make_pair(claim: str, text: str, lexicon: Lexicon, names: Names) -> Pair:
    """Link the words of two sentences."""
    if claim == text:
        counted = Counter(match[0] for match in words(claim))
        found = [(match, match) for match in content_words(claim) if counted[match[0]] == 1]
    else:
        found = _one_to_one(shared_words(claim, text, lexicon))
    links = [_link(*pair, names) for pair in found if not pair[0][0].isdigit()]
    if claim != text:
        names.arabic |= {pair[1][0] for pair, link in zip(found, links, strict=False) if link.kind == "name"}
    ours, theirs = ({match[0]: match.span() for match in _NUMBER.finditer(side)} for side in (claim, text))
    for number, place in ours.items():
        if number in theirs and min(side.count(number) for side in (claim, text)) == 1:
            kind = "year" if re.fullmatch(r"1\d{3}|20\d\d", number) else "number"
            links.append(Link(place, theirs[number], kind, ("", "")))
    return Pair(claim, text, tuple(sorted(links, key=lambda link: link.claim)))


def _one_to_one(found: list[tuple[Match, Match]]) -> list[tuple[Match, Match]]:
    counted = Counter(pair[1].start() for pair in found)
    return [pair for pair in found if counted[pair[1].start()] == 1 and not pair[0][0].isdigit()]


def _link(one: Match, other: Match, names: Names) -> Link:
    kind = "name" if one[0] in names or other[0] in names else "word"
    shapes = (kind + shape(one[0]), kind + shape(other[0]))
    return Link(one.span(), other.span(), kind, shapes)


class Parallel:
    """All parallel texts, as pairs in each of the four directions."""

    def __init__(self, texts: Sequence[Running], lexicon: Lexicon) -> None:
        self.texts, self._lexicon = texts, lexicon
        self.names = Names(texts)
        self._pairs: dict[tuple[int, int, str], Pair] = {}
        self._firsts = [0]
        for running in texts:
            self._firsts.append(self._firsts[-1] + len(running))
            for english, arabic in running:
                make_pair(english, arabic, lexicon, self.names)  # learns the Arabic names before they are asked for

    def pair(self, text: int, number: int, direction: str) -> Pair:
        """Return a sentence as the claim and its translation, or itself, as the text; as "ar-en"."""
        known = self._pairs.get((text, number, direction))
        if known is None:
            sides = dict(zip(("en", "ar"), self.texts[text][number], strict=True))
            claim, read = sides[direction[:2]], sides[direction[3:]]
            if direction == "ar-en":  # links are made from the English side
                pair = self.pair(text, number, "en-ar")
                links = [Link(link.text, link.claim, link.kind, link.shapes[::-1]) for link in pair.links]
                known = Pair(claim, read, tuple(sorted(links, key=lambda link: link.claim)))
            else:
                known = make_pair(claim, read, self._lexicon, self.names)
            self._pairs[text, number, direction] = known
        return known

    @cached_property
    def _pool(self) -> dict[tuple[str, tuple[str, str]], list[tuple[int, str, str]]]:
        found = defaultdict(list)
        for number, running in enumerate(self.texts):
            for place in range(len(running)):
                for direction in ("en-en", "en-ar", "ar-en", "ar-ar"):
                    pair = self.pair(number, place, direction)
                    for link in pair.links:
                        said = pair.claim[slice(*link.claim)], pair.text[slice(*link.text)]
                        found[direction, link.shapes].append((self._firsts[number] + place, *said))
        return found

    def other_words(
        self, text: int, number: int, direction: str, link: Link, random_source: Random
    ) -> tuple[str, str] | None:
        """Return another word and its translation that can stand in a link's place, of the same topic if possible."""
        known = self._pool.get((direction, link.shapes), [])
        here = self._firsts[text] + number
        first, last = (
            bisect_left(known, (here - _NEAR, "", "")),
            bisect_right(known, (here + _NEAR, "\U0010ffff", "")),
        )
        near = known[first:last]
        for _ in range(_FEW):
            pool = near if len(near) > _FEW and random_source.random() < 0.7 else known
            chosen = random_source.choice(pool) if pool else None
            if chosen is not None and chosen[0] != here:
                return chosen[1:]
        return None
