"""What replies, sentences and lists look like: replies → groups of paragraphs, and the buttons below them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from bot import messages as common
from bot.rendering.reply_text import in_quote_marks, is_quotation
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.calls import Button, button
from bot.telegram.outgoing.origins import link_of, place_of, shortened
from bot.telegram.outgoing.texts import Group, Paragraph, Span, Style, one_line, plain, spoken
from bot.telegram.state.answers import NEAREST_SHOWN, Cited, Given
from bot.types import Answer, Citation, Claim, Refusal, Reply
from index.types import Article, Language, Sentence

Place = tuple[str, int]
"""Where a sentence stands: article and position."""

BUTTONS_IN_ROW = 8
MOST_BUTTONS = 96
PERSONS_NOTES = ("ungrounded", "doubted", "other_language", "model_cut", "partial")
"""Notes that say something of the answer; the others tell an operator what to set, who reads them in the log."""
EXCERPT = 25
"""Words of an article's beginning and end in its summary."""


def reply_groups(reply: Reply) -> list[Group]:
    """A whole reply."""
    match reply:
        case Answer():
            return [*claim_groups(reply.claims, reply.question.language), *_note(reply)]
        case Refusal():
            return [*_refusal(reply), *_note(reply)]
        case _:
            assert_never(reply)


def claim_groups(claims: Sequence[Claim], language: Language) -> list[Group]:
    """Claims with their marks, and below them the sentences they rest on, each once."""
    groups, numbers = list[Group](), dict[Place, int]()
    for claim in claims:
        new = [citation for citation in claim.citations if _place(citation) not in numbers]
        for citation in new:
            numbers.setdefault(_place(citation), len(numbers) + 1)
        groups.append(_claim(claim, new, language, numbers))
    return groups


def understood_group(text: str, language: Language) -> Group:
    """What a follow-up was understood as."""
    return Group((Paragraph(language, (Span("→ "), Span(one_line(text), "italic"))),))


def answer_buttons(answer: Given) -> list[list[Button]]:
    """A button for each sentence, and for what one thinks of the answer."""
    count = min(len(answer.cited), MOST_BUTTONS) if answer.answered else 0
    numbers = [button(f"[{number}]", f"s:{answer.id}:{number}") for number in range(1, count + 1)]
    rows = [numbers[start : start + BUTTONS_IN_ROW] for start in range(0, count, BUTTONS_IN_ROW)]
    return [*rows, [button("👍", f"f:{answer.id}:up"), button("👎", f"f:{answer.id}:down")]]


