"""Reply → what a person reads. Numbers [1]…[n] exist only here.

A reply becomes lines of styled spans once; terminal and plain text differ only in how a span is shown.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, assert_never

from bot import messages
from bot.rendering.bidi import clean, isolate, isolate_latin, paragraph_mark
from bot.rendering.locations import one_line, place_words
from bot.rendering.quote_marks import in_marks
from bot.types import Answer, Citation, Claim, Refusal, Reply
from index.retrieval.links import link_to
from index.text.search_form import search_form
from index.text.sentences import split_sentences
from index.types import Evidence, Language

if TYPE_CHECKING:
    from rich.text import Text

Style = Literal["plain", "answer", "cited", "mark", "heading", "dim"]
NEAREST_SHOWN = 3

Numbers = Mapping[tuple[str, int], int]
"""Which number a cited sentence, by article and position, is shown with."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style.

    `mark` spans are set apart from the direction of what surrounds them; `cited` ones are still told from it where
    nothing has a style.
    """

    text: str
    style: Style = "plain"


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of its own language and so direction."""

    language: Language
    spans: tuple[Span, ...]


def lines(reply: Reply) -> Iterator[Line]:
    """The whole reply as paragraphs."""
    cited: list[Citation] = []
    for claim in reply.claims if isinstance(reply, Answer) else ():
        cited += claim.citations
        yield claim_line(claim, numbered(cited), reply.question.language)
    yield from lines_after_claims(reply)


def lines_after_claims(reply: Reply) -> Iterator[Line]:
    """What follows the claims, for who has shown them as they came."""
    match reply:
        case Answer():
            yield from _ending(reply)
        case Refusal():
            yield from _refusal(reply)
        case _:
            assert_never(reply)


def claim_line(claim: Claim, numbers: Numbers, language: Language) -> Line:
    """A claim with the marks of its citations: a quotation sentence by sentence, a statement as it is."""
    if is_quotation(claim):
        return quote_line(claim.citations, numbers)
    marks = (Span(f"[{numbers[_place(citation)]}]", "mark") for citation in claim.citations)
    return Line(language, (Span(clean(claim.text)), Span(" "), *marks))


def is_quotation(claim: Claim) -> bool:
    """Whether the claim is nothing but its cited sentences."""
    return claim.text == " ".join(citation.sentence.text for citation in claim.citations)


def quote_line(quoted: Sequence[Citation], numbers: Numbers) -> Line:
    """Cited sentences in quotation marks, each with its number."""
    spans: list[Span] = []
    for citation in quoted:
        spans += [Span(" ")] if spans else []
        spans += _quoted(citation)
        spans += [Span(" "), Span(f"[{numbers[_place(citation)]}]", "mark")]
    return Line(quoted[0].article.language, tuple(spans))


def source_lines(cited: Sequence[Citation], language: Language) -> Iterator[Line]:
    """One line for each cited sentence: number, article, place."""
    for number, citation in enumerate(cited, 1):
        where = messages.SOURCE_LINE(
            language,
            title=isolate(one_line(citation.article.title)),
            number=citation.sentence.position + 1,
            place=place_words(citation.article, citation.sentence, language, source_count=citation.source_count),
            source=isolate(one_line(link_to(citation.article, citation.sentence) or _source(citation.article.source))),
        )
        yield Line(language, (Span(f"[{number}]", "mark"), Span(" "), Span(where, "dim")))


def _source(source: str) -> str:
    """A file below the working folder by its path from there, anything else as it is."""
    here = os.path.join(os.getcwd(), "")  # noqa: PTH109, PTH118 - a string, for sources that are no paths
    return source.removeprefix(here) or source


def citations(reply: Reply) -> list[Citation]:
    """What the reply cites, each sentence once, in the order of its numbers."""
    claims = reply.claims if isinstance(reply, Answer) else ()
    return _once([citation for claim in claims for citation in claim.citations])


