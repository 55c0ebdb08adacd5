"""Runs of whole sentences: what the reader reads at once, in training and when it is judged.

The cutter is a rough one, for making examples only; where the product cuts sentences is its own affair.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tokenizers import Tokenizer

from training.vocabulary import END, START

BUDGET = 230
"""Pieces of a window."""

QUESTION_LIMIT = 48
"""Pieces of a question that are read."""

_END = re.compile(r'(?<=[.!?؟…])["”»)]*\s+|\n+')
_SHORTEST = 25

Span = tuple[int, int]
"""A half-open range of code points."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """`<s> question </s></s> window </s>` as pieces."""

    ids: list[int]
    first: int
    """Place of the window's first piece."""
    offsets: list[Span]
    """Where each piece of the window stands in its text."""

    @property
    def parts(self) -> list[int]:
        """1 on the window's pieces, 0 on all others."""
        size = len(self.offsets)
        return [0] * self.first + [1] * size + [0] * (len(self.ids) - self.first - size)


def encode(
    tokenizer: Tokenizer, question: str, window: str, *, limit: int = 400, question_limit: int = QUESTION_LIMIT
) -> Encoded:
    """Return question and window as pieces, the window's end cut off where all would exceed `limit`."""
    asked, read = tokenizer.encode(question).ids[:question_limit], tokenizer.encode(window)
    room = limit - len(asked) - 4
    ids = [START, *asked, END, END, *read.ids[:room], END]
    return Encoded(ids, len(asked) + 3, read.offsets[:room])


def cut_sentences(text: str) -> list[Span]:
    """Return the sentences, which cover the whole text; a very short one stays with the next."""
    found, start = [], 0
    for match in _END.finditer(text):
        if match.end() - start > _SHORTEST:
            found.append((start, match.end()))
            start = match.end()
    if start < len(text):
        found.append((start, len(text)))
    return found


def sentence_lengths(tokenizer: Tokenizer, text: str, sentences: list[Span]) -> list[int]:
    """Return how many pieces each sentence has."""
    return [len(found.ids) for found in tokenizer.encode_batch([text[start:end] for start, end in sentences])]


def cut_windows(tokenizer: Tokenizer, text: str, *, budget: int = BUDGET) -> Iterator[Span]:
    """Yield windows within a budget of pieces, each beginning with the last sentence of the one before."""
    sentences = cut_sentences(text)
    lengths = sentence_lengths(tokenizer, text, sentences)
    first = 0
    while first < len(sentences):
        last, size = first, 0
        while last < len(sentences) and (size + lengths[last] <= budget or last == first):
            size += lengths[last]
            last += 1
        yield sentences[first][0], sentences[last - 1][1]
        if last == len(sentences):
            return
        first = max(last - 1, first + 1)


def choose_window(
    tokenizer: Tokenizer, text: str, random_source: random.Random, *, gold: Span | None = None, budget: int = BUDGET
) -> Span:
    """Return a random run of sentences within the budget, as long as fits, that holds `gold` where given."""
    sentences = cut_sentences(text)
    if len(sentences) < 2:
        return 0, len(text)
    lengths = sentence_lengths(tokenizer, text, sentences)
    if gold is None:
        first = last = random_source.randrange(len(sentences))
    else:
        first = next(place for place, (_, end) in enumerate(sentences) if gold[0] < end)
        last = next((place for place, (_, end) in enumerate(sentences) if gold[1] <= end), len(sentences) - 1)
    size = sum(lengths[first : last + 1])
    while True:
        before = first > 0 and size + lengths[first - 1] <= budget
        after = last + 1 < len(sentences) and size + lengths[last + 1] <= budget
        if not before and not after:
            return sentences[first][0], sentences[last][1]
        if before and (not after or random_source.random() < 0.5):
            first -= 1
            size += lengths[first]
        else:
            last += 1
            size += lengths[last]
