"""The one place where outgoing text is made: isolates direction, counts offsets in UTF-16, splits at good places.

Paragraphs of styled spans → pieces, each fit for one message: plain text with entities, never markup.
Sources: Bot API, "MessageEntity"; UAX 9 for the isolates.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, assert_never
from urllib.parse import urlsplit

from bot import messages as common
from bot.messages import Message
from bot.rendering.bidi import clean, isolate, isolate_latin, paragraph_mark
from bot.rendering.locations import place_words
from bot.rendering.quote_marks import in_marks
from bot.rendering.spans import is_quotation
from bot.telegram.outgoing import messages
from bot.types import Answer, Citation, Claim, Refusal, Reply
from index.retrieval.links import link_to
from index.types import Article, Language, Sentence

Style = Literal["plain", "bold", "italic", "mark"]
MOST_UNITS = 4096
"""Of a message's text, after parsing; UTF-16 units are never fewer than Telegram's characters."""
MOST_ENTITIES = 100
LONGEST_MARK = 8
"""Characters of "[123]" and the like."""
CUT = 1500
"""Characters of a paragraph too long for a message that are kept together; isolates may double them."""

_REMOVED_BY_TELEGRAM = {0x2028: "\n", 0x2029: "\n", 0x0B: "\n", 0x0C: "\n", 0x09: " "}
_STRIPPED_MARKS = str.maketrans("", "", "\u0333\u033f\u030a")
"""Overlines and rings, which Telegram takes out of every text, so that offsets after them would shift."""


@dataclass(frozen=True, slots=True)
class TextRun:
    """A run of text in one style. A "mark" is set apart from the direction around it; `link` opens an address."""

    text: str
    style: Style = "plain"
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text of one language and so direction; neighbours that are `quoted` share one quote that folds away."""

    language: Language
    spans: tuple[TextRun, ...]
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Paragraphs that belong together: a claim, and below all claims of a message, its quotes."""

    head: tuple[Paragraph, ...]
    quotes: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True)
class FormattedText:
    """The text of one message; entity offsets and lengths are UTF-16 units."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()

    @property
    def params(self) -> dict[str, Any]:
        """As parameters of a call."""
        return {"text": self.text, "entities": list(self.entities)}

    @property
    def fits(self) -> bool:
        """Whether Telegram takes it."""
        return utf16_length(self.text) <= MOST_UNITS and len(self.entities) <= MOST_ENTITIES


