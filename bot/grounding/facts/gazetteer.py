"""Things whose Arabic and English names do not sound alike: countries, languages, peoples, cities, organisations.

Countries and languages are CLDR's, through Babel; the rest is exonyms.txt and given_names.txt beside this file.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.grounding.facts.tokens import ARABIC_FUNCTION_WORDS, Token, tokenize, without_clitics, word_set
from index.text.search_form import is_arabic

_LONGEST = 6
"""Words of the longest name."""

_DEMONYMS = ("n", "ns", "an", "ans", "ian", "ians", "ese", "i", "is", "ish")
_NISBA = ("ي", "يه", "يون", "يين", "يات")
_TO_PLACES = word_set("في الي من مدينه بمدينه محافظه ريف قرب نحو وسط شمال جنوب شرق غرب شمالي جنوبي شرقي غربي")
_TITLES = word_set(
    """
    الملك الرئيس الامير الشيخ السيد الدكتور الوزير الشاعر الكاتب الاديب الفنان اللواء العميد العقيد الامام النبي الخليفه
    السلطان القائد الروائي المغني المخرج الممثل المهندس الطبيب القاضي النائب السفير الحاج
    """
)
_COMMON = word_set(
    """
    مالي قطر بنين عمان لاو ترك سنتر استر سيتا بلم نوم سمراء ماهي واك جوني العيون مسقط سول ليما ترول برثا نيوي لومي ديلي
    بليز جوبا فارو ثيل ناسو اشوا جوجو
    """
)
"""Countries, languages and cities of CLDR that are also Arabic words, or look like them."""


@dataclass(frozen=True, slots=True)
class KnownName:
    """A known name at `tokens[first:last]`, and the things that are called so."""

    first: int
    last: int
    things: frozenset[str]
    asserted: bool
    """False: also a common word, so that a claim is not held to it."""
    is_person: bool = False
    """A name of a person, which only its own spellings agree with."""


@dataclass(slots=True)
class _Entry:
    things: frozenset[str] = frozenset()
    asserted: bool = True
    acronym: bool = False
    in_place: bool = False
    """Asserted where it stands as a name does."""
    person: bool = False


def find_known(tokens: Sequence[Token]) -> list[KnownName]:
    """Return the known names of `tokens` in order, the longest at each place."""
    found: list[KnownName] = []
    place = 0
    while place < len(tokens):
        name = next(known_at(tokens, place), None)
        if name:
            found.append(name)
        place = name.last if name else place + 1
    return found


def known_at(tokens: Sequence[Token], place: int) -> Iterator[KnownName]:
    """Yield the known names that start at `place`, the longest first."""
    names, token = _names(), tokens[place]
    if not (token.arabic or token.capital):
        return
    rest = [following.form for following in tokens[place + 1 : place + _LONGEST]]
    for size in range(len(rest), -1, -1):
        for bare in _first_words(token):
            entry = names.get(" ".join([bare, *rest[:size]]))
            if entry and (token.upper or not entry.acronym):
                asserted = entry.asserted or (entry.in_place and _stands_as_name(tokens, place, person=entry.person))
                yield KnownName(place, place + size + 1, entry.things, asserted, entry.person)


def arabic_names() -> Iterator[str]:
    """Yield the Arabic names that are nothing else."""
    return (name for name, entry in _names().items() if entry.asserted and is_arabic(name))


def is_given(token: Token) -> bool:
    """Say whether a word can be the name of a person."""
    return any((entry := _names().get(bare)) is not None and entry.person for bare in _first_words(token))


def _is_plainly_given(token: Token) -> bool:
    """Say whether a word without clitics is a name of people: "سعيد وأمين" may be two adjectives."""
    entry = _names().get(token.form) if token.arabic else None
    return entry is not None and entry.person


def _stands_as_name(tokens: Sequence[Token], place: int, *, person: bool) -> bool:
    """Say whether a word that can be a name is one here: "في حماة"; "الملك سعيد", "نجيب محفوظ", "أسس سعيد …"."""
    before = tokens[place - 1].form.removeprefix("و") if place else ""
    if not person:
        return before in _TO_PLACES
    token = tokens[place]
    if token.tanwin or token.form[:2] in ("ال", "لل") or (place and tokens[place - 1].form in ARABIC_FUNCTION_WORDS):
        return False
    near = [other for at in (place - 1, place + 1) if 0 <= at < len(tokens) for other in [tokens[at]]]
    paired = _is_plainly_given(token) and any(_is_plainly_given(other) for other in near)
    return place == 1 or before in _TITLES or paired


def _first_words(token: Token) -> Iterator[str]:
    """Yield the forms a name can begin with at a token: a name with an article keeps it, also after "لل"."""
    if not token.arabic:
        yield token.form.removesuffix("'s")
        return
    for bare in without_clitics(token.form):
        yield bare
        if bare[:2] == "لل":
            yield "ا" + bare[1:]


@cache
def _names() -> dict[str, _Entry]:
    """Return all known names in search form; read once from Babel and exonyms.txt."""
    names: dict[str, _Entry] = {}
    for english, arabic, is_country in _cldr():
        _add(names, [english], [arabic], has_adjective=is_country)
    for line in files(__package__).joinpath("exonyms.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            english, _, arabic = line.partition(" = ")
            _add(names, english.split(", "), arabic.split(", "))
    for line in files(__package__).joinpath("given_names.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            english, _, arabic = line.partition(" = ")
            _add_person(names, english.split(", "), arabic.split(", "))
    return names


def _add_person(names: dict[str, _Entry], english: Sequence[str], arabic: Sequence[str]) -> None:
    """Add the spellings of a name of people; one that is a place too stays the place."""
    things: frozenset[str] = frozenset({f"person {_form(english[0])}"})
    for name in (*english, *arabic):
        entry = _Entry(things, asserted=name[0] not in "~^", in_place=name[0] == "^", person=True)
        names.setdefault(_form(name.lstrip("~^")), entry)


def _cldr() -> Iterator[tuple[str, str, bool]]:
    """Yield CLDR's countries, languages and cities in English and Arabic, and whether it is a country."""
    from babel import Locale

    english, arabic = Locale.parse("en"), Locale.parse("ar")
    for table in ("territories", "languages"):
        for code, name in getattr(english, table).items():
            other = getattr(arabic, table).get(code, "")
            if other and len(code) == 2 and all(word.isalpha() for word in (name + other).split()):
                yield name, other, table == "territories"
    for code, zone in arabic.time_zones.items():
        name = english.time_zones.get(code, {}).get("city", code.rpartition("/")[2].replace("_", " "))
        if "city" in zone and "," not in name:
            yield name, zone["city"], False


