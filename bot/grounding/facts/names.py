"""The names a claim gives, and whether its sources give them too, in either script; never what a name means.

English writes names with capitals. Arabic does not, so an Arabic word is a name if it is a known one; the other words
of an Arabic claim are `bot.grounding.facts.words`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.grounding.facts.function_words import FUNCTION_WORDS
from bot.grounding.facts.gazetteer import Name, find_known, is_given, known_at
from bot.grounding.facts.lexicon import is_ordinary, opens_ordinarily
from bot.grounding.facts.numbers import without_clitics
from bot.grounding.facts.stems import english_stem
from bot.grounding.facts.tokens import Key, Kind, Mention, Token, tokenize, word_set
from bot.grounding.facts.transliteration import sounds_alike
from bot.grounding.facts.vocabulary import ENGLISH_FUNCTION_WORDS

_LETTERS = (
    "ايه/اي بي سي دي اي/ايه اف جي اتش/ايتش اي/اي جي/جيه كي/كيه ال ام ان او بي كيو/كيه ار اس تي يو في دبليو اكس واي "
    "زد/زي"
)
_SPELLED = dict(zip("abcdefghijklmnopqrstuvwxyz", (names.split("/") for names in _LETTERS.split()), strict=True))
_ACRONYM = 6
"""Letters of the longest acronym."""

# Letters that spellings of one name exchange: Tartus and Tartous, Khmeimim and Hmeimim, Muhammad and Mohammed.
_SOUNDS = dict(
    pair.split("=")
    for pair in word_set(
        """
        kh=h ph=f v=f ck=k c=k q=k z=s th=t dh=d gh=g x=ks
        ou=u oo=u o=u ee=i ie=i y=i ei=ai ey=ai ay=ai ai=ai e=a
        """
    )
)
_SOUND = re.compile("|".join([*sorted(_SOUNDS, key=len, reverse=True), "."]))


@dataclass(frozen=True, slots=True)
class SourceNames:
    """What a source has for names to be found in: its words by script, and the known things it names."""

    latin: frozenset[str]
    named: frozenset[str]
    spoken: frozenset[str]
    stems: frozenset[str]
    sounds: frozenset[str]
    acronyms: frozenset[str]
    initials: frozenset[str]
    arabic: tuple[str, ...]
    arabic_forms: frozenset[str]
    persons: frozenset[str]
    """Its words that are names of people, as given_names.txt knows them."""
    pairs: frozenset[tuple[str, str]]
    """Words with a capital, each with the word after it."""
    known: frozenset[Key]


@lru_cache(maxsize=512)
def read_names(text: str) -> SourceNames:
    """Return what names can be found in, of one source."""
    tokens = tokenize(text)
    arabic = tuple(token.form for token in tokens if token.arabic)
    latin_words = [_bare(token) for token in tokens if token.word and not token.arabic]
    joined_latin = [first + second for first, second in pairwise(latin_words)]
    joined = (first + second for first, second in pairwise(arabic))
    latin = frozenset(latin_words)
    return SourceNames(
        latin,
        _with_stems(_bare(token) for token in tokens if token.capital and not is_ordinary(_bare(token))),
        _with_stems(word for word in (*latin, *joined_latin) if len(word) > 3),
        frozenset(map(english_stem, latin)),
        frozenset(_sound(_bare(token)) for token in tokens if token.capital and len(token.form) > 4),
        frozenset(token.form for token in tokens if token.upper and len(token.form) > 1),
        frozenset(initials for initials, _ in _initials(tokens)),
        arabic,
        frozenset(form for word in (*arabic, *joined) if word not in FUNCTION_WORDS for form in spoken_forms(word)),
        frozenset(form for token in tokens if is_given(token) for form in _forms_of(token)),
        frozenset((_bare(one), two.form) for one, two in pairwise(tokens) if one.capital),
        frozenset(key for place in range(len(tokens)) for name in known_at(tokens, place) for key in name.keys),
    )


def unsupported_names(tokens: Sequence[Token], taken: Collection[int], sources: Sequence[SourceNames]) -> list[Mention]:
    """Return the names of a claim that none of the sources gives."""
    free = [place not in taken and not _is_currency(tokens, place) for place in range(len(tokens))]
    known = [name for name in find_known(tokens) if all(free[name.first : name.last])]
    missing = [name for name in known if name.asserted and not _is_known(name, tokens, sources)]
    found = [Mention(Kind.NAME, name.first, name.last, name.keys) for name in missing]
    acronyms = frozenset[str]().union(*(source.acronyms for source in sources))
    spelled_out = {place for initials, places in _initials(tokens) if initials in acronyms for place in places}
    covered = set(taken) | spelled_out.union(*(range(name.first, name.last) for name in known))
    translated = any(len(source.arabic) > len(source.latin) for source in sources)
    for place, token in enumerate(tokens):
        if place in covered or _is_currency(tokens, place):
            continue
        named = _is_name(token, translated=translated) and not _has(token, tokens, place, sources)
        if named or _replaces_a_name(tokens, place, sources):
            found.append(Mention(Kind.NAME, place, place + 1, frozenset()))
    return sorted(found, key=lambda mention: mention.first)


def _is_known(name: Name, tokens: Sequence[Token], sources: Sequence[SourceNames]) -> bool:
    """Say whether a source names the thing, or has the words of its name or one that sounds like it."""
    words = tokens[name.first : name.last]
    if name.person:
        return any(name.keys & source.known or all(_has_person(word, source) for word in words) for source in sources)
    return any(
        name.keys & source.known or words[0].form in source.initials or all(_has_word(word, source) for word in words)
        for source in sources
    )


def _has_person(word: Token, source: SourceNames) -> bool:
    """Say whether a source has a name of people, or an unlisted spelling of it; another listed name is another one."""
    if word.arabic:
        forms = {form for form in spoken_forms(word.form) if len(form) > 2}
        others = (source.named | source.spoken) - source.persons
        return not forms.isdisjoint(source.arabic) or any(
            sounds_alike(latin, form, closely=True) for form in forms for latin in others
        )
    others = source.arabic_forms - source.persons
    return _bare(word) in source.latin or any(sounds_alike(_bare(word), form, closely=True) for form in others)


def _forms_of(token: Token) -> Iterator[str]:
    return spoken_forms(token.form) if token.arabic else iter([_bare(token)])


def sounds_like_a_word(word: str, source: SourceNames) -> bool:
    """Say whether an Arabic word sounds like a name of the source, or closely like another word of it."""
    forms = set(spoken_forms(word))
    return any(sounds_alike(latin, form) for form in forms for latin in source.named) or any(
        sounds_alike(latin, form, closely=True) for form in forms for latin in source.spoken
    )


def _with_stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(form for word in words if len(word) > 2 for form in (word, *_without_ending(word)))


def _has_word(word: Token, source: SourceNames) -> bool:
    if word.arabic:
        return not source.arabic_forms.isdisjoint(spoken_forms(word.form)) or sounds_like_a_word(word.form, source)
    return _bare(word) in source.latin or any(sounds_alike(_bare(word), form) for form in source.arabic_forms)


def _is_name(token: Token, *, translated: bool) -> bool:
    """Say whether a claim is held to an English word as to a name; of a translated source, only if it is no word."""
    if token.arabic or not token.capital or len(_bare(token)) < 2:
        return False
    form = _bare(token)
    if translated and token.mixed:
        return False
    ordinary = opens_ordinarily(form) if token.opens else is_ordinary(form)
    return not ordinary or not (token.opens or translated or form in _FREE)


def _has(token: Token, tokens: Sequence[Token], place: int, sources: Sequence[SourceNames]) -> bool:
    """Say whether a source has a name, in either script, alone or grown together with a neighbour."""
    form = _bare(token)
    if any(form in s.latin or english_stem(form) in s.stems or _sound(form) in s.sounds for s in sources):
        return True
    if (
        token.upper
        and len(form) <= _ACRONYM
        and any(form in s.initials or _is_spelled(form, s.arabic) for s in sources)
    ):
        return True
    before = [_bare(other) + form for other in tokens[max(place - 1, 0) : place] if other.capital]
    after = [form + _bare(other) for other in tokens[place + 1 : place + 2] if other.capital]
    forms = [form, *_without_ending(form), *before, *after]
    return any(sounds_alike(latin, arabic) for s in sources for latin in forms for arabic in s.arabic_forms)


def _is_currency(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a word belongs to the sign of a currency: US$, C$."""
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    return tokens[place].upper and after is not None and after.form == "$" and after.glued


