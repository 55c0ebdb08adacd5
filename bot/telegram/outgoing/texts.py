"""The one place where outgoing text is made: isolates direction, counts offsets in UTF-16, splits at good places.

Replies, sentences and our own messages → sections of styled paragraphs → texts, each fit for one message: plain text
with entities, never markup. Which buttons stand below them is for the handlers, sending them for `delivery`.
Sources: Bot API, "MessageEntity"; UAX 9 for the isolates.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, assert_never
from urllib.parse import urlsplit

from bot import messages as common
from bot.messages import Message
from bot.rendering.bidi import clean, isolate, isolate_latin, paragraph_mark
from bot.rendering.reply_text import in_quote_marks, is_quotation, location_text
from bot.telegram.outgoing import messages
from bot.types import Answer, Citation, Claim, Note, Refusal, Reply
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
LONGEST_PART = 200
"""Characters of a title, a heading or an author below a quotation."""
LONGEST_LINK = 2_000
"""Characters of an address."""
NEAREST_SHOWN = 3
"""Sentences shown below a refusal."""
EXCERPT = 25
"""Words of an article's beginning and end in its summary."""
NOTES_FOR_PEOPLE = (Note.UNGROUNDED, Note.DOUBTED, Note.OTHER_LANGUAGE, Note.MODEL_CUT, Note.PARTIAL)
"""Notes that say something of the answer; the others tell an operator what to set, who reads them in the log."""

_REMOVED_BY_TELEGRAM = {0x2028: "\n", 0x2029: "\n", 0x0B: "\n", 0x0C: "\n", 0x09: " "}
_STRIPPED_MARKS = str.maketrans("", "", "\u0333\u033f\u030a")
"""Overlines and rings, which Telegram takes out of every text, so that offsets after them would shift."""
_LABEL = r"[A-Za-z0-9_\-\u00a1-\ud7ff\ue000-\U0010ffff]+"
_REST = r"[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]*"
_ADDRESS = re.compile(rf"https?://{_LABEL}(?:\.{_LABEL})+\.?(?::[0-9]{{1,5}})?(?:[/?#]{_REST})?")


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
    runs: tuple[TextRun, ...]
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


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence as it was cited, by itself and with its origin. `start` counts UTF-16 units of the article's text.

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


def utf16_length(text: str) -> int:
    """Length in UTF-16 units, which Telegram counts in."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def sanitize(text: str) -> str:
    """Foreign text without what steers direction, or Telegram would take out itself."""
    return clean(text.translate(_REMOVED_BY_TELEGRAM)).translate(_STRIPPED_MARKS)


def one_line(text: str) -> str:
    """Foreign text without line breaks and controls."""
    return " ".join(sanitize(text).split())


def shorten(text: str, most: int = LONGEST_PART) -> str:
    """Foreign text in one line of at most so many characters."""
    text = one_line(text)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def localize(message: Message, language: Language, **values: object) -> list[Paragraph]:
    """A message of ours as paragraphs; texts among the values are foreign: cleaned and set apart; messages are ours."""
    safe = {key: _safe(value, language) for key, value in values.items()}
    return [Paragraph(language, (TextRun(line),) if line else ()) for line in message(language, **safe).split("\n")]


def _safe(value: object, language: Language) -> object:
    if isinstance(value, Message):
        return value(language)
    return isolate(one_line(value)) if isinstance(value, str) else value


def message_section(message: Message, language: Language, **values: object) -> Section:
    """A message of ours among other sections."""
    return Section(tuple(localize(message, language, **values)))


def format_message(message: Message, language: Language, **values: object) -> FormattedText:
    """A short message of ours, ready to be sent."""
    return format_paragraphs(localize(message, language, **values))


def cite(article: Article, sentence: Sentence, source_count: int = 1) -> CitedSentence:
    """The sentence with words for where it stands, in its article's language; `source_count` sources have it."""
    return CitedSentence(
        article_id=article.id,
        title=article.title,
        language=article.language,
        position=sentence.position,
        text=sentence.text,
        start=utf16_length(article.text[: sentence.start]),
        place=location_text(article, sentence, article.language, source_count=source_count, tidy=shorten),
        link=valid_link(link_to(article, sentence)),
    )


