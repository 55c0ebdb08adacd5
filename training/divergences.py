"""Claims that a text no longer carries, and changes of the same kind after which it does.

A change is made in the claim, in the text, or in both alike: in both, the claim stands. So an odd word says nothing;
only claim and text together do. Sources: Briakou and Carpuat 2020 (divergences made from parallel sentences); Gardner
et al. 2020 (contrast sets).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from training.near_misses import CONTRARIES
from training.parallel import Link, Pair, language
from training.windows import Span
from training.words import ARABIC, fold, shape, sound, words

_LISTS = Path(__file__).parent / "lists"


@dataclass(frozen=True, slots=True)
class Contrast:
    """A pair with a change. The changed claim with the changed text always stands."""

    kind: str
    claim: str = ""
    """The changed claim; "": there is none."""
    text: str = ""
    """The text, changed alike; "": there is none."""
    claim_alone: bool | None = False
    """Whether the changed claim stands on the text as it was; None: hard to say."""
    text_alone: bool | None = False
    """Whether the claim as it was stands on the changed text."""
    crossed: str = ""
    """The text with the same change at another place, on which the changed claim does not stand; "": there is none."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a change may take from elsewhere."""

    other_words: Callable[[Link], tuple[str, str] | None]
    """Another word and its translation for a link's place."""
    synonyms: Callable[[str], Sequence[str]]
    """Words that say about the same."""
    near_words: Callable[[str], Sequence[str]]
    """Words that are spelled almost alike and say something else."""
    random: Random


Way = Callable[[Pair, Around], Contrast | None]


def put(text: str, place: Span, new: str) -> str:
    """Return the text with `new` in a place; it begins with a capital if what it replaces did."""
    old = text[slice(*place)]
    if place[0] == 0 and old[:1].isupper() and new[:1].islower():
        new = new[0].upper() + new[1:]
    return text[: place[0]] + new + text[place[1] :]


def replace_word(pair: Pair, around: Around) -> Contrast | None:
    """A word for another of its kind."""
    return _replace(pair, around, "word")


def replace_name(pair: Pair, around: Around) -> Contrast | None:
    """A name for another of the topic."""
    return _replace(pair, around, "name")


def _replace(pair: Pair, around: Around, kind: str) -> Contrast | None:
    places = [link for link in pair.links if link.kind == kind]
    if not places:
        return None
    link = around.random.choice(places)
    new = around.other_words(link)
    said = pair.claim[slice(*link.claim)], pair.text[slice(*link.text)]
    if new is None or fold(new[0]) in fold(said[0]) or fold(new[0]) in {fold(one) for one in around.synonyms(said[0])}:
        return None
    if any(fold(ours) == fold(theirs) for ours, theirs in zip(new, said, strict=True)):
        return None
    return Contrast(kind, put(pair.claim, link.claim, new[0]), put(pair.text, link.text, new[1]))


def replace_number(pair: Pair, around: Around) -> Contrast | None:
    """A number for one near it, ten times as large, or with other digits."""
    places = [link for link in pair.links if link.kind in ("number", "year")]
    if not places:
        return None
    link = around.random.choice(places)
    new = _other_number(pair.claim[slice(*link.claim)], link.kind, around.random)
    return Contrast(link.kind, put(pair.claim, link.claim, new), put(pair.text, link.text, new))


def _other_number(number: str, kind: str, random_source: Random) -> str:
    chance = random_source.random()
    if number.isdigit() and (kind == "year" or chance < 0.4):
        steps = (-100, -30, -10, -3, -2, -1, 1, 2, 4, 10, 20)
        near = [int(number) + step for step in steps if int(number) + step > 0]
        return str(random_source.choice(near))
    if number.isdigit() and chance < 0.5:
        return number + "0"
    place = random_source.choice([place for place, letter in enumerate(number) if letter.isdigit()])
    digits = [digit for digit in "123456789" if digit != number[place]]
    return number[:place] + random_source.choice(digits) + number[place + 1 :]


def replace_in_set(pair: Pair, around: Around) -> Contrast | None:
    """A month, a unit, a share, a role or a contrary for another of its set."""
    ours, theirs = (_members(text) for text in (pair.claim, pair.text))
    both = [number for number in ours if len(ours[number]) == 1 and len(theirs.get(number, ())) == 1]
    both = [number for number in both if ours[number][0].member == theirs[number][0].member]
    if both:
        number = around.random.choice(both)
        here, there = ours[number][0], theirs[number][0]
        member = around.random.choice([n for n in range(len(_sets()[number].members)) if n != here.member])
        return Contrast(_sets()[number].kind, here.put(pair.claim, member), there.put(pair.text, member))
    alone = [number for number in ours if number not in theirs and _sets()[number].kind == "contrary"]
    if pair.claim != pair.text and not alone:
        return None
    return _plain_contrary(pair, around)


