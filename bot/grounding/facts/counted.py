"""What numbers count: a source that says "3 soldiers and 5 aircraft" does not state "5 soldiers".

Only where the source counts the same word, in the same language, right after another number: anything looser is no
proof.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.grounding.facts.amounts import is_range
from bot.grounding.facts.function_words import FUNCTION_WORDS
from bot.grounding.facts.lexicon import is_ordinary
from bot.grounding.facts.numbers import without_clitics
from bot.grounding.facts.stems import arabic_stem, english_stem
from bot.grounding.facts.tokens import Kind, Mention, Token, word_set


def find_counted(tokens: Sequence[Token], numbers: Sequence[Mention]) -> Iterator[Mention]:
    """Yield each number with the word that it counts; a claim is held to it where a source counts that word."""
    following: Mention | None = None
    noun: Token | None = None
    for number in reversed(numbers):
        if following is None or not is_range(tokens, number.last, following.first):  # "3 to 5 soldiers"
            noun = tokens[number.last] if number.last < len(tokens) else None
        following = number
        if number.kind is Kind.NUMBER and noun is not None and is_noun(noun):
            counted = ("counted", _stem(noun))
            keys = frozenset((*counted, *key) for key in number.keys)
            yield replace(number, keys=keys, also=frozenset({counted}), only_if=frozenset({counted}))


def is_noun(token: Token) -> bool:
    """Say whether the word after a number can be what it counts."""
    if token.arabic:
        return len(token.form) > 2 and token.form[0] != "و" and token.form not in FUNCTION_WORDS
    return len(token.form) > 2 and not token.capital and is_ordinary(token.form) and token.form not in _NO_NOUNS


def _stem(token: Token) -> str:
    return arabic_stem(list(without_clitics(token.form))[-1]) if token.arabic else english_stem(token.form)


_NO_NOUNS = word_set(
    "and for from with that which who were was are the this into out per more other others least most than"
)
