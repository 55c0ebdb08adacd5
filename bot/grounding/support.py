"""What a claim states that the sentences it cites do not state. Pure text, no model.

Numbers, dates, names, links and quotations are compared in whatever language; the other words only within one
(`bot.grounding.wording`). What cannot be told from words, encoders are asked (`bot.grounding.agreement`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.grounding.facts import Facts, Kind, find_names, read_facts, states
from bot.grounding.facts.tokens import Token, mostly_arabic, without_clitics, word_set
from bot.grounding.operators import OPPOSITES, Operator, find_operators
from bot.grounding.wording import Departure, find_departures
from bot.grounding.words import read_wording

_LINK = re.compile(
    r"[a-z][a-z0-9+.-]{1,15}://[^\s<>\"»)\]]{1,300}"
    r"|\bwww\.[^\s<>\"»)\]]{1,300}"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
    r"|\b[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,4}\.(?:com|org|net|info|edu|gov|io|co|ai|app|example|ru|cn)\b(?:/\S{0,300})?"
    r"|</?[a-z!][^<>]{0,200}>?",
    re.IGNORECASE,
)
_YES = word_set("yes نعم اجل")
_ONLY = word_set("only sole وحيد وحيده وحيدان وحيدتان وحيدين وحيدون وحيدات")
_OTHERS = {("other", "than"), ("apart", "from"), ("aside", "from"), ("in", "addition"), ("besides", "the")}
_OF_THEIRS = ("ها", "هم", "هما")
_DENIAL = word_set("not never cannot no nobody none neither nor nowhere لم لن ليس ليست ليسوا لسنا")
"""Words that are negations and nothing else."""
_NEGATIVE = word_set(
    """
    lack lacked lacks lacking impossible unlikely few little just only except absent absence ended lost missing rather
    instead unless unknown unclear incapable against ignored abandoned cancelled refrain refrained neglected longer
    insufficient unwilling other hitherto yet reject rejected rejects rejection refusal denial failure
    غياب انعدام انعدمت نادرا قلما خلا عجز عجزت تعذر استحال تجاهل كف خال خاليه يستحيل مستحيل مجهول فقد فقدت افتقر افتقرت
    يفتقر تفتقر نقص بدل لولا تجنب ابي احجم قليل قليله رفضه نفيه ما
    """
)
"""Words that deny something, too: "refusal" can be what the other language says with "not"."""
_PREFIXES = ("un", "non", "dis")
_NO_PREFIX = ("under", "uni", "until", "unto", "uncle", "dist", "disc", "dise", "disp")
_DIRECTIONS = {
    form: line.split()[0]
    for line in (
        "north northern شمال شمالي شماليه",
        "south southern جنوب جنوبي جنوبيه",
        "east eastern شرق شرقي شرقيه",
        "west western غرب غربي غربيه",
    )
    for form in line.split()
}
_SHORT = 10
"""Words of a sentence that says one thing."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something that a claim states and its sentences do not, in the claim's own words."""

    kind: Kind
    text: str


def find_unsupported(claim: str, sentences: Sequence[str], *, question: str = "") -> tuple[Unsupported, ...]:
    """Return what of a claim the cited sentences do not state, in the order of the claim.

    No number, date or name may come from the question, which can be a false premise.
    """
    links = [Unsupported(Kind.LINK, link) for link in _unsupported_links(claim, sentences)]
    said, sources = read_facts(claim), [read_facts(sentence) for sentence in sentences]
    found = list(_values(said, sources))
    if any(mostly_arabic(source.tokens) is mostly_arabic(said.tokens) for source in sources):
        found += find_departures(claim, sentences, question=question)
    else:
        found += [*_names(said, sources), *_contraries(said, sources)]
    found.sort(key=lambda one: one.first)
    texts = (
        Unsupported(one.kind, claim[said.tokens[one.first].start : said.tokens[one.last - 1].end]) for one in found
    )
    return tuple(dict.fromkeys((*texts, *links)))


def _unsupported_links(claim: str, sentences: Sequence[str]) -> Iterator[str]:
    """Yield addresses and tags that no sentence has to the letter: nobody is sent anywhere by an invention."""
    texts = [sentence.casefold() for sentence in sentences]
    for found in _LINK.finditer(claim):
        link = found[0].rstrip(".,;:!?")
        if not any(link.casefold() in text for text in texts):
            yield link