def _plain_contrary(pair: Pair, around: Around) -> Contrast | None:
    places = [match for match in words(pair.claim) if match[0] in CONTRARIES]
    if not places:
        return None
    match = around.random.choice(places)
    changed = put(pair.claim, match.span(), CONTRARIES[match[0]])
    return Contrast("contrary", changed, changed if pair.claim == pair.text else "")


@dataclass(frozen=True, slots=True)
class ExclusiveSet:
    """Words of both languages of which one excludes the other."""

    kind: str
    members: tuple[dict[str, tuple[str, ...]], ...]
    """The forms of each, by language."""


@dataclass(frozen=True, slots=True)
class _Member:
    """A word of a text that is of a set."""

    number: int
    member: int
    form: int
    place: Span
    prefix: str
    ending: str

    def put(self, text: str, member: int) -> str:
        """Return the text with another member in the same form."""
        forms = _sets()[self.number].members[member][language(text[slice(*self.place)])]
        return put(text, self.place, self.prefix + forms[min(self.form, len(forms) - 1)] + self.ending)


@cache
def _sets() -> list[ExclusiveSet]:
    found = []
    for line in (_LISTS / "exclusive-sets.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            kind, *members = line.split("\t")
            sides = [member.split(" = ") for member in members]
            found.append(ExclusiveSet(kind, tuple({"en": _forms(en), "ar": _forms(ar)} for en, ar in sides)))
    return found


def _forms(written: str) -> tuple[str, ...]:
    return tuple(written.split(", "))


@cache
def _forms_of_sets() -> dict[str, list[tuple[int, int, int]]]:
    known = defaultdict(list)
    for number, one in enumerate(_sets()):
        for member, forms in enumerate(one.members):
            for side in forms.values():
                for place, form in enumerate(side):
                    known[_plain(form)].append((number, member, place))
    return known


def _members(text: str) -> dict[int, list[_Member]]:
    """Return the words of a text that are of a set, by the set."""
    found: dict[int, list[_Member]] = defaultdict(list)
    known = _forms_of_sets()
    for match in words(text):
        for prefix, form, ending in _readings(match[0]):
            if _plain(form) in known:
                for number, member, place in known[_plain(form)]:
                    found[number].append(_Member(number, member, place, match.span(), prefix, ending))
                break
    return found


def _readings(word: str) -> Iterator[tuple[str, str, str]]:
    yield "", word, ""
    if ARABIC.search(word):
        for prefix in ("ال", "و", "وال", "ب", "بال", "ل", "لل", "ف", "فال", "ك", "وب", "ول"):
            if word.startswith(prefix) and len(word) > len(prefix) + 1:
                rest = word[len(prefix) :]
                yield prefix, rest, ""
                for ending in ("ت", "ا", "ه", "ها", "هم", "ين"):
                    if rest.endswith(ending) and len(rest) > len(ending) + 2:
                        yield prefix, rest[: -len(ending)], ending
        for ending in ("ت", "ا", "ه", "ها", "هم", "ين"):
            if word.endswith(ending) and len(word) > len(ending) + 2:
                yield "", word[: -len(ending)], ending


@cache
def _plain(word: str) -> str:
    word = re.sub("[\u064b-\u0652\u0640]", "", word.lower())
    return re.sub("[إأآ]", "ا", word)


def swap_roles(pair: Pair, around: Around) -> Contrast | None:
    """Two names, two numbers or two words of one shape that change places."""
    pairs = [(a, b) for place, a in enumerate(pair.links) for b in pair.links[place + 1 :] if _may_swap(pair, a, b)]
    names = [one for one in pairs if one[0].kind == "name"]
    if not pairs:
        return None
    a, b = around.random.choice(names or pairs)
    claim = _swap(pair.claim, a.claim, b.claim)
    return Contrast("roles", claim, _swap(pair.text, *sorted((a.text, b.text))))


def _may_swap(pair: Pair, a: Link, b: Link) -> bool:
    if a.shapes != b.shapes or (a.kind in ("number", "year")) != (b.kind in ("number", "year")):
        return False
    for text, ends in ((pair.claim, (a.claim, b.claim)), (pair.text, (a.text, b.text))):
        first, last = sorted(ends)
        between = words(text[first[1] : last[0]])
        # Names of one person, and what "and" joins, may change places and the claim still stands.
        if len(between) < 2 or any(match[0] in ("and", "or", "و", "أو") for match in between):
            return False
        if ARABIC.search(text) and text[last[0]] == "و" and len(between) < 4:
            return False
    return True


def _swap(text: str, first: Span, last: Span) -> str:
    one, other = text[slice(*first)], text[slice(*last)]
    return put(put(text, last, one), first, other)


_NEAR_LETTERS = {"en": "bdfgklmnprstvz", "ar": "بتجدرزسشفقكلمن"}
_VOWELS = {"en": "aeiou", "ar": "اوي"}


def misname(pair: Pair, around: Around) -> Contrast | None:
    """A name that sounds a little different: it is another's."""
    places = [link for link in pair.links if link.kind == "name" and len(sound(pair.claim[slice(*link.claim)])) > 2]
    if not places:
        return None
    link = around.random.choice(places)
    name = pair.claim[slice(*link.claim)]
    for _ in range(6):
        new = _other_consonants(name, around.random)
        if sound(new) != sound(name) and len(sound(new)) > 1:
            return Contrast("near name", put(pair.claim, link.claim, new))
    return None


def _other_consonants(name: str, random_source: Random) -> str:
    """Return a name with a consonant or two replaced, left out or moved."""
    letters = _NEAR_LETTERS[language(name)]
    for _ in range(random_source.choice((1, 1, 2))):
        places = [place for place, letter in enumerate(name) if place and letter in letters]
        if not places:
            break
        place, chance = random_source.choice(places), random_source.random()
        if chance < 0.6:
            name = name[:place] + random_source.choice(letters) + name[place + 1 :]
        elif chance < 0.8:
            name = name[:place] + name[place + 1 :]
        else:
            name = name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :]
    return name


