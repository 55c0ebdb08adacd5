"""Forms of Arabic and English text for matching and for encoders; never what a person is shown.

The search form makes spellings of one word equal and keeps a map back to the raw text. Splitting into sentences
is `index.text.sentences`.
"""

import re
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from index.types import Language

_ALEF_AND_FRIENDS = {
    **dict.fromkeys("أإآٱ", "ا"),
    **dict.fromkeys("ىیې", "ي"),
    **dict.fromkeys("کڪ", "ك"),
    **dict.fromkeys("ةہھە", "ه"),
}
_PUNCTUATION = {
    **dict.fromkeys("\u2018\u2019\u02bc\u201b`", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    "٫": ".",
    "٬": ",",
    "٪": "%",
}
_LATIN = {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th"}
_SAME = _ALEF_AND_FRIENDS | _PUNCTUATION | _LATIN

_HAMZA_ABOVE = "\u0654"
_WITH_HAMZA = {"و": "ؤ", "ي": "ئ"}
_TATWEEL = "\u0640"
_REPLACEMENT = "\ufffd"

_ARABIC = "\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c9"
_WORD = re.compile(
    r"[0-9]+(?:[.,][0-9]+)*"  # 3.5 and 1,000
    r"|(?:[a-z]\.){2,}[a-z]?(?![a-z])"  # u.s.
    rf"|[{_ARABIC}]+"
    rf"|[^\W\d_{_ARABIC}][^\W_{_ARABIC}]*(?:'[^\W\d_{_ARABIC}]+)*"
)
_UNTIDY = re.compile("[0-9.']")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,3}(?:\.[0-9]{3}){2,}")

_ARTICLE = re.compile(rf"(?:[وفبك]?ال|لل|ولل)(?=[{_ARABIC}]{{3}})")

# Words that carry the frame of a question, whatever names stand in it. In search form.
_FRAME_WORDS = frozenset(
    re.findall(
        r"\w+",
        "ما ماذا من متي اين هل كم كيف لماذا لم اي ايه هو هي هم في علي الي عن مع بين قبل بعد التي الذي هذا هذه ان كان "
        "كانت what who whom whose when where why which how is are was were be did does do has have had can will the of "
        "in on a an to and by for from with at",
    )
)


@dataclass(frozen=True, slots=True)
class SearchText:
    """The search form of a raw text, with where each of its characters came from.

    `starts[i]:ends[i]` is the raw range of `form[i]`; both run upwards.
    """

    form: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "SearchText":
        """Return the search form of `text` with its map; linear in the text."""
        form: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for position, raw in enumerate(text):
            folded = _SEARCH[ord(raw)]
            if raw == _HAMZA_ABOVE and form and form[-1] in _WITH_HAMZA:
                form[-1] = _WITH_HAMZA[form[-1]]
            if folded in ("", _HAMZA_ABOVE):
                # A mark written on the last character belongs to it: a raw range never cuts between them.
                if ends and ends[-1] == position and _clings(raw):
                    ends[-1] = position + 1
                continue
            for char in folded:
                if char != " " or not form or form[-1] != " ":
                    form.append(char)
                    starts.append(position)
                    ends.append(position + 1)
        return cls("".join(form), tuple(starts), tuple(ends))

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the raw half-open range that `form[start:end]` came from.

        Raises: IndexError if `start < end` does not hold, or the range is not inside the form.
        """
        if not 0 <= start < end <= len(self.form):
            raise IndexError(f"[{start}:{end}] is no range of a form of {len(self.form)} characters")
        return self.starts[start], self.ends[end - 1]


def search_form(text: str) -> str:
    """Return `text` with spelling variants made equal, for matching only; idempotent, linear.

    Presentation forms are unfolded (NFKC), tashkeel, tatweel, zero-width and direction marks dropped, alef, ya, kaf,
    ta marbuta, Latin case and accents folded, digits are 0-9, and any run of white space is one space.
    """
    form = text.translate(_SEARCH)
    if _HAMZA_ABOVE in form:
        for bare, composed in _WITH_HAMZA.items():
            form = form.replace(bare + _HAMZA_ABOVE, composed)
        form = form.replace(_HAMZA_ABOVE, "")
    return re.sub("  +", " ", form)


def embedding_text(text: str) -> str:
    """Return `text` cleaned lightly for an encoder written in C: one line, no NUL, nothing invisible, no tashkeel.

    On the twelve most vocalised articles of ARCD's training part, hit@1 of e5 is .630 with tashkeel and .694 without.
    """
    return " ".join(text.translate(_EMBEDDING).split())


def without_diacritics(text: str) -> str:
    """Return `text` without diacritics: vowel signs, and accents where they are characters of their own."""
    return text.translate(_MARKS)


def language_of(text: str) -> Language:
    """Return the language of the frame of `text`: names of the other script inside it do not decide.

    Words are counted by script; frame words ("ما", "the"), the first word and "؟" weigh more. No Arabic word → "en".
    """
    scripts = [(word, is_arabic(word)) for word in words(text) if not word[0].isdecimal()]
    arabic = sum(1 + 2 * (word in _FRAME_WORDS) for word, in_arabic in scripts if in_arabic)
    other = sum(1 + 2 * (word in _FRAME_WORDS) for word, in_arabic in scripts if not in_arabic)
    if not arabic:
        return "en"
    first_is_arabic = scripts[0][1]
    arabic += 2 * first_is_arabic + 3 * ("؟" in text)
    other += 2 * (not first_is_arabic)
    return "ar" if arabic >= other else "en"


def is_arabic(word: str) -> bool:
    """Say whether a word of the search form is in Arabic script."""
    return "\u0620" <= word[:1] <= "\u08c9"


def words(text: str) -> list[str]:
    """Return the words and numbers of `text` in search form: "1,000" is "1000", "U.S." is "us", a date its parts."""
    found = _WORD.findall(search_form(text))
    return [word for token in found for word in (_tidy(token) if _UNTIDY.search(token) else (token,))]


def stems(text: str) -> list[str]:
    """Return one stem for each of `words(text)`."""
    return list(map(stem, words(text)))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem of a word of the search form, an Arabic one's without its leading article.

    Each word is stemmed by its own script, so a name in the other script is matched as it is there.
    """
    return snowball_stem(without_article(word), "ar") if is_arabic(word) else snowball_stem(word, "en")


@lru_cache(maxsize=100_000)
def snowball_stem(word: str, language: Language) -> str:
    """Return what Snowball's light stemmer of a language leaves of a word of the search form.

    Safe to call from several threads: each has stemmers of its own.
    """
    stemmed: str = _STEMMERS.by_language[language].stemWord(word)
    return stemmed


def without_article(word: str) -> str:
    """Strip a leading (و|ف|ب|ك|ل)?ال or لل from an Arabic word in search form where three letters or more remain."""
    leading = _ARTICLE.match(word)
    return word[leading.end() :] if leading else word


class _Stemmers(threading.local):
    """A thread's own stemmers: PyStemmer forbids two threads to use one at the same time."""

    def __init__(self) -> None:
        self.by_language = {"ar": Stemmer.Stemmer("arabic"), "en": Stemmer.Stemmer("english")}


_STEMMERS = _Stemmers()


def _tidy(token: str) -> list[str]:
    """Return the words that a token of the search form stands for."""
    if token[0].isdecimal():
        if _THOUSANDS.fullmatch(token):
            return [token.replace(",", "") if token.count(".") < 2 else token.replace(".", "")]
        parts = re.split("[.,]", token)
        return parts if len(parts) > 2 else [".".join(parts)]
    return [token.replace(".", "").removesuffix("'s")]


def _fold(char: str) -> str:
    """Return the search form of one character (possibly none or several), by Unicode's tables and ours."""
    category = unicodedata.category(char)
    if char == _HAMZA_ABOVE:
        return char
    if char == _TATWEEL or category == "Cf" or _is_mark(char):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    if category == "Cs":
        return _REPLACEMENT
    if char in _SAME:
        return _SAME[char]
    plain = "".join(part for part in unicodedata.normalize("NFKD", char.casefold()) if not _is_accent(part))
    folded = unicodedata.normalize("NFKC", plain)
    return char if folded == char else "".join(map(_fold, folded))


def _is_mark(char: str) -> bool:
    """Say whether a character is written on another and dropped in matching: accents, tashkeel, emoji variants."""
    in_range = char <= "\u036f" or "\u0600" <= char <= "\u08ff" or "\ufe00" <= char <= "\ufe0f"
    return in_range and unicodedata.category(char) == "Mn"


def _is_accent(char: str) -> bool:
    return "\u0300" <= char <= "\u036f"


def _clings(char: str) -> bool:
    """Say whether a dropped character is drawn as part of the one before it."""
    return char in (_TATWEEL, _HAMZA_ABOVE) or _is_mark(char)


def _bare(char: str) -> str:
    return "" if unicodedata.category(char) == "Mn" else char


def _clean(char: str) -> str:
    """Return what an encoder is given for one character."""
    category = unicodedata.category(char)
    if category == "Cf" or char == _TATWEEL or "\u064b" <= char <= "\u0652" or char == "\u0670":
        return ""
    if category in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    return _REPLACEMENT if category == "Cs" else char


class _Table(dict[int, str]):
    """A `str.translate` table that works out each character the first time it is met."""

    def __init__(self, rule: Callable[[str], str]) -> None:
        super().__init__()
        self._rule = rule

    def __missing__(self, code: int) -> str:
        self[code] = folded = self._rule(chr(code))
        return folded


_SEARCH = _Table(_fold)
_EMBEDDING = _Table(_clean)
_MARKS = _Table(_bare)
