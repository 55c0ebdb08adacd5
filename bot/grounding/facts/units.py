"""Quantities: numbers with what they measure. 1500 kg are 1.5 t, 12 km are not 12 miles, 5 pm is not 5 am.

A number alone is `numbers`; what a number counts, as 5 soldiers, is for the words beside it (`bot.grounding.wording`).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.grounding.facts.numbers import Number
from bot.grounding.facts.tokens import Token, without_clitics, word_set

# A unit a line: its names, what it is measured in here, and how much of that it is.
_TABLE = """
km kilometre kilometres kilometer kilometers كم كلم كيلومتر كيلومترا كيلومترات كيلومترين كيلومتران = m 1000
m metre metres meter meters متر مترا امتار مترين متران = m 1
cm centimetre centimetres centimeter centimeters سم سنتيمتر سنتيمترا سنتيمترات سنتمتر سنتمترا = m 1/100
mm millimetre millimetres millimeter millimeters مم مليمتر مليمترا مليمترات ميليمتر = m 1/1000
mile miles mi ميل ميلا اميال ميلين ميلان = m 1609.344
foot feet ft قدم قدما اقدام قدمين قدمان = m 0.3048
inch inches بوصه بوصات بوصتين بوصتان انش = m 0.0254
yard yards يارده ياردات = m 0.9144
kg kilogram kilograms kilogramme kilogrammes kilo kilos كغ كجم كيلو = kg 1
كيلوغرام كيلوغراما كيلوغرامات كيلوجرام كيلوجراما = kg 1
gram grams gramme grammes غرام غراما غرامات جرام جراما جرامات = kg 1/1000
t ton tons tonne tonnes طن طنا اطنان طنين طنان = kg 1000
lb lbs رطل رطلا ارطال رطلين = kg 0.45359237
ounce ounces oz اونصه اوقيه اونصات = kg 0.028349523
second seconds ثانيه ثوان ثواني ثانيتين ثانيتان = s 1
minute minutes min دقيقه دقائق دقيقتين دقيقتان = s 60
hour hours hr hrs ساعه ساعات ساعتين ساعتان = s 3600
day days يوم يوما ايام يومين يومان = s 86400
week weeks اسبوع اسبوعا اسابيع اسبوعين اسبوعان = s 604800
month months شهر شهرا اشهر شهور شهرين شهران = month 1
year years yr yrs سنه سنوات سنين سنتين سنتان عام عاما اعوام عامين عامان = month 12
decade decades عقد عقدا عقود عقدين عقدان = month 120
century centuries قرن قرنا قرون قرنين قرنان = month 1200
hectare hectares ha هكتار هكتارا هكتارات = m2 10000
acre acres فدان فدانا افدنه = m2 4046.856
litre litres liter liters لتر لترا لترات ليتر = litre 1
gallon gallons غالون غالونا غالونات جالون = gallon 1
barrel barrels برميل برميلا براميل = barrel 1
degree degrees ° درجه درجات = degree 1
bc bce = bc 1
ad ce ميلاديه ميلادي للميلاد = ad 1
ah هجري هجريه للهجره ه = ah 1
am صباحا فجرا = am 1
pm مساء عصرا = pm 1
watt watts واط = watt 1
kilowatt kilowatts kw كيلوواط = watt 1000
megawatt megawatts mw ميغاواط ميجاواط = watt 1000000
percent percentage pct % بالمئه بالمائه = percent 1
dollar dollars $ usd دولار دولارا دولارات دولارين دولاران = dollar 1
euro euros € eur يورو = euro 1
pound pounds £ gbp quid جنيه جنيها جنيهات استرليني ليره ليرات باوند lira liras ₺ = pound 1
yen ¥ jpy ين = yen 1
yuan renminbi cny rmb يوان رنمينبي = yuan 1
ruble rubles rouble roubles ₽ rub روبل روبلا روبلات = ruble 1
rupee rupees ₹ inr روبيه روبيات = rupee 1
riyal riyals rial rials ريال ريالا ريالات = riyal 1
dinar dinars دينار دينارا دنانير = dinar 1
dirham dirhams درهم درهما دراهم = dirham 1
franc francs chf فرنك فرنكا فرنكات = franc 1
krona krone kronor kroner كرونه كرونات = krone 1
krw ₩ وون = won 1
shekel shekels ₪ شيكل شيكلا شواكل = shekel 1
peso pesos بيزو = peso 1
"""
_PHRASES = {
    "قبل الميلاد": "bc",
    "قبل ميلاد": "bc",
    "ق م": "bc",
    "ق . م": "bc",
    "بعد الميلاد": "ad",
    "في الصباح": "am",
    "في المساء": "pm",
    "بعد الظهر": "pm",
    "in the morning": "am",
    "in the afternoon": "pm",
    "in the evening": "pm",
    "per cent": "percent",
    "في المئه": "percent",
    "في المائه": "percent",
    "من المئه": "percent",
    "من المائه": "percent",
    "نقطه مئويه": "percent",
    "نقاط مئويه": "percent",
}
_PHRASES_FROM: dict[str, list[tuple[tuple[str, ...], str]]] = {}
for _phrase, _said in _PHRASES.items():
    _PHRASES_FROM.setdefault(_phrase.split()[0], []).append((tuple(_phrase.split()), _said))
_ALSO_NOUNS = word_set("decade degree foot yard second pound")
"""Units whose names mean something else, too: خمسة عقود are five decades or five contracts."""
_UPPER = word_set("bc bce ad ce ah")
"""Units that English writes in capitals: "ad" is an advertisement."""
_DEGREES = {
    "celsius": "celsius",
    "c": "celsius",
    "مئويه": "celsius",
    "سلسيوس": "celsius",
    "fahrenheit": "fahrenheit",
} | {
    "f": "fahrenheit",
    "فهرنهايت": "fahrenheit",
}
_BELOW = ({"below", "zero"}, {"تحت", "الصفر"}, {"دون", "الصفر"})
_MINUS = word_set("minus ناقص سالب")
_POWERS = {"square": 2, "مربع": 2, "مربعا": 2, "مربعه": 2, "cubic": 3, "مكعب": 3, "مكعبا": 3, "مكعبه": 3}
_BETWEEN = word_set("- long metric nautical square cubic more full additional other whole extra us american امريكي")
_RANGE = word_set("- to and or الي و او")
_NO_NOUNS = word_set(
    "and for from with that which who were was are the this into out per more other others least most than had has "
    "have من في علي الي عن مع التي الذي كان كانت"
)
_REACH = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: what it is measured in here, and how much of that it is."""

    base: str
    factor: Fraction = Fraction(1)

    @property
    def is_money(self) -> bool:
        """Whether it is a currency."""
        return self.base in _CURRENCIES


