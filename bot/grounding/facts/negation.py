"""What a text says is not so, and whether its sources say that too; pairs of opposites are `contrasts`."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.grounding.facts.numbers import without_clitics
from bot.grounding.facts.stems import arabic_stem, english_stem, roots
from bot.grounding.facts.tokens import Kind, Mention, Token, word_set
from bot.grounding.facts.vocabulary import ENGLISH_FUNCTION_WORDS, base_form

_NOT = word_set("not never cannot no nobody none neither nor nowhere لم لن ليس ليست ليسوا لسنا")
_NO_ONE = word_set("no nobody none neither")
_SOFT = word_set("لا ما غير دون بدون عدم")
"""Negations that are other words too: they support a claim's negation, and hold a claim to none."""
_NEGATIVE = word_set(
    """
    deny denied denies denial refuse refused refuses refusal reject rejected rejects fail failed fails failure lack
    lacked lacks lacking without ban banned bans forbid forbidden forbids prohibit prohibited prevent prevented prevents
    unable impossible unlikely hardly scarcely rarely seldom few little
    only just except absent absence stop stopped stops
    cease ceased ended lost missing rather instead unless avoid avoided unknown unclear incapable against ignored
    abandoned cancelled refrain refrained neglected longer insufficient unwilling nothing than other hitherto yet
    نفي نفت ينفي تنفي نفيه رفض رفضت يرفض ترفض رفضه منع منعت يمنع تمنع حظر فشل فشلت اخفق اخفقت امتنع امتنعت غياب
    انعدام انعدمت نادرا قلما خلا سوي الا عجز عجزت تعذر استحال تجاهل توقف توقفت كف خال خاليه يستحيل مستحيل مجهول دونما
    فقد فقدت افتقر افتقرت يفتقر تفتقر نقص بدل بدلا لولا باستثناء كلا تجنب ابي احجم قليل قليله انكر انكرت لست
    """
)
_DENY = word_set("deny denied denies denying denial نفي نفت ينفي تنفي انكر انكرت ينكر تنكر نفيه نفيها")
_HEDGES = word_set("may might possibly perhaps maybe ربما لعل قد")
_OPEN = word_set(
    """
    may might could would should possibly perhaps maybe will shall can likely plan plans planned planning expected
    expect hopes hope wants want intends proposed propose if whether possible possibly consider considering considers
    قد ربما لعل يحتمل محتمل يمكن سوف مخطط يخطط تخطط متوقع يتوقع المتوقع المقرر مقرر ينوي تنوي تعتزم يعتزم اذا ممكن
    احتمال
    """
)
_NOT_NEGATIONS = {("لا", "يزال"), ("لا", "تزال"), ("لا", "زال"), ("لا", "سيما"), ("لا", "بد"), ("ما", "زال")} | {
    *((no, size) for no in ("no", "not") for size in ("fewer", "less", "more")),
    *(("لا", size) for size in ("يقل", "تقل", "يزيد", "تزيد", "يتجاوز", "تتجاوز")),
    ("not", "only"),
    ("no", "doubt"),
    ("no", "sooner"),
    ("ليس", "فقط"),
    ("لم", "يزل"),
    ("لم", "تكتف"),
}
_STOPS = frozenset('.,;:!?؟،؛()[]«»"')
_PREFIXES = ("un", "non", "dis")
_NO_PREFIX = ("under", "uni", "until", "unto", "uncle", "dist", "disc", "dise", "disp")
_YES = word_set("yes نعم اجل")
_ONLY = word_set("only sole وحيد وحيده وحيدان وحيدتان وحيدين وحيدون وحيدات")
_OTHERS = {("other", "than"), ("apart", "from"), ("aside", "from"), ("in", "addition"), ("besides", "the")}
_OF_THEIRS = ("ها", "هم", "هما")
_SHORT = 10
"""Words of a sentence that says one thing."""
_REACH = 6
"""Tokens within which a negation finds its verb."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a text says of a word: not so, only perhaps so, or plainly so."""

    denied: frozenset[str]
    hedged: frozenset[str]
    plain: frozenset[str]


def find_negations(tokens: Sequence[Token], sources: Sequence[Sequence[Token]]) -> list[Mention]:
    """Return what a claim denies and its sources do not, and what it says plainly and they deny or only suppose."""
    if not any(_is_negative(source) for source in sources):
        denials = [Mention(Kind.OPPOSITE, place, place + 1, frozenset()) for place in _negations(tokens)]
        if denials:
            return denials
    if tokens and (_contradicts_whole(tokens, sources) or _adds_to_the_only(tokens, sources)):
        return [Mention(Kind.OPPOSITE, 0, len(tokens), frozenset())]
    return _dropped(tokens, [_scope(source) for source in sources])


