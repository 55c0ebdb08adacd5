"""What a number is measured in: 12 km are not 12 miles, 5 pm is not 5 am, 300 BC is not AD 300.

A claim is held to a unit only where a source measures the same number: another number is wrong already, and "aged 25"
says the same as "25 years old". Nor are 10 days 10 people.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from bot.grounding.facts.counted import is_noun
from bot.grounding.facts.numbers import without_clitics
from bot.grounding.facts.tokens import Key, Kind, Mention, Token, word_set

_TABLE = """
km kilometre kilometres kilometer kilometers كم كلم كيلومتر كيلومترا كيلومترات كيلومترين كيلومتران
m metre metres meter meters متر مترا امتار مترين متران
cm centimetre centimetres centimeter centimeters سم سنتيمتر سنتيمترا سنتيمترات سنتمتر سنتمترا
mm millimetre millimetres millimeter millimeters مم مليمتر مليمترا مليمترات ميليمتر
mile miles mi ميل ميلا اميال ميلين ميلان
foot feet ft قدم قدما اقدام قدمين قدمان
inch inches بوصه بوصات بوصتين بوصتان انش
yard yards يارده ياردات
kg kilogram kilograms kilogramme kilogrammes kilo kilos كيلوغرام كيلوغراما كيلوغرامات كيلوجرام كيلوجراما كغ كجم كيلو
gram grams gramme grammes غرام غراما غرامات جرام جراما جرامات
ton tons tonne tonnes طن طنا اطنان طنين طنان
lb lbs رطل رطلا ارطال رطلين
ounce ounces oz اونصه اوقيه اونصات
second seconds ثانيه ثوان ثواني ثانيتين ثانيتان
minute minutes min دقيقه دقائق دقيقتين دقيقتان
hour hours hr hrs ساعه ساعات ساعتين ساعتان
day days يوم يوما ايام يومين يومان
week weeks اسبوع اسبوعا اسابيع اسبوعين اسبوعان
month months شهر شهرا اشهر شهور شهرين شهران
year years yr yrs سنه سنوات سنين سنتين سنتان عام عاما اعوام عامين عامان
decade decades عقد عقدا عقود عقدين عقدان
century centuries قرن قرنا قرون قرنين قرنان
acre acres فدان فدانا افدنه
hectare hectares ha هكتار هكتارا هكتارات
litre litres liter liters لتر لترا لترات ليتر
gallon gallons غالون غالونا غالونات جالون
barrel barrels برميل برميلا براميل
degree degrees ° درجه درجات
bc bce ق.م
ad ce ميلاديه ميلادي للميلاد م.
am a.m صباحا فجرا
pm p.m مساء عصرا
watt watts واط
kilowatt kilowatts kw كيلوواط
megawatt megawatts mw ميغاواط ميجاواط
"""
UNITS: dict[str, str] = {form: line.split()[0] for line in _TABLE.strip().splitlines() for form in line.split()}
_ALSO_NOUNS = frozenset(("decade", "degree", "foot", "yard", "second"))
"""Units whose names mean something else, too: خمسة عقود are five decades or five contracts."""
_IN_YEARS = {"decade": 10, "century": 100}
_PHRASES = {
    ("قبل", "الميلاد"): "bc",
    ("ق", "م"): "bc",
    ("قبل", "ميلاد"): "bc",
    ("بعد", "الميلاد"): "ad",
    ("في", "الصباح"): "am",
    ("في", "المساء"): "pm",
    ("بعد", "الظهر"): "pm",
    ("in", "the", "morning"): "am",
    ("in", "the", "afternoon"): "pm",
    ("in", "the", "evening"): "pm",
}
_BETWEEN = word_set("- long metric nautical square cubic more full additional other whole extra")
_SCALES = {"celsius": "celsius", "c": "celsius", "مئويه": "celsius", "fahrenheit": "fahrenheit", "f": "fahrenheit"} | {
    "فهرنهايت": "fahrenheit",
    "سلسيوس": "celsius",
}
_BELOW = ({"below", "zero"}, {"تحت", "الصفر"}, {"دون", "الصفر"})
_MINUS = word_set("minus ناقص سالب")
_SQUARES = {"square": "square", "مربع": "square", "مربعا": "square", "مربعه": "square"} | {
    "cubic": "cubic",
    "مكعب": "cubic",
    "مكعبا": "cubic",
    "مكعبه": "cubic",
}
_REACH = 3


def find_units(tokens: Sequence[Token], numbers: Sequence[Mention]) -> Iterator[Mention]:
    """Yield the unit of each number that has one, with its value; of another, that it counts something."""
    for number in numbers:
        values = [key[1] for key in number.keys if key[0] == "number" and isinstance(key[1], Fraction)]
        found = _unit_of(tokens, number)
        if found and values:
            unit, last = found
            keys = frozenset(_keys(unit, values))
            measured = frozenset[Key](("measured", value) for value in values)
            counted = frozenset[Key](("counts", value) for value in values if unit in _ALSO_NOUNS)
            yield Mention(Kind.UNIT, number.first, last, keys, measured | counted, only_if=measured)
        elif number.kind is Kind.NUMBER:
            counts = number.last < len(tokens) and is_noun(tokens[number.last])
            near = (
                form for token in tokens[number.last : number.last + _REACH] for form in without_clitics(token.form)
            )
            keys, measured = (frozenset[Key]((says, value) for value in values) for says in ("counts", "measured"))
            held = counts and not any(form in UNITS for form in near)
            yield Mention(Kind.NUMBER, number.first, number.last, keys, asserted=held, only_if=measured)


def _keys(unit: str, values: Sequence[Fraction]) -> Iterator[Key]:
    """What measures the same: five decades, of the values 5 and 50, are 50 years, not five years nor 50 decades."""
    years = _IN_YEARS.get(unit, 0)
    for value in values:
        if not years:
            yield ("unit", unit, value)
        elif value * years in values or len(values) == 1:
            yield from (("unit", unit, value), ("unit", "year", value * years))


def _unit_of(tokens: Sequence[Token], number: Mention) -> tuple[str, int] | None:
    """Return the unit and where it ends: after the number, in its own word (a dual), or before it ("AD 300")."""
    own = UNITS.get(tokens[number.last - 1].form)
    if own and tokens[number.last - 1].arabic:
        return own, number.last
    before = tokens[number.first - 1] if number.first else None
    if before and before.form in ("ad", "bc") and before.upper:
        return before.form, number.last
    place = number.last
    while place < min(len(tokens), number.last + 2) and tokens[place].form in _BETWEEN:
        place += 1
    return _at(tokens, place, number) if place < len(tokens) else None


def _at(tokens: Sequence[Token], place: int, number: Mention) -> tuple[str, int] | None:
    for phrase, said in _PHRASES.items():
        if tuple(token.form for token in tokens[place : place + len(phrase)]) == phrase:
            return said, place + len(phrase)
    token = tokens[place]
    unit = next((UNITS[form] for form in without_clitics(token.form) if form in UNITS), None)
    if unit is None or (unit in ("ad", "bc") and not token.arabic and not token.upper):
        return None
    near = {other.form for other in tokens[max(number.first - 2, 0) : place + _REACH]}
    if unit == "degree":
        scale = next((_SCALES[form] for form in sorted(near) if form in _SCALES), "")
        return f"degree {scale}{' below zero' if _is_negative(tokens, number, near) else ''}", place + 1
    power = next((_SQUARES[form] for form in sorted(near) if form in _SQUARES), "")
    return f"{power} {unit}".strip(), place + 1


def _is_negative(tokens: Sequence[Token], number: Mention, near: set[str]) -> bool:
    if any(words <= near for words in _BELOW) or not near.isdisjoint(_MINUS):
        return True
    sign = tokens[number.first - 1] if number.first else None
    return sign is not None and sign.form == "-" and not sign.glued and tokens[number.first].glued
