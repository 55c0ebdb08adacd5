"""A text as tokens in search form that know how they were written; never what a token means."""

import re
from dataclasses import dataclass
from enum import StrEnum

from index.text.search_form import SearchText, is_arabic


def word_set(text: str) -> frozenset[str]:
    """Return the words of a table, which white space parts."""
    return frozenset(text.split())


_ARABIC = "\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c9"
_TOKEN = re.compile(
    r"[0-9]{1,3}(?:،[0-9]{3})+(?![0-9])"  # the Arabic comma between thousands
    r"|[0-9]+(?:[.,][0-9]+)*"
    rf"|[{_ARABIC}]+"
    r"|(?:[a-z]\.){2,}"  # u.s.
    rf"|[^\W\d_{_ARABIC}]+(?:'[^\W\d_{_ARABIC}]+)*"
    r"|[^\w\s]"
)
# Unicode's search form of "6½" is "61⁄2": its fractions are kept whole, under characters that mean nothing else.
FRACTIONS = {"½": "\ue000", "¼": "\ue001", "¾": "\ue002", "⅓": "\ue003", "⅔": "\ue004"}
_FRACTIONS = str.maketrans(FRACTIONS)
_OPENERS = frozenset('.!?:;"“”«»([{*•؟؛…')


Key = tuple[object, ...]


class Kind(StrEnum):
    """What sort of fact a claim states."""

    NUMBER = "number"
    UNIT = "unit"
    PERCENT = "percent"
    CURRENCY = "currency"
    DATE = "date"
    NAME = "name"
    OPPOSITE = "opposite"
    LINK = "link"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign: `text[start:end]` as written, `form` as it is matched."""

    form: str
    start: int
    end: int
    capital: bool
    upper: bool
    mixed: bool
    """It has a capital after its first letter, as an acronym or a brand has: NATO, BSkyB."""
    opens: bool
    """It stands where English writes a capital anyway: first in a sentence, after a quotation mark or a bracket."""
    tanwin: bool
    """It is written with the accusative ending of an Arabic noun, which foreign names do not take."""
    glued: bool
    """No white space stands before it."""

    @property
    def arabic(self) -> bool:
        """Whether it is a word in Arabic script."""
        return is_arabic(self.form)

    @property
    def number(self) -> bool:
        """Whether it is digits."""
        return self.form[0].isdecimal()

    @property
    def word(self) -> bool:
        """Whether it is a word in any script."""
        return self.form[0].isalpha()


@dataclass(frozen=True, slots=True)
class Mention:
    """A fact found at `tokens[first:last]`: a source states it when the source gives one of its keys."""

    kind: Kind
    first: int
    last: int
    keys: frozenset[Key]
    also: frozenset[Key] = frozenset()
    """Keys that it gives as a source, without being satisfied by them: "50 percent" also gives 50."""
    asserted: bool = True
    """False: it can support a claim, but is too vague for a claim to be held to."""
    only_if: frozenset[Key] = frozenset()
    """A claim is held to it only where a source gives one of these keys, if there are any."""


def tokenize(text: str) -> list[Token]:
    """Return the tokens of `text` in order; linear in the text."""
    search = SearchText.of(text.translate(_FRACTIONS))
    tokens: list[Token] = []
    opens, end = True, -1
    for found in _TOKEN.finditer(search.form):
        start, stop = search.raw_span(found.start(), found.end())
        raw = text[start:stop]
        form = (
            found[0].replace(".", "")
            if found[0][0].isalpha()
            else found[0].replace("،", ",")
            if len(found[0]) > 1
            else found[0]
        )
        tokens.append(
            Token(
                form,
                start,
                stop,
                raw[0].isupper(),
                raw.isupper(),
                any(map(str.isupper, raw[1:])),
                opens,
                "\u064b" in raw,
                start == end,
            )
        )
        opens = form in _OPENERS or (form == "-" and opens)
        end = stop
    return tokens
