"""People who use Telegram: what they type, send, tap and quote becomes updates of the Bot API server."""

import time
from dataclasses import dataclass
from typing import Any

from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.methods import units


@dataclass
class Person:
    """A person, with a private chat with the bot; `chat_id` elsewhere names a group they are in."""

    api: BotApi
    id: int
    name: str
    language: str = "en"

    def __post_init__(self) -> None:
        self.api.state.chats[self.id] = {"id": self.id, "type": "private", "first_name": self.name}

    @property
    def user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language}

    def say(
        self,
        text: str,
        *,
        chat_id: int | None = None,
        reply_to: int | None = None,
        quote: str | None = None,
        thread: int | None = None,
    ) -> dict[str, Any]:
        """Type a message, possibly in reply to another one or to words of it."""
        message = self._message(chat_id or self.id, text=text)
        if thread is not None:
            self.api.state.topics[message["chat"]["id"]].add(thread)
            message.update(message_thread_id=thread, is_topic_message=True)
        if reply_to is not None:
            replied = dict(self.api.state.messages[message["chat"]["id"]][reply_to])
            replied.pop("reply_to_message", None)
            message["reply_to_message"] = replied
            if quote is not None:
                position = units(replied["text"][: replied["text"].index(quote)])
                message["quote"] = {"text": quote, "position": position, "is_manual": True}
        self.api.update("message", message)
        return message

    def edit(self, message: dict[str, Any], text: str) -> None:
        """Change a message of theirs."""
        message.update(text=text, edit_date=int(time.time()))
        self.api.update("edited_message", dict(message))

    def send_file(self, name: str, data: bytes, *, size: int | None = None, caption: str = "") -> dict[str, Any]:
        """Send a file."""
        file_id = f"documents/file_{self.api.state.next_id()}"
        self.api.state.files[file_id] = data
        document = {"file_id": file_id, "file_unique_id": file_id, "file_name": name, "file_size": size or len(data)}
        message = self._message(self.id, document=document, **({"caption": caption} if caption else {}))
        self.api.update("message", message)
        return message

    def send(self, **content: Any) -> None:
        """Send anything else, such as a sticker."""
        self.api.update("message", self._message(self.id, **content))

    def tap(self, message: dict[str, Any], label: str) -> str:
        """Tap the button with this label below a message, once it is there: a growing one has none; the query's id."""
        shown = self.api.state.messages[message["chat"]["id"]]
        markup = self.api.wait(lambda: shown[message["message_id"]].get("reply_markup"), 20, what="buttons")
        buttons = [button for row in markup["inline_keyboard"] for button in row]
        return self.tap_data(message, next(one["callback_data"] for one in buttons if label in one["text"]))

    def tap_data(self, message: dict[str, Any], data: str) -> str:
        """Send callback data, as a tap does, or a forged client."""
        query = str(self.api.state.next_id())
        self.api.state.callbacks[query] = None
        body = {"id": query, "from": self.user, "message": message, "chat_instance": "1", "data": data}
        self.api.update("callback_query", body)
        return query

    def inline(self, query: str) -> dict[str, Any]:
        """Type after the bot's name in some chat; returns what the bot offers."""
        query_id = str(self.api.state.next_id())
        self.api.update("inline_query", {"id": query_id, "from": self.user, "query": query, "offset": ""})
        answer: dict[str, Any] = self.api.wait(lambda: self.api.state.inline.get(query_id), 20)
        return answer

    def react(self, message: dict[str, Any], emoji: str) -> None:
        """React to a message."""
        body = {
            "chat": message["chat"],
            "message_id": message["message_id"],
            "user": self.user,
            "date": int(time.time()),
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}],
        }
        self.api.update("message_reaction", body)

    def heard(self, chat_id: int | None = None) -> list[dict[str, Any]]:
        """The bot's messages in the private chat, or in another."""
        return self.api.sent(chat_id or self.id)

    def next(self, *, after: int, chat_id: int | None = None, seconds: float = 20.0) -> dict[str, Any]:
        """The bot's message number `after` (from 0), waited for."""
        self.api.wait(lambda: len(self.heard(chat_id)) > after, seconds, what=f"message {after} to {self.name}")
        return self.heard(chat_id)[after]

    def ask(self, text: str, *, chat_id: int | None = None, seconds: float = 20.0, **how: Any) -> dict[str, Any]:
        """Type a message and wait for the next of the bot's."""
        before = len(self.heard(chat_id))
        self.say(text, chat_id=chat_id, **how)
        return self.next(after=before, chat_id=chat_id, seconds=seconds)

    def _message(self, chat_id: int, **content: Any) -> dict[str, Any]:
        state = self.api.state
        message = {
            "message_id": state.next_id(),
            "date": int(time.time()),
            "chat": state.chats[chat_id],
            "from": self.user,
            **content,
        }
        state.messages[chat_id][message["message_id"]] = message
        return message


def make_group(api: BotApi, chat_id: int, title: str) -> int:
    """A group that the bot is in."""
    api.state.chats[chat_id] = {"id": chat_id, "type": "supergroup", "title": title}
    return chat_id


def forget(person: Person) -> None:
    """Ask for it, confirm, and wait until it is said to be done."""
    sure = person.ask("/forget")
    before = len(person.heard())
    person.tap(sure, "Yes")
    assert "All you gave me is deleted" in person.next(after=before)["text"]
