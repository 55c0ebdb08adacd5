"""The numbers of a text, equal however they are written: ٣٤٦, "3.5 مليون", "two-thirds", طائرتين, "Super Bowl XLIX".

What a number measures is `units`; months and days are `dates`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from bot.grounding.facts.number_words import (
    DEFINITE_ORDINALS,
    DENOMINATORS,
    DUAL_NOUNS,
    FIRM_BEFORE,
    GLUED_SCALES,
    NO_DUALS,
    NO_LANDS,
    NO_NUMBERS,
    NUMBER_WORDS,
    PLURAL_SCALES,
    SIZES,
    VAGUE,
    NumberWord,
    Role,
)
from bot.grounding.facts.tokens import Token, without_clitics, word_set

_LONGEST = 30
"""Digits of a number that is compared by value; of a longer one, these are (reading it would be quadratic)."""
_NEVER = VAGUE - word_set("first second hundred thousand million billion dozen الف الفا")
_AND_PARTS = ("ونصف", "ونصفا", "وربع", "وثلث")
_FIRM_ORDINAL = word_set("the world his her its their my our your whose")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}
_NEED_AND = (Role.UNIT, Role.TEN, Role.HUNDREDS)
"""What Arabic joins to the number before it by "and" only: "عشرين ثانية" is twenty seconds, not 22."""
_SCALES = (Role.SCALE, Role.SCALE_DUAL)


@dataclass(frozen=True, slots=True)
class Number:
    """A number at `tokens[first:last]`, with all values that it can have: "1.234" is a decimal or a thousand."""

    first: int
    last: int
    values: frozenset[Fraction]
    asserted: bool = True
    """False: it can support a claim, but is too vague for a claim to be held to."""
    parts: frozenset[Fraction] = frozenset()
    """Numbers that stand in it, and that it gives as a source: the 3 and the 30 of "3:30"."""
    several: bool = False
    """A size that is not counted: "thousands of soldiers"."""


def find_numbers(tokens: Sequence[Token], taken: Collection[int] = ()) -> list[Number]:
    """Return the numbers of `tokens` in order, leaving out those at the `taken` places."""
    numbers: list[Number] = []
    place = 0
    while place < len(tokens):
        number = None if place in taken else _number_at(tokens, place, taken)
        if number:
            numbers.append(number)
        place = number.last if number else place + 1
    return numbers


@dataclass(slots=True)
class _Sum:
    """A number read word by word, by the grammar of both languages."""

    total: Fraction = Fraction(0)
    current: Fraction = Fraction(0)
    smallest: Fraction = Fraction(10**15)
    last: Role | None = None

    @property
    def value(self) -> Fraction:
        return self.total + self.current

    def add(self, word: NumberWord, link: str) -> bool:
        """Add `word` and return True, if it goes on the number; `link`: what joins it, "", "-", "and" or "و"."""
        if self.last is not None and not self._goes_on(word, self.last, link):
            return False
        if word.role is Role.SCALE and word.value == self.smallest:
            pass
        elif word.role in _SCALES:
            factor = Fraction(2) if word.role is Role.SCALE_DUAL else Fraction(1) if link == "و" else self.current or 1
            self.total, self.current, self.smallest = self.total + factor * word.value, Fraction(0), word.value
        elif word.role is Role.HUNDRED and link != "و":
            self.current = (self.current or 1) * word.value
        elif word.role is Role.PART and self.last in _SCALES:
            self.current += word.value * self.smallest
        else:
            self.current += word.value
        self.last = word.role
        return True

    def _goes_on(self, word: NumberWord, last: Role, link: str) -> bool:
        if link == "and" and word.role is not Role.PART and last not in (Role.HUNDRED, Role.SCALE):
            return False
        low = self.current % 100
        match word.role:
            case Role.UNIT:
                return last is not Role.UNIT and low % 10 == 0 and low != 10 and not (link == "و" and last is Role.TEN)
            case Role.TEEN:
                return low == 0 or (word.value == 10 and last is Role.UNIT and not link)
            case Role.TEN:
                return low == 0 or (link == "و" and last is Role.UNIT and low < 10)
            case Role.HUNDREDS | Role.DIGITS | Role.SCALE_DUAL:
                return self.current == 0 and last in _SCALES and word.value < self.smallest
            case Role.HUNDRED:
                return last in _SCALES if link == "و" else 0 < self.current < 100
            case Role.SCALE:
                if last is Role.PART and word.value == self.smallest:  # "مليون ونصف المليون"
                    return True
                return word.value < self.smallest and (self.current == 0) == (link == "و")
            case Role.PART:
                return link in ("and", "و") and last is not Role.PART
        return False


def _number_at(tokens: Sequence[Token], place: int, taken: Collection[int]) -> Number | None:
    """Return the longest number that starts at `place`, if one does."""
    token = tokens[place]
    if token.number and len(token.form) > _LONGEST:
        return Number(place, place + 1, frozenset({Fraction(token.form[:_LONGEST].replace(",", "").rstrip("."))}))
    word, bare = _digits(token) if token.number else _number_word(token)
    if word is None:
        return _roman_at(tokens, place) or _dual_at(tokens, place) or _size_at(tokens, place)
    if word.role is Role.WHOLE:
        return _whole(tokens, place, word, bare)
    reading = _Sum()
    reading.add(word, "")
    last = _read_on(tokens, place + 1, reading, taken)
    if last > place + 1:
        return _number(tokens, place, last, {reading.value})
    if token.number:
        return _time_of_day(tokens, place) or _lone_digits(tokens, place)
    values = {word.value * 2} if bare == "الفا" and _is_dual_thousand(tokens, place) else {word.value}
    return _number(tokens, place, last, values, asserted=_states_a_number(tokens, place, bare))


def _whole(tokens: Sequence[Token], place: int, word: NumberWord, bare: str) -> Number:
    """Return a number in one word; "سبعينيات القرن العشرين" is one with its century."""
    number = _number(tokens, place, place + 1, {word.value}, asserted=_states_a_number(tokens, place, bare))
    if word.value < 20:
        return number
    for before in range(place + 1, min(place + 4, len(tokens) - 1)):
        century, last = _century(tokens, before + 1) if tokens[before].form.endswith("القرن") else (0, 0)
        if century:
            values = frozenset({word.value, word.value + 100 * (century - 1)})
            last = last if before == place + 1 else place + 1  # the first of "ستينيات وسبعينيات القرن العشرين"
            return replace(number, last=last, values=values, parts=frozenset({Fraction(century)}))
    return number


def _century(tokens: Sequence[Token], place: int) -> tuple[int, int]:
    """Return which century stands at `place`, and where its number ends; 0 where none does."""
    word = _digits(tokens[place])[0] if tokens[place].form.isdecimal() else _number_word(tokens[place])[0]
    if word is None or word.role in (Role.WHOLE, Role.PART):
        return 0, 0
    reading = _Sum()
    reading.add(word, "")
    last = _read_on(tokens, place + 1, reading, ())
    return (int(reading.value), last) if 0 < reading.value < 30 else (0, 0)


def _read_on(tokens: Sequence[Token], place: int, reading: _Sum, taken: Collection[int]) -> int:
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
    return counts and not tokens[place].tanwin


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


def _time_of_day(tokens: Sequence[Token], place: int) -> Number | None:
    """Return "3:30" as three and a half: الثالثة والنصف."""
    forms = [token.form for token in tokens[place : place + 3]]
    if len(forms) < 3 or forms[1] != ":" or not (forms[0].isdecimal() and forms[2].isdecimal()):
        return None
    hour, minute = Fraction(forms[0][:3]), Fraction(forms[2][:3])
    if hour > 24 or len(forms[2]) != 2 or minute > 59 or not tokens[place + 2].glued:
        return None
    return Number(place, place + 3, frozenset({hour + minute / 60}), parts=frozenset({hour, minute}))


def _lone_digits(tokens: Sequence[Token], place: int) -> Number:
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
    return _number(tokens, place, last, values)


def _completed_year(first: str, second: str) -> set[Fraction]:
    """Return 1945 for the end of "1939-45"."""
    return {Fraction(first[:2] + second)} if len(first) == 4 and first.isdecimal() and second.isdecimal() else set()


def _roman_at(tokens: Sequence[Token], place: int) -> Number | None:
    """Return a Roman numeral below 90; a single letter only after a name: "World War I", "Elizabeth I"."""
    token = tokens[place]
    if not token.upper or len(token.form) > 7 or not set(token.form) <= _ROMAN.keys():
        return None
    if len(token.form) == 1 and (token.form == "l" or not place or not tokens[place - 1].capital or token.opens):
        return None
    digits = [_ROMAN[letter] for letter in token.form]
    value = sum(-one if one < following else one for one, following in zip(digits, [*digits[1:], 0], strict=True))
    return Number(place, place + 1, frozenset({Fraction(value)}), asserted=len(token.form) > 1)


def _dual_at(tokens: Sequence[Token], place: int) -> Number | None:
    """Return the "two" of an Arabic dual such as طائرتين or عامين; a plural such as المتمردين has none.

    A noun with a broken plural is sure to be a dual, and so is a feminine one: "the two" alone may be named before.
    """
    form = tokens[place].form
    if not tokens[place].arabic or form[-2:] not in ("ين", "ان"):
        return None
    bares = list(without_clitics(form))
    noun = next((bare[:-2] for bare in bares if bare[:-2] in DUAL_NOUNS and bare != "بلدان"), "")
    feminine = form[-3:-2] == "ت" and len(bares[-1]) >= 5 and NO_DUALS.isdisjoint(bares)
    if not noun and (not feminine or (form.endswith("ستان") and form not in NO_LANDS)):
        return None
    return Number(place, place + 1, frozenset({Fraction(2)}), asserted=noun == form[:-2] or bares == [form])


def _size_at(tokens: Sequence[Token], place: int) -> Number | None:
    """Return a size that stands in no number: "3 ملايين" is one, "ملايين الناس" is only a size."""
    size = next((SIZES[bare] for bare in without_clitics(tokens[place].form) if bare in SIZES), None)
    return Number(place, place + 1, frozenset({Fraction(size)}), several=True) if size else None


def _without_possessor(word: str) -> Iterator[str]:
    """Yield "ارباع" for "ارباعهم"."""
    yield word
    yield from (word[: -len(end)] for end in ("هم", "ها", "ه") if word.startswith("ا") and word.endswith(end))


def _number(
    tokens: Sequence[Token], first: int, last: int, values: Collection[Fraction], *, asserted: bool = True
) -> Number:
    """Return a number with what the word after it makes of it: a fraction."""
    values = set(values)
    dash = last + (last < len(tokens) and tokens[last].form in ("-", "/"))
    after = tokens[dash].form if dash < len(tokens) else ""
    unit = next((form for form in _without_possessor(after) if form in DENOMINATORS), after)
    if unit in ("half", "quarter") and tokens[last - 1].form in ("first", "second", "third", "fourth"):
        pass  # the second half is a whole half, and no quarter
    elif unit in DENOMINATORS:
        parts = {value / DENOMINATORS[unit] for value in values}
        values = parts if unit[-1] == "s" or unit[0] == "ا" else values | parts
        last = dash + 1
    elif dash > last and tokens[last].form == "/" and unit.isdecimal() and len(unit) < _LONGEST and int(unit):
        values |= {value / int(unit) for value in values}
        last = dash + 1
    elif last == first + 1 and tokens[first].form in DENOMINATORS:  # "a third of them"
        values.add(Fraction(1, DENOMINATORS[tokens[first].form]))
    return Number(first, last, frozenset(values), asserted=asserted)