def _replaces_a_name(tokens: Sequence[Token], place: int, sources: Sequence[SourceNames]) -> bool:
    """Say whether an ordinary word stands for a name of a source: "Orange bought" for "Apple bought"."""
    token = tokens[place]
    if not (token.opens and token.capital) or token.arabic or place + 1 == len(tokens) or len(token.form) < 3:
        return False
    form, following = _bare(token), tokens[place + 1].form
    if form in ENGLISH_FUNCTION_WORDS or any(form in source.latin for source in sources):
        return False
    return any(
        two == following and one not in ENGLISH_FUNCTION_WORDS and following not in ENGLISH_FUNCTION_WORDS
        for source in sources
        for one, two in source.pairs
    )


def _without_ending(form: str) -> Iterator[str]:
    """Yield a name without the ending of its people or doctrine."""
    for ending in ("ians", "ists", "ian", "ans", "ist", "ism", "ish", "ic", "an", "s"):
        if form.endswith(ending) and len(form) - len(ending) >= 4:
            yield form[: -len(ending)]
            return


def spoken_forms(word: str) -> Iterator[str]:
    """Yield the names an Arabic word can be: without clitics, and without the ending of a people: الهمونجيين."""
    for bare in without_clitics(word):
        if len(bare) > 1 and bare not in FUNCTION_WORDS:
            yield bare
            yield from (
                bare[: -len(end)]
                for end in ("يين", "يون", "يه", "ي", "ين", "ون")
                if bare.endswith(end) and len(bare) - len(end) >= 4
            )


