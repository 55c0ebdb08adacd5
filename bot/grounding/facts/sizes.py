"""Sizes that are not counted: a source of "hundreds of soldiers" does not state "thousands of soldiers"."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from bot.grounding.facts.number_words import SIZES
from bot.grounding.facts.numbers import without_clitics
from bot.grounding.facts.tokens import Key, Kind, Mention, Token

_MOST = 1000
"""Of the next size above hundreds, where a number is said by that size: 900,000 is still "thousands"."""


def find_sizes(tokens: Sequence[Token], numbers: Sequence[Mention]) -> Iterator[Mention]:
    """Yield the sizes that stand in no number: "3 ملايين" is one, "ملايين الناس" is none."""
    counted = {place for number in numbers for place in range(number.first, number.last)}
    for place, token in enumerate(tokens):
        size = next((SIZES[bare] for bare in without_clitics(token.form) if bare in SIZES), None)
        if size and place not in counted:
            yield Mention(Kind.NUMBER, place, place + 1, frozenset({("size", size)}))


def sizes_of(numbers: Sequence[Mention]) -> Iterator[Key]:
    """Yield the sizes that counted numbers are of: 2,500 soldiers are thousands, and also hundreds."""
    values = {key[1] for number in numbers for key in number.keys if key[0] == "number"}
    for value in values:
        if isinstance(value, Fraction):
            yield from (("size", size) for size in set(SIZES.values()) if 2 * size <= value < _MOST * size)
