"""The words of a text that have a sense of their own, and what stands beside each; comparing is `wording`'s."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.grounding.facts import Facts, Mention, read_facts
from bot.grounding.facts.gazetteer import is_given, known_at
from bot.grounding.facts.names import spelled_out, spelling_key
from bot.grounding.facts.tokens import (
    ARABIC_FUNCTION_WORDS,
    ENGLISH_FUNCTION_WORDS,
    Token,
    arabic_keys,
    english_keys,
    without_clitics,
    word_set,
)
from bot.grounding.operators import Operator, find_operators

_ENDS = frozenset(",;:.()[]!?،؛؟—–…")
_OPENS = word_set(
    "and but or while who which where when because then although though if whereas whose ثم لكن بينما حيث التي الذي "
    "الذين عندما حين اللذان اللتان"
)
"""Words that open another clause; an Arabic "and" is written together with its word."""
_PREPOSITIONS = word_set(
    "in on at for by from to into with during since until before after between within through across according under "
    "over of as among around about near via في من الي علي عن مع منذ حتي خلال بين قبل بعد عند ضمن لدي وفق بحسب حسب "
    "عام سنه يوم غضون"
)
COPULAS = word_set("is are was were be هو هي هما هم كان كانت")
_INTENDS = word_set("to ان لكي كي")
_NEAR = 3
"""Words beside an operator that it may also be about."""
_LONGEST_IN_TITLES = 4
"""Letters of function words that titles write with a capital: "With", "From"."""


@dataclass(frozen=True, slots=True)
class Word:
    """A content word, number or date of a text, at `tokens[first:last]`, with what it is compared by."""

    first: int
    last: int
    keys: frozenset[str]
    clause: int
    mention: Mention | None = None
    bound: frozenset[Operator] = frozenset()
    """The operators right beside it."""
    near: frozenset[Operator] = frozenset()
    """Those that stand so near that they may be about it."""
    intended: bool = False
    """It is what somebody wants or promises to do: "to build", "أن يبني"."""
    led: bool = False
    """A preposition stands before it."""


@dataclass(frozen=True)
class Wording:
    """The words of one text in order, and where each key stands."""

    facts: Facts
    words: tuple[Word, ...]
    places: dict[str, list[int]]
    spans: dict[int, int]
    """Where names of several words begin and end, as places of words."""

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens of the text."""
        return self.facts.tokens


@lru_cache(maxsize=512)
def read_wording(text: str) -> Wording:
    """Return the words of a text, with the operators beside them."""
    facts = read_facts(text)
    operators = list(find_operators(facts.tokens))
    plain = list(_content(facts, {at for one in operators if not one.is_word for at in range(one.first, one.last)}))
    bound: dict[int, set[Operator]] = defaultdict(set)
    near: dict[int, set[Operator]] = defaultdict(set)
    for one in operators:
        after = bisect_left(plain, one.last, key=lambda word: word.first)
        before = after - 1 - one.is_word
        follows = after < len(plain) and not _ends_between(facts.tokens, one.last, plain[after].first)
        trailing = one.operator in (Operator.ONLY, Operator.EXCEPT) or not follows
        for number in (*((after,) if follows else ()), *((before,) if trailing and before >= 0 else ())):
            bound[number].add(one.operator)
        for number in range(max(before, 0) if trailing else after, min(after + _NEAR, len(plain))):
            near[number].add(one.operator)
    words = tuple(
        replace(
            word,
            bound=frozenset(bound[number]),
            near=frozenset(near[number] | bound[number]),
            intended=_is_intended(facts.tokens, word.first),
            led=_is_led(facts.tokens, word.first),
        )
        for number, word in enumerate(plain)
    )
    places: dict[str, list[int]] = defaultdict(list)
    for number, word in enumerate(words):
        for key in word.keys:
            places[key].append(number)
    return Wording(facts, words, dict(places), dict(_spans(facts.tokens, words)))