def valid_link(address: str) -> str:
    """The address as Telegram takes it in a link: without a fragment that makes it too long; "" if not at all."""
    if len(address) > LONGEST_LINK:
        address = address.partition("#")[0]
    if len(address) > LONGEST_LINK or not _ADDRESS.fullmatch(address):
        return ""
    try:
        return address if urlsplit(address).port != 0 else ""
    except ValueError:
        return ""


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
    sections, marks = list[Section](), dict[tuple[str, int], TextRun]()
    for claim in claims:
        quotation, quotes = is_quotation(claim), list[Paragraph]()
        for citation in claim.citations:
            if _key(citation) not in marks:
                mark = marks[_key(citation)] = TextRun(f"[{len(marks) + 1}]", "mark")
                cited = cite(citation.article, citation.sentence, citation.source_count)
                quotes.append(_quote(cited, mark, TextRun(" "), with_text=not quotation))
        cited_as = [marks[_key(citation)] for citation in claim.citations]
        head = _quotation(claim, cited_as) if quotation else _statement(claim, cited_as, language)
        sections.append(Section((head,), tuple(quotes)))
    return sections


def understood_section(text: str, language: Language) -> Section:
    """What a follow-up was understood as."""
    return Section((Paragraph(language, (TextRun("→ "), TextRun(one_line(text), "italic"))),))


def cited_sections(cited: Sequence[CitedSentence], *, numbered: bool) -> list[Section]:
    """Sentences as they were cited, each with its article."""
    marks = [
        (TextRun(f"[{number}]", "mark"), TextRun(" ")) if numbered else (TextRun("• "),)
        for number in range(1, len(cited) + 1)
    ]
    return [Section((), (_quote(one, *mark),)) for one, mark in zip(cited, marks, strict=True)]


def paragraph_sections(
    article: Article, paragraph: Sequence[Sentence], sentence: Sentence, language: Language
) -> list[Section]:
    """A sentence among those of its paragraph."""
    title = message_section(messages.SENTENCE_IN, language, number=sentence.position + 1, title=article.title)
    runs: list[TextRun] = []
    for neighbour in paragraph:
        runs += [TextRun(" ")] if runs else []
        if neighbour == sentence:
            runs.append(TextRun(sanitize(neighbour.text), "bold", valid_link(link_to(article, neighbour)) or None))
        else:
            runs.append(TextRun(sanitize(neighbour.text)))
    return [title, Section((Paragraph(article.language, tuple(runs)),))]


def article_summary(article: Article, sentences: int, language: Language) -> list[Section]:
    """What was read: title, language, counts, and how it begins and ends."""
    name = messages.ARABIC if article.language == "ar" else messages.ENGLISH
    words = article.text.split()
    head = [
        *localize(messages.ADDED, language, title=article.title),
        *localize(messages.SUMMARY, language, spoken=name(language), sentences=sentences, words=len(words)),
    ]
    first, last = sanitize(" ".join(words[:EXCERPT])), sanitize(" ".join(words[-EXCERPT:]))
    quotes = [Paragraph(article.language, (TextRun(f"{first} …" if len(words) > EXCERPT else first),))]
    if len(words) > 2 * EXCERPT:
        quotes.append(Paragraph(article.language, (TextRun(f"… {last}"),)))
    return [Section(tuple(head), tuple(quotes))]


def _key(citation: Citation) -> tuple[str, int]:
    return citation.sentence.article_id, citation.sentence.position


def _statement(claim: Claim, marks: Sequence[TextRun], language: Language) -> Paragraph:
    return Paragraph(language, (TextRun(sanitize(claim.text)), TextRun(" "), *marks))


def _quotation(claim: Claim, marks: Sequence[TextRun]) -> Paragraph:
    """A claim made of sentences of the article: each in quotation marks, what answers in bold."""
    runs: list[TextRun] = []
    for citation, mark in zip(claim.citations, marks, strict=True):
        text, (start, end) = citation.sentence.text, citation.span or (0, 0)
        parts = (
            TextRun(sanitize(text[:start])),
            TextRun(sanitize(text[start:end]), "bold"),
            TextRun(sanitize(text[end:])),
        )
        runs += [TextRun(" ")] if runs else []
        runs += [*_in_marks([part for part in parts if part.text], citation.article.language), TextRun(" "), mark]
    return Paragraph(claim.citations[0].article.language, tuple(runs))