def _initials(tokens: Sequence[Token]) -> Iterator[tuple[str, Sequence[int]]]:
    """Yield the acronyms of runs of capitals with the places of their words: fbi, "Federal Bureau of Investigation"."""
    run: list[int] = []
    for place, token in enumerate(tokens):
        if token.capital:
            run = [*run, place][-_ACRONYM:]
            for start in range(len(run) - 1):
                yield "".join(tokens[word].form[0] for word in run[start:]), run[start:]
        elif token.form not in _SMALL:
            run = []


def _is_spelled(form: str, arabic: Sequence[str]) -> bool:
    """Say whether Arabic letter names in a row spell an acronym: "بي بي سي" is BBC."""
    letters = [_SPELLED.get(letter, [letter]) for letter in form]
    return any(
        all(
            word.removeprefix("ال" if not step else "") in letters[step]
            for step, word in enumerate(arabic[start : start + len(form)])
        )
        for start in range(len(arabic) - len(form) + 1)
    )


@lru_cache(maxsize=50_000)
def _sound(form: str) -> str:
    """Return a name as spellings of it agree; a short one as it is, since too many would agree with it."""
    if len(form) < 5:
        return form
    sounds = _SOUND.sub(lambda found: _SOUNDS.get(found[0], found[0]), form)
    return re.sub(r"(.)\1+", r"\1", sounds)


def _bare(token: Token) -> str:
    return token.form.removesuffix("'s").removesuffix("'")


_SMALL = word_set("of the and for on -")
_FREE = word_set(
    """
    i mr mrs ms miss dr sir lady lord president minister king queen prince princess general captain professor the
    """
)
