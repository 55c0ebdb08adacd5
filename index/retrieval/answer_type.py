"""What type of answer a question asks for, which sentences could hold one, and where in a sentence it stands.

Surface signs only, in both languages: "how many" or "كم" wants a number. A span is marked only where the form of the
answer leaves little doubt; otherwise there is no mark.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from index.text.search_form import SearchText, is_arabic, stems, without_article, words


class AnswerType(StrEnum):
    """A kind of answer with a recognisable form."""

    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"


# Words of the search form, without the article; two words that follow each other are joined by "_".
_ASKING: dict[AnswerType, frozenset[str]] = {
    AnswerType(kind): frozenset(signs.split())
    for kind, signs in {
        "number": "كم بكم وكم كام ما_عدد هو_عدد ما_نسبه هي_نسبه how_many how_much how_long how_old how_far how_tall "
        "how_large how_big how_high how_often how_deep how_wide what_percent what_percentage what_number what_amount",
        "date": "متي ومتي امتي اي_عام اي_سنه اي_تاريخ اي_شهر اي_يوم اي_عقد اي_قرن ما_تاريخ هو_تاريخ ما_عام هو_عام "
        "هي_سنه what_year which_year what_date what_day what_month what_decade what_century which_century",
        "person": "whom whose مين لمن بمن ومن",
        "place": "اين واين فين وين اي_مدينه اي_بلد اي_دوله اي_مكان اي_ولايه اي_منطقه what_city which_city "
        "what_country which_country what_state which_state what_place",
        "reason": "why what_reason لماذا ليه ليش ما_سبب هو_سبب",
    }.items()
}
# These ask only where no other question word stands before them: "what was built when ..." wants no date.
_ASKING_FIRST = {"when": AnswerType.DATE, "where": AnswerType.PLACE, "who": AnswerType.PERSON}
_QUESTION_WORDS = frozenset(("what", "which", "how", "why", *_ASKING_FIRST))
_NOT_A_PERSON = frozenset(("اي", "اين", "ماذا", "متي", "ما", "خلال"))

_MONTHS = (
    "january february march april may june july august september october november december "
    "يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر كانون شباط اذار نيسان ايار حزيران "
    "تموز اب ايلول تشرين محرم صفر ربيع جمادي رجب شعبان رمضان شوال القعده الحجه"
)
_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands "
    "million millions billion billions half third quarter dozen dozens twice "
    "واحد واحده اثنان اثنين اثنتان اثنتين ثلاثه ثلاث اربعه اربع خمسه خمس سته ست سبعه سبع ثمانيه ثماني ثمان تسعه "
    "تسع عشره عشر عشرون عشرين ثلاثون ثلاثين اربعون اربعين خمسون خمسين ستون ستين سبعون سبعين ثمانون ثمانين تسعون "
    "تسعين مائه مئه مئات الاف الف الفين الفان مليون ملايين مليونين مليار مليارات نصف ثلث ثلثي ربع"
)
MONTHS = frozenset(_MONTHS.split())
NUMBER_WORDS = frozenset(_NUMBER_WORDS.split())
_REASONS = frozenset(("because", "due", "since", "لان", "بسبب", "نتيجه", "نظرا"))
_YEAR = re.compile(r"1\d{3}|20\d{2}")
_CAPITALISED = re.compile(r"(?<=[a-z0-9,;:)] )[A-Z][\w'-]+")

_TOKEN = re.compile(r"\d+(?:[.,،]\d+)*|[^\W\d_]+(?:['-][^\W\d_]+)*")
_DATE_GLUE = re.compile(r"[ ,/،-]{1,2}")
_SPACE = re.compile(r" ")
_PER_CENT = re.compile(r" ?%| per ?cent| (?:في ال|بال)(?:مئه|مائه)")
_SECOND_NAMES = frozenset(("الاول", "الثاني", "الاولي", "الثانيه", "الاخر", "الاخره"))  # of months: تشرين الثاني
_YEAR_ASKED = frozenset(["year", "عام", "سنه", "العام", "السنه"])
_SHARE_ASKED = frozenset(["percent", "percentage", "نسبه", "النسبه"])
_SCALES = frozenset(("hundred", "thousand", "million", "billion", "trillion"))
_SCALES |= frozenset(("مليون", "مليار", "الف", "الاف", "ملايين", "مليارات", "مئه", "مائه"))
_NEAR = 3  # words within which a thing counted stands beside its number


@lru_cache(maxsize=64)  # asked again for every article that is looked at
def expected_types(question: str) -> frozenset[AnswerType]:
    """Return the kinds of answer a question asks for; often none, seldom two."""
    tokens = [without_article(word) if is_arabic(word) else word for word in words(question)]
    signs = {*tokens, *(f"{first}_{second}" for first, second in pairwise(tokens))}
    kinds = {kind for kind, asking in _ASKING.items() if signs & asking}
    first = next((token for token in tokens if token in _QUESTION_WORDS), "")
    if first in _ASKING_FIRST:
        kinds.add(_ASKING_FIRST[first])
    if tokens[:1] == ["من"] and not set(tokens[1:2]) & _NOT_A_PERSON:
        kinds.add(AnswerType.PERSON)
    return frozenset(kinds)


@lru_cache(maxsize=20_000)
def _kind_of(word: str) -> AnswerType | None:
    """What a word alone says of the sentence it stands in."""
    if is_date(word):
        return AnswerType.DATE
    return AnswerType.NUMBER if is_number(word) else AnswerType.REASON if word in _REASONS else None


def is_number(word: str) -> bool:
    """Say whether a word of the search form is a number, in digits or spelled out."""
    return any(char.isdecimal() for char in word) or word in NUMBER_WORDS or without_article(word) in NUMBER_WORDS


def is_date(word: str) -> bool:
    """Say whether a word of the search form is a year of four digits or a month."""
    return word in MONTHS or _YEAR.fullmatch(word) is not None


def possible_types(text: str, tokens: Sequence[str]) -> frozenset[AnswerType]:
    """Return the kinds of answer a sentence could hold; `tokens` are its `words`.

    A name shows by its capital, so in Arabic sentences never.
    """
    kinds = {kind for kind in map(_kind_of, tokens) if kind}
    if _CAPITALISED.search(text):
        kinds |= {AnswerType.PERSON, AnswerType.PLACE}
    return frozenset(kinds)


@dataclass(frozen=True, slots=True)
class _Token:
    form: str
    start: int
    end: int


def find_span(question: str, sentence: str) -> tuple[int, int] | None:
    """Return the range of `sentence`, in code points, that answers `question`; None where that is in doubt."""
    kinds = expected_types(question) - {AnswerType.PLACE}
    if len(kinds) != 1:
        return None
    text = SearchText.of(sentence)
    tokens = [_Token(match.group(), *match.span()) for match in _TOKEN.finditer(text.form)]
    known = frozenset(_TOKEN.findall(SearchText.of(question).form))
    found: tuple[int, int] | None = None
    if AnswerType.DATE in kinds:
        found = _find_date(tokens, known, text.form)
    elif AnswerType.NUMBER in kinds:
        found = _number(question, tokens, known, text.form)
    elif AnswerType.PERSON in kinds:
        found = _name(tokens, known, sentence, text)
    return text.raw_span(*found) if found else None


def _find_date(tokens: Sequence[_Token], known: frozenset[str], form: str) -> tuple[int, int] | None:
    """Find the only date of a sentence that the question does not name itself."""
    only_year = not _YEAR_ASKED.isdisjoint(known)
    runs = _runs(tokens, lambda token: _dates(token, only_year=only_year), form, _DATE_GLUE)
    runs = [run for run in runs if any(is_date(token.form) for token in run)]
    fresh = [run for run in runs if not all(token.form in known for token in run)]
    return (fresh[0][0].start, fresh[0][-1].end) if len(fresh) == 1 else None


def _dates(token: _Token, *, only_year: bool) -> bool:
    if only_year:
        return is_date(token.form) and token.form not in MONTHS
    is_day = token.form.isdecimal() and len(token.form) <= len("31")
    return is_date(token.form) or is_day or token.form in _SECOND_NAMES


def _number(question: str, tokens: Sequence[_Token], known: frozenset[str], form: str) -> tuple[int, int] | None:
    """Find the only number of a sentence, or the only one beside a word of the question."""
    runs = [
        part
        for run in _runs(tokens, lambda token: is_number(token.form), form, _SPACE)
        for part in _split_at_digits(run)
    ]
    runs = [run for run in runs if not all(token.form in known for token in run)]
    if not _SHARE_ASKED.isdisjoint(known):
        runs = [run for run in runs if _PER_CENT.match(form, run[-1].end)]
    else:
        runs = [run for run in runs if not (len(run) == 1 and is_date(run[0].form))]
    if len(runs) > 1 or not any(token.form[0].isdecimal() for run in runs for token in run):
        beside = frozenset(stems(question))
        runs = [run for run in runs if _counts(run, tokens, beside)]
    if len(runs) != 1:
        return None
    start, end = runs[0][0].start, runs[0][-1].end
    sign = _PER_CENT.match(form, end)
    return start, sign.end() if sign else end


def _split_at_digits(run: list[_Token]) -> list[list[_Token]]:
    """Part a run of number words where a number in digits begins or ends; "5 million" stays whole."""
    parts: list[list[_Token]] = []
    for token in run:
        digits = token.form[0].isdecimal()
        after_digits = bool(parts) and parts[-1][-1].form[0].isdecimal()
        if parts and not digits and (not after_digits or token.form in _SCALES):
            parts[-1].append(token)
        else:
            parts.append([token])
    return parts


def _counts(run: Sequence[_Token], tokens: Sequence[_Token], asked: frozenset[str]) -> bool:
    """Say whether a number counts something asked about: "how many *points*", "308 *points*"."""
    after = [token for token in tokens if token.start >= run[-1].end][:_NEAR]
    return any(stem in asked for token in after for stem in stems(token.form))


def _name(tokens: Sequence[_Token], known: frozenset[str], sentence: str, text: SearchText) -> tuple[int, int] | None:
    """Find the only name of two words or more that the question does not name; capitals show it, so never in Arabic."""
    if any(is_arabic(token.form) for token in tokens):
        return None
    # The first word of a sentence has a capital whatever it is.
    capital = {token for token in tokens[1:] if sentence[text.starts[token.start]].isupper()}
    runs = _runs(tokens, capital.__contains__, text.form, _SPACE)
    fresh = [run for run in runs if len(run) > 1 and known.isdisjoint(token.form for token in run)]
    return (fresh[0][0].start, fresh[0][-1].end) if len(fresh) == 1 else None


def _runs(
    tokens: Sequence[_Token], belongs: Callable[[_Token], bool], form: str, glue: re.Pattern[str]
) -> list[list[_Token]]:
    """Return the longest runs of tokens that belong, with nothing but `glue` between them."""
    runs: list[list[_Token]] = []
    last: _Token | None = None
    for token in tokens:
        if not belongs(token):
            last = None
            continue
        if last and glue.fullmatch(form, last.end, token.start):
            runs[-1].append(token)
        else:
            runs.append([token])
        last = token
    return runs