def _contradicts_whole(tokens: Sequence[Token], sources: Sequence[Sequence[Token]]) -> bool:
    """Say whether a claim affirms what a short sentence in the other language, all of it, denies.

    "Yes" affirms it whole, so that a long one will do, too.
    """
    size = sum(token.word for token in tokens)
    longest = math.inf if tokens[0].form in _YES else min(_SHORT, size * 2)
    arabic = sum(token.arabic for token in tokens) * 2 > size
    return not _is_negative(tokens) and all(
        any(True for _ in _negations(source))
        and (sum(token.arabic for token in source) * 2 > sum(token.word for token in source)) is not arabic
        and sum(token.word for token in source) <= longest
        for source in sources
    )


def _adds_to_the_only(tokens: Sequence[Token], sources: Sequence[Sequence[Token]]) -> bool:
    """Say whether a claim knows of others than those that its sources call the only ones."""
    forms = [token.form for token in tokens]
    other = any(
        (form, after) in _OTHERS or (form == "غير" and (after.startswith("ال") or after.endswith(_OF_THEIRS)))
        for form, after in pairwise((*forms, ""))
    )
    only = [any(bare in _ONLY for token in text for bare in without_clitics(token.form)) for text in (tokens, *sources)]
    return other and not any(True for _ in _negations(tokens)) and not only[0] and all(only[1:])


def negated_places(tokens: Sequence[Token]) -> set[int]:
    """Return the places of the words that negations deny."""
    return {place for at in _negations(tokens, soft=True) for place in _denied_by(tokens, at)}


def _dropped(tokens: Sequence[Token], scopes: Sequence[_Scope]) -> list[Mention]:
    plain = frozenset[str]().union(*(scope.plain for scope in scopes))
    denied = frozenset[str]().union(*(scope.denied for scope in scopes)) - plain
    hedged = frozenset[str]().union(*(scope.hedged for scope in scopes)) - plain
    if _is_negative(tokens):
        denied = frozenset()
    if any(token.form in _OPEN for token in tokens):
        hedged = frozenset()
    wrong = denied | hedged
    return [
        Mention(Kind.OPPOSITE, place, place + 1, frozenset())
        for place, token in enumerate(tokens)
        if token.word and tells(token) and not wrong.isdisjoint(bases(token)) and plain.isdisjoint(bases(token))
    ]


def _scope(tokens: Sequence[Token]) -> _Scope:
    denied = {place for at in _negations(tokens) for place in _denied_by(tokens, at)}
    hedged: set[int] = set()
    for place, token in enumerate(tokens):
        if token.form in _DENY:
            denied |= set(_content_after(tokens, place, 3))
        following = tokens[place + 1].form if place + 1 < len(tokens) else ""
        sure = token.form == "قد" and following[:1] not in ("ي", "ت")  # with the past it affirms
        if token.form in _HEDGES and not token.capital and not sure:
            hedged |= set(_content_after(tokens, place, 1))
    words = {place: bases(token) for place, token in enumerate(tokens) if token.word and tells(token)}
    return _Scope(
        frozenset(base for place in denied if place in words for base in words[place]),
        frozenset(base for place in hedged if place in words for base in words[place]),
        frozenset(base for place, bases in words.items() if place not in denied | hedged for base in bases),
    )


def _negations(tokens: Sequence[Token], *, soft: bool = False) -> Iterator[int]:
    """Yield the places of negations; `soft`: also of those that may be another word."""
    for place, token in enumerate(tokens):
        following = tokens[place + 1].form if place + 1 < len(tokens) else ""
        if (token.form, following) in _NOT_NEGATIONS or (token.form == "no" and token.upper):
            continue
        bare = token.form[1:] if token.arabic and token.form[:1] in ("و", "ف") else token.form
        if bare in _NOT or bare.endswith("n't") or (soft and bare.removeprefix("ب") in _SOFT):
            yield place


def _is_negative(tokens: Sequence[Token]) -> bool:
    """Say whether a text denies anything, in whatever words."""
    if any(True for _ in _negations(tokens, soft=True)):
        return True
    bares = (bare for token in tokens for bare in without_clitics(token.form))
    return any(bare in _NEGATIVE or (bare.startswith(_PREFIXES) and not bare.startswith(_NO_PREFIX)) for bare in bares)


def _denied_by(tokens: Sequence[Token], at: int) -> Iterator[int]:
    """Yield the place of the verb that a negation denies; "no one was hurt" denies the whole."""
    return _content_after(tokens, at, 2 if tokens[at].form in _NO_ONE else 1)


def _content_after(tokens: Sequence[Token], at: int, most: int) -> Iterator[int]:
    for place in range(at + 1, min(at + 1 + _REACH, len(tokens))):
        token = tokens[place]
        if token.form in _STOPS or most == 0:
            return
        if token.word and tells(token):
            most -= 1
            yield place


def tells(token: Token) -> bool:
    """Say whether a word carries more than grammar."""
    return len(token.form) > 2 and token.form not in ENGLISH_FUNCTION_WORDS


def bases(token: Token) -> frozenset[str]:
    """Return what forms of a word have in common: "لم تعلق" denies علقت."""
    if token.arabic:
        bare = list(without_clitics(token.form))[-1]
        return roots(bare) or frozenset({arabic_stem(bare)})
    return frozenset({english_stem(base_form(token.form.removesuffix("'s")))})
