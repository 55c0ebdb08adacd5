"""One update being handled: who spoke where, and what is to be said and changed in return.

A handler changes nothing that cannot be done twice: it collects calls and changes, and both become final together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.bootstrap import App
from bot.messages import Message
from bot.telegram.outgoing import calls
from bot.telegram.outgoing.calls import Call, Place, Rows
from bot.telegram.outgoing.delivery import Delivery
from bot.telegram.outgoing.progress import Live
from bot.telegram.outgoing.texts import Group, Piece, pieces, spoken
from bot.telegram.runtime.monitor import Metrics
from bot.telegram.runtime.stopping import Stopping, Work
from bot.telegram.runtime.workers import Workshop
from bot.telegram.state.answers import Answers
from bot.telegram.state.chat_library import Shelf
from bot.telegram.state.chats import Chat, Chats
from bot.telegram.state.database import Database
from bot.telegram.state.journal import Journal
from bot.telegram.state.limits import Limits
from config.settings import TelegramSettings
from index.types import Language

if TYPE_CHECKING:
    import telegram


@dataclass(frozen=True)
class Desk:
    """What all handlers work with. `username` is the bot's, without @.

    `workshop` is for what takes long (answers, indexing), `reading` for looks at the library, which must not wait for
    that.
    """

    app: App
    settings: TelegramSettings
    database: Database
    delivery: Delivery
    workshop: Workshop
    reading: Workshop
    metrics: Metrics
    bot_id: int
    username: str
    journal: Journal
    chats: Chats
    answers: Answers
    limits: Limits
    stopping: Stopping


@dataclass
class Turn:
    """An update of a person's in a chat. `language` is the one to speak, `shown` a message already begun."""

    desk: Desk
    update: "telegram.Update"
    place: Place
    chat: Chat
    person_id: int
    language: Language
    work: Work
    shown: int | None = None
    asked: bool = False
    tokens: int = 0
    """What it counts for the limits, see `spend`."""
    calls: list[Call] = field(default_factory=list)
    changes: list[Callable[[], None]] = field(default_factory=list)
    wipe: bool = False
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
    def shelf(self) -> Shelf:
        """The articles that may be seen here."""
        return Shelf(self.desk.app, self.chat.space)

    @property
    def operator(self) -> bool:
        """Whether the operator speaks."""
        return self.person_id == self.desk.settings.operator != 0

    @property
    def reply(self) -> dict[str, Any] | None:
        """In groups, what is said replies to the message that asked."""
        return None if self.place.private else calls.replying(self.message.message_id)

    def say(self, message: Message, *, rows: Rows = (), **values: object) -> None:
        """Say one of our messages."""
        self.tell([Group(tuple(spoken(message, self.language, **values)))], rows=rows)

    def tell(
        self,
        groups: Sequence[Group],
        *,
        rows: Rows = (),
        markup: dict[str, Any] | None = None,
        reply: dict[str, Any] | None = None,
    ) -> None:
        """Say something in as many messages as it takes; buttons stand below the last."""
        parts = pieces(groups)
        for number, piece in enumerate(parts, 1):
            below = (calls.keyboard(rows) or markup) if number == len(parts) else None
            self.put(piece, markup=below, reply=(reply or self.reply) if number == 1 else None)

    def put(self, piece: Piece, *, markup: dict[str, Any] | None, reply: dict[str, Any] | None) -> None:
        """Send a piece, in the message already begun if there is one."""
        if self.shown is not None:
            self.calls.append(calls.edit(self.place, self.shown, piece, markup=markup, reply=reply))
            self.shown = None
        else:
            self.calls.append(calls.send(self.place, piece, markup=markup, reply=reply))

    def spend(self, tokens: int, *, question: bool = False) -> None:
        """Count what the update uses, at once: whatever becomes of it, it was used."""
        self.tokens, self.asked = self.tokens + tokens, self.asked or question
        self.count()

    def count(self) -> None:
        """Write down what the update used so far."""
        self.desk.limits.use(self.person_id, update_id=self.update_id, question=self.asked, tokens=self.tokens)

    def live(self) -> Live:
        """What is shown meanwhile."""
        return Live(
            self.desk.delivery,
            self.place,
            draft_id=self.update_id % 2**31 or 1,
            reply=self.reply,
            shown=self.shown,
            on_shown=self._began,
        )

    def _began(self, message_id: int) -> None:
        self.shown = message_id
        self.desk.journal.show(self.update_id, message_id)
