"""The numbers of a text, equal however they are written: ٣٤٦, "3.5 مليون", "two-thirds", طائرتين, "Super Bowl XLIX".

Dates are `facts.dates`; percentages and money, which are numbers with something beside them, `facts.amounts`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from bot.grounding.facts.duals import read_dual
from bot.grounding.facts.name_shapes import name_likeness
from bot.grounding.facts.number_grammar import Sum
from bot.grounding.facts.number_words import (
    DEFINITE_ORDINALS,
    DENOMINATORS,
    FIRM_BEFORE,
    GLUED_SCALES,
    NO_NUMBERS,
    NUMBER_WORDS,
    PLURAL_SCALES,
    VAGUE,
    YEARS,
    NumberWord,
    Role,
)
from bot.grounding.facts.tokens import Key, Kind, Mention, Token, word_set

_LONGEST = 30
"""Characters of a number compared by value; a longer one is compared as written (reading it would be quadratic)."""

_NEVER = VAGUE - word_set("first second hundred thousand million billion dozen الف الفا")
_AND_PARTS = ("ونصف", "وربع", "وثلث")
_FIRM_ORDINAL = word_set("the world his her its their my our your whose")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}
_NEED_AND = (Role.UNIT, Role.TEN, Role.HUNDREDS)
"""What Arabic joins to the number before it by "and" only: "عشرين ثانية" is twenty seconds, not 22."""


def find_numbers(tokens: Sequence[Token], taken: Collection[int] = ()) -> list[Mention]:
    """Return the numbers of `tokens` in order, leaving out those at the `taken` places."""
    numbers: list[Mention] = []
    place = 0
    while place < len(tokens):
        mention = None if place in taken else _number_at(tokens, place, taken)
        if mention:
            numbers.append(mention)
        place = mention.last if mention else place + 1
    return numbers


def number_key(value: Fraction) -> Key:
    """Return the key a number is compared by."""
    return ("number", value)


def without_clitics(word: str) -> Iterator[str]:
    """Yield an Arabic word of the search form as it is, then without its conjunction, preposition and article."""
    for bare in [word, word[1:]] if word[:1] in ("و", "ف") else [word]:
        yield bare
        if bare[:2] in ("لل", "ال"):
            yield bare[2:]
        if bare[:1] in ("ب", "ل", "ك"):
            yield bare[1:]
        if bare[:1] in ("ب", "ل", "ك") and bare[1:3] == "ال":
            yield bare[3:]


def _number_at(tokens: Sequence[Token], place: int, taken: Collection[int]) -> Mention | None:
    """Return the longest number that starts at `place`, if one does."""
    token = tokens[place]
    if token.number and len(token.form) > _LONGEST:
        return Mention(Kind.NUMBER, place, place + 1, frozenset({("number", token.form)}))
    word, bare = _digits(token) if token.number else _number_word(token)
    if word is None:
        return _roman_at(tokens, place) or _dual_at(tokens, place)
    if word.role is Role.WHOLE:
        return _whole(tokens, place, word, bare)
    reading = Sum()
    reading.add(word, "")
    last = _read_on(tokens, place + 1, reading, taken)
    if last > place + 1:
        return _mention(tokens, place, last, {reading.value})
    if token.number:
        return _lone_digits(tokens, place)
    values = {word.value * 2} if bare == "الفا" and _is_dual_thousand(tokens, place) else {word.value}
    return _mention(tokens, place, last, values, asserted=_states_a_number(tokens, place, bare))


def _whole(tokens: Sequence[Token], place: int, word: NumberWord, bare: str) -> Mention:
    """Return a number in one word; "سبعينيات القرن العشرين" is one with its century."""
    mention = _mention(tokens, place, place + 1, {word.value}, asserted=_states_a_number(tokens, place, bare))
    if word.value < 20:
        return mention
    for before in range(place + 1, min(place + 4, len(tokens) - 1)):
        century, last = _century(tokens, before + 1) if tokens[before].form.endswith("القرن") else (0, 0)
        if century:
            keys = {number_key(word.value), number_key(word.value + 100 * (century - 1))}
            number = frozenset({number_key(Fraction(century))})
            last = last if before == place + 1 else place + 1  # the first of "ستينيات وسبعينيات القرن العشرين"
            return replace(mention, last=last, keys=frozenset(keys), also=number)
    return mention


def _century(tokens: Sequence[Token], place: int) -> tuple[int, int]:
    """Return which century stands at `place`, and where its number ends; 0 where none does."""
    word = _digits(tokens[place])[0] if tokens[place].form.isdecimal() else _number_word(tokens[place])[0]
    if word is None or word.role in (Role.WHOLE, Role.PART):
        return 0, 0
    reading = Sum()
    reading.add(word, "")
    last = _read_on(tokens, place + 1, reading, ())
    return (int(reading.value), last) if 0 < reading.value < 30 else (0, 0)


def _read_on(tokens: Sequence[Token], place: int, reading: Sum, taken: Collection[int]) -> int:
    """Read the words from `place` that go on `reading`; return where it ends."""
    last, link = place, ""
    while place < len(tokens) and place not in taken and place - last < 3:
        token = tokens[place]
        following = tokens[place + 1].form if place + 1 < len(tokens) else ""
        if token.form in ("-", "and", "و", "a", "an") or (place == last and following in _AND_PARTS):
            link = link or token.form
        else:
            word = _follower(token)
            if token.arabic and token.form[0] == "و":
                link = "و"
            elif token.glued and word is not None and word.role is Role.PART:  # "6½"
                link = "and"
            if word is None or (token.arabic and not link and word.role in _NEED_AND) or not reading.add(word, link):
                break
            last, link = place + 1, ""
        place += 1
    return last


def _follower(token: Token) -> NumberWord | None:
    """Return what `token` says inside a number; unlike a first word it may be a plural: "3 ملايين"."""
    if token.number:
        return _digits(token)[0] if len(token.form) <= _LONGEST else None
    for bare in without_clitics(token.form):
        if bare in PLURAL_SCALES:
            scale = PLURAL_SCALES[bare]
            return NumberWord(Role.HUNDRED if scale == 100 else Role.SCALE, scale)
    word = _number_word(token)[0]
    return None if word is None or word.role is Role.WHOLE else word


def _number_word(token: Token) -> tuple[NumberWord | None, str]:
    """Return the number word a token is, and its bare form; a form of its own wins over one with a preposition."""
    if token.form not in NO_NUMBERS:
        for bare in without_clitics(token.form):
            if bare in NUMBER_WORDS:
                return NUMBER_WORDS[bare], bare
    return None, token.form


def _states_a_number(tokens: Sequence[Token], place: int, bare: str) -> bool:
    """Say whether a lone number word holds a claim to its number: "one of them" and "a second later" do not."""
    before = tokens[place - 1].form if place else ""
    after = tokens[place + 1].form if place + 1 < len(tokens) else ""
    if bare == "نصف":
        return after not in ("الكره", "النهائي", "نهائي")  # hemisphere, semi-final
    if bare not in VAGUE or tokens[place].form in DEFINITE_ORDINALS:
        return bare != "ثانيه" or before != "في"  # "في الثانية": a second
    if bare in ("first", "second"):
        return before in _FIRM_ORDINAL or before.endswith("'s")
    if bare == "الفا" and _is_dual_thousand(tokens, place):
        return True
    return bare not in _NEVER and before in FIRM_BEFORE


def _is_dual_thousand(tokens: Sequence[Token], place: int) -> bool:
    """Say whether "الفا" is two thousand, which stands right before what it counts; a thousand ends in -an."""
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    counts = following is not None and following.arabic and not following.form.startswith("ال")
    return counts and not tokens[place].tanwin and name_likeness(following.form if following else "") < 0


def _digits(token: Token) -> tuple[NumberWord, str]:
    return NumberWord(Role.DIGITS, _readings(token.form)[0]), token.form


def _readings(form: str) -> list[Fraction]:
    """Return what digits can mean, likeliest first: "1.234" is a decimal in English, a thousand in much of Europe."""
    commas, points = form.count(","), form.count(".")
    decimal = max(form.rfind(","), form.rfind("."))
    if not commas and not points:
        return [Fraction(form)]
    thousands = all(len(group) == 3 for group in form.replace(",", ".").split(".")[1:])
    whole = Fraction(form.replace(",", "").replace(".", ""))
    if commas and points:
        return [Fraction(form[:decimal].replace(",", "").replace(".", "") + "." + form[decimal + 1 :])]
    if thousands and (commas or points > 1):
        return [whole]
    if commas + points > 1:
        return [whole, *map(Fraction, form.replace(",", ".").split("."))]
    value = Fraction(form.replace(",", "."))
    return [value, whole] if thousands else [value]


def _lone_digits(tokens: Sequence[Token], place: int) -> Mention:
    """Return digits that no number word follows, with what is glued to them: "1990s", "19th", "$5bn"."""
    values = set(_readings(tokens[place].form))
    suffix = tokens[place + 1] if place + 1 < len(tokens) and tokens[place + 1].glued else None
    if suffix and suffix.form == "'" and place + 2 < len(tokens) and tokens[place + 2].form == "s":
        suffix = tokens[place + 2]
    if suffix and suffix.form == "s":
        values |= {value % 100 for value in values}
    elif suffix and suffix.form in GLUED_SCALES:
        values |= {value * GLUED_SCALES[suffix.form] for value in values}
    if place >= 2 and tokens[place - 1].form == "-" and tokens[place - 2].number and len(tokens[place].form) == 2:
        values |= _completed_year(tokens[place - 2].form, tokens[place].form)
    last = place + 1 + (suffix is not None and suffix.form in ("st", "nd", "rd", "th", "s", *GLUED_SCALES))
    return _mention(tokens, place, last, values)


def _completed_year(first: str, second: str) -> set[Fraction]:
    """Return 1945 for the end of "1939-45"."""
    return {Fraction(first[:2] + second)} if len(first) == 4 and first.isdecimal() and second.isdecimal() else set()


def _roman_at(tokens: Sequence[Token], place: int) -> Mention | None:
    """Return a Roman numeral below 90; a single letter only after a name: "World War I", "Elizabeth I"."""
    token = tokens[place]
    if not token.upper or len(token.form) > 7 or not set(token.form) <= _ROMAN.keys():
        return None
    if len(token.form) == 1 and (token.form == "l" or not place or not tokens[place - 1].capital or token.opens):
        return None
    digits = [_ROMAN[letter] for letter in token.form]
    value = sum(-one if one < following else one for one, following in zip(digits, [*digits[1:], 0], strict=True))
    return Mention(
        Kind.NUMBER, place, place + 1, frozenset({number_key(Fraction(value))}), asserted=len(token.form) > 1
    )


def _dual_at(tokens: Sequence[Token], place: int) -> Mention | None:
    """Return the "two" of an Arabic dual such as طائرتين or عامين; a plural such as المتمردين has none."""
    form = tokens[place].form
    dual = read_dual(form, list(without_clitics(form))) if tokens[place].arabic else None
    if dual is None:
        return None
    years, asserted, satisfied_by, only_if = dual
    mention = _mention(tokens, place, place + 1, {Fraction(2), Fraction(years)}, asserted=asserted)
    return replace(mention, keys=mention.keys | satisfied_by, only_if=only_if)


def _without_possessor(word: str) -> str:
    """Return "ارباع" for "ارباعهم"."""
    return next((word[: -len(end)] for end in ("هم", "ها", "ه") if word.startswith("ار") and word.endswith(end)), word)


def _mention(
    tokens: Sequence[Token], first: int, last: int, values: Collection[Fraction], *, asserted: bool = True
) -> Mention:
    """Return a number with what the word after it makes of it: a fraction, or a number of years."""
    values = set(values)
    dash = last + (last < len(tokens) and tokens[last].form in ("-", "/"))
    unit = _without_possessor(tokens[dash].form) if dash < len(tokens) else ""
    if unit in DENOMINATORS:
        parts = {value / DENOMINATORS[unit] for value in values}
        values = parts if unit[-1] == "s" or unit[0] == "ا" else values | parts  # "the second quarter" may be the 2nd
        last = dash + 1
    elif dash > last and tokens[last].form == "/" and unit.isdecimal() and len(unit) < _LONGEST and int(unit):
        values |= {value / int(unit) for value in values}
        last = dash + 1
    elif unit in YEARS:
        values |= {value * YEARS[unit] for value in values if value <= 10}
    elif last == first + 1 and tokens[first].form in DENOMINATORS:  # "a third of them"
        values.add(Fraction(1, DENOMINATORS[tokens[first].form]))
    percents = {("percent", value * 100) for value in values if 0 < value < 1}
    return Mention(Kind.NUMBER, first, last, frozenset(map(number_key, values)) | percents, asserted=asserted)
