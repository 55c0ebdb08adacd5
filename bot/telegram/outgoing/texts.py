"""The one place where outgoing text is made: isolates direction, counts offsets in UTF-16, splits at good places.

Paragraphs of styled spans → pieces, each fit for one message: plain text with entities, never markup.
Sources: Bot API, "MessageEntity"; UAX 9 for the isolates.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.messages import Message
from bot.rendering.bidi import clean, isolate, isolate_latin, paragraph_mark
from index.types import Language

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
class Span:
    """A run of text in one style. A "mark" is set apart from the direction around it; `link` opens an address."""

    text: str
    style: Style = "plain"
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text of one language and so direction; neighbours that are `quoted` share one quote that folds away."""

    language: Language
    spans: tuple[Span, ...]
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Paragraphs that belong together: a claim, and below all claims of a message, its quotes."""

    head: tuple[Paragraph, ...]
    quotes: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
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
        return units(self.text) <= MOST_UNITS and len(self.entities) <= MOST_ENTITIES


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def spoken(message: Message, language: Language, **values: object) -> list[Paragraph]:
    """A message of ours as paragraphs; texts among the values are foreign: cleaned and set apart; messages are ours."""
    safe = {key: _safe(value, language) for key, value in values.items()}
    return [Paragraph(language, (Span(line),) if line else ()) for line in message(language, **safe).split("\n")]


def _safe(value: object, language: Language) -> object:
    if isinstance(value, Message):
        return value(language)
    return isolate(one_line(value)) if isinstance(value, str) else value


def said(message: Message, language: Language, **values: object) -> Piece:
    """A short message of ours, ready to be sent."""
    return typeset(spoken(message, language, **values))


def one_line(text: str) -> str:
    """Foreign text without line breaks and controls."""
    return " ".join(plain(text).split())


def plain(text: str) -> str:
    """Foreign text without what steers direction, or Telegram would take out itself."""
    return clean(text.translate(_REMOVED_BY_TELEGRAM)).translate(_STRIPPED_MARKS)


def pieces(groups: Iterable[Group]) -> list[Piece]:
    """As few messages as hold all groups in order; one too long for a message is cut at the ends of words."""
    done: list[Piece] = []
    waiting: list[Group] = []
    for group in (part for whole in groups for part in _portions(whole)):
        if waiting and not _joined([*waiting, group]).fits:
            done.append(_joined(waiting))
            waiting = []
        waiting.append(group)
    return [piece for piece in [*done, _joined(waiting)] if piece.text]


def typeset(paragraphs: Sequence[Paragraph]) -> Piece:
    """Text and entities of the paragraphs, however long."""
    text, entities, quote = _Text(), list[dict[str, Any]](), None
    for number, paragraph in enumerate(paragraphs):
        text.append("\n" if number else "")
        if not paragraph.quoted or quote is None:
            quote = text.units if paragraph.quoted else None
        _set(paragraph, text, entities)
        ends = number + 1 == len(paragraphs) or not paragraphs[number + 1].quoted
        if quote is not None and ends and text.units > quote:
            entities.append({"type": "expandable_blockquote", "offset": quote, "length": text.units - quote})
    return _trimmed(text.joined, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"])))


class _Text:
    """Text in the making, and how many UTF-16 units it has."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.units = 0

    def append(self, part: str) -> None:
        self._parts.append(part)
        self.units += units(part)

    @property
    def joined(self) -> str:
        return "".join(self._parts)


def _set(paragraph: Paragraph, text: _Text, entities: list[dict[str, Any]]) -> None:
    if paragraph.spans:
        text.append(paragraph_mark(paragraph.language))
    for span in paragraph.spans:
        start = text.units
        text.append(_directed(span, paragraph.language))
        extent = {"offset": start, "length": text.units - start}
        if span.style in ("bold", "italic") and span.text.strip():
            entities.append({"type": span.style, **extent})
        if span.link and span.text.strip():
            entities.append({"type": "text_link", **extent, "url": span.link})


def _directed(span: Span, language: Language) -> str:
    if span.style == "mark":
        return isolate(span.text)
    return isolate_latin(span.text) if language == "ar" else span.text


def _trimmed(text: str, entities: list[dict[str, Any]]) -> Piece:
    """Without the white space at both ends that Telegram would take away, and entities of white space only."""
    before = units(text) - units(text.lstrip())
    most = units(text.strip())
    kept = []
    for entity in entities:
        start = max(entity["offset"] - before, 0)
        end = min(entity["offset"] + entity["length"] - before, most)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return Piece(text.strip(), tuple(kept))


def _joined(groups: Sequence[Group]) -> Piece:
    heads = [paragraph for group in groups for paragraph in group.head]
    return typeset([*heads, *(replace(quote, quoted=True) for group in groups for quote in group.quotes)])


def _portions(group: Group) -> Iterator[Group]:
    """The group if it fits a message; else its paragraphs one by one, each cut as far as needed."""
    if _joined([group]).fits:
        yield group
        return
    for paragraph in group.head:
        yield from (Group((part,)) for part in _parts(paragraph))
    for paragraph in group.quotes:
        yield from (Group((), (part,)) for part in _parts(paragraph))


def _parts(paragraph: Paragraph) -> Iterator[Paragraph]:
    if typeset([paragraph]).fits:
        yield paragraph
        return
    first = paragraph.spans[0]
    again = [first, Span(" … ")] if first.style == "mark" and len(first.text) <= LONGEST_MARK else []
    """A quote's mark, repeated so that each part says what it belongs to."""
    kept, size = list[Span](), 0
    for span in (part for whole in paragraph.spans for part in _runs(whole)):
        if kept and (size + len(span.text) > CUT or len(kept) >= MOST_ENTITIES // 2):
            yield replace(paragraph, spans=tuple(kept))
            kept, size = list(again), 0
        kept.append(span)
        size += len(span.text)
    yield replace(paragraph, spans=tuple(kept))


def _runs(span: Span) -> Iterator[Span]:
    """The span in runs of at most `CUT` characters, cut after white space where there is some."""
    start = 0
    while len(span.text) - start > CUT:
        space = max(span.text.rfind(" ", start, start + CUT), span.text.rfind("\n", start, start + CUT))
        end = space + 1 if space > start + CUT // 2 else start + CUT
        yield replace(span, text=span.text[start:end])
        start = end
    yield replace(span, text=span.text[start:])