def _spans(tokens: Sequence[Token], words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    ends = {places[0]: places[-1] + 1 for _, places in spelled_out(tokens)}
    for number, word in enumerate(words):
        end = next((known.last for known in known_at(tokens, word.first)), ends.get(word.first, word.last))
        last = number
        while last + 1 < len(words) and words[last + 1].last <= end:
            last += 1
        if last > number:
            yield number, last


def _content(facts: Facts, taken: Collection[int]) -> Iterator[Word]:
    """Yield the words that carry a sense of their own; a number with its unit, and a date, is one word."""
    tokens, clause = facts.tokens, 0
    values = {mention.first: mention for mention in reversed(facts.mentions) if mention.asserted}
    ends: dict[int, int] = defaultdict(int)
    for mention in facts.mentions:
        ends[mention.first] = max(ends[mention.first], mention.last)
    initials = defaultdict(set)
    for letters, places in spelled_out(tokens):
        initials[places[0]].add(f"long {letters}")
    place = 0
    while place < len(tokens):
        token = tokens[place]
        clause += token.form in _ENDS or token.form in _OPENS or _is_joined(token)
        if place in values and place not in taken:
            yield Word(place, ends[place], frozenset(), clause, values[place])
            if values[place].is_dual(tokens):  # two of something
                yield Word(place, place + 1, arabic_keys(token.form), clause)
            place = ends[place]
            continue
        if place not in taken and _has_sense(token):
            keys = set(arabic_keys(token.form) if token.arabic else english_keys(token.bare))
            if token.arabic and is_given(token):  # Ahmad and Muhammad are of one root
                keys = {key for key in keys if not key.endswith("-")}
            keys |= {*initials[place], *filter(None, [spelling_key(token)])}
            keys |= {f"thing {thing}" for known in known_at(tokens, place) for thing in known.things}
            if token.upper:
                keys |= {f"short {token.form}", f"long {token.form}"}
            yield Word(place, place + 1, frozenset(keys), clause)
        place += 1


def _has_sense(token: Token) -> bool:
    """Say whether a word carries more than grammar."""
    if not token.word:
        return token.number
    if token.arabic:
        return len(token.form) > 1 and not any(bare in ARABIC_FUNCTION_WORDS for bare in without_clitics(token.form))
    named = token.capital and not token.opens and len(token.form) > _LONGEST_IN_TITLES
    return (len(token.bare) > 2 or token.upper or token.bare == "up") and (
        named or token.form not in ENGLISH_FUNCTION_WORDS
    )


def _is_joined(token: Token) -> bool:
    """Say whether an Arabic word is written together with an "and"."""
    return token.arabic and token.form[0] == "و" and len(token.form) > 3


def _ends_between(tokens: Sequence[Token], first: int, last: int) -> bool:
    return any(token.form in _ENDS for token in tokens[first:last])


def _is_intended(tokens: Sequence[Token], place: int) -> bool:
    token, before = tokens[place], tokens[place - 1] if place else None
    purpose = token.arabic and (token.form[:2] == "لل" or (token.form[0] == "ل" and len(token.form) > 5))
    verb = not token.arabic or token.form[0] in "يتن"
    return purpose or (before is not None and before.form in _INTENDS and verb)


def plain_forms(token: Token) -> Iterator[str]:
    """Yield the forms of a word without what is written together with it."""
    return (bare.removesuffix("ا") for bare in without_clitics(token.form)) if token.arabic else iter([token.bare])


def follows_and(tokens: Sequence[Token], place: int) -> bool:
    """Say whether "and" joins a word to what stands before it."""
    return _is_joined(tokens[place]) or (place > 0 and tokens[place - 1].form == "and")


def _is_led(tokens: Sequence[Token], first: int) -> bool:
    """Say whether a preposition stands right before a word, or is written together with it."""
    token = tokens[first]
    before = [form for at in (first - 2, first - 1) if at >= 0 for form in plain_forms(tokens[at])]
    return not _PREPOSITIONS.isdisjoint(before) or (token.arabic and token.form[0] in "بل")
