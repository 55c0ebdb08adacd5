"""The names of a claim, and whether a source in the other language gives them; within one they are words like others.

English writes names with capitals. Arabic does not, so that an Arabic word is a name if `gazetteer` knows it, or if its
letters are more a foreign name's than a word's. How names sound in the other script is `transliteration`.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from bot.grounding.facts.gazetteer import arabic_names, find_known, is_given, known_at
from bot.grounding.facts.tokens import ARABIC_FUNCTION_WORDS, WEAK, Token, tokenize, without_clitics, word_set
from bot.grounding.facts.transliteration import sounds_alike
from index.text.passages import load_encoding
from index.text.search_form import search_form

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
# Letters that newspapers exchange in foreign names: بوجدانوف and بوغدانوف, تولستوي and طولستوي.
_VARIANTS = str.maketrans("جقطصضذظثح", "غكتسدززته")
_FOREIGN = 5.0
"""Log odds from which a word is held to as to a name; `benchmarks.facts` tells what that misses and what it costs."""
_SHORTEST, _LONGEST = 4, 40
_ADJECTIVES = ("يه", "يون", "يين", "يات")
_ENDINGS = (*_ADJECTIVES, "ي", "ين", "ون", "ات", "ان", "تين", "تان", "ها", "هم")
"""Endings of plurals, duals and adjectives, which look foreign where they follow a word that does not."""
_SMALL = word_set("of the and for on -")


@dataclass(frozen=True, slots=True)
class GivenNames:
    """What names can be found in, of one source: its words by script, and the known things that it names."""

    latin: frozenset[str]
    named: frozenset[str]
    """Its words with a capital that are no ordinary words."""
    spoken: frozenset[str]
    arabic: tuple[str, ...]
    arabic_forms: frozenset[str]
    persons: frozenset[str]
    """Its words that are names of people, as given_names.txt knows them."""
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class Name:
    """A name: the words that it is written with, and the keys of what is known by it."""

    words: tuple[Token, ...]
    things: frozenset[str] = frozenset()
    is_person: bool = False
    forms: tuple[str, ...] = ()
    """What else it can be written as, as where it has grown together with a neighbour."""

    def stated_by(self, source: GivenNames) -> bool:
        """Say whether a source names the same: the same thing, or one that is written or sounds alike."""
        if not self.things.isdisjoint(source.known):
            return True
        if self.is_person:
            return all(_has_person(word, source) for word in self.words)
        if self.things or self.words[0].arabic:
            return all(_has_word(word, source) for word in self.words)
        form = self.words[0].bare
        forms = (form, *_without_ending(form), *self.forms)
        return form in source.latin or any(
            sounds_alike(latin, arabic) for latin in forms for arabic in source.arabic_forms
        )


@lru_cache(maxsize=512)
def read_names(text: str) -> GivenNames:
    """Return what names can be found in, of one source."""
    tokens = tokenize(text)
    arabic = tuple(token.form for token in tokens if token.arabic)
    latin = [token.bare for token in tokens if token.word and not token.arabic]
    joined_latin = [first + second for first, second in pairwise(latin)]
    words = (*arabic, *(first + second for first, second in pairwise(arabic)))
    return GivenNames(
        frozenset(latin),
        _with_stems(token.bare for token in tokens if token.capital and not is_ordinary(token.bare)),
        _with_stems(word for word in (*latin, *joined_latin) if len(word) > 3),
        arabic,
        frozenset(form for word in words if word not in ARABIC_FUNCTION_WORDS for form in spoken_forms(word)),
        frozenset(form for token in tokens if is_given(token) for form in _forms_of(token)),
        frozenset(thing for place in range(len(tokens)) for known in known_at(tokens, place) for thing in known.things),
    )


def find_names(tokens: Sequence[Token]) -> Iterator[tuple[int, int, Name]]:
    """Yield the names that a claim is held to, each with where it begins and ends.

    An English word with a capital is one only if it is no ordinary word, since those are translated.
    """
    known = find_known(tokens)
    covered = {place for one in known for place in range(one.first, one.last)}
    for one in known:
        if one.asserted and not _is_currency(tokens, one.first):
            yield one.first, one.last, Name(tuple(tokens[one.first : one.last]), one.things, one.is_person)
    for place, token in enumerate(tokens):
        if place not in covered and _looks_foreign(token):
            yield place, place + 1, Name((token,))
        if place not in covered and is_capital_name(token) and not _is_currency(tokens, place):
            before = (other.bare + token.bare for other in tokens[max(place - 1, 0) : place] if other.capital)
            after = (token.bare + other.bare for other in tokens[place + 1 : place + 2] if other.capital)
            yield place, place + 1, Name((token,), forms=(*before, *after))


def spelling_key(token: Token) -> str:
    """Return what spellings of one name have in common, "" where a word is too short to tell."""
    if token.arabic:
        bare = list(without_clitics(token.form))[-1]
        consonants = bare.translate(_VARIANTS).translate(WEAK)
        return f"~{consonants}" if len(consonants) > 3 else ""
    return f"~{_sound(token.bare)}" if token.capital and len(token.form) > 4 else ""


def spelled_out(tokens: Sequence[Token]) -> Iterator[tuple[str, Sequence[int]]]:
    """Yield the acronyms of runs of capitals with the places of their words: fbi, "Federal Bureau of Investigation"."""
    run: list[int] = []
    for place, token in enumerate(tokens):
        if token.capital:
            run = [*run, place][-_ACRONYM:]
            for start in range(len(run) - 1):
                yield "".join(tokens[word].form[0] for word in run[start:]), run[start:]
        elif token.form not in _SMALL:
            run = []


def spoken_forms(word: str) -> Iterator[str]:
    """Yield the names an Arabic word can be: without clitics, and without the ending of a people: الهمونجيين."""
    for bare in without_clitics(word):
        if len(bare) > 1 and bare not in ARABIC_FUNCTION_WORDS:
            yield bare
            yield from (
                bare[: -len(end)]
                for end in ("يين", "يون", "يه", "ي", "ين", "ون")
                if bare.endswith(end) and len(bare) - len(end) >= 4
            )


def _has_person(word: Token, source: GivenNames) -> bool:
    """Say whether a source has a name of people, or an unlisted spelling of it; another listed name is another one."""
    if word.arabic:
        forms = {form for form in spoken_forms(word.form) if len(form) > 2}
        others = (source.named | source.spoken) - source.persons
        return not forms.isdisjoint(source.arabic) or any(
            sounds_alike(latin, form, closely=True) for form in forms for latin in others
        )
    others = source.arabic_forms - source.persons
    return word.bare in source.latin or any(sounds_alike(word.bare, form, closely=True) for form in others)


def _has_word(word: Token, source: GivenNames) -> bool:
    if not word.arabic:
        return word.bare in source.latin or any(sounds_alike(word.bare, form) for form in source.arabic_forms)
    forms = set(spoken_forms(word.form))
    return (
        not source.arabic_forms.isdisjoint(forms)
        or any(sounds_alike(latin, form) for form in forms for latin in source.named)
        or any(sounds_alike(latin, form, closely=True) for form in forms for latin in source.spoken)
    )


def _forms_of(token: Token) -> Iterator[str]:
    return spoken_forms(token.form) if token.arabic else iter([token.bare])


def _with_stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(form for word in words if len(word) > 2 for form in (word, *_without_ending(word)))


def _looks_foreign(token: Token) -> bool:
    """Say whether an Arabic word looks more like a foreign name than like a word."""
    if not token.arabic or token.tanwin or not _SHORTEST <= len(token.form) <= _LONGEST:
        return False
    if token.form.endswith("وا") or any(bare in ARABIC_FUNCTION_WORDS for bare in without_clitics(token.form)):
        return False
    endings = (end for end in _ENDINGS if token.form.endswith(end) and len(token.form) - len(end) >= _SHORTEST)
    stems = (token.form, *(token.form[: -len(end)] for end in endings))
    return min(map(_foreignness, stems)) > _FOREIGN


@lru_cache(maxsize=50_000)
def _foreignness(word: str) -> float:
    """Return the log odds, for a word of its length, that names have its groups of letters and words have not."""
    odds = _odds()
    return sum(odds.get(group, 0.0) for group in _groups(word)) / math.sqrt(len(word))


@cache
def _odds() -> dict[str, float]:
    """Return the log odds of groups of letters, of the gazetteer's names against the vocabulary of language models."""
    pieces = (piece[1:] for piece in load_encoding().token_byte_values() if piece[:2] in (b" \xd8", b" \xd9"))
    vocabulary = {search_form(piece.decode("utf-8", "ignore")) for piece in pieces}
    words = {word for word in vocabulary if len(word) >= _SHORTEST and word.isalpha()}
    known = (word for name in arabic_names() for word in name.split() if len(word) >= _SHORTEST and word[:2] != "ال")
    names = {word for word in known if words.isdisjoint(without_clitics(word)) and not word.endswith(_ADJECTIVES)}
    in_names, in_words = (Counter(group for word in some for group in _groups(word)) for some in (names, words - names))
    return {
        group: math.log((in_names[group] + 0.5) / (len(names) + 1) * (len(words) + 1) / (in_words[group] + 0.5))
        for group in in_names.keys() | in_words.keys()
        if in_names[group] + in_words[group] > 1
    }