def respell(pair: Pair, around: Around) -> Contrast | None:
    """A name of the other script as another might spell it: with other vowels. It stands."""
    places = [link for link in pair.links if link.kind == "name"]
    if not places or pair.claim == pair.text:
        return None
    link = around.random.choice(places)
    name = pair.claim[slice(*link.claim)]
    vowels = _VOWELS[language(name)]
    found = [place for place, letter in enumerate(name[:-1]) if place and letter in vowels]
    if not found:
        return None
    place = around.random.choice(found)
    double = around.random.random() < 0.3 and language(name) == "en"
    others = ["", *vowels.replace(name[place], "")]
    new = name[place] * 2 if double else around.random.choice(others)
    return Contrast(
        "name respelled", put(pair.claim, link.claim, name[:place] + new + name[place + 1 :]), claim_alone=True
    )


def near_word(pair: Pair, around: Around) -> Contrast | None:
    """A word that is written almost alike and says something else."""
    places = [link for link in pair.links if link.kind == "word"]
    around.random.shuffle(places)
    for link in places[:6]:
        found = around.near_words(pair.claim[slice(*link.claim)])
        if found:
            return Contrast("near word", put(pair.claim, link.claim, around.random.choice(found)))
    return None


def write_otherwise(pair: Pair, around: Around) -> Contrast | None:
    """Letters that people write in more than one way. It stands."""
    if pair.languages[0] == "ar":
        ways = [("[أإآ]", "ا"), ("ة\\b", "ه"), ("ى\\b", "ي"), ("ي\\b", "ى")]
        pattern, new = around.random.choice(ways)
        changed = re.sub(pattern, new, pair.claim)
    else:
        changed = around.random.choice((str.lower, str.upper, lambda text: text.rstrip(".")))(pair.claim)
    return Contrast("written otherwise", changed, claim_alone=True) if changed != pair.claim else None


def say_otherwise(pair: Pair, around: Around) -> Contrast | None:
    """A word for one that says about the same. It stands."""
    places = [link for link in pair.links if link.kind == "word"]
    around.random.shuffle(places)
    claim, changed = pair.claim, 0
    for link in sorted(places[:3], key=lambda link: link.claim, reverse=True):
        word = claim[slice(*link.claim)]
        found = [one for one in around.synonyms(word) if fold(one) != fold(word) and shape(one) == shape(word)]
        if found:
            claim, changed = put(claim, link.claim, around.random.choice(found)), changed + 1
    return Contrast("said otherwise", claim, claim_alone=True) if changed else None


GARBLED = "garbled"


def garble(pair: Pair, around: Around) -> Contrast | None:
    """A word of the other language, or letters of it inside a word."""
    places = [link for link in pair.links if link.kind in ("word", "name")]
    if not places:
        return None
    link = around.random.choice(places)
    here, there = pair.claim[slice(*link.claim)], pair.text[slice(*link.text)]
    if pair.claim != pair.text and around.random.random() < 0.7:
        return Contrast(GARBLED, put(pair.claim, link.claim, there))
    place = around.random.randrange(1, len(here))
    letters = _NEAR_LETTERS["en" if ARABIC.search(here) else "ar"]
    some = "".join(around.random.choice(letters) for _ in range(around.random.choice((1, 1, 2, 3))))
    return Contrast(GARBLED, put(pair.claim, link.claim, here[:place] + some + here[place + 1 :]))