def _add(
    names: dict[str, _Entry], english: Sequence[str], arabic: Sequence[str], *, has_adjective: bool = False
) -> None:
    """Add the names of one thing, as the thing that has one of its English names already."""
    forms = [_form(name) for name in english]
    known = [names[form].things for form in forms if form in names]
    things: frozenset[str] = known[0] if known else frozenset({forms[0]})
    for name, form in zip(english, forms, strict=True):
        for variant in _english_forms(form):
            entry = names.setdefault(variant, _Entry(acronym=name.isupper()))
            entry.things |= things
    for name in arabic:
        plain = name.lstrip("~^")
        for variant in _arabic_forms(_form(plain), has_adjective=has_adjective, definite=plain.startswith("ال")):
            entry = names.setdefault(variant, _Entry())
            entry.things |= things
            entry.asserted &= name[0] not in "~^" and variant not in _COMMON
            entry.in_place |= name[0] == "^"


def _form(name: str) -> str:
    return " ".join(token.form for token in tokenize(name))


def _english_forms(form: str) -> Iterable[str]:
    """Return a name and, of a country in one word, its adjectives: Syria, Syrian, Syrians."""
    stems = [form] if " " in form or len(form) < 4 else [form, form[:-1]] if form[-1] in "aeiouy" else [form]
    return {form, *(stem + ending for stem in stems for ending in _DEMONYMS if " " not in form and len(form) > 3)}


def _arabic_forms(form: str, *, has_adjective: bool, definite: bool) -> Iterable[str]:
    """Return a name and, of a country or an adjective in one word, the forms of the adjective: سوري, السوريين."""
    if " " in form or not (has_adjective or form.endswith("ي")):
        return {form}
    base = form.removeprefix("ال") if definite else form  # the search form of ألمانيا begins like an article
    stem = next(
        (base[: -len(end)] for end in ("يا", "يه", "ا", "ه", "ي") if base.endswith(end) and len(base) > 4), base
    )
    adjectives = {stem + ending for ending in _NISBA}
    return {form, *adjectives, *("ال" + adjective for adjective in adjectives)}
