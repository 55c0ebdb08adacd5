"""One update being handled: who spoke where, and what is to be said and changed in return.

A handler changes nothing that cannot be done twice: it collects calls and changes, and both become final together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.bootstrap import App
from bot.messages import Message
from bot.telegram.monitoring import Metrics
from bot.telegram.outgoing import delivery as calls
from bot.telegram.outgoing.delivery import ApiCall, Delivery, Destination, ProgressMessage, Rows
from bot.telegram.outgoing.texts import (
    CitedSentence,
    FormattedText,
    Section,
    localize,
    split_into_messages,
    utf16_length,
)
from bot.telegram.state.chat_library import ChatLibrary
from bot.telegram.state.chats import Answers, Chat, Chats, Limits
from bot.telegram.state.database import Database, Journal
from bot.telegram.workers import RunningUpdate, RunningUpdates, WorkerPool
from config.settings import Telegram
from index.types import Language

if TYPE_CHECKING:
    import telegram


@dataclass(frozen=True)
class Services:
    """What all handlers work with. `username` is the bot's, without @.

    `workshop` is for what takes long (answers, indexing), `reading` for looks at the library, which must not wait for
    that.
    """

    app: App
    settings: Telegram
    database: Database
    delivery: Delivery
    workers: WorkerPool
    reading: WorkerPool
    metrics: Metrics
    bot_id: int
    username: str
    journal: Journal
    chats: Chats
    answers: Answers
    limits: Limits
    stopping: RunningUpdates


@dataclass
class UpdateContext:
    """An update of a person's in a chat. `language` is the one to speak, `shown` a message already begun."""

    services: Services
    update: "telegram.Update"
    destination: Destination
    chat: Chat
    person_id: int
    language: Language
    work: RunningUpdate
    shown: int | None = None
    asked: bool = False
    tokens: int = 0
    """What it counts for the limits, see `spend`."""
    calls: list[ApiCall] = field(default_factory=list)
    changes: list[Callable[[], None]] = field(default_factory=list)
    erase: bool = False
    """Whether what the changes delete must be gone from the disk too."""

    @property
    def update_id(self) -> int:
        """The update's number."""
        return self.update.update_id

    @property
    def message(self) -> "telegram.Message":
        """The message, where the update is one."""
        message = self.update.effective_message
        if message is None:
            raise ValueError("this update has no message")
        return message

    @property
    def shelf(self) -> ChatLibrary:
        """The articles that may be seen here."""
        return ChatLibrary(self.services.app, self.chat.space)

    @property
    def operator(self) -> bool:
        """Whether the operator speaks."""
        return self.person_id == self.services.settings.operator != 0

    @property
    def reply(self) -> dict[str, Any] | None:
        """In groups, what is said replies to the message that asked."""
        return None if self.destination.private else calls.reply_to(self.message.message_id)

    def say(self, message: Message, *, rows: Rows = (), **values: object) -> None:
        """Say one of our messages."""
        self.tell([Section(tuple(localize(message, self.language, **values)))], rows=rows)

    def tell(
        self,
        sections: Sequence[Section],
        *,
        rows: Rows = (),
        markup: dict[str, Any] | None = None,
        reply: dict[str, Any] | None = None,
    ) -> None:
        """Say something in as many messages as it takes; buttons stand below the last."""
        parts = split_into_messages(sections)
        for number, text in enumerate(parts, 1):
            below = (calls.keyboard(rows) or markup) if number == len(parts) else None
            self.put(text, markup=below, reply=(reply or self.reply) if number == 1 else None)

    def put(self, text: FormattedText, *, markup: dict[str, Any] | None, reply: dict[str, Any] | None) -> None:
        """Send a piece, in the message already begun if there is one."""
        if self.shown is not None:
            self.calls.append(calls.edit_message(self.destination, self.shown, text, markup=markup, reply=reply))
            self.shown = None
        else:
            self.calls.append(calls.send_message(self.destination, text, markup=markup, reply=reply))

    def spend(self, tokens: int, *, question: bool = False) -> None:
        """Count what the update uses, at once: whatever becomes of it, it was used."""
        self.tokens, self.asked = self.tokens + tokens, self.asked or question
        self.count()

    def count(self) -> None:
        """Write down what the update used so far."""
        self.services.limits.use(self.person_id, update_id=self.update_id, question=self.asked, tokens=self.tokens)

    def live(self) -> ProgressMessage:
        """What is shown meanwhile."""
        return ProgressMessage(
            self.services.delivery,
            self.destination,
            draft_id=self.update_id % 2**31 or 1,
            reply=self.reply,
            shown=self.shown,
            on_shown=self._began,
        )

    def _began(self, message_id: int) -> None:
        self.shown = message_id
        self.services.journal.show(self.update_id, message_id)


LONGEST_QUOTE = 1024
"""UTF-16 units; of a longer sentence the beginning is quoted, to jump to: the whole stands in our own message."""


def quote_reply(context: UpdateContext, cited: CitedSentence | None) -> dict[str, Any] | None:
    """Reply parameters that quote a cited sentence where this chat has it in a message."""
    if cited is None:
        return None
    article, end = (context.chat.space, cited.article_id), cited.start + utf16_length(cited.text)
    part = context.services.chats.part_with(context.chat.id, article, cited.start, end)
    if part is None:
        return None
    position = cited.start - part.start + part.shift
    return calls.reply_to(part.message_id, quote=_beginning(cited.text), position=position)


def _beginning(text: str) -> str:
    while utf16_length(text) > LONGEST_QUOTE:
        text = text[: len(text) - max((utf16_length(text) - LONGEST_QUOTE) // 2, 1)]
    return text
