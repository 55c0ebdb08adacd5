"""Words that turn a sense round or bound it, in Arabic and English: not, only, except, before, more than, perhaps.

Each stands beside words, and is compared there (`bot.grounding.wording`), never over the whole of a long sentence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

from bot.grounding.facts.tokens import Token, without_clitics, word_set


class Operator(StrEnum):
    """What a word does to the words beside it."""

    NOT = auto()
    ONLY = auto()
    EXCEPT = auto()
    BEFORE = auto()
    AFTER = auto()
    SINCE = auto()
    UNTIL = auto()
    MORE = auto()
    LESS = auto()
    MAYBE = auto()
    TO = auto()
    FROM = auto()
    WITH = auto()
    AGAINST = auto()
    BY = auto()


OPPOSITES = {
    Operator.TO: Operator.FROM,
    Operator.FROM: Operator.TO,
    Operator.WITH: Operator.AGAINST,
    Operator.AGAINST: Operator.WITH,
    Operator.BEFORE: Operator.AFTER,
    Operator.AFTER: Operator.BEFORE,
    Operator.SINCE: Operator.UNTIL,
    Operator.UNTIL: Operator.SINCE,
    Operator.MORE: Operator.LESS,
    Operator.LESS: Operator.MORE,
}
LOOSE = frozenset({Operator.TO, Operator.FROM, Operator.WITH})
"""What a claim may add, unless its sources have the opposite there."""
DROPPED = frozenset({Operator.NOT, Operator.EXCEPT, Operator.MAYBE, Operator.BEFORE, Operator.AFTER, Operator.UNTIL})
"""What a claim may not leave out; it says less, but nothing else, without "only" or "more than"."""

# A phrase is in search form; of phrases at one place, the longest counts. No operator: "not only", "لا يزال".
_PHRASES: dict[Operator | None, str] = {
    Operator.NOT: (
        "not never no none nobody nothing neither nor cannot without unable hardly scarcely barely rarely seldom "
        "no_one no_longer instead_of rather_than بدلا_من عوضا_عن لم لن لا ليس ليست ليسوا لسنا لست غير بدون دون دونما "
        "بلا عدم كلا"
    ),
    Operator.ONLY: "only just merely solely exclusively alone sole فقط وحده وحدها وحدهم انما حصرا حصريا مجرد",
    Operator.EXCEPT: (
        "except excluding save_for except_for apart_from aside_from other_than but_for الا سوي باستثناء عدا ماعدا "
        "ما_عدا"
    ),
    Operator.BEFORE: "before prior_to ahead_of قبل قبيل",
    Operator.AFTER: "after بعد بعيد عقب",
    Operator.SINCE: "since منذ",
    Operator.UNTIL: "until till حتي",
    Operator.MORE: (
        "more over above more_than greater_than at_least no_fewer_than no_less_than not_less_than not_fewer_than "
        "upwards_of exceeding in_excess_of اكثر اكثر_من ازيد ازيد_من فوق علي_الاقل ما_لا_يقل لا_يقل لا_تقل ما_يزيد "
        "يزيد_عن يزيد_علي"
    ),
    Operator.LESS: (
        "less fewer under below beneath less_than fewer_than at_most at_the_most no_more_than not_more_than up_to "
        "اقل اقل_من تحت علي_الاكثر كحد_اقصي ما_لا_يزيد لا_يزيد لا_تزيد لا_يتجاوز لا_تتجاوز"
    ),
    Operator.MAYBE: (
        "may might could would should will shall perhaps possibly maybe if whether unless allegedly reportedly "
        "supposedly ربما لعل سوف اذا لو"
    ),
    Operator.TO: "to into toward towards الي",
    Operator.FROM: "from out_of من",
    Operator.WITH: "with مع",
    Operator.AGAINST: "against ضد",
    Operator.BY: "by",  # what is done by somebody is not what they do
    None: (
        "not_only no_doubt no_sooner if_not more_or_less ليس_فقط لا_يزال لا_تزال لا_يزالون لا_زال لا_سيما لا_بد "
        "ما_زال لم_يزل لم_تكتف at_all after_all من_قبل بعد_ان بعد_ذلك بعد_ما قبل_ذلك"
    ),
}
_LONGEST = 3
# Verbs that say of what follows that it is not so. They are words of their own, too.
_NEGATE = word_set(
    "deny denied denies denying refuse refused refuses refusing fail failed fails failing prevent prevented prevents "
    "avoid avoided forbid forbade forbidden forbids ban banned bans prohibit prohibited stop stopped stops ceased "
    "lack lacked lacks نفي نفت ينفي تنفي انكر انكرت ينكر تنكر رفض رفضت يرفض ترفض فشل فشلت يفشل اخفق اخفقت امتنع "
    "امتنعت منع منعت يمنع تمنع حظر حظرت توقف توقفت"
)
_OPERATORS = {
    phrase.replace("_", " "): operator for operator, phrases in _PHRASES.items() for phrase in phrases.split()
}


@dataclass(frozen=True, slots=True)
class Bound:
    """An operator at `tokens[first:last]`; `is_word`: the word also counts as one of the words of the text."""

    operator: Operator
    first: int
    last: int
    is_word: bool = False


def find_operators(tokens: Sequence[Token]) -> Iterator[Bound]:
    """Yield the operators of a text in order, the longest phrase at each place."""
    place = 0
    while place < len(tokens):
        operator, last = _at(tokens, place)
        if operator:
            yield Bound(operator, place, last)
        elif tokens[place].form in _NEGATE:
            yield Bound(Operator.NOT, place, place + 1, is_word=True)
        place = last


def _at(tokens: Sequence[Token], place: int) -> tuple[Operator | None, int]:
    token = tokens[place]
    if not token.word or _stands_apart(tokens, place):
        return None, place + 1
    for size in range(min(_LONGEST, len(tokens) - place), 0, -1):
        rest = [other.form for other in tokens[place + 1 : place + size]]
        for form in _forms(token):
            phrase = " ".join([form, *rest])
            if phrase in _OPERATORS:
                return _OPERATORS[phrase], place + size
    if token.form.endswith("n't"):
        return Operator.NOT, place + 1
    # With the past "قد" affirms, with the present it is "perhaps".
    following = tokens[place + 1].form[:1] if place + 1 < len(tokens) else ""
    return (Operator.MAYBE if token.form == "قد" and following in ("ي", "ت") else None), place + 1


def _forms(token: Token) -> Iterator[str]:
    """Yield the forms that an operator can have at a token: "ولم", "بعدم", but no word that only begins like one."""
    if not token.arabic:
        yield token.form
        return
    short = len(token.form) < 3
    yield from (bare for bare in without_clitics(token.form) if not short or bare == token.form)


def _stands_apart(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a word is no operator here: "No, …" answers, "NO" is short for something, and May is a month."""
    token = tokens[place]
    answers = token.form in ("no", "لا", "كلا") and place == 0 and len(tokens) > 1 and tokens[1].form in ",.،"
    return answers or (token.form == "no" and token.upper) or (token.form in ("may", "will") and token.capital)
