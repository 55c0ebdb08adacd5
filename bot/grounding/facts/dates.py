"""Dates, equal across languages and calendars' names: نوفمبر = تشرين الثاني = November; 27/11/2024 = 27 November 2024.

The names are CLDR's, through Babel, for the countries that differ. A year alone is a plain number: `numbers`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.grounding.facts.numbers import Number
from bot.grounding.facts.tokens import Token, without_clitics, word_set
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
_SEASONS = "summer صيف صيفا,winter شتاء,autumn خريف,springtime"
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


@dataclass(frozen=True, slots=True)
class Date:
    """What is given of a date; `name` is that of a weekday or season; months of the Hijri calendar are 13 to 24."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    name: str = ""

    def stated_by(self, source: Collection["Date"]) -> bool:
        """Say whether one of the dates of a source gives all that this one does."""
        return any(
            self.name == other.name
            and self.month == other.month
            and self.day in (None, other.day)
            and self.year in (None, other.year)
            for other in source
        )


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date at `tokens[first:last]`: all that it can be, as 5/6 in two orders, and what else it gives as a source."""

    first: int
    last: int
    dates: frozenset[Date]
    also: frozenset[Date] = frozenset()

    def given(self) -> Iterator[Date]:
        """Yield what a source that has it states, in less and less detail."""
        for date in (*self.dates, *self.also):
            yield from (date, replace(date, year=None), replace(date, day=None), replace(date, year=None, day=None))


def find_dates(tokens: Sequence[Token]) -> tuple[list[DateMention], set[int]]:
    """Return months, weekdays, seasons and numeric dates, and the places that are no number of their own."""
    mentions: list[DateMention] = []
    taken: set[int] = set()
    for place, token in enumerate(tokens):
        if place in taken:
            continue
        if token.number:
            found = _numeric(tokens, place)
            taken.update(
                (place + 2, place + 4) if found and len(token.form) == 4 else (place, place + 2) if found else ()
            )
        else:
            found = _named(tokens, place)
            taken.update(range(place, found.last) if found else ())
        if found:
            mentions.append(found)
    return mentions, taken


def with_days_and_years(
    tokens: Sequence[Token], mentions: Sequence[DateMention], numbers: Sequence[Number]
) -> list[DateMention]:
    """Return dates with the day beside each month and its year.

    As a source a date gives every day in reach, since "from 27 to 30 November" supports 27 November, and every year
    before it: "In 1990 it closed on 5 May." A year that only comes later is another date's.
    """
    return [_with_year(tokens, _with_day(tokens, mention, numbers)) for mention in mentions]


def is_year(form: str) -> bool:
    """Say whether a number is one of a year."""
    return len(form) == 4 and form.isdecimal() and form[0] in "12"


def _with_year(tokens: Sequence[Token], mention: DateMention) -> DateMention:
    if not any(date.month for date in mention.dates):
        return mention
    if found := _year_after(tokens, mention.last):
        year, last = found
        dates, also = (frozenset(replace(date, year=year) for date in some) for some in (mention.dates, mention.also))
        return replace(mention, last=last, dates=dates, also=also)
    years = {int(token.form) for token in tokens[: mention.first] if is_year(token.form)}
    dated = {replace(date, year=year) for date in mention.dates | mention.also for year in years}
    return replace(mention, also=mention.also | dated)


def _year_after(tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    """Return the year that stands at `place`, after at most a comma and another name of the month."""
    for last in range(place, min(place + _REACH, len(tokens))):
        form = tokens[last].form
        if is_year(form):
            return int(form), last + 1
        if form not in _BEFORE_YEAR and form not in _names():
            return None
    return None


def _named(tokens: Sequence[Token], place: int) -> DateMention | None:
    """Return the month, weekday or season at `place`."""
    token = tokens[place]
    names = _names()
    following = tokens[place + 1].form if place + 1 < len(tokens) else ""
    for bare in without_clitics(token.form):
        for phrase, last in ((f"{bare} {following}", place + 2), (bare, place + 1)):
            date = names.get(phrase)
            season = date is not None and date.month is None and phrase in _SEASON_WORDS
            if date and (token.arabic or token.capital or season) and not _is_doubtful(tokens, place, last, phrase):
                return DateMention(place, last, frozenset({date}))
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
    two_before = tokens[place - 2] if place > 1 else None
    if before and two_before and before.form in _BETWEEN and (two_before.number or two_before.form in _names()):
        return False
    return not (after and (after.number or after.form == "/" or after.form in _names()))


def _with_day(tokens: Sequence[Token], mention: DateMention, numbers: Sequence[Number]) -> DateMention:
    months = [date for date in mention.dates if date.month and not date.day]
    if not months:
        return mention
    near = [one for one in numbers if 0 <= max(one.first - mention.last, mention.first - one.last) <= _REACH]
    days = {number: day for number in near for value in number.values if (day := _day(value))}
    also = frozenset(replace(month, day=day) for month in months for day in days.values())
    beside = [number for number in days if all(token.form in _BETWEEN for token in _gap(tokens, number, mention))]
    if not beside:
        return replace(mention, also=also)
    stated = frozenset(replace(month, day=days[number]) for month in months for number in beside)
    first, last = min(mention.first, beside[0].first), max(mention.last, beside[-1].last)
    return DateMention(first, last, stated, also)


def _day(value: object) -> int | None:
    """Return the day of a month that a number can be."""
    return next((day for day in range(1, 32) if day == value), None)


def _gap(tokens: Sequence[Token], number: Number, mention: DateMention) -> Sequence[Token]:
    before = number.first < mention.first
    return tokens[number.last : mention.first] if before else tokens[mention.last : number.first]


def _numeric(tokens: Sequence[Token], place: int) -> DateMention | None:
    """Return 27/11/2024, 11/27/2024 or 2024-11-27."""
    forms = [token.form for token in tokens[place : place + 5]]
    if len(forms) < 5 or forms[1] not in ("/", "-") or forms[3] != forms[1] or not all(map(str.isdecimal, forms[::2])):
        return None
    year_first = len(forms[0]) == 4
    parts = forms[2::2] if year_first else forms[:3:2]
    year = forms[0 if year_first else 4]
    if any(len(part) > 2 for part in parts) or len(year) not in (2, 4):
        return None
    one, two = map(int, parts)
    orders = {(one, two)} if year_first else {(two, one), (one, two)}
    dates = frozenset(
        Date(int(year) if len(year) == 4 else None, month, day)
        for month, day in orders
        if 1 <= month <= 12 and 1 <= day <= 31
    )
    return DateMention(place, place + 5, dates) if dates else None


_SEASON_WORDS = frozenset(_SEASONS.replace(",", " ").split())


@cache
def _names() -> dict[str, Date]:
    """Return every name of a month, weekday or season in search form, with what it is; read from CLDR once."""
    from babel import Locale

    names: dict[str, Date] = {}
    for name in _LOCALES:
        locale = Locale.parse(name)
        for month, wide in locale.months["format"]["wide"].items():
            names[search_form(wide)] = Date(month=month)
        for day, wide in locale.days["format"]["wide"].items():
            names[search_form(wide)] = Date(name=f"day {day}")
    for first, table in ((1, _SPELLINGS), (13, _HIJRI)):
        for month, forms in enumerate(table.split(","), start=first):
            names |= {form.replace("_", " "): Date(month=month) for form in forms.split()}
    for forms in _SEASONS.split(","):
        names |= {form: Date(name=forms.split()[0]) for form in forms.split()}
    return names
