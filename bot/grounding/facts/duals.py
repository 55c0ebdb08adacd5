"""The "two" of an Arabic noun in the dual, and how surely a claim is held to it; numbers in general are `numbers`.

Endings of the dual are also those of some plurals and names. A noun with a broken plural is sure. A feminine noun is
believed where the sources count that noun otherwise, or, in English, hold no plural that could be the two.
"""

from collections.abc import Iterator, Sequence

from bot.grounding.facts.lexicon import is_ordinary
from bot.grounding.facts.number_words import DUAL_NOUNS, NO_DUALS, NUMBER_WORDS, YEARS
from bot.grounding.facts.tokens import Key, Token, word_set

_SEVERAL: Key = ("several",)
_UNCOUNTED: Key = ("no plural",)
_ARTICLES = ("ال", "لل", "بال", "وال", "فال", "كال", "ولل")
_NO_PLURALS = word_set("its his this was has is as us plus news always perhaps series species across less various")
_NO_LANDS = word_set("مدرستان مؤسستان جلستان رئيستان كنيستان دراستان سياستان منافستان ممارستان")
"""Duals that end like Pakistan."""
_FEW = 3
"""Tokens within which a number counts a plural: "three large schools"."""


def read_dual(form: str, bares: Sequence[str]) -> tuple[int, bool, frozenset[Key], frozenset[Key]] | None:
    """Return how many years a dual is worth, whether it is sure, what else satisfies it, and when it is held to.

    None for a word that is no dual; 2 years for a noun that is no time.
    """
    if form[-2:] not in ("ين", "ان"):
        return None
    noun = next((bare[:-2] for bare in bares if bare[:-2] in DUAL_NOUNS and bare != "بلدان"), "")
    years = 2 * YEARS.get(noun, 1)
    if noun:
        return years, noun == form[:-2], frozenset(), frozenset()
    feminine = form[-3:-2] == "ت" and len(bares[-1]) >= 5 and not any(bare in NO_DUALS for bare in bares)
    if not feminine or (form.endswith("ستان") and form not in _NO_LANDS):
        return None
    sure = not form.startswith(_ARTICLES)  # "the two" may be two things that were named before
    nouns = [bare[:-3] for bare in bares if len(bare) >= 5]
    return (
        years,
        sure,
        frozenset({_SEVERAL, *(("several", noun) for noun in nouns)}),
        frozenset({_UNCOUNTED, *(("noun", noun) for noun in nouns)}),
    )


def dual_keys(tokens: Sequence[Token], bares_of: Sequence[Sequence[str]]) -> Iterator[Key]:
    """Yield what a source says of nouns: which it has in the singular, which, uncounted, in the plural."""
    latin = [place for place, token in enumerate(tokens) if token.word and not token.arabic]
    if len(latin) * 2 > sum(token.word for token in tokens):
        plural = any(_is_plural(tokens, place) for place in latin)
        yield _SEVERAL if plural or _joins_two(tokens) else _UNCOUNTED
    for place, token in enumerate(tokens):
        for bare in bares_of[place] if token.arabic else ():
            if bare.endswith("ات"):
                yield ("noun" if _is_counted(tokens, place) else "several", bare[:-2])
            elif bare.endswith("ه"):
                yield ("noun", bare[:-1])


def _is_plural(tokens: Sequence[Token], place: int) -> bool:
    form = tokens[place].form
    plural = form.endswith("s") and not form.endswith(("ss", "us", "'s")) and len(form) > 3 and form not in _NO_PLURALS
    return plural and is_ordinary(form) and not _is_counted(tokens, place)


def _is_counted(tokens: Sequence[Token], place: int) -> bool:
    before = tokens[max(place - _FEW, 0) : place]
    return any(token.number or token.form in NUMBER_WORDS for token in before)


def _joins_two(tokens: Sequence[Token]) -> bool:
    return any(token.form == "and" for token in tokens)