def _values(said: Facts, sources: Sequence[Facts]) -> Iterator[Departure]:
    """Yield quantities and dates that no source states; of one that is missing, not its unit as well."""
    missing: set[int] = set()
    for mention in said.mentions:
        if mention.asserted and mention.first not in missing and not states(sources, mention):
            missing.add(mention.first)
            yield Departure(mention.kind, mention.first, mention.last)


def _names(said: Facts, sources: Sequence[Facts]) -> Iterator[Departure]:
    given = [source.names for source in sources]
    taken = {place for one in said.mentions if one.asserted for place in range(one.first, one.last)}
    for first, last, name in find_names(said.tokens):
        if taken.isdisjoint(range(first, last)) and not any(name.stated_by(source) for source in given):
            yield Departure(Kind.NAME, first, last)


def _contraries(said: Facts, sources: Sequence[Facts]) -> Iterator[Departure]:
    """Yield what a claim says the other way round than sources in another language, as far as that can be told."""
    tokens = said.tokens
    denials = list(_denials(tokens))
    if denials and not any(_is_negative(source.tokens) for source in sources):
        yield from (Departure(Kind.OPPOSITE, place, place + 1) for place in denials)
    elif tokens and (_affirms_what_is_denied(tokens, sources) or _adds_to_the_only(tokens, sources)):
        yield Departure(Kind.OPPOSITE, 0, len(tokens))
    yield from _other_bounds(said, sources)
    told = {_DIRECTIONS[form] for source in sources for form in _forms(source.tokens) if form in _DIRECTIONS}
    for place, token in enumerate(tokens):
        directions = {_DIRECTIONS[form] for form in _forms([token]) if form in _DIRECTIONS}
        if told and directions and directions.isdisjoint(told):
            yield Departure(Kind.OPPOSITE, place, place + 1)


def _forms(tokens: Sequence[Token]) -> Iterator[str]:
    return (form for token in tokens for form in without_clitics(token.form))


def _denials(tokens: Sequence[Token]) -> Iterator[int]:
    """Yield the places of words that are negations and nothing else."""
    for one in find_operators(tokens):
        token = tokens[one.first]
        bare = token.form[1:] if token.arabic and token.form[:1] in ("و", "ف") else token.form
        if one.operator is Operator.NOT and (bare in _DENIAL or bare.endswith("n't")):
            yield one.first


def _is_negative(tokens: Sequence[Token]) -> bool:
    """Say whether a text denies anything, in whatever words."""
    if any(one.operator in (Operator.NOT, Operator.EXCEPT) for one in find_operators(tokens)):
        return True
    return any(
        form in _NEGATIVE or (form.startswith(_PREFIXES) and not form.startswith(_NO_PREFIX)) for form in _forms(tokens)
    )


def _affirms_what_is_denied(tokens: Sequence[Token], sources: Sequence[Facts]) -> bool:
    """Say whether a claim affirms what short sentences, all of them, deny; "yes" affirms a long one, too."""
    size = sum(token.word for token in tokens)
    yes = tokens[0].form in _YES
    return not _is_negative(tokens) and all(
        any(True for _ in _denials(source.tokens))
        and (yes or sum(token.word for token in source.tokens) <= min(_SHORT, size * 2))
        for source in sources
    )


def _adds_to_the_only(tokens: Sequence[Token], sources: Sequence[Facts]) -> bool:
    """Say whether a claim knows of others than those that its sources call the only ones."""
    forms = [token.form for token in tokens]
    other = any(
        (form, after) in _OTHERS or (form == "غير" and (after.startswith("ال") or after.endswith(_OF_THEIRS)))
        for form, after in pairwise((*forms, ""))
    )
    only = [any(form in _ONLY for form in _forms(text)) for text in (tokens, *(source.tokens for source in sources))]
    denied = any(True for _ in _denials(tokens))
    return other and not denied and not only[0] and all(only[1:])


def _other_bounds(said: Facts, sources: Sequence[Facts]) -> Iterator[Departure]:
    """Yield values that a claim bounds the other way than a source: more than 50, fewer than 50."""
    for word in read_wording(said.text).words:
        if word.mention is None:
            continue
        there = [
            other.near
            for source in sources
            for other in read_wording(source.text).words
            if other.mention and _is_same(word.mention.readings, other.mention.readings)
        ]
        opposite = {OPPOSITES[operator] for operator in word.bound if operator in OPPOSITES}
        if there and all(opposite & near and not word.bound & near for near in there):
            yield Departure(Kind.OPPOSITE, word.first, word.last)


def _is_same(one: Sequence[object], two: Sequence[object]) -> bool:
    return not set(one).isdisjoint(two)