def _quote(cited: CitedSentence, *mark: TextRun, with_text: bool = True) -> Paragraph:
    """A cited sentence behind its mark, and where it stands."""
    where = messages.SENTENCE_AT(cited.language, title=shorten(cited.title), number=cited.position + 1) + cited.place
    text = [*_in_marks([TextRun(sanitize(cited.text))], cited.language), TextRun(" — ")] if with_text else []
    return Paragraph(cited.language, (*mark, *text, TextRun(where, "italic", cited.link or None)))


def _in_marks(runs: list[TextRun], language: Language) -> list[TextRun]:
    opening, texts, closing = in_quote_marks([run.text for run in runs], language)
    inner = [replace(run, text=text) for run, text in zip(runs, texts, strict=True)]
    return [TextRun(opening), *inner, TextRun(closing)]


def _refusal(refusal: Refusal) -> list[Section]:
    language = refusal.question.language
    sentence = common.REFUSAL if refusal.question.article_id else common.REFUSAL_LIBRARY
    head = [Paragraph(language, (TextRun(sentence(language), "bold"),))]
    head += localize(common.NEAREST, language) if refusal.evidence else []
    nearest = [cite(evidence.article, evidence.sentence) for evidence in refusal.evidence[:NEAREST_SHOWN]]
    return [Section(tuple(head)), *cited_sections(nearest, numbered=False)]


def _note(reply: Reply) -> list[Section]:
    """Why the answer is not the model's, or not in the question's language."""
    language = reply.question.language
    if reply.note:
        note = common.NOTES[reply.note] if reply.note in NOTES_FOR_PEOPLE else messages.MODEL_AWAY
        return [message_section(note, language)]
    claims = reply.claims if isinstance(reply, Answer) else ()
    foreign = any(citation.article.language != language for claim in claims for citation in claim.citations)
    if foreign and all(map(is_quotation, claims)):
        return [message_section(common.OTHER_LANGUAGE, language)]
    return []


def split_into_messages(sections: Iterable[Section]) -> list[FormattedText]:
    """As few messages as hold all sections in order; one too long for a message is cut at the ends of words."""
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
            quote = text.length if paragraph.quoted else None
        _set(paragraph, text, entities)
        ends = number + 1 == len(paragraphs) or not paragraphs[number + 1].quoted
        if quote is not None and ends and text.length > quote:
            entities.append({"type": "expandable_blockquote", "offset": quote, "length": text.length - quote})
    return _trimmed(text.joined, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"])))


class _Text:
    """Text in the making, and how many UTF-16 units it has."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.length = 0

    def append(self, part: str) -> None:
        self._parts.append(part)
        self.length += utf16_length(part)

    @property
    def joined(self) -> str:
        return "".join(self._parts)


def _set(paragraph: Paragraph, text: _Text, entities: list[dict[str, Any]]) -> None:
    if paragraph.runs:
        text.append(paragraph_mark(paragraph.language))
    for run in paragraph.runs:
        start = text.length
        text.append(_directed(run, paragraph.language))
        extent = {"offset": start, "length": text.length - start}
        if run.style in ("bold", "italic") and run.text.strip():
            entities.append({"type": run.style, **extent})
        if run.link and run.text.strip():
            entities.append({"type": "text_link", **extent, "url": run.link})


def _directed(run: TextRun, language: Language) -> str:
    if run.style == "mark":
        return isolate(run.text)
    return isolate_latin(run.text) if language == "ar" else run.text


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
    """The section if it fits a message; else its paragraphs one by one, each cut as far as needed."""
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
    first = paragraph.runs[0]
    again = [first, TextRun(" … ")] if first.style == "mark" and len(first.text) <= LONGEST_MARK else []
    """A quote's mark, repeated so that each part says what it belongs to."""
    kept, size = list[TextRun](), 0
    for run in (part for whole in paragraph.runs for part in _short_runs(whole)):
        if kept and (size + len(run.text) > CUT or len(kept) >= MOST_ENTITIES // 2):
            yield replace(paragraph, runs=tuple(kept))
            kept, size = list(again), 0
        kept.append(run)
        size += len(run.text)
    yield replace(paragraph, runs=tuple(kept))


def _short_runs(run: TextRun) -> Iterator[TextRun]:
    """The run in pieces of at most `CUT` characters, cut after white space where there is some."""
    start = 0
    while len(run.text) - start > CUT:
        space = max(run.text.rfind(" ", start, start + CUT), run.text.rfind("\n", start, start + CUT))
        end = space + 1 if space > start + CUT // 2 else start + CUT
        yield replace(run, text=run.text[start:end])
        start = end
    yield replace(run, text=run.text[start:])
