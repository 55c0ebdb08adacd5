"""Whether a claim is written in Arabic or in English, and not in another language that shares their letters.

A guess of two languages takes Chinese for English and Persian for Arabic. What the sources say themselves, such as a
foreign title, is no sign of a foreign language.
"""

import re
from collections.abc import Sequence

from bot.grounding.facts.tokens import word_set
from index.text.search_form import language_of
from index.types import Language

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc]")
_PREFIX = re.compile("^[وفبكلاـ]+")
_MOST_OTHER = 0.3
"""Share of letters that are neither Arabic nor Latin."""
_ENGLISH = word_set(
    """
    the of and to in is was by for with that from it its were has had are been which at this be his he she they on not
    as but who when where there their her him will would can could than then into after before during about
    """
)
_FOREIGN = word_set(
    """
    der das und ist wurde wurden von mit für auf ein eine einen dem den zu nicht im des durch sich auch aus bei le
    la les du est et un une dans par pour au aux fut qui que sur avec pas ont été sont cette ses ce el los las del y
    en se fue es por con una su al lo como para más fueron il gli di che è stato nel della sono alla dei delle stata
    da dal nella os dos das em foi não uma com pelo pela ao het een werd van op door naar niet werden ve bir için
    ile olarak och av som på till blev
    """
)
_PARTICLES = word_set("de da di du del la le el van von der den al bin ibn")
"""Parts of names: before a capital they are no sign."""

_NOT_ARABIC = re.compile("[پچژگڤٹڈڑںھہےݣڭۆێەۇۈۋېڀ]")
_PERSIAN = word_set("در است شد که این را بود برای یک شده های از ها کرد شدند بودند میں کے کی کا")
_MOST_PERSIAN = 1


def is_in(text: str, language: Language, sources: Sequence[str]) -> bool:
    """Say whether a claim is in `language`; words of its sources may be in any."""
    given = {word.casefold() for source in sources for word in _WORD.findall(source)}
    letters = [char for char in text if char.isalpha()]
    if not letters:  # a number is in both
        return True
    other = sum(not (_ARABIC.match(char) or _is_latin(char)) for char in letters)
    if other > _MOST_OTHER * len(letters) or language_of(text) != language:
        return False
    words = _WORD.findall(text)
    new = [word for word in words if word.casefold() not in given]
    if any(_is_garbled(word) or _is_of_a_third_script(word) for word in new):
        return False
    return _is_arabic(words, given) if language == "ar" else _is_english(words, given)


def _is_latin(char: str) -> bool:
    """Whether a letter is Latin, or a sign of speech as in "ʿAbd"."""
    return char < "\u0300" or "\u1e00" <= char <= "\u1eff"


def _is_garbled(word: str) -> bool:
    """Whether a word changes its script half way, such as "Edلب"; an Arabic article before "الـiPhone" may."""
    latin = [_is_latin(char) for char in _PREFIX.sub("", word) if char.isalpha()]
    return any(latin) and not all(latin)


def _is_of_a_third_script(word: str) -> bool:
    """Whether a word has letters that are neither Arabic nor Latin, nor Greek, as in formulas."""
    return any(not (_ARABIC.match(char) or _is_latin(char) or "\u0370" <= char <= "\u03ff") for char in word)


def _is_english(words: Sequence[str], given: set[str]) -> bool:
    """Say whether English function words outweigh those of other languages."""
    english = foreign = 0
    for word, following in zip(words, [*words[1:], ""], strict=False):
        small = word.casefold()
        in_name = small in _PARTICLES and following[:1].isupper()
        english += small in _ENGLISH
        foreign += small in _FOREIGN and not in_name and small not in given - _ENGLISH
    return foreign <= english


def _is_arabic(words: Sequence[str], given: set[str]) -> bool:
    """Say whether no word has letters of Persian or Urdu, few are theirs, and none is an English sentence's."""
    new = [word for word in words if word.casefold() not in given]
    foreign_letters = any(_NOT_ARABIC.search(word) for word in new)
    persian = sum(word in _PERSIAN for word in new)
    english = sum(word in _ENGLISH for word in new)
    return not foreign_letters and persian <= _MOST_PERSIAN and english <= 1
