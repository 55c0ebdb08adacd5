"""Where inside a sentence the answer itself stands, for questions that want a number, a date or a name.

Rules, not a model: a span is marked only where the form of the answer leaves little doubt; otherwise there is no mark.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.retrieval.answer_type import MONTHS, AnswerType, expected_types, is_date, is_number
from index.text.search_form import SearchText, is_arabic, stems

_TOKEN = re.compile(r"\d+(?:[.,،]\d+)*|[^\W\d_]+(?:['-][^\W\d_]+)*")
_DATE_GLUE = re.compile(r"[ ,/،-]{1,2}")
_SPACE = re.compile(r" ")
_PER_CENT = re.compile(r" ?%| per ?cent| (?:في ال|بال)(?:مئه|مائه)")
_SECOND_NAMES = frozenset(("الاول", "الثاني", "الاولي", "الثانيه", "الاخر", "الاخره"))  # of months: تشرين الثاني
_YEAR_ASKED = frozenset(["year", "عام", "سنه", "العام", "السنه"])
_SHARE_ASKED = frozenset(["percent", "percentage", "نسبه", "النسبه"])
_SCALES = frozenset(
    [
        "hundred",
        "thousand",
        "million",
        "billion",
        "trillion",
        "مليون",
        "مليار",
        "الف",
        "الاف",
        "ملايين",
        "مليارات",
        "مئه",
        "مائه",
    ]
)
_NEAR = 3  # words within which a thing counted stands beside its number


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
        found = _date(tokens, known, text.form)
    elif AnswerType.NUMBER in kinds:
        found = _number(question, tokens, known, text.form)
    elif AnswerType.PERSON in kinds:
        found = _name(tokens, known, sentence, text)
    return text.raw_span(*found) if found else None


def _date(tokens: Sequence[_Token], known: frozenset[str], form: str) -> tuple[int, int] | None:
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
    runs = [part for run in _runs(tokens, lambda token: is_number(token.form), form, _SPACE) for part in _parts(run)]
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


def _parts(run: list[_Token]) -> list[list[_Token]]:
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
