"""Telegram's own quotes: a citation replies to the very words of the message that an article was sent as.

Source: Bot API, "ReplyParameters": a quote is an exact part of the message, at most 1024 characters.
"""

from typing import Any

from bot.telegram.outgoing import calls
from bot.telegram.outgoing.texts import units
from bot.telegram.state.answers import Cited
from bot.telegram.updates.context import Turn

LONGEST_QUOTE = 1024
"""UTF-16 units; of a longer sentence the beginning is quoted, to jump to: the whole stands in our own message."""


def native_reply(turn: Turn, cited: Cited | None) -> dict[str, Any] | None:
    """Reply parameters that quote a cited sentence where this chat has it in a message."""
    if cited is None:
        return None
    article, end = (turn.chat.space, cited.article_id), cited.start + units(cited.text)
    part = turn.desk.chats.part_with(turn.chat.id, article, cited.start, end)
    if part is None:
        return None
    position = cited.start - part.start + part.shift
    return calls.replying(part.message_id, quote=_beginning(cited.text), position=position)


def _beginning(text: str) -> str:
    while units(text) > LONGEST_QUOTE:
        text = text[: len(text) - max((units(text) - LONGEST_QUOTE) // 2, 1)]
    return text
