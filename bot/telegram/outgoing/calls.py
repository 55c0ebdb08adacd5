"""Calls of the Bot API as plain values, so that they can be written down before they are made.

Which text goes into them is `bot.telegram.outgoing.texts`' work, making them `bot.telegram.outgoing.delivery`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.telegram.outgoing.texts import Piece

ANEW = "anew"
"""Of an edit: parameters that only a new message takes, should there have to be one. Not sent."""

Button = dict[str, str]
Rows = Sequence[Sequence[Button]]


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the library's method, and its parameters as JSON values."""

    method: str
    params: dict[str, Any]

    @property
    def chat_id(self) -> int | None:
        """The chat it goes to, if any."""
        return self.params.get("chat_id")

    def but(self, **params: object) -> "Call":
        """The same call with other parameters; None takes one out."""
        merged = {**self.params, **params}
        return replace(self, params={key: value for key, value in merged.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Place:
    """Where to speak: a chat, or a topic of one."""

    chat_id: int
    thread_id: int | None = None

    @property
    def private(self) -> bool:
        """Whether one person alone reads here (ids of groups are negative)."""
        return self.chat_id > 0


def button(text: str, data: str) -> Button:
    """A button that sends us `data` (at most 64 bytes)."""
    return {"text": text, "callback_data": data}


def link_button(text: str, url: str) -> Button:
    """A button that opens an address."""
    return {"text": text, "url": url}


def keyboard(rows: Rows) -> dict[str, Any] | None:
    """Buttons below a message."""
    return {"inline_keyboard": [list(row) for row in rows if row]} if any(rows) else None


def send(
    place: Place, piece: Piece, *, markup: dict[str, Any] | None = None, reply: dict[str, Any] | None = None
) -> Call:
    """A new message. `reply`: see `replying`."""
    call = Call("send_message", {"chat_id": place.chat_id, "disable_web_page_preview": True, **piece.params})
    return call.but(message_thread_id=place.thread_id, reply_markup=markup, reply_parameters=reply)


def edit(
    place: Place,
    message_id: int,
    piece: Piece,
    *,
    markup: dict[str, Any] | None = None,
    reply: dict[str, Any] | None = None,
) -> Call:
    """Another text for a message of ours; if it was deleted, a new one in the same topic that replies to the same."""
    params = {"chat_id": place.chat_id, "message_id": message_id, "disable_web_page_preview": True, **piece.params}
    anew = {"message_thread_id": place.thread_id, "reply_parameters": reply}
    return Call("edit_message_text", params).but(reply_markup=markup, **{ANEW: anew})


def edit_buttons(place: Place, message_id: int, rows: Rows) -> Call:
    """Other buttons for a message of ours, or none."""
    call = Call("edit_message_reply_markup", {"chat_id": place.chat_id, "message_id": message_id})
    return call.but(reply_markup=keyboard(rows))


def draft(place: Place, draft_id: int, piece: Piece) -> Call:
    """A preview of a message that is being written; only in private chats."""
    call = Call("send_message_draft", {"chat_id": place.chat_id, "draft_id": draft_id, **piece.params})
    return call.but(message_thread_id=place.thread_id)


def typing(place: Place) -> Call:
    """Show "typing" for some five seconds."""
    call = Call("send_chat_action", {"chat_id": place.chat_id, "action": "typing"})
    return call.but(message_thread_id=place.thread_id)


def acknowledge(query_id: str, text: str | None = None) -> Call:
    """Answer the tap on a button, so that it stops turning."""
    return Call("answer_callback_query", {"callback_query_id": query_id}).but(text=text)


def replying(message_id: int, *, quote: str | None = None, position: int | None = None) -> dict[str, Any]:
    """Reply to a message, or to the words of it that are `quote` and begin at `position` (UTF-16 units)."""
    reply = {"message_id": message_id, "allow_sending_without_reply": True}
    return {**reply, "quote": quote, "quote_position": position} if quote else reply
