"""An article that was sent as messages, one of which was edited: read again, with the other messages as they are."""

from dataclasses import replace

from bot.telegram.handlers.receiving import add_article, article_of, read_article
from bot.telegram.outgoing.texts import units
from bot.telegram.state.chats import Part
from bot.telegram.updates.addressing import Addressed, addressed
from bot.telegram.updates.context import Turn
from index.readers.sources import article_from_text


async def read_again(turn: Turn) -> None:
    """Put the edited text in the place of what the message said before."""
    part = turn.desk.chats.part(turn.chat.id, turn.message.message_id)
    said = _said(turn)
    article = await article_of(turn, part) if part and said else None
    if part is None or said is None or article is None:
        return
    before, old, behind = _cut(article.text, part)
    if said.text == old:  # Telegram also calls it an edit when a preview of a link is there
        return
    text, title = before + said.text + behind, article.title if part.start else None
    reading = turn.desk.reading.run(lambda: article_from_text(text, source=article.source, title=title))
    made = await read_article(turn, said.text[:40], reading)
    if made and await add_article(turn, made, size=len(text.encode())):
        for moved in _moved(turn, part, said):
            turn.changes.append(lambda moved=moved: turn.desk.chats.add_part(moved))  # type: ignore[misc]


def _said(turn: Turn) -> Addressed | None:
    """What the message says now; None if it is no text of an article any more."""
    if not turn.message.text:
        return None
    said = addressed(turn.message, turn.desk.username, turn.desk.bot_id, private=turn.place.private)
    if said is None:  # in a group, the later parts of a text mean nobody
        return Addressed(turn.message.text)
    return said if said.command in (None, "add") and said.text.strip() else None


def _cut(text: str, part: Part) -> tuple[str, str, str]:
    """The text before the part, of it, and behind it."""
    encoded, start, end = text.encode("utf-16-le"), 2 * part.start, 2 * part.end
    before, old, behind = encoded[:start], encoded[start:end], encoded[end:]
    return before.decode("utf-16-le"), old.decode("utf-16-le"), behind.decode("utf-16-le")


def _moved(turn: Turn, part: Part, said: Addressed) -> list[Part]:
    """The part and those behind it where they stand now."""
    end = part.start + units(said.text)
    behind = [
        replace(other, start=other.start + end - part.end, end=other.end + end - part.end)
        for other in turn.desk.chats.parts(turn.chat.id, (part.space, part.article_id))
        if other.start >= part.end
    ]
    return [replace(part, end=end, shift=said.shift), *behind]
