"""The words of a claim that its sources in its language do not have: where no capital shows a name, this does.

A word that is only inflected or derived in another way is found again by its consonants. Words for saying and being are
not looked for: `bot.grounding.facts.function_words`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.grounding.facts.function_words import FUNCTION_WORDS, GIVEN_NAMES
from bot.grounding.facts.name_shapes import name_likeness
from bot.grounding.facts.names import SourceNames, sounds_like_a_word
from bot.grounding.facts.numbers import without_clitics
from bot.grounding.facts.stems import WEAK, arabic_stem, english_stem, roots
from bot.grounding.facts.tokens import Kind, Mention, Token, tokenize
from bot.grounding.facts.vocabulary import ENGLISH_FUNCTION_WORDS, base_form

_SAME_SCRIPT, _OTHER_SCRIPT = 0.0, 2.0
"""Log odds from which a word is held to as to a name; one that an Arabic source lacks is suspicious as it is."""
_GIVEN = 9.0
_MOSTLY = 0.5
_ROOT = 5
"""Letters that derived English words share: enforce, enforcement."""

# Letters that newspapers exchange in foreign names: بوجدانوف and بوغدانوف, تولستوي and طولستوي.
_VARIANTS = str.maketrans("جقطصضذظثح", "غكتسدززته")


@dataclass(frozen=True, slots=True)
class SourceWords:
    """The Arabic words of a source in the forms that a claim's word is looked for in."""

    forms: frozenset[str]
    stems: frozenset[str]
    skeletons: frozenset[str]
    spellings: frozenset[str]
    latin: frozenset[str]
    english: frozenset[str]
    """The stems of its English words."""
    share: float


@lru_cache(maxsize=512)
def read_words(text: str) -> SourceWords:
    """Return the Arabic words of one source."""
    tokens = tokenize(text)
    arabic = [token for token in tokens if token.arabic]
    words = sum(token.form[0].isalpha() for token in tokens)
    latin = frozenset(token.form for token in tokens if token.word and not token.arabic)
    bares = frozenset(bare for token in arabic for bare in without_clitics(token.form) if len(bare) > 1)
    return SourceWords(
        bares,
        frozenset(map(arabic_stem, bares)),
        frozenset(skeleton for bare in bares for skeleton in roots(bare)),
        frozenset(map(_spelling, bares)),
        latin,
        frozenset(base for word in latin for base in _english_bases(word)),
        len(arabic) / words if words else 0.0,
    )


def unsupported_words(
    tokens: Sequence[Token],
    taken: Collection[int],
    cited: Sequence[SourceWords],
    around: Sequence[SourceWords],
    names: Sequence[SourceNames],
) -> list[Mention]:
    """Return the words that neither what a claim cites has nor what is around it, in the language of what it cites.

    In the other language, names only: a title in it says nothing of how the article words things. A word that looks
    like a name has to be in what is cited.
    """
    in_arabic = any(source.share > _MOSTLY for source in cited)
    in_english = any(source.share <= _MOSTLY and source.latin for source in cited)
    words = (*cited, *around)
    limit = _SAME_SCRIPT if in_arabic else _OTHER_SCRIPT
    found = []
    for place, token in enumerate(tokens):
        if place in taken:
            continue
        if in_english and _tells_english(token) and not _has_english(token.form, words):
            found.append(Mention(Kind.WORD, place, place + 1, frozenset()))
        if not token.arabic or not _tells(token.form):
            continue
        kind = Kind.NAME if _likeness(token) > limit else Kind.WORD
        where = cited if kind is Kind.NAME else words
        if (in_arabic or kind is Kind.NAME) and not _has(token.form, where, names):
            found.append(Mention(kind, place, place + 1, frozenset()))
    return found


def _tells(form: str) -> bool:
    """Say whether a word carries more than grammar."""
    return len(form) > 2 and not any(bare in FUNCTION_WORDS for bare in without_clitics(form))


def _tells_english(token: Token) -> bool:
    form = token.form.removesuffix("'s")
    return token.word and not token.arabic and len(form) > 2 and form not in ENGLISH_FUNCTION_WORDS


def _has_english(form: str, words: Sequence[SourceWords]) -> bool:
    """Say whether a source has an English word, inflected or derived in some way."""
    bases = _english_bases(form)
    start = form[: max(_ROOT, len(form) - _ROOT)]
    return any(
        not bases.isdisjoint(source.english) or any(word.startswith(start) for word in source.latin) for source in words
    )


@lru_cache(maxsize=50_000)
def _english_bases(form: str) -> frozenset[str]:
    form = form.removesuffix("'s")
    return frozenset({form, english_stem(form), english_stem(base_form(form))})


def _likeness(token: Token) -> float:
    """Return how much a word looks like a name, in log odds."""
    if any(bare in GIVEN_NAMES for bare in without_clitics(token.form)):
        return _GIVEN
    if token.tanwin or token.form.endswith("وا"):  # endings of nouns and of verbs
        return -_GIVEN
    return name_likeness(token.form)


def _has(form: str, words: Sequence[SourceWords], names: Sequence[SourceNames]) -> bool:
    """Say whether a source has a word, inflected or spelled in some way, or a name that sounds like it."""
    bares = [bare for bare in without_clitics(form) if len(bare) > 1]
    return any(
        bare in source.forms
        or arabic_stem(bare) in source.stems
        or _spelling(bare) in source.spellings
        or not source.skeletons.isdisjoint(roots(bare))
        for bare in bares
        for source in words
    ) or any(sounds_like_a_word(form, source) for source in names)


def _spelling(word: str) -> str:
    """Return a name without the vowels and letters that spellings of it differ in, if it is long enough to tell."""
    consonants = word.translate(_VARIANTS).translate(WEAK)
    return consonants if len(consonants) > 3 else word
