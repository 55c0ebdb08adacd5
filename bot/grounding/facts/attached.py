"""Years that a claim takes from another clause: of "built in 1971 and expanded in 2017", "expanded in 1971".

Within one language only, and only where the words beside the years show it: what else is turned round stays unknown.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.grounding.facts.dates import is_year
from bot.grounding.facts.negation import bases, tells
from bot.grounding.facts.tokens import Kind, Mention, Token, word_set

_JOINS = word_set("and then before after while but ثم قبل بعد بينما لكن")
_ENDS = frozenset(".!?؟")
_YEAR = word_set("year years عام العام سنه السنه لعام بعام")
_NEAREST = 2
"""Words right before a year, of which a claim about that year has one."""
_REACH = 40
"""Tokens that are looked at on either side of a year."""


def find_misplaced_years(tokens: Sequence[Token], sources: Sequence[Sequence[Token]]) -> Iterator[Mention]:
    """Yield the years of a claim that its sources give to another clause than the one that the claim's words are of."""
    years = {token.form: place for place, token in enumerate(tokens) if is_year(token.form)}
    said = _words(tokens)
    for source in sources if years else ():
        places = [place for place, token in enumerate(source) if is_year(token.form)]
        for first, second in pairwise(places):
            one, two = source[first].form, source[second].form
            if (one in years) == (two in years) or not (opens := _clause(source, first, second)):
                continue
            start, end = max(first - _REACH, 0), second + _REACH
            nearest = _words([token for token in source[start:first] if _is_content(token)][-_NEAREST:])
            between, after = _words(source[opens:second]), _words(source[second:end])
            others, onwards = _words(source[start:opens]) | after, between | after
            if one in years and said & (between - others) and not said & nearest:
                yield _year(years[one])
            if two in years and said & (nearest - onwards) and not said & onwards:
                yield _year(years[two])


def _clause(source: Sequence[Token], first: int, second: int) -> int:
    """Return where the clause of the second of two years begins, or 0 where it is not told from the first one's."""
    if second - first > _REACH or any(token.form in _ENDS for token in source[first:second]):
        return 0
    return next((place for place in range(second - 1, first, -1) if _opens(source[place])), 0)


def _opens(token: Token) -> bool:
    """Say whether a word begins another clause: "and", or an Arabic word that "and" is written together with."""
    return token.form in _JOINS or (token.arabic and token.form[0] == "و" and tells(token))


def _words(tokens: Sequence[Token]) -> frozenset[str]:
    return frozenset(base for token in tokens if _is_content(token) for base in bases(token))


def _is_content(token: Token) -> bool:
    return token.word and tells(token) and token.form not in _YEAR


def _year(place: int) -> Mention:
    return Mention(Kind.DATE, place, place + 1, frozenset())
