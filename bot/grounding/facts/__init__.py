"""The facts of a claim that the sentences it cites do not state: quantities, dates, names, opposites, new words.

Pure text, no model. It finds what is altered, added or said the other way round, not what is left out or who did it to
whom: whether a claim follows from its sources is judged elsewhere. What is equal is equal in Arabic and English and in
either script.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.grounding.facts.amounts import find_currencies, percent_words, with_percents
from bot.grounding.facts.attached import find_misplaced_years
from bot.grounding.facts.contrasts import find_contrasts
from bot.grounding.facts.counted import find_counted
from bot.grounding.facts.dates import find_dates, with_days, with_years
from bot.grounding.facts.duals import dual_keys
from bot.grounding.facts.gazetteer import find_known
from bot.grounding.facts.links import unsupported_links
from bot.grounding.facts.names import read_names, unsupported_names
from bot.grounding.facts.negation import find_negations
from bot.grounding.facts.numbers import find_numbers, without_clitics
from bot.grounding.facts.sizes import find_sizes, sizes_of
from bot.grounding.facts.tokens import Key, Kind, Mention, Token, tokenize
from bot.grounding.facts.units import find_units
from bot.grounding.facts.words import read_words, unsupported_words

__all__ = ["Fact", "Kind", "unsupported"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a claim states, in the claim's own words."""

    kind: Kind
    text: str


def unsupported(claim: str, sources: Sequence[str], *, around: Sequence[str] = ()) -> tuple[Fact, ...]:
    """Return the facts of `claim` that none of `sources` states, in the order of the claim.

    `sources` are the cited sentences. `around` are the title and the sentences beside them: no number, date or name may
    come from there, but a word that they use is not new. A question is no such text: what only the question names may
    be a false premise.

    A fact of kind WORD is a word that sources in its language lack and that need not be a name: one is a hint, and
    often a synonym; facts of the other kinds are meant to be wrong.
    """
    links = tuple(Fact(Kind.LINK, link) for link in unsupported_links(claim, sources))
    tokens = tokenize(claim)
    quantities = _quantities(tokens)
    given = frozenset[Key]().union(*map(_given_by, sources))
    missing = [mention for mention in quantities if _is_missing(mention, given)]
    taken = {place for mention in quantities if mention.asserted for place in range(mention.first, mention.last)}

    named_in = [read_names(text) for text in sources]
    known = {place for name in find_known(tokens) if name.asserted for place in range(name.first, name.last)}
    cited, beside = [read_words(text) for text in sources], [read_words(text) for text in around]
    missing += unsupported_names(tokens, taken, named_in)
    told = {place for mention in missing for place in range(mention.first, mention.last)}
    missing += unsupported_words(tokens, taken | known | told, cited, beside, named_in)
    missing += _turned_round(tokens, known, sources, around)
    facts = (_fact(claim, tokens, mention) for mention in sorted(missing, key=lambda mention: mention.first))
    return tuple(dict.fromkeys((*facts, *links)))


def _turned_round(
    tokens: Sequence[Token], known: set[int], sources: Sequence[str], around: Sequence[str]
) -> list[Mention]:
    """Return what a claim says the other way round than its sources."""
    cited, beside = [tokenize(text) for text in sources], [tokenize(text) for text in around]
    contrary = find_contrasts(tokens, known, cited, beside) + find_negations(tokens, cited)
    return [*contrary, *find_misplaced_years(tokens, cited)]


def _quantities(tokens: Sequence[Token]) -> list[Mention]:
    dates = find_dates(tokens)
    numbers = with_percents(tokens, find_numbers(tokens, dates.taken | percent_words(tokens)))
    days = with_days(tokens, dates.mentions, numbers)
    return [
        *days,
        *with_years(tokens, days),
        *numbers,
        *find_sizes(tokens, numbers),
        *find_units(tokens, numbers),
        *find_currencies(tokens, numbers),
        *find_counted(tokens, numbers),
    ]


def _is_missing(mention: Mention, given: frozenset[Key]) -> bool:
    held_to = mention.asserted and (not mention.only_if or not mention.only_if.isdisjoint(given))
    return held_to and mention.keys.isdisjoint(given)


@lru_cache(maxsize=512)
def _given_by(source: str) -> frozenset[Key]:
    """Return the keys of all quantities of one source."""
    tokens = tokenize(source)
    quantities = _quantities(tokens)
    bares = [list(without_clitics(token.form)) if token.arabic else [] for token in tokens]
    stated = (key for mention in quantities for key in mention.keys | mention.also)
    return frozenset((*stated, *sizes_of(quantities), *dual_keys(tokens, bares)))


def _fact(claim: str, tokens: Sequence[Token], mention: Mention) -> Fact:
    return Fact(mention.kind, claim[tokens[mention.first].start : tokens[mention.last - 1].end])
