"""Whose names a claim may take from the sentences around the cited ones: "he" gets a name there, "Karim" does not.

cited "He built it in 1932.", before it "Karim hated the old ferry."   → "Karim built it" stands
cited "Karim built the ferry.", before it "Sami hated it."             → "Sami built the ferry" does not
"""

from collections.abc import Sequence

from bot.facts.gazetteer import find_known, is_given, known_at
from bot.facts.lexicon import is_ordinary
from bot.facts.tokens import Token, word_set
from bot.facts.transliteration import sounds_alike

_PRONOUNS = word_set("he she they his her their him them who it its this these هو هي هم هما الذي التي")
_CALLED = word_set("named called titled known سمي يسمي تسمي يدعي")


def may_borrow(claim: Sequence[Token], sources: Sequence[Sequence[Token]]) -> bool:
    """Say whether some source leaves open who is meant, or names nobody whom the claim leaves out."""
    return any(_leaves_open(claim, source) for source in sources)


def persons(tokens: Sequence[Token]) -> list[int]:
    """Return the places of names that are of people: no known place or body, and no part of the name of a thing."""
    known = {place for name in find_known(tokens) if not name.person for place in range(name.first, name.last)}
    return [place for place in range(len(tokens)) if place not in known and _is_person(tokens, place)]


def _leaves_open(claim: Sequence[Token], source: Sequence[Token]) -> bool:
    left_out = (place for place in persons(source) if not any(_same(source[place], token) for token in claim))
    first = next(left_out, None)
    return first is None or any(token.form in _PRONOUNS for token in source[:first])


def _is_person(tokens: Sequence[Token], place: int) -> bool:
    token = tokens[place]
    if token.arabic:
        return any(name.person and name.asserted for name in known_at(tokens, place))
    before = tokens[place - 1] if place else None
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    named = (
        token.capital and len(token.form) > 2 and (is_given(token) or not is_ordinary(token.form.removesuffix("'s")))
    )
    of_thing = (after is not None and after.capital and is_ordinary(after.form)) or (
        before is not None and (before.form in _CALLED or before.form == "the")
    )
    return named and not of_thing


def _same(one: Token, two: Token) -> bool:
    if one.arabic == two.arabic:
        return one.form.removesuffix("'s") == two.form.removesuffix("'s") or (one.arabic and one.form in two.form)
    latin, arabic = (two, one) if one.arabic else (one, two)
    return latin.word and sounds_alike(latin.form.removesuffix("'s"), arabic.form)