def _groups(word: str) -> set[str]:
    """Return the groups of two to four letters of a word, with "_" for its ends."""
    padded = f"_{word}_"
    return {padded[start : start + size] for size in (2, 3, 4) for start in range(len(padded) - size + 1)}


def is_capital_name(token: Token) -> bool:
    """Say whether an English word has a capital, and is no ordinary word."""
    if token.arabic or not token.capital or token.mixed or len(token.bare) < 2:
        return False
    return not (opens_ordinarily(token.bare) if token.opens else is_ordinary(token.bare))


def _is_currency(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a word belongs to the sign of a currency: US$, C$."""
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    return tokens[place].upper and after is not None and after.form == "$" and after.glued


def _without_ending(form: str) -> Iterator[str]:
    """Yield a name without the ending of its people or doctrine."""
    for ending in ("ians", "ists", "ian", "ans", "ist", "ism", "ish", "ic", "an", "s"):
        if form.endswith(ending) and len(form) - len(ending) >= 4:
            yield form[: -len(ending)]
            return


@lru_cache(maxsize=50_000)
def _sound(form: str) -> str:
    """Return a name as spellings of it agree; a short one as it is, since too many would agree with it."""
    if len(form) < 5:
        return form
    sounds = _SOUND.sub(lambda found: _SOUNDS.get(found[0], found[0]), form)
    return re.sub(r"(.)\1+", r"\1", sounds)


# English is judged by the vocabulary that language models are fed with: an ordinary word is met in small letters more
# often than with a capital, so that its small form has the earlier number (byte pair encoding numbers by frequency).

# Titles, offices and kinds of places and bodies: with a capital more often than not, yet translated and not spelled.
GENERIC = word_set(
    """
    academy act administration admiral affairs agency agreement air airport alliance ally ambassador amendment
    archbishop archive archives army assembly association authority avenue award awards bank baptist battle bay
    bishop board boulevard bureau cabinet canal canyon cape captain cardinal castle cathedral central century
    chairman chairwoman chamber championship championships chancellor chapel chapter chief church city coalition
    coast college colonel colony command commander commission commissioner committee commonwealth communist
    community company conference confederation congress conservative constitution convention corporation council
    councillor count county court creek crown cup dean declaration defence defense delta democrat democratic
    democrats department deputy desert director district division doctor dr duchess duke dynasty earl east eastern
    embassy emperor empire empress estate exchange executive expedition faculty federal federation ferry festival
    fiction finance first force forces foreign forest fort forum foundation fund gallery game games garden gate
    general government governor grand grant great group guard gulf hall harbor harbour high highway hill hills his
    holiness hospital hotel house ice imperial independence independent inspector institute institution interior
    international island islands isle journal judge justice king kingdom kings knight labor labour lady lake lakes
    land law laws league liberal liberty library lieutenant local lord lords lower magazine majesty major manager
    marine market marshal master mayor medal member memorial metropolitan middle military minister ministers
    ministry miss mission monarch monastery monument moreover mosque mount mountain mountains movement mr mrs ms
    municipality museum national nations naval navy new news newspaper nobel north northeast northern northwest
    northwestern observatory ocean office officer old olympic opera orchestra order organisation organization palace
    parish park parliament part party pass peace peninsula people people's period plain plains planet plateau player
    police political port premier president presidential press prime prince princess principality prize professor
    project protocol province public queen radio railway rainforest ranch record red reform reformation regiment
    region regional representative representatives republic republican republicans research reserve resolution
    review revolution ridge river rivers road roman royal sea season secretariat secretary section security senate
    senator sergeant series service sheriff sir sister society south southeast southern southwest southwestern
    square stadium state states station statue street strait studio studios sultan summit supreme system team
    technology temple territories territory theater theatre times tower town township trade treasury treaty tribunal
    tribune trust unfortunately union united university upper valley vice village volcano war wars week west western
    wing women world year zone zoo angel angels anarchy bible bull bulls chiefs commons cruz devil dictionary dragon
    eagle eagles edict elector eve explorer fair falcon fire fox gang ghost giant giants gold golden gospel gospels
    gothic greens halloween herald heritage hollow horizon hunter hurricane internet jaguars jet jets jungle knights
    legend legends legion lion lions lodge louvre moon navigator nobility outlook panther papal patriots pearl
    phoenix pirates privy prophet psalm psalms ranger rangers raven ravens reds reformed rose ruby saint saints san
    santa scouts sentinel shadow spider st star stars steelers sun sunrise sunset testament thunder tiger tigers
    titan titans tornado typhoon virgin warrior warriors wolf wonder additionally alternatively amen american
    anybody besides correspondingly furthermore hence however meanwhile nevertheless nonetheless please secondly
    similarly thank thanks thereafter therefore thirdly thus yes
    """
) - {"american", "roman"}


# Endings of words that are no names, wherever they stand, and of some that open a sentence.
_ABSTRACT = tuple(word_set("tion tions sion ness less lessly ility ical ional istic ology fully ment ments ence ively"))
_LEARNED = tuple(word_set("ist ists ism isms ic ics ous ary ally ity ed able ible ers water"))
_INFLECTED = ("s", "es", "ed", "ing", "er", "ers", "ly", "al")


@lru_cache(maxsize=50_000)
def is_ordinary(word: str) -> bool:
    """Say whether an English word in small letters is no name of its own."""
    if word in GENERIC or word.endswith(_ABSTRACT):
        return True
    small, capital = _rank(word), _rank(word.capitalize())
    return small is not None and (capital is None or small < capital)


def opens_ordinarily(word: str) -> bool:
    """Say whether a word with a capital at the start of a sentence, perhaps a rare or derived one, need be no name."""
    if not is_ordinary(word) and _rank(word.capitalize()) is not None:
        return False
    stems = (word.removesuffix(end) + back for end in _INFLECTED for back in ("", "e"))
    return is_ordinary(word) or word.endswith(_LEARNED) or any(len(stem) > 2 and is_ordinary(stem) for stem in stems)


def _rank(word: str) -> int | None:
    """Return the number of a whole word in the vocabulary: the smaller, the more frequent."""
    try:
        return load_encoding().encode_single_token(" " + word)
    except KeyError:
        return None