def utf16_length(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def localize(message: Message, language: Language, **values: object) -> list[Paragraph]:
    """A message of ours as paragraphs; texts among the values are foreign: cleaned and set apart; messages are ours."""
    safe = {key: _safe(value, language) for key, value in values.items()}
    return [Paragraph(language, (TextRun(line),) if line else ()) for line in message(language, **safe).split("\n")]


def _safe(value: object, language: Language) -> object:
    if isinstance(value, Message):
        return value(language)
    return isolate(one_line(value)) if isinstance(value, str) else value


def format_message(message: Message, language: Language, **values: object) -> FormattedText:
    """A short message of ours, ready to be sent."""
    return format_paragraphs(localize(message, language, **values))


def one_line(text: str) -> str:
    """Foreign text without line breaks and controls."""
    return " ".join(sanitize(text).split())


def sanitize(text: str) -> str:
    """Foreign text without what steers direction, or Telegram would take out itself."""
    return clean(text.translate(_REMOVED_BY_TELEGRAM)).translate(_STRIPPED_MARKS)


def split_into_messages(sections: Iterable[Section]) -> list[FormattedText]:
    """As few messages as hold all groups in order; one too long for a message is cut at the ends of words."""
    done: list[FormattedText] = []
    waiting: list[Section] = []
    for section in (part for whole in sections for part in _portions(whole)):
        if waiting and not _joined([*waiting, section]).fits:
            done.append(_joined(waiting))
            waiting = []
        waiting.append(section)
    return [piece for piece in [*done, _joined(waiting)] if piece.text]


def format_paragraphs(paragraphs: Sequence[Paragraph]) -> FormattedText:
    """Text and entities of the paragraphs, however long."""
    text, entities, quote = _Text(), list[dict[str, Any]](), None
    for number, paragraph in enumerate(paragraphs):
        text.append("\n" if number else "")
        if not paragraph.quoted or quote is None:
            quote = text.utf16_length if paragraph.quoted else None
        _set(paragraph, text, entities)
        ends = number + 1 == len(paragraphs) or not paragraphs[number + 1].quoted
        if quote is not None and ends and text.utf16_length > quote:
            entities.append({"type": "expandable_blockquote", "offset": quote, "length": text.utf16_length - quote})
    return _trimmed(text.joined, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"])))


class _Text:
    """Text in the making, and how many UTF-16 units it has."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.utf16_length = 0

    def append(self, part: str) -> None:
        self._parts.append(part)
        self.utf16_length += utf16_length(part)

    @property
    def joined(self) -> str:
        return "".join(self._parts)


def _set(paragraph: Paragraph, text: _Text, entities: list[dict[str, Any]]) -> None:
    if paragraph.spans:
        text.append(paragraph_mark(paragraph.language))
    for span in paragraph.spans:
        start = text.utf16_length
        text.append(_directed(span, paragraph.language))
        extent = {"offset": start, "length": text.utf16_length - start}
        if span.style in ("bold", "italic") and span.text.strip():
            entities.append({"type": span.style, **extent})
        if span.link and span.text.strip():
            entities.append({"type": "text_link", **extent, "url": span.link})


def _directed(span: TextRun, language: Language) -> str:
    if span.style == "mark":
        return isolate(span.text)
    return isolate_latin(span.text) if language == "ar" else span.text


def _trimmed(text: str, entities: list[dict[str, Any]]) -> FormattedText:
    """Without the white space at both ends that Telegram would take away, and entities of white space only."""
    before = utf16_length(text) - utf16_length(text.lstrip())
    most = utf16_length(text.strip())
    kept = []
    for entity in entities:
        start = max(entity["offset"] - before, 0)
        end = min(entity["offset"] + entity["length"] - before, most)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return FormattedText(text.strip(), tuple(kept))


def _joined(sections: Sequence[Section]) -> FormattedText:
    heads = [paragraph for section in sections for paragraph in section.head]
    return format_paragraphs(
        [*heads, *(replace(quote, quoted=True) for section in sections for quote in section.quotes)]
    )


def _portions(section: Section) -> Iterator[Section]:
    """The group if it fits a message; else its paragraphs one by one, each cut as far as needed."""
    if _joined([section]).fits:
        yield section
        return
    for paragraph in section.head:
        yield from (Section((part,)) for part in _parts(paragraph))
    for paragraph in section.quotes:
        yield from (Section((), (part,)) for part in _parts(paragraph))


def _parts(paragraph: Paragraph) -> Iterator[Paragraph]:
    if format_paragraphs([paragraph]).fits:
        yield paragraph
        return
    first = paragraph.spans[0]
    again = [first, TextRun(" … ")] if first.style == "mark" and len(first.text) <= LONGEST_MARK else []
    """A quote's mark, repeated so that each part says what it belongs to."""
    kept, size = list[TextRun](), 0
    for span in (part for whole in paragraph.spans for part in _runs(whole)):
        if kept and (size + len(span.text) > CUT or len(kept) >= MOST_ENTITIES // 2):
            yield replace(paragraph, spans=tuple(kept))
            kept, size = list(again), 0
        kept.append(span)
        size += len(span.text)
    yield replace(paragraph, spans=tuple(kept))


def _runs(span: TextRun) -> Iterator[TextRun]:
    """The span in runs of at most `CUT` characters, cut after white space where there is some."""
    start = 0
    while len(span.text) - start > CUT:
        space = max(span.text.rfind(" ", start, start + CUT), span.text.rfind("\n", start, start + CUT))
        end = space + 1 if space > start + CUT // 2 else start + CUT
        yield replace(span, text=span.text[start:end])
        start = end
    yield replace(span, text=span.text[start:])


LONGEST_PART = 200
"""Characters of a title, a heading or an author."""
LONGEST_LINK = 2_000
"""Characters of an address."""

_LABEL = r"[A-Za-z0-9_\-\u00a1-\ud7ff\ue000-\U0010ffff]+"
_REST = r"[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]*"
_ADDRESS = re.compile(rf"https?://{_LABEL}(?:\.{_LABEL})+\.?(?::[0-9]{{1,5}})?(?:[/?#]{_REST})?")


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence below an answer, as it was then. `start` counts UTF-16 units of the article's text.

    `place` are the words after its title and number, `link` is its address, if there are any.
    """

    article_id: str
    title: str
    language: Language
    position: int
    text: str
    start: int
    place: str = ""
    link: str = ""


def place_of(article: Article, sentence: Sentence, tellings: int = 1) -> str:
    """What is known of where the sentence stands, after commas, in the article's language."""
    return place_words(article, sentence, article.language, tellings=tellings, tidy=shortened)


def link_of(article: Article, sentence: Sentence) -> str:
    """The address of the sentence; "" where there is none that Telegram takes."""
    return fit_link(link_to(article, sentence))


def cite(article: Article, sentence: Sentence, tellings: int = 1) -> CitedSentence:
    """A sentence as it is shown and remembered."""
    start = utf16_length(article.text[: sentence.start])
    place, link = place_of(article, sentence, tellings), link_of(article, sentence)
    return CitedSentence(
        article.id, article.title, article.language, sentence.position, sentence.text, start, place, link
    )


def fit_link(address: str) -> str:
    """The address as Telegram takes it in a link: without a fragment that makes it too long; "" if not at all."""
    if len(address) > LONGEST_LINK:
        address = address.partition("#")[0]
    if len(address) > LONGEST_LINK or not _ADDRESS.fullmatch(address):
        return ""
    try:
        return address if urlsplit(address).port != 0 else ""
    except ValueError:
        return ""


def shortened(text: str) -> str:
    """Foreign text in one line of at most `LONGEST_PART` characters."""
    text = one_line(text)
    return text if len(text) <= LONGEST_PART else f"{text[: LONGEST_PART - 1].rstrip()}…"


Place = tuple[str, int]
"""Where a sentence stands: article and position."""

NEAREST_SHOWN = 3
PERSONS_NOTES = ("ungrounded", "doubted", "other_language", "model_cut", "partial")
"""Notes that say something of the answer; the others tell an operator what to set, who reads them in the log."""
EXCERPT = 25
"""Words of an article's beginning and end in its summary."""


def reply_sections(reply: Reply) -> list[Section]:
    """A whole reply."""
    match reply:
        case Answer():
            return [*claim_sections(reply.claims, reply.question.language), *_note(reply)]
        case Refusal():
            return [*_refusal(reply), *_note(reply)]
        case _:
            assert_never(reply)


def claim_sections(claims: Sequence[Claim], language: Language) -> list[Section]:
    """Claims with their marks, and below them the sentences they rest on, each once."""
    sections, numbers = list[Section](), dict[Place, int]()
    for claim in claims:
        new = [citation for citation in claim.citations if _place(citation) not in numbers]
        for citation in new:
            numbers.setdefault(_place(citation), len(numbers) + 1)
        sections.append(_claim(claim, new, language, numbers))
    return sections


def understood_section(text: str, language: Language) -> Section:
    """What a follow-up was understood as."""
    return Section((Paragraph(language, (TextRun("→ "), TextRun(one_line(text), "italic"))),))


def paragraph_sections(
    article: Article, paragraph: Sequence[Sentence], sentence: Sentence, language: Language
) -> list[Section]:
    """A sentence among those of its paragraph."""
    title = localize(messages.SENTENCE_IN, language, number=sentence.position + 1, title=article.title)
    spans: list[TextRun] = []
    for neighbour in paragraph:
        style: Style = "bold" if neighbour == sentence else "plain"
        spans += [TextRun(" ")] if spans else []
        spans.append(
            TextRun(sanitize(neighbour.text), style, (style == "bold" and link_of(article, neighbour)) or None)
        )
    return [Section(tuple(title)), Section((Paragraph(article.language, tuple(spans)),))]


def cited_sections(cited: Sequence[CitedSentence], *, numbered: bool) -> list[Section]:
    """Sentences as they were cited, each with its article."""
    return [
        Section((), (Paragraph(cited_one.language, _listed(cited_one, number if numbered else None)),))
        for number, cited_one in enumerate(cited, 1)
    ]


def article_summary(article: Article, sentences: int, language: Language) -> list[Section]:
    """What was read: title, language, counts, and how it begins and ends."""
    name = messages.ARABIC if article.language == "ar" else messages.ENGLISH
    text = article.text.split()
    head = [
        *localize(messages.ADDED, language, title=article.title),
        *localize(messages.SUMMARY, language, spoken=name(language), sentences=sentences, words=len(text)),
    ]
    first, last = sanitize(" ".join(text[:EXCERPT])), sanitize(" ".join(text[-EXCERPT:]))
    quotes = [Paragraph(article.language, (TextRun(f"{first} …" if len(text) > EXCERPT else first),))]
    if len(text) > 2 * EXCERPT:
        quotes.append(Paragraph(article.language, (TextRun(f"… {last}"),)))
    return [Section(tuple(head), tuple(quotes))]


def _claim(claim: Claim, new: Sequence[Citation], language: Language, numbers: Mapping[Place, int]) -> Section:
    quoting = is_quotation(claim)
    quotes = []
    for citation in new:
        shown = [_mark(citation, numbers), TextRun(" ")]
        if not quoting:
            shown += [
                *_enclosed([TextRun(sanitize(citation.sentence.text))], citation.article.language),
                TextRun(" — "),
            ]
        shown += _origin(citation.article, citation.sentence, citation.tellings)
        quotes.append(Paragraph(citation.article.language, tuple(shown)))
    head = _quoting(claim, numbers) if quoting else _saying(claim, language, numbers)
    return Section((head,), tuple(quotes))


def _saying(claim: Claim, language: Language, numbers: Mapping[Place, int]) -> Paragraph:
    marks = [_mark(citation, numbers) for citation in claim.citations]
    return Paragraph(language, (TextRun(sanitize(claim.text)), TextRun(" "), *marks))


def _quoting(claim: Claim, numbers: Mapping[Place, int]) -> Paragraph:
    spans: list[TextRun] = []
    for citation in claim.citations:
        spans += [TextRun(" ")] if spans else []
        spans += [*_enclosed(_highlighted(citation), citation.article.language), TextRun(" "), _mark(citation, numbers)]
    return Paragraph(claim.citations[0].article.language, tuple(spans))


def _mark(citation: Citation, numbers: Mapping[Place, int]) -> TextRun:
    return TextRun(f"[{numbers[_place(citation)]}]", "mark")


def _place(citation: Citation) -> Place:
    return citation.sentence.article_id, citation.sentence.position


def _highlighted(citation: Citation) -> list[TextRun]:
    text, (start, end) = citation.sentence.text, citation.span or (0, 0)
    parts = (TextRun(sanitize(text[:start])), TextRun(sanitize(text[start:end]), "bold"), TextRun(sanitize(text[end:])))
    return [part for part in parts if part.text]


def _origin(article: Article, sentence: Sentence, tellings: int = 1) -> list[TextRun]:
    where = messages.SENTENCE_AT(article.language, title=shortened(article.title), number=sentence.position + 1)
    where += place_of(article, sentence, tellings)
    return [TextRun(where, "italic", link_of(article, sentence) or None)]


def _listed(cited: CitedSentence, number: int | None) -> tuple[TextRun, ...]:
    where = messages.SENTENCE_AT(cited.language, title=shortened(cited.title), number=cited.position + 1) + cited.place
    mark = [TextRun(f"[{number}]", "mark"), TextRun(" ")] if number else [TextRun("• ")]
    origin = TextRun(where, "italic", cited.link or None)
    return (*mark, *_enclosed([TextRun(sanitize(cited.text))], cited.language), TextRun(" — "), origin)


def _refusal(refusal: Refusal) -> list[Section]:
    language = refusal.question.language
    sentence = common.REFUSAL if refusal.question.article_id else common.REFUSAL_LIBRARY
    head = [Paragraph(language, (TextRun(sentence(language), "bold"),))]
    head += localize(common.NEAREST, language) if refusal.evidence else []
    quotes = [
        Paragraph(
            evidence.article.language,
            (
                TextRun("• "),
                *_enclosed([TextRun(sanitize(evidence.sentence.text))], evidence.article.language),
                TextRun(" — "),
                *_origin(evidence.article, evidence.sentence),
            ),
        )
        for evidence in refusal.evidence[:NEAREST_SHOWN]
    ]
    return [Section(tuple(head)), *(Section((), (quote,)) for quote in quotes)]


def _note(reply: Reply) -> list[Section]:
    """Why the answer is not the model's, or not in the question's language."""
    language = reply.question.language
    if reply.note:
        own = reply.note in PERSONS_NOTES
        return [Section(tuple(localize(common.NOTES[reply.note] if own else messages.MODEL_AWAY, language)))]
    claims = reply.claims if isinstance(reply, Answer) else ()
    foreign = any(citation.article.language != language for claim in claims for citation in claim.citations)
    if foreign and all(map(is_quotation, claims)):
        return [Section(tuple(localize(common.OTHER_LANGUAGE, language)))]
    return []


def _enclosed(spans: list[TextRun], language: Language) -> list[TextRun]:
    opening, texts, closing = in_marks([span.text for span in spans], language)
    inner = [replace(span, text=text) for span, text in zip(spans, texts, strict=True)]
    return [TextRun(opening), *inner, TextRun(closing)]