def _units() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for line in _TABLE.strip().splitlines():
        names, _, measure = line.partition(" = ")
        base, _, factor = measure.rpartition(" ")
        units |= dict.fromkeys(names.split(), Unit(base, Fraction(factor)))
    return units


UNITS = _units()
_CURRENCIES = word_set("dollar euro pound yen yuan ruble rupee riyal dinar dirham franc krone won shekel peso")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of units: `value` in what the unit is measured in, "" for a number alone; `said`: the number itself."""

    value: Fraction
    unit: str = ""
    said: Fraction = Fraction(0)

    @classmethod
    def of(cls, number: Fraction | int, unit: Unit | None = None) -> "Quantity":
        """Return a number of units."""
        said = Fraction(number)
        return cls(said * unit.factor, unit.base, said) if unit else cls(said, "", said)

    def stated_by(self, source: Collection["Quantity"]) -> bool:
        """Say whether one of the quantities of a source is this one.

        A number alone is one with any unit but an era's; one with a unit is also that number alone: "aged 25" says
        the same as "25 years old".
        """
        if self.unit == SEVERAL:
            return any(_is_of_size(other, self.value) for other in source)
        if self.unit == THINGS:  # ten days are not ten people; another number is wrong already
            same = [other for other in source if other.said == self.said]
            return not same or any(other.unit in ("", THINGS, "percent", *_CURRENCIES) for other in same)
        if not self.unit:
            return any(self._is_number_of(other) for other in source)
        if any(other.value == self.value and _same_unit(self.unit, other.unit) for other in source):
            return True
        if self.unit == "percent":
            return any(not other.unit and other.value * 100 == self.value for other in source)
        return any(not other.unit and other.said == self.said for other in source)

    def _is_number_of(self, other: "Quantity") -> bool:
        if other.unit == "percent" and 0 < self.value < 1:
            return other.value == self.value * 100
        return other.said == self.value and other.unit not in ("bc", "ah", SEVERAL)


SEVERAL, THINGS = "several", "things"
"""The unit of a size that is not counted, as hundreds or thousands, and that of a number that counts a noun."""
_MOST = 1000
"""Of the next size above hundreds, where a number is said by that size: 900,000 is still "thousands"."""


def _is_of_size(other: Quantity, size: Fraction) -> bool:
    """Say whether a quantity is of a size that is not counted: 2,500 soldiers are thousands, and also hundreds."""
    return other.value == size if other.unit == SEVERAL else 2 * size <= other.said < _MOST * size


def _same_unit(one: str, two: str) -> bool:
    return one == two or {one, two} in ({"degree", "celsius"}, {"degree", "fahrenheit"})


def percent_words(tokens: Sequence[Token]) -> set[int]:
    """Return the places of words for percent: the hundred in "في المئة" is no number."""
    found: set[int] = set()
    for place in range(len(tokens)):
        unit, last = _unit_at(tokens, place)
        if unit and unit.base == "percent":
            found.update(range(place, last))
    return found


@dataclass(frozen=True, slots=True)
class Measured:
    """A number with its unit, if it has one, at `tokens[first:last]`; `counts`: a noun follows that it counts."""

    number: Number
    unit: Unit | None
    first: int
    last: int
    counts: bool = False

    @property
    def is_percent(self) -> bool:
        """Whether it is a percentage."""
        return self.unit is not None and self.unit.base == "percent"

    def quantities(self) -> Iterator[Quantity]:
        """Yield what it can be."""
        if self.number.several:
            yield from (Quantity(value, SEVERAL, value) for value in self.number.values)
        else:
            yield from (Quantity.of(value, self.unit) for value in self.number.values)


def measure(tokens: Sequence[Token], numbers: Sequence[Number]) -> list[Measured]:
    """Return numbers with their units; the first of "40 to 50 percent" has the unit of the second."""
    found: list[Measured] = []
    for number in (_with_half(tokens, number) for number in reversed(numbers)):
        unit, first, last = _unit_of(tokens, number)
        following = found[-1] if found else None
        if unit is None and following and is_range(tokens, number.last, following.number.first):
            unit = following.unit
        counts = unit is None and last < len(tokens) and _is_noun(tokens, last)
        found.append(Measured(number, unit, first, last, counts))
    covered = {place for one in found for place in range(one.first, one.last)}
    found += [
        Measured(Number(place, place + 1, frozenset({Fraction(1)})), unit, place, place + 1)
        for place in range(len(tokens))
        if place not in covered and (unit := _one_long_time(tokens, place))
    ]
    return sorted(found, key=lambda one: one.first)


def _one_long_time(tokens: Sequence[Token], place: int) -> Unit | None:
    """Return the unit of "a century" or "عقدا", which is a number of years, too."""
    before, after = (tokens[at].form if 0 <= at < len(tokens) else "" for at in (place - 1, place + 1))
    form = tokens[place].form
    alone = before in ("a", "an") or form in ("قرنا", "عقدا") or (form in ("قرن", "عقد") and after == "من")
    unit = UNITS.get(form) if alone else None
    return unit if unit and unit.base == "month" and unit.factor >= 120 else None


def also_alone(measured: Measured) -> bool:
    """Say whether a source that measures also counts: خمسة عقود may be five contracts."""
    return measured.unit is not None and any(
        UNITS[name].base == measured.unit.base and UNITS[name].factor == measured.unit.factor for name in _ALSO_NOUNS
    )


def is_range(tokens: Sequence[Token], last: int, first: int) -> bool:
    """Say whether only a word for a range, or an "and", parts the numbers that end at `last` and start at `first`."""
    between = [token.form for token in tokens[last:first]]
    if not between:
        return tokens[first].form[0] == "و"
    return len(between) == 1 and between[0] in _RANGE


def _with_half(tokens: Sequence[Token], number: Number) -> Number:
    """Return "طن ونصف" and "an hour and a half" as one and a half of the unit before."""
    if not all(0 < value < 1 for value in number.values):
        return number
    place = number.first - 1
    while place > 0 and tokens[place].form in ("and", "a"):
        place -= 1
    joined = place < number.first - 1 or tokens[number.first].form[0] == "و"
    if place < 0 or not joined or _unit_at(tokens, place)[0] is None:
        return number
    ones = 2 if tokens[place].form[-2:] in ("ين", "ان") else 1
    parts = frozenset(number.values | {Fraction(ones)})
    return Number(place, number.last, frozenset(value + ones for value in number.values), parts=parts)


def _unit_of(tokens: Sequence[Token], number: Number) -> tuple[Unit | None, int, int]:
    """Return the unit and where both begin and end: after the number, in its own word (a dual), or before it."""
    first, last = number.first, number.last
    own = UNITS.get(tokens[last - 1].form) if tokens[last - 1].arabic else None
    own = own or (UNITS.get(tokens[first].form) if last > first + 1 else None)
    if own:
        return _precisely(tokens, number, own), first, last
    before = tokens[first - 1] if first else None
    unit = _unit_at(tokens, first - 1)[0] if before and not before.arabic else None
    signed = before is not None and (before.form in _UPPER or (before.form == "%" and tokens[first].glued))
    if unit and (unit.is_money or signed):
        return unit, first - 1, last
    place = last
    while place < min(len(tokens), last + _REACH) and tokens[place].form in _BETWEEN:
        place += 1
    unit, end = _unit_at(tokens, place) if place < len(tokens) else (None, place)
    if unit is None and place < len(tokens):
        unit, end = _money_near(tokens, place)
    if unit is None:
        unit, end = _metres_or_years(tokens, number)
    return (_precisely(tokens, number, unit), first, end) if unit else (None, first, last)


def _unit_at(tokens: Sequence[Token], place: int) -> tuple[Unit | None, int]:
    for phrase, said in _PHRASES_FROM.get(tokens[place].form, ()):
        if tuple(token.form for token in tokens[place : place + len(phrase)]) == phrase:
            return UNITS[said], place + len(phrase)
    token = tokens[place]
    if not token.arabic and token.form in _UPPER and not token.upper:
        return None, place
    forms = without_clitics(token.form) if token.arabic else (token.form,)
    bares = [form for form in forms if len(form) > 2 or form == token.form or (form, token.form) == ("ين", "الين")]
    return next((UNITS[bare] for bare in bares if bare in UNITS), None), place + 1


def _money_near(tokens: Sequence[Token], place: int) -> tuple[Unit | None, int]:
    """Return a currency a word further on: "5 million US dollars", "90 مليون جنيه"."""
    for at in range(place, min(place + _REACH - 1, len(tokens))):
        unit, last = _unit_at(tokens, at)
        if unit and unit.is_money:
            return unit, last
    return None, place


def _metres_or_years(tokens: Sequence[Token], number: Number) -> tuple[Unit | None, int]:
    """Return what "م" after a number is short for: the era after a year, else metres."""
    if number.last < len(tokens) and tokens[number.last].form == "م":
        is_year = all(100 < value < 2200 for value in number.values) and tokens[number.first - 1].form in _YEARS
        return UNITS["ad" if is_year else "m"], number.last + 1
    return None, number.last


_YEARS = word_set("عام سنه العام السنه لعام بعام منذ حتي")


def _precisely(tokens: Sequence[Token], number: Number, unit: Unit) -> Unit:
    """Return a unit as the words near it make it: square, below zero."""
    near = {token.form for token in tokens[max(number.first - 2, 0) : number.last + 1 + _REACH]}
    if unit.base == "degree":
        scale = next((_DEGREES[form] for form in sorted(near) if form in _DEGREES), "degree")
        return Unit(scale, Fraction(-1 if _is_negative(tokens, number, near) else 1))
    power = next((_POWERS[form] for form in sorted(near) if form in _POWERS), 1)
    return Unit(f"{unit.base}{power}", unit.factor**power) if power > 1 and unit.base == "m" else unit


def _is_negative(tokens: Sequence[Token], number: Number, near: set[str]) -> bool:
    if any(words <= near for words in _BELOW) or not near.isdisjoint(_MINUS):
        return True
    sign = tokens[number.first - 1] if number.first else None
    return sign is not None and sign.form == "-" and not sign.glued and tokens[number.first].glued


def _is_noun(tokens: Sequence[Token], place: int) -> bool:
    """Say whether the word after a number can be what it counts, and no unit stands near it."""
    token = tokens[place]
    if any(_unit_at(tokens, at)[0] for at in range(place, min(place + _REACH, len(tokens)))):
        return False
    plain = token.word and len(token.form) > 2 and token.form not in _NO_NOUNS
    return plain and token.form[0] != "و" if token.arabic else plain and not token.capital
