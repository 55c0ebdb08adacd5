"""One update being handled: who spoke where, and what is to be said and changed in return.

A handler changes nothing that cannot be done twice: it collects calls and changes, and both become final together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from bot.bootstrap import App
from bot.messages import Message
from bot.telegram.monitoring import Metrics
from bot.telegram.outgoing.delivery import (
    ApiCall,
    Delivery,
    Destination,
    ProgressMessage,
    Rows,
    edit_message,
    keyboard,
    reply_to,
    send_message,
)
from bot.telegram.outgoing.texts import (
    CitedSentence,
    FormattedText,
    Section,
    message_section,
    split_into_messages,
    utf16_length,
)
from bot.telegram.state.chat_library import ChatLibrary
from bot.telegram.state.chats import Answers, ArticleKey, ChatRecord, Chats, Limits, StoredAnswer
from bot.telegram.state.database import Database, Journal
from bot.telegram.workers import RunningUpdate, RunningUpdates, WorkerPool
from config.settings import TelegramSettings
from index.types import Language

if TYPE_CHECKING:
    import telegram

Params = ParamSpec("Params")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Services:
    """What all handlers work with. `username` is the bot's, without @.

    `workers` are for what takes long (answers, indexing), `readers` for looks at the library, which must not wait for
    that.
    """

    app: App
    settings: TelegramSettings
    database: Database
    delivery: Delivery
    workers: WorkerPool
    readers: WorkerPool
    metrics: Metrics
    bot_id: int
    username: str
    journal: Journal
    chats: Chats
    answers: Answers
    limits: Limits
    running: RunningUpdates


@dataclass
class UpdateContext:
    """An update of a person's in a chat, and what it leads to so far.

    `language` is the one to speak, `running` the update as others see it, `progress_message` a message of ours that
    was begun for it. `erase`: what the changes delete must be gone from the disk too.
    """

    services: Services
    update: "telegram.Update"
    destination: Destination
    chat: ChatRecord
    person_id: int
    language: Language
    running: RunningUpdate
    progress_message: int | None = None
    calls: list[ApiCall] = field(default_factory=list)
    changes: list[Callable[[], None]] = field(default_factory=list)
    erase: bool = False
    _asked: bool = False
    _tokens: int = 0

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
    def library(self) -> ChatLibrary:
        """The articles that may be seen here."""
        return ChatLibrary(self.services.app, self.chat.space)

    @property
    def is_operator(self) -> bool:
        """Whether the operator speaks."""
        return self.person_id == self.services.settings.operator != 0

    @property
    def reply(self) -> dict[str, Any] | None:
        """In groups, what is said replies to the message that asked."""
        return None if self.destination.private else reply_to(self.message.message_id)

    def quote(self, cited: CitedSentence | None) -> dict[str, Any] | None:
        """Reply to the very words of the message that a sentence's article was sent as, where this chat has it."""
        if cited is None:
            return None
        key, end = ArticleKey(self.chat.space, cited.article_id), cited.start + utf16_length(cited.text)
        message = self.services.chats.message_holding(self.chat.id, key, cited.start, end)
        if message is None:
            return None
        position = cited.start - message.start + message.shift
        return reply_to(message.message_id, quote=cited.text, position=position)

    def answer_in(self, message_id: int) -> StoredAnswer | None:
        """The answer that a message of ours in this chat holds."""
        answer_id = self.services.journal.update_answered_by(self.chat.id, message_id)
        return self.services.answers.get(answer_id, chat_id=self.chat.id) if answer_id is not None else None

    def say(self, message: Message, *, rows: Rows = (), **values: object) -> None:
        """Say one of our messages."""
        self.send([message_section(message, self.language, **values)], rows=rows)

    def send(
        self,
        sections: Sequence[Section],
        *,
        rows: Rows = (),
        markup: dict[str, Any] | None = None,
        reply: dict[str, Any] | None = None,
    ) -> None:
        """Say something in as many messages as it takes; buttons stand below the last."""
        texts = split_into_messages(sections)
        for number, text in enumerate(texts, 1):
            below = (keyboard(rows) or markup) if number == len(texts) else None
            self._put(text, markup=below, reply=(reply or self.reply) if number == 1 else None)

    def _put(self, text: FormattedText, *, markup: dict[str, Any] | None, reply: dict[str, Any] | None) -> None:
        """Send a text, in the message already begun if there is one."""
        if self.progress_message is not None:
            self.calls.append(edit_message(self.destination, self.progress_message, text, markup=markup, reply=reply))
            self.progress_message = None
        else:
            self.calls.append(send_message(self.destination, text, markup=markup, reply=reply))

    def change(self, change: Callable[Params, None], *args: Params.args, **named: Params.kwargs) -> None:
        """Have something changed once the update is handled; it may be called again if the disk is full meanwhile."""
        self.changes.append(lambda: change(*args, **named))

    def within_limits(self, *, asking: bool) -> bool:
        """Whether the person may use the bot now for a question (`asking`) or another text; if not, it is said."""
        reached = self.services.limits.reached(self.person_id, update_id=self.update_id, asking=asking)
        if reached:
            self.say(reached.message, **reached.values(self.language))
        return reached is None

    def use(self, tokens: int, *, question: bool = False, when_done: bool = False) -> None:
        """Count what the update uses: at once, since it was used whatever follows; or `when_done`, with its changes."""
        self._tokens, self._asked = self._tokens + tokens, self._asked or question
        if when_done:
            self.changes.append(self._count_use)
        else:
            self._count_use()

    def _count_use(self) -> None:
        self.services.limits.count(self.person_id, update_id=self.update_id, question=self._asked, tokens=self._tokens)

    async def read(
        self, method: Callable[Concatenate[ChatLibrary, Params], Result], *args: Params.args, **named: Params.kwargs
    ) -> Result:
        """Call a method of the library, which blocks, in a thread."""
        return await self.services.readers.run(partial(method, self.library, *args, **named))

    async def work(self, function: Callable[[], Result]) -> Result:
        """Do what takes long in a thread, once there is one. Raises: WorkStopped if told to stop before it began."""
        return await self.services.workers.run(function, stop=self.running.stop)

    def progress(self) -> ProgressMessage:
        """What is shown meanwhile."""
        return ProgressMessage(
            self.services.delivery,
            self.destination,
            draft_id=self.update_id % 2**31 or 1,
            reply=self.reply,
            message_id=self.progress_message,
            on_sent=self._progress_sent,
        )

    def _progress_sent(self, message_id: int) -> None:
        self.progress_message = message_id
        self.services.journal.set_progress_message(self.update_id, message_id)