def wrong_buttons(answer: Given) -> list[list[Button]]:
    """A button for each sentence that may be the wrong one."""
    count = min(len(answer.cited), MOST_BUTTONS) if answer.answered else 0
    numbers = [button(f"✗ [{number}]", f"w:{answer.id}:{number}") for number in range(1, count + 1)]
    return [numbers[start : start + BUTTONS_IN_ROW // 2] for start in range(0, count, BUTTONS_IN_ROW // 2)]


def context(article: Article, paragraph: Sequence[Sentence], sentence: Sentence, language: Language) -> list[Group]:
    """A sentence among those of its paragraph."""
    title = spoken(messages.SENTENCE_IN, language, number=sentence.position + 1, title=article.title)
    spans: list[Span] = []
    for neighbour in paragraph:
        style: Style = "bold" if neighbour == sentence else "plain"
        spans += [Span(" ")] if spans else []
        spans.append(Span(plain(neighbour.text), style, (style == "bold" and link_of(article, neighbour)) or None))
    return [Group(tuple(title)), Group((Paragraph(article.language, tuple(spans)),))]


def cited_groups(cited: Sequence[Cited], *, numbered: bool) -> list[Group]:
    """Sentences as they were cited, each with its article."""
    return [
        Group((), (Paragraph(cited_one.language, _listed(cited_one, number if numbered else None)),))
        for number, cited_one in enumerate(cited, 1)
    ]


def summary(article: Article, sentences: int, language: Language) -> list[Group]:
    """What was read: title, language, counts, and how it begins and ends."""
    name = messages.ARABIC if article.language == "ar" else messages.ENGLISH
    text = article.text.split()
    head = [
        *spoken(messages.ADDED, language, title=article.title),
        *spoken(messages.SUMMARY, language, spoken=name(language), sentences=sentences, words=len(text)),
    ]
    first, last = plain(" ".join(text[:EXCERPT])), plain(" ".join(text[-EXCERPT:]))
    quotes = [Paragraph(article.language, (Span(f"{first} …" if len(text) > EXCERPT else first),))]
    if len(text) > 2 * EXCERPT:
        quotes.append(Paragraph(article.language, (Span(f"… {last}"),)))
    return [Group(tuple(head), tuple(quotes))]


def _claim(claim: Claim, new: Sequence[Citation], language: Language, numbers: Mapping[Place, int]) -> Group:
    quoting = is_quotation(claim)
    quotes = []
    for citation in new:
        shown = [_mark(citation, numbers), Span(" ")]
        if not quoting:
            shown += [*_enclosed([Span(plain(citation.sentence.text))], citation.article.language), Span(" — ")]
        shown += _origin(citation.article, citation.sentence, citation.tellings)
        quotes.append(Paragraph(citation.article.language, tuple(shown)))
    head = _quoting(claim, numbers) if quoting else _saying(claim, language, numbers)
    return Group((head,), tuple(quotes))


def _saying(claim: Claim, language: Language, numbers: Mapping[Place, int]) -> Paragraph:
    marks = [_mark(citation, numbers) for citation in claim.citations]
    return Paragraph(language, (Span(plain(claim.text)), Span(" "), *marks))


def _quoting(claim: Claim, numbers: Mapping[Place, int]) -> Paragraph:
    spans: list[Span] = []
    for citation in claim.citations:
        spans += [Span(" ")] if spans else []
        spans += [*_enclosed(_highlighted(citation), citation.article.language), Span(" "), _mark(citation, numbers)]
    return Paragraph(claim.citations[0].article.language, tuple(spans))


def _mark(citation: Citation, numbers: Mapping[Place, int]) -> Span:
    return Span(f"[{numbers[_place(citation)]}]", "mark")


def _place(citation: Citation) -> Place:
    return citation.sentence.article_id, citation.sentence.position


def _highlighted(citation: Citation) -> list[Span]:
    text, (start, end) = citation.sentence.text, citation.span or (0, 0)
    parts = (Span(plain(text[:start])), Span(plain(text[start:end]), "bold"), Span(plain(text[end:])))
    return [part for part in parts if part.text]


def _origin(article: Article, sentence: Sentence, tellings: int = 1) -> list[Span]:
    where = messages.SENTENCE_AT(article.language, title=shortened(article.title), number=sentence.position + 1)
    where += place_of(article, sentence, tellings)
    return [Span(where, "italic", link_of(article, sentence) or None)]


def _listed(cited: Cited, number: int | None) -> tuple[Span, ...]:
    where = messages.SENTENCE_AT(cited.language, title=shortened(cited.title), number=cited.position + 1) + cited.place
    mark = [Span(f"[{number}]", "mark"), Span(" ")] if number else [Span("• ")]
    origin = Span(where, "italic", cited.link or None)
    return (*mark, *_enclosed([Span(plain(cited.text))], cited.language), Span(" — "), origin)


def _refusal(refusal: Refusal) -> list[Group]:
    language = refusal.question.language
    sentence = common.REFUSAL if refusal.question.article_id else common.REFUSAL_LIBRARY
    head = [Paragraph(language, (Span(sentence(language), "bold"),))]
    head += spoken(common.NEAREST, language) if refusal.evidence else []
    quotes = [
        Paragraph(
            evidence.article.language,
            (
                Span("• "),
                *_enclosed([Span(plain(evidence.sentence.text))], evidence.article.language),
                Span(" — "),
                *_origin(evidence.article, evidence.sentence),
            ),
        )
        for evidence in refusal.evidence[:NEAREST_SHOWN]
    ]
    return [Group(tuple(head)), *(Group((), (quote,)) for quote in quotes)]


def _note(reply: Reply) -> list[Group]:
    """Why the answer is not the model's, or not in the question's language."""
    language = reply.question.language
    if reply.note:
        own = reply.note in PERSONS_NOTES
        return [Group(tuple(spoken(common.NOTES[reply.note] if own else messages.MODEL_AWAY, language)))]
    claims = reply.claims if isinstance(reply, Answer) else ()
    foreign = any(citation.article.language != language for claim in claims for citation in claim.citations)
    if foreign and all(map(is_quotation, claims)):
        return [Group(tuple(spoken(common.OTHER_LANGUAGE, language)))]
    return []


def _enclosed(spans: list[Span], language: Language) -> list[Span]:
    opening, texts, closing = in_quote_marks([span.text for span in spans], language)
    inner = [replace(span, text=text) for span, text in zip(spans, texts, strict=True)]
    return [Span(opening), *inner, Span(closing)]