def numbered(cited: Sequence[Citation]) -> Numbers:
    """The number of each cited sentence, from 1, as they come."""
    return {_place(citation): number for number, citation in enumerate(_once(cited), 1)}


def context_line(citation: Citation) -> Line:
    """The cited sentence, highlighted, among the sentences of its paragraph."""
    cited, text = citation.sentence, citation.article.text
    paragraph = [one for one in split_sentences(citation.article) if one.paragraph == cited.paragraph]
    start, end = paragraph[0].start, paragraph[-1].end
    before, after = Span(clean(text[start : cited.start])), Span(clean(text[cited.end : end]))
    return Line(citation.article.language, (before, Span(clean(cited.text), "cited"), after))


def to_text(paragraphs: Iterable[Line], *, plain: bool = False) -> str:
    """Text for what shows no styles; `plain` leaves out the direction marks."""
    return "\n".join("".join(text for text, _ in _shown(line, plain=plain, styled=False)) for line in paragraphs)


def to_rich(paragraphs: Iterable[Line], *, plain: bool = False) -> "Text":
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


def _ending(answer: Answer) -> Iterator[Line]:
    language, cited = answer.question.language, citations(answer)
    numbers = numbered(cited)
    yield Line(language, ())
    if not all(map(is_quotation, answer.claims)):
        for citation in cited:
            yield quote_line([citation], numbers)
        yield Line(language, ())
    yield from source_lines(cited, language)
    if answer.note:
        yield Line(language, (Span(messages.NOTES[answer.note](language), "dim"),))
    elif all(map(is_quotation, answer.claims)) and any(one.article.language != language for one in cited):
        yield Line(language, (Span(messages.OTHER_LANGUAGE(language), "dim"),))


def _refusal(refusal: Refusal) -> Iterator[Line]:
    language = refusal.question.language
    text = messages.REFUSAL if refusal.question.article_id else messages.REFUSAL_LIBRARY
    yield Line(language, (Span(text(language), "heading"),))
    if refusal.evidence:
        yield Line(language, (Span(messages.NEAREST(language), "dim"),))
    for evidence in _different(refusal.evidence)[:NEAREST_SHOWN]:
        yield Line(evidence.article.language, (Span("• "), *_enclosed([Span(clean(evidence.sentence.text))], evidence)))


def _different(found: Iterable[Evidence]) -> list[Evidence]:
    """Without sentences that an earlier one says in the same words, as articles of one agency do."""
    first: dict[str, Evidence] = {}
    for evidence in found:
        first.setdefault(search_form(evidence.sentence.text).strip(), evidence)
    return list(first.values())


def _once(cited: Sequence[Citation]) -> list[Citation]:
    return list({_place(citation): citation for citation in cited}.values())


def _place(citation: Citation) -> tuple[str, int]:
    return citation.sentence.article_id, citation.sentence.position


def _quoted(citation: Citation) -> list[Span]:
    text = citation.sentence.text
    start, end = citation.span or (0, 0)
    parts = [Span(clean(text[:start])), Span(clean(text[start:end]), "answer"), Span(clean(text[end:]))]
    return list(_enclosed([part for part in parts if part.text], citation))


def _enclosed(spans: list[Span], shown: Citation | Evidence) -> list[Span]:
    opening, texts, closing = in_marks([span.text for span in spans], shown.article.language)
    inner = [replace(span, text=text) for span, text in zip(spans, texts, strict=True)]
    return [Span(opening), *inner, Span(closing)]


def _shown(line: Line, *, plain: bool, styled: bool) -> Iterator[tuple[str, Style]]:
    if line.spans and not plain:
        yield paragraph_mark(line.language), "plain"
    for span in line.spans:
        text = clean(span.text) if plain else _directed(span, line.language)
        yield (f">> {text} <<" if span.style == "cited" and not styled else text), span.style


def _directed(span: Span, language: Language) -> str:
    """The text of a span with direction marks."""
    if span.style == "mark":
        return isolate(span.text)
    return isolate_latin(span.text) if language == "ar" else span.text
