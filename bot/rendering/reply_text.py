"""Reply → what a person reads: a terminal with colours, or plain text. Numbers [1]…[n] exist only here.

A reply becomes lines of styled segments once; the two differ only in how a segment is shown. All of it is for display:
JSON and the library hold the article's own characters.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, assert_never

from bot import messages
from bot.rendering.bidi import clean, isolate, isolate_latin, paragraph_mark
from bot.types import Answer, Citation, Claim, Refusal, Reply
from index.retrieval.links import link_to
from index.text.search_form import search_form
from index.text.sentences import split_sentences
from index.types import Article, Evidence, Language, Sentence

if TYPE_CHECKING:
    from rich.text import Text

Style = Literal["plain", "answer", "cited", "mark", "heading", "dim"]
NEAREST_SHOWN = 3

_QUOTE_MARKS: Mapping[Language, tuple[tuple[str, str], tuple[str, str]]] = {
    "ar": (("«", "»"), ("“", "”")),
    "en": (("“", "”"), ("‘", "’")),
}
"""What a quotation is set in, and what instead where it holds the same marks: its own letters stay as they are."""
_UNSEEN = "\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f"
_NUMBER_IN_BRACKETS = re.compile(rf"[\[［【〔]([\s{_UNSEEN}]*\d[\d\s,،;؛.–—{_UNSEEN}-]*)[\]］】〕]")

Numbers = Mapping[tuple[str, int], int]
"""Which number a cited sentence, by article and position, is shown with."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text in one style.

    `mark` segments are set apart from the direction of what surrounds them; `cited` ones are still told from it where
    nothing has a style.
    """

    text: str
    style: Style = "plain"


@dataclass(frozen=True, slots=True)
class StyledLine:
    """A paragraph of its own language and so direction."""

    language: Language
    segments: tuple[Segment, ...]


def reply_lines(reply: Reply) -> Iterator[StyledLine]:
    """The whole reply as paragraphs."""
    cited: list[Citation] = []
    for claim in reply.claims if isinstance(reply, Answer) else ():
        cited += claim.citations
        yield claim_line(claim, number_citations(cited), reply.question.language)
    yield from lines_after_claims(reply)


def lines_after_claims(reply: Reply) -> Iterator[StyledLine]:
    """What follows the claims, for who has shown them as they came."""
    match reply:
        case Answer():
            yield from _ending(reply)
        case Refusal():
            yield from _refusal(reply)
        case _:
            assert_never(reply)


def claim_line(claim: Claim, numbers: Numbers, language: Language) -> StyledLine:
    """A claim with the marks of its citations: a quotation sentence by sentence, a statement as it is."""
    if is_quotation(claim):
        return quote_line(claim.citations, numbers)
    marks = (Segment(f"[{numbers[_position(citation)]}]", "mark") for citation in claim.citations)
    return StyledLine(language, (Segment(clean(claim.text)), Segment(" "), *marks))


def is_quotation(claim: Claim) -> bool:
    """Whether the claim is nothing but its cited sentences."""
    return claim.text == " ".join(citation.sentence.text for citation in claim.citations)


def quote_line(quoted: Sequence[Citation], numbers: Numbers) -> StyledLine:
    """Cited sentences in quotation marks, each with its number."""
    segments: list[Segment] = []
    for citation in quoted:
        segments += [Segment(" ")] if segments else []
        segments += _quoted(citation)
        segments += [Segment(" "), Segment(f"[{numbers[_position(citation)]}]", "mark")]
    return StyledLine(quoted[0].article.language, tuple(segments))


def source_lines(cited: Sequence[Citation], language: Language) -> Iterator[StyledLine]:
    """One line for each cited sentence: number, article, place."""
    for number, citation in enumerate(cited, 1):
        where = messages.SOURCE_LINE(
            language,
            title=isolate(one_line(citation.article.title)),
            number=citation.sentence.position + 1,
            location=location_text(citation.article, citation.sentence, language, source_count=citation.source_count),
            source=isolate(one_line(link_to(citation.article, citation.sentence) or _source(citation.article.source))),
        )
        yield StyledLine(language, (Segment(f"[{number}]", "mark"), Segment(" "), Segment(where, "dim")))


def citations(reply: Reply) -> list[Citation]:
    """What the reply cites, each sentence once, in the order of its numbers."""
    claims = reply.claims if isinstance(reply, Answer) else ()
    return _once([citation for claim in claims for citation in claim.citations])


def number_citations(cited: Sequence[Citation]) -> Numbers:
    """The number of each cited sentence, from 1, as they come."""
    return {_position(citation): number for number, citation in enumerate(_once(cited), 1)}


def one_line(text: str) -> str:
    """Foreign text without line ends and what a terminal would obey."""
    return " ".join(clean(text).split())


def location_text(
    article: Article,
    sentence: Sentence,
    language: Language,
    *,
    source_count: int,
    tidy: Callable[[str], str] = one_line,
) -> str:
    """Page, heading, author, date, the version of an updated article, how many sources: what is known, after commas.

    `tidy` makes foreign text fit for where it is shown.
    """

    def apart(text: str) -> str:
        return isolate(tidy(text))

    place, about, updated = article.location(sentence.start), article.metadata, article.updated[:10]
    parts = [
        place.page and messages.LOCATION_PAGE(language, page=place.page),
        place.heading and messages.LOCATION_HEADING(language, heading=apart(place.heading)),
        about.author and messages.LOCATION_AUTHOR(language, author=apart(about.author)),
        about.published and messages.LOCATION_DATE(language, date=apart(about.published)),
        updated and messages.LOCATION_VERSION(language, version=apart(article.version), date=apart(updated)),
        source_count > 1 and messages.LOCATION_SOURCES(language, count=source_count),
    ]
    comma = "، " if language == "ar" else ", "
    return "".join(f"{comma}{part}" for part in parts if part)


def in_quote_marks(runs: Sequence[str], language: Language) -> tuple[str, list[str], str]:
    """The opening mark, the runs of a quotation as long as they were, and the closing mark.

    The quotation's own "[2]", which could be taken for one of our marks, becomes "(2)".
    """
    text, start, shown = _NUMBER_IN_BRACKETS.sub(r"(\1)", "".join(runs)), 0, list[str]()
    for run in runs:
        shown.append(text[start : start + len(run)])
        start += len(run)
    usual, other = _QUOTE_MARKS[language]
    opening, closing = other if any(mark in text for mark in usual) else usual
    return opening, shown, closing


def context_line(citation: Citation) -> StyledLine:
    """The cited sentence, highlighted, among the sentences of its paragraph."""
    cited, text = citation.sentence, citation.article.text
    paragraph = [one for one in split_sentences(citation.article) if one.paragraph == cited.paragraph]
    start, end = paragraph[0].start, paragraph[-1].end
    before, after = Segment(clean(text[start : cited.start])), Segment(clean(text[cited.end : end]))
    return StyledLine(citation.article.language, (before, Segment(clean(cited.text), "cited"), after))


def to_text(paragraphs: Iterable[StyledLine], *, plain: bool = False) -> str:
    """Text for what shows no styles; `plain` leaves out the direction marks."""
    return "\n".join("".join(text for text, _ in _shown(line, plain=plain, styled=False)) for line in paragraphs)


def to_rich(paragraphs: Iterable[StyledLine], *, plain: bool = False) -> "Text":
    """Text for a terminal, with colours."""
    from rich.text import Text

    styles = {"plain": "", "mark": "cyan", "heading": "bold", "dim": "dim"}
    styles |= dict.fromkeys(("answer", "cited"), "bold underline")
    text = Text()
    for number, line in enumerate(paragraphs):
        text.append("\n" if number else "")
        for shown, style in _shown(line, plain=plain, styled=True):
            text.append(shown, styles[style])
    return text


def _source(source: str) -> str:
    """A file below the working folder by its path from there, anything else as it is."""
    here = os.path.join(os.getcwd(), "")  # noqa: PTH109, PTH118 - a string, for sources that are no paths
    return source.removeprefix(here) or source


def _ending(answer: Answer) -> Iterator[StyledLine]:
    language, cited = answer.question.language, citations(answer)
    numbers = number_citations(cited)
    yield StyledLine(language, ())
    if not all(map(is_quotation, answer.claims)):
        for citation in cited:
            yield quote_line([citation], numbers)
        yield StyledLine(language, ())
    yield from source_lines(cited, language)
    if answer.note:
        yield StyledLine(language, (Segment(messages.NOTES[answer.note](language), "dim"),))
    elif all(map(is_quotation, answer.claims)) and any(one.article.language != language for one in cited):
        yield StyledLine(language, (Segment(messages.OTHER_LANGUAGE(language), "dim"),))


def _refusal(refusal: Refusal) -> Iterator[StyledLine]:
    language = refusal.question.language
    text = messages.REFUSAL if refusal.question.article_id else messages.REFUSAL_LIBRARY
    yield StyledLine(language, (Segment(text(language), "heading"),))
    if refusal.evidence:
        yield StyledLine(language, (Segment(messages.NEAREST(language), "dim"),))
    for evidence in _different(refusal.evidence)[:NEAREST_SHOWN]:
        quoted = _enclosed([Segment(clean(evidence.sentence.text))], evidence)
        yield StyledLine(evidence.article.language, (Segment("• "), *quoted))


def _different(found: Iterable[Evidence]) -> list[Evidence]:
    """Without sentences that an earlier one says in the same words, as articles of one agency do."""
    first: dict[str, Evidence] = {}
    for evidence in found:
        first.setdefault(search_form(evidence.sentence.text).strip(), evidence)
    return list(first.values())


def _once(cited: Sequence[Citation]) -> list[Citation]:
    return list({_position(citation): citation for citation in cited}.values())


def _position(citation: Citation) -> tuple[str, int]:
    return citation.sentence.article_id, citation.sentence.position


def _quoted(citation: Citation) -> list[Segment]:
    text = citation.sentence.text
    start, end = citation.span or (0, 0)
    parts = [Segment(clean(text[:start])), Segment(clean(text[start:end]), "answer"), Segment(clean(text[end:]))]
    return list(_enclosed([part for part in parts if part.text], citation))


def _enclosed(segments: list[Segment], shown: Citation | Evidence) -> list[Segment]:
    opening, texts, closing = in_quote_marks([segment.text for segment in segments], shown.article.language)
    inner = [replace(segment, text=text) for segment, text in zip(segments, texts, strict=True)]
    return [Segment(opening), *inner, Segment(closing)]


def _shown(line: StyledLine, *, plain: bool, styled: bool) -> Iterator[tuple[str, Style]]:
    if line.segments and not plain:
        yield paragraph_mark(line.language), "plain"
    for segment in line.segments:
        text = clean(segment.text) if plain else _directed(segment, line.language)
        yield (f">> {text} <<" if segment.style == "cited" and not styled else text), segment.style


def _directed(segment: Segment, language: Language) -> str:
    """The text of a segment with direction marks."""
    if segment.style == "mark":
        return isolate(segment.text)
    return isolate_latin(segment.text) if language == "ar" else segment.text
