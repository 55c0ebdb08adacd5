"""What a text states that can be compared to the letter: quantities, dates and names, equal in Arabic and English.

Each fact can say whether a source states it, however the source writes it. How the other words of a claim are compared
is `bot.grounding.wording`, and what a claim lacks altogether `bot.grounding.support`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache

from bot.grounding.facts.dates import Date, DateMention, find_dates, is_year, with_days_and_years
from bot.grounding.facts.names import GivenNames, Name, find_names, read_names
from bot.grounding.facts.number_words import NUMBER_WORDS
from bot.grounding.facts.numbers import find_numbers
from bot.grounding.facts.tokens import Token, tokenize, without_clitics
from bot.grounding.facts.units import THINGS, Measured, Quantity, also_alone, measure, percent_words

__all__ = ["Date", "Facts", "GivenNames", "Kind", "Mention", "Name", "Quantity", "find_names", "read_facts", "states"]


class Kind(StrEnum):
    """What sort of thing a claim states."""

    NUMBER = "number"
    UNIT = "unit"
    PERCENT = "percent"
    CURRENCY = "currency"
    DATE = "date"
    NAME = "name"
    OPPOSITE = "opposite"
    ORDER = "order"
    LINK = "link"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Mention:
    """A quantity or date at `tokens[first:last]`, with all that it can mean."""

    kind: Kind
    first: int
    last: int
    readings: tuple[Quantity | Date, ...]
    asserted: bool = True
    """False: it can support a claim, but is too vague for a claim to be held to."""

    @property
    def is_year(self) -> bool:
        """Whether it is a number that can be a year."""
        alone = [one.value for one in self.readings if isinstance(one, Quantity) and not one.unit]
        return bool(alone) and all(1000 <= value < 2200 for value in alone)

    def is_dual(self, tokens: Sequence[Token]) -> bool:
        """Say whether it is two of something, said in one Arabic word."""
        form, plain = tokens[self.first].form, all(isinstance(one, Quantity) and not one.unit for one in self.readings)
        number = any(bare in NUMBER_WORDS for bare in without_clitics(form))
        return self.last == self.first + 1 and tokens[self.first].arabic and plain and not number

    def is_like(self, other: "Mention | None") -> bool:
        """Say whether another measures the same: both are years, or have the same unit, or give the same of a date."""
        if other is None or self.is_year != other.is_year:
            return False
        return not self._measures.isdisjoint(other._measures)

    @property
    def _measures(self) -> frozenset[object]:
        return frozenset(one.unit if isinstance(one, Quantity) else (one.month, one.name) for one in self.readings)


@dataclass(frozen=True)
class Facts:
    """The quantities and dates of a text: where they stand, and what it states as a source."""

    tokens: tuple[Token, ...]
    mentions: tuple[Mention, ...]
    quantities: frozenset[Quantity]
    dates: frozenset[Date]
    text: str

    @cached_property
    def names(self) -> GivenNames:
        """What names can be found in it."""
        return read_names(self.text)

    @cached_property
    def years(self) -> frozenset[int]:
        """The years that it gives."""
        return frozenset(int(token.form) for token in self.tokens if is_year(token.form))


def states(sources: Sequence[Facts], mention: Mention) -> bool:
    """Say whether sources, together, state a quantity or a date in one of its meanings."""
    quantities = frozenset[Quantity]().union(*(source.quantities for source in sources))
    dates = frozenset[Date]().union(*(source.dates for source in sources))
    return any(
        reading.stated_by(quantities)
        if isinstance(reading, Quantity)
        else reading.stated_by(dates) or _is_dated_by_another(reading, sources)
        for reading in mention.readings
    )


def _is_dated_by_another(date: Date, sources: Sequence[Facts]) -> bool:
    """Say whether one source gives the day of a date, with no year near it, and another one the year."""
    day = replace(date, year=None)
    return any(
        day in source.dates and not source.years and any(date.year in other.years for other in sources)
        for source in sources
    )


@lru_cache(maxsize=512)
def read_facts(text: str) -> Facts:
    """Return the quantities and dates of a text."""
    tokens = tokenize(text)
    found, taken = find_dates(tokens)
    numbers = find_numbers(tokens, taken | percent_words(tokens))
    dates = with_days_and_years(tokens, found, numbers)
    measured = measure(tokens, numbers)
    in_dates = {place for date in dates for place in range(date.first, date.last)}
    mentions = [Mention(Kind.DATE, date.first, date.last, tuple(date.dates)) for date in dates]
    mentions += [one for each in measured if each.number.first not in in_dates for one in _mentions(each)]
    return Facts(
        tuple(tokens),
        tuple(sorted(mentions, key=lambda mention: mention.first)),
        frozenset(quantity for each in measured for quantity in _stated(each)) | _in_numeric_dates(tokens, found),
        frozenset(date for mention in dates for date in mention.given()),
        text,
    )


def _mentions(measured: Measured) -> Iterator[Mention]:
    """Yield a number, what it is of where that is another unit than a source's, and that it counts something."""
    number, quantities = measured.number, tuple(measured.quantities())
    alone = tuple(Quantity.of(value) for value in number.values)
    if number.several or measured.is_percent:
        kind = Kind.NUMBER if number.several else Kind.PERCENT
        yield Mention(kind, measured.first, measured.last, quantities, number.asserted)
        return
    yield Mention(Kind.NUMBER, number.first, number.last, (*alone, *quantities), number.asserted)
    if measured.unit:
        kind = Kind.CURRENCY if measured.unit.is_money else Kind.UNIT
        yield Mention(kind, measured.first, measured.last, quantities, number.asserted)
    elif measured.counts:
        things = tuple(replace(quantity, unit=THINGS) for quantity in alone)
        yield Mention(Kind.NUMBER, number.first, number.last, things, number.asserted)


def _stated(measured: Measured) -> Iterator[Quantity]:
    yield from measured.quantities()
    yield from map(Quantity.of, measured.number.parts)
    if also_alone(measured):
        yield from (replace(Quantity.of(value), unit=THINGS) for value in measured.number.values)


def _in_numeric_dates(tokens: Sequence[Token], dates: Sequence[DateMention]) -> frozenset[Quantity]:
    """Return the numbers that a date in figures gives, since no place of it is a number of its own."""
    places = {place for date in dates for place in range(date.first, date.last)}
    return frozenset(Quantity.of(int(tokens[place].form)) for place in places if tokens[place].form.isdecimal())
