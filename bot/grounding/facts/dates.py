"""Months, days of a month and weekdays, equal across languages and calendars' names: نوفمبر = تشرين الثاني = November.

The names are CLDR's, through Babel, for the countries that differ. Years are plain numbers: `facts.numbers`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache

from bot.grounding.facts.numbers import number_key, without_clitics
from bot.grounding.facts.tokens import Key, Kind, Mention, Token, word_set
from index.text.search_form import search_form

_LOCALES = ("en", "ar", "ar_SY", "ar_MA", "ar_DZ", "ar_MR")
# Ways of writing that CLDR does not list, January first; "_" stands for a space.
_SPELLINGS = (
    "جانفي jan,فيفري feb,mar,افريل apr,ماي نوار,يونيه جوان jun,يوليه جويليه jul,اوت غشت aug,شتنبر sep sept,اوكتوبر oct,"
    "نونبر nov,دجنبر dec"
)
_HIJRI = (
    "محرم muharram,صفر safar,ربيع_الاول,ربيع_الثاني ربيع_الاخر,جمادي_الاولي,جمادي_الاخره جمادي_الثانيه,رجب rajab,"
    "شعبان sha'ban shaban,رمضان ramadan,شوال shawwal,ذو_القعده ذي_القعده,ذو_الحجه ذي_الحجه"
)
# Words that are a month only beside a number, another name of the month, or the word "month".
_DOUBTFUL = word_set(
    """
    may march mar dec jan sep oct nov jun jul aug apr feb sept مارس اب ماي نوار جوان محرم صفر رجب شعبان شوال
    """
)
_LED_BY = word_set(
    "in of since until by during last early late mid شهر في وفي منذ حتي خلال مطلع اواخر اوائل منتصف نهايه بدايه"
)
_BETWEEN = word_set("من of the / - , st nd rd th شهر")
_BEFORE_YEAR = word_set("من of the / , عام سنه لعام لسنه كانون تشرين الاول الثاني")
_REACH = 4
"""Tokens between a month and a number that can be its day: "from 27 to 30 November"."""


@dataclass(slots=True)
class Dates:
    """The dates of a text, and the places of tokens that are no number or name of their own."""

    mentions: list[Mention] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)


def find_dates(tokens: Sequence[Token]) -> Dates:
    """Return months, weekdays and numeric dates; months are without their days: see `with_days`."""
    dates = Dates()
    for place, token in enumerate(tokens):
        if place in dates.taken:
            continue
        if token.number:
            _read_numeric(tokens, place, dates)
        elif found := _name_at(tokens, place):
            keys, last = found
            dates.mentions.append(Mention(Kind.DATE, place, last, keys))
            dates.taken.update(range(place, last))
    return dates


def with_days(tokens: Sequence[Token], dates: Sequence[Mention], numbers: Sequence[Mention]) -> list[Mention]:
    """Return `dates` with the day that stands beside a month; as a source it gives every day in reach.

    "from 27 to 30 November" states 30 November and supports 27 November too.
    """
    return [_with_day(tokens, date, numbers) for date in dates]


def with_years(tokens: Sequence[Token], dates: Sequence[Mention]) -> Iterator[Mention]:
    """Yield each month with the year right after it; a claim is held to it where a source dates that month.

    "in 1932 … on 5 May 1990" does not state May 1932, nor does "on 5 May …, closed since 1932": a year that only comes
    later in a source is another one's.
    """
    for date in dates:
        months = [month for key in date.keys | date.also if (month := _month(key)) and month[0] == "gregorian"]
        if not months:
            continue
        if found := _year_after(tokens, date.last):
            year, last = found
            dated = frozenset[Key](("dated", *month) for month in months)
            not_dated = frozenset[Key](("not dated", *month, year) for month in months)
            keys = frozenset[Key]((*key, year) for key in dated)
            yield Mention(Kind.DATE, date.first, last, keys, dated, only_if=dated | not_dated)
        else:
            later = _years(tokens[date.last :]) - _years(tokens[: date.first])
            also = frozenset[Key](("not dated", *month, year) for month in months for year in later)
            yield Mention(Kind.DATE, date.first, date.last, frozenset(), also, asserted=False)


def _years(tokens: Sequence[Token]) -> set[int]:
    return {int(token.form) for token in tokens if is_year(token.form)}


def is_year(form: str) -> bool:
    """Say whether a number is one of a year."""
    return len(form) == 4 and form.isdecimal() and form[0] in "12"


def _month(key: Key) -> Key:
    """Return the calendar and number of the month in a key; empty for another key."""
    return key[1:3] if key[0] in ("month", "day") else ()


def _year_after(tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    """Return the year that stands at `place`, after at most a comma and another name of the month."""
    for last in range(place, min(place + _REACH, len(tokens))):
        form = tokens[last].form
        if is_year(form):
            return int(form), last + 1
        if form not in _BEFORE_YEAR and form not in _names():
            return None
    return None


def _name_at(tokens: Sequence[Token], place: int) -> tuple[frozenset[Key], int] | None:
    """Return what the month or weekday at `place` is, and where it ends."""
    token = tokens[place]
    names = _names()
    following = tokens[place + 1].form if place + 1 < len(tokens) else ""
    for bare in without_clitics(token.form):
        for phrase, last in ((f"{bare} {following}", place + 2), (bare, place + 1)):
            if phrase in names and (token.arabic or token.capital) and not _is_doubtful(tokens, place, last, phrase):
                return names[phrase], last
    return None


def _is_doubtful(tokens: Sequence[Token], place: int, last: int, phrase: str) -> bool:
    """Say whether a word that also means something else stands where it need not be a month."""
    before = tokens[place - 1] if place else None
    after = tokens[last] if last < len(tokens) else None
    if phrase == "الاثنين":  # Monday, or "the two"
        return before is None or before.form.removeprefix("ال") not in ("يوم", "مساء", "صباح")
    if phrase not in _DOUBTFUL:
        return False
    if before and (before.number or (before.form in _LED_BY and not tokens[place].opens)):
        return False
    if (
        before
        and before.form in _BETWEEN
        and place > 1
        and (tokens[place - 2].number or tokens[place - 2].form in _names())
    ):
        return False
    return not (after and (after.number or after.form == "/" or after.form in _names()))


def _with_day(tokens: Sequence[Token], date: Mention, numbers: Sequence[Mention]) -> Mention:
    months = [key[1:] for key in date.keys if key[0] == "month"]
    if not months:
        return date
    near = [number for number in numbers if 0 <= max(number.first - date.last, date.first - number.last) <= _REACH]
    days = {number: day for number in near for day in _days(number)}
    also = {("day", *month, day) for month in months for day in days.values()}
    beside = [number for number in days if all(token.form in _BETWEEN for token in _gap(tokens, number, date))]
    if not beside:
        return replace(date, also=frozenset(also))
    stated = {("day", *month, days[number]) for month in months for number in beside}
    first, last = min(date.first, beside[0].first), max(date.last, beside[-1].last)
    return Mention(Kind.DATE, first, last, frozenset(stated), date.keys | also)


def _days(number: Mention) -> Iterator[int]:
    """Yield the day of a month that a number can be."""
    for key in number.keys:
        if key[0] == "number" and isinstance(key[1], Fraction) and key[1].denominator == 1 and 1 <= key[1] <= 31:
            yield int(key[1])


def _gap(tokens: Sequence[Token], number: Mention, date: Mention) -> Sequence[Token]:
    return tokens[number.last : date.first] if number.first < date.first else tokens[date.last : number.first]


def _read_numeric(tokens: Sequence[Token], place: int, dates: Dates) -> None:
    """Read 27/11/2024, 11/27/2024 or 2024-11-27."""
    forms = [token.form for token in tokens[place : place + 5]]
    if len(forms) < 5 or forms[1] not in ("/", "-") or forms[3] != forms[1] or not all(map(str.isdecimal, forms[::2])):
        return
    year_first = len(forms[0]) == 4
    parts = forms[2::2] if year_first else forms[:3:2]
    if any(len(part) > 2 for part in parts) or len(forms[0 if year_first else 4]) not in (2, 4):
        return
    one, two = map(int, parts)
    orders = {(one, two)} if year_first else {(two, one), (one, two)}
    days = frozenset(("day", "gregorian", month, day) for month, day in orders if 1 <= month <= 12 and 1 <= day <= 31)
    if days:
        also = {number_key(Fraction(one)), number_key(Fraction(two))} | {("month", *day[1:3]) for day in days}
        dates.mentions.append(Mention(Kind.DATE, place, place + 5, days, frozenset(also)))
        dates.taken.update({place + 2, place + 4} if year_first else {place, place + 2})


@cache
def _names() -> dict[str, frozenset[Key]]:
    """Return every name of a month or weekday in search form, with what it is; read from CLDR once."""
    from babel import Locale

    names: dict[str, frozenset[Key]] = {}
    for name in _LOCALES:
        locale = Locale.parse(name)
        for month, wide in locale.months["format"]["wide"].items():
            names[search_form(wide)] = frozenset({("month", "gregorian", month)})
        for day, wide in locale.days["format"]["wide"].items():
            names[search_form(wide)] = frozenset({("weekday", day)})
    for calendar, table in (("gregorian", _SPELLINGS), ("hijri", _HIJRI)):
        for month, forms in enumerate(table.split(","), start=1):
            names |= {form.replace("_", " "): frozenset({("month", calendar, month)}) for form in forms.split()}
    return names
