"""Percentages and sums of money: numbers with a sign or word beside them that says what they count."""

from collections.abc import Sequence
from dataclasses import replace

from bot.grounding.facts.number_words import CURRENCIES, PERCENT_PHRASES
from bot.grounding.facts.numbers import without_clitics
from bot.grounding.facts.tokens import Kind, Mention, Token, word_set

_RANGE = word_set("- to and or الي و او")
_NEAR = 3
"""Words between a number and its currency: "5 million US dollars"."""


def percent_words(tokens: Sequence[Token]) -> set[int]:
    """Return the places of words for percent: the hundred in "في المئة" is no number."""
    return {place for place in range(len(tokens)) for size in (1, 2) if _phrase(tokens, place - size + 1, size)}


def with_percents(tokens: Sequence[Token], numbers: Sequence[Mention]) -> list[Mention]:
    """Return `numbers` with percentages made so, also the first of "40 to 50 percent"."""
    marked: list[Mention] = []
    for number in reversed(numbers):
        ranged = bool(marked) and marked[-1].kind is Kind.PERCENT and is_range(tokens, number.last, marked[-1].first)
        marked.append(_percent(number) if ranged or _is_percent(tokens, number) else number)
    return marked[::-1]


def find_currencies(tokens: Sequence[Token], numbers: Sequence[Mention]) -> list[Mention]:
    """Return the currencies that stand with a number."""
    found = []
    for number in numbers:
        before, after = max(number.first - 1, 0), number.last + _NEAR
        for place in (*range(before, number.first), *range(number.last, min(after, len(tokens)))):
            currency = _currency(tokens[place])
            if currency:
                found.append(Mention(Kind.CURRENCY, place, place + 1, frozenset({("currency", currency)})))
                break
    return found


def _percent(number: Mention) -> Mention:
    values = {key[1] for key in number.keys if key[0] == "number"}
    return replace(number, kind=Kind.PERCENT, keys=frozenset(("percent", value) for value in values), also=number.keys)


def _is_percent(tokens: Sequence[Token], number: Mention) -> bool:
    before = tokens[number.first - 1].form if number.first else ""
    signed = before == "%" and tokens[number.first].glued
    return signed or _phrase(tokens, number.last, 1) or _phrase(tokens, number.last, 2)


def _phrase(tokens: Sequence[Token], place: int, size: int) -> bool:
    return place >= 0 and tuple(token.form for token in tokens[place : place + size]) in PERCENT_PHRASES


def is_range(tokens: Sequence[Token], last: int, first: int) -> bool:
    """Say whether only a word for a range, or an "and", parts the numbers that end at `last` and start at `first`."""
    between = [token.form for token in tokens[last:first]]
    if not between:
        return tokens[first].form[0] == "و"
    return len(between) == 1 and between[0] in _RANGE


def _currency(token: Token) -> str | None:
    bares = (
        bare
        for bare in without_clitics(token.form)
        if len(bare) > 2 or not token.arabic or token.form in ("ين", "الين")
    )
    return next((CURRENCIES[bare] for bare in bares if bare in CURRENCIES), None)
