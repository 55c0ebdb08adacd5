"""Claims turned round: rose for fell, approved for rejected, north for south, more than for fewer than.

A claim is held to a sense only where its sources have another sense of the same line in contrasts.txt, beside this
file, and never the claim's own: a word that is merely new is no contradiction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.grounding.facts.negation import negated_places
from bot.grounding.facts.numbers import without_clitics
from bot.grounding.facts.tokens import Kind, Mention, Token

_LONGEST = 3
"""Words of the longest phrase."""
_SHORTEST = 2
_PERFECT = ("", "ت", "وا", "ا", "تا", "ه", "ها", "هم", "ته", "تها", "تهم", "وه", "وها", "نا", "ن")
_IMPERFECT = ("", "ون", "ان", "وا", "ه", "ها", "هم", "ونه", "ونها", "ن")
_SUBJECTS = ("ي", "ت", "ن", "سي", "ست", "سن")


@dataclass(frozen=True, slots=True)
class Sense:
    """One side of a line of contrasts."""

    line: int
    side: int


@dataclass(frozen=True, slots=True)
class _Said:
    sense: Sense
    asserted: bool
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Table:
    senses: dict[str, tuple[tuple[Sense, bool], ...]]
    """By form: the senses, and whether a claim that uses it is held to them."""
    shared: frozenset[int]
    """Lines that may be supported by the sentences around the cited ones."""
    polar: frozenset[int]


def find_contrasts(
    tokens: Sequence[Token],
    taken: Collection[int],
    sources: Sequence[Sequence[Token]],
    around: Sequence[Sequence[Token]],
) -> list[Mention]:
    """Return the words of a claim to which its sources say only the contrary."""
    said = [one for one in _read(tokens) if not any(place in taken for place in range(one.first, one.last))]
    if not said:
        return []
    given = {one.sense for source in sources for one in _read(source)}
    beside = {one.sense for text in around for one in _read(text)}
    sides: dict[int, set[int]] = defaultdict(set)
    for sense in given:
        sides[sense.line].add(sense.side)
    own: dict[int, set[int]] = defaultdict(set)
    for one in said:
        own[one.sense.line].add(one.sense.side)
    return [
        Mention(Kind.OPPOSITE, one.first, one.last, frozenset())
        for one in said
        if one.asserted
        and sides[one.sense.line]
        and one.sense.side not in sides[one.sense.line]
        and not (one.sense.line in _table().shared and one.sense in beside)
        and not _says_both(one, said, sides)
    ]


def _says_both(one: _Said, said: Sequence[_Said], sides: dict[int, set[int]]) -> bool:
    """Say whether the word itself also has the sense that the sources have: a form that means two things."""
    return any(
        (other.first, other.last) == (one.first, one.last)
        and other.sense.line == one.sense.line
        and other.sense.side in sides[one.sense.line]
        for other in said
    )


def _read(tokens: Sequence[Token]) -> Iterator[_Said]:
    """Yield the senses of a text, the longest phrase at each place; a negation turns a polar one round."""
    table, place = _table(), 0
    negated = negated_places(tokens)
    while place < len(tokens):
        senses, last = _at(tokens, place, table)
        for sense, asserted in senses:
            if negated.isdisjoint(range(place, last)):
                yield _Said(sense, asserted, place, last)
            elif sense.line in table.polar:
                yield _Said(Sense(sense.line, 1 - sense.side), asserted, place, last)
        place = last


def _at(tokens: Sequence[Token], place: int, table: _Table) -> tuple[tuple[tuple[Sense, bool], ...], int]:
    token = tokens[place]
    if token.arabic:  # "باب" is a door, not "by a father"
        bares = [bare for bare in without_clitics(token.form) if len(bare) > _SHORTEST or bare == token.form]
    else:
        bares = [token.form.removesuffix("'s")]
    for size in range(min(_LONGEST, len(tokens) - place), 0, -1):
        rest = [other.form for other in tokens[place + 1 : place + size]]
        for bare in bares:
            senses = table.senses.get(" ".join([bare, *rest]))
            if senses:
                return senses, place + size
    return (), place + 1


@cache
def _table() -> _Table:
    senses: defaultdict[str, dict[Sense, bool]] = defaultdict(dict)
    shared, polar = set(), set()
    lines = files(__package__).joinpath("contrasts.txt").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(line for line in lines if line and not line.startswith("#")):
        if line[0] == "~":
            shared.add(number)
        if line[0] == "+":
            polar.add(number)
        for side, words in enumerate(line.lstrip("~+ ").split(" | ")):
            for word in words.split():
                for form in _forms(word.removeprefix("?")):
                    senses[form].setdefault(Sense(number, side), not word.startswith("?"))
    return _Table({form: tuple(found.items()) for form, found in senses.items()}, frozenset(shared), frozenset(polar))


def _forms(word: str) -> Iterator[str]:
    """Yield the forms of an entry: of an Arabic verb, its persons in both tenses."""
    if not word.startswith("*"):
        yield word.replace("_", " ")
        return
    past, _, particle = word[1:].partition("_")
    stem = past[1:] if past[0] == "ا" and len(past) > 3 else past
    forms = [past + end for end in _PERFECT] + [who + stem + end for who in _SUBJECTS for end in _IMPERFECT]
    yield from (form + (f" {particle}" if particle else "") for form in forms)
