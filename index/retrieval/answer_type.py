"""What kind of answer a question asks for, and which sentences could hold one of that kind.

Surface signs only, in both languages: "how many" or "كم" wants a number. Where in the sentence the answer stands is
`index.retrieval.spans`.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from index.text.search_form import is_arabic, without_article, words


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
