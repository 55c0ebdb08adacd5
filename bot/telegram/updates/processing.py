"""What becomes of an update: written down, given to its handler in its lane, answered, and done; in that order.

Whatever ends the process in between, the next one goes on from what is on disk.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from bot.telegram.handlers.articles import LONG_TEXT, find_link, receive_file, receive_link, receive_text, update_edited
from bot.telegram.handlers.commands import COMMANDS, press, unknown
from bot.telegram.handlers.context import Services, UpdateContext
from bot.telegram.handlers.questions import answer_inline_query, ask, refuse_inline_query
from bot.telegram.monitoring import describe_error
from bot.telegram.outgoing import delivery as calls
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import Destination
from bot.telegram.outgoing.texts import utf16_length
from bot.telegram.state.chats import ArticleMessage
from bot.telegram.state.database import IncomingUpdate, PendingUpdate
from bot.telegram.workers import ChatQueues, RunningUpdate
from config.errors import BotError
from config.settings import Telegram
from index.types import Language

if TYPE_CHECKING:
    import telegram


def may_use(settings: Telegram, *, person_id: int, chat_ids: AbstractSet[int]) -> bool:
    """Whether a person may use the bot in a chat; a group that became a supergroup has had several ids."""
    return (
        settings.public
        or person_id == settings.operator != 0
        or person_id in settings.allowed_users
        or not chat_ids.isdisjoint(settings.allowed_chats)
    )


@dataclass(frozen=True, slots=True)
class AddressedText:
    """What was said to the bot: a command and what follows it, or a text. `shift` is where the text begins, UTF-16."""

    text: str
    command: str | None = None
    shift: int = 0


def is_question(text: str) -> bool:
    """Whether a text asks, by its end."""
    return text.rstrip().endswith(("?", "؟"))


def read_address(message: "telegram.Message", username: str, bot_id: int, *, private: bool) -> AddressedText | None:
    """What the message says to the bot; None if it is not meant."""
    text = message.text or message.caption or ""
    if message.text and text.startswith("/"):
        return _command(text, username, private=private)
    if private:
        return AddressedText(text)
    mention = f"@{username}"
    if mention.casefold() in text.casefold():
        return _without(text, mention)
    replied = message.reply_to_message
    if replied and replied.from_user and replied.from_user.id == bot_id:
        return AddressedText(text)
    return None


def _command(text: str, username: str, *, private: bool) -> AddressedText | None:
    """The command, if it is ours: in a group, one that names nobody and that we do not know is another bot's."""
    word, *rest = text.split(maxsplit=1)
    name, _, meant = word[1:].casefold().partition("@")
    ours = meant == username.casefold() if meant else private or name in COMMANDS
    format_message = rest[0] if rest else ""
    return (
        AddressedText(format_message, name, shift=utf16_length(text) - utf16_length(format_message)) if ours else None
    )


def _without(text: str, mention: str) -> AddressedText:
    """The text without a mention at its beginning or end, or with the one inside it left out."""
    start = text.casefold().index(mention.casefold())
    before, after = text[:start], text[start + len(mention) :]
    if before.strip():
        return AddressedText((before.rstrip() + " " + after.lstrip()).strip())
    format_message = after.lstrip()
    return AddressedText(format_message, shift=utf16_length(text) - utf16_length(format_message))


KINDS = ("message", "edited_message", "callback_query", "inline_query", "message_reaction", "my_chat_member")
"""The updates that are asked for (`allowed_updates`)."""
ANONYMOUS = 1_087_968_824
"""The id of @GroupAnonymousBot, which Telegram names as the sender of all that anonymous administrators write."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What kind of update it is, in which lane it waits, and whose it is."""

    kind: str
    queue: str
    person_id: int


def lane_of(update: dict[str, Any]) -> Slot:
    """Where an update as received belongs. Buttons and /stop do not wait behind a chat's questions."""
    kind = next((kind for kind in KINDS if isinstance(update.get(kind), dict)), "other")
    body = update.get(kind, {})
    chat, person = _id(body.get("chat")), _id(body.get("from"))
    person = chat if _is_anonymous(person, chat, _id(body.get("sender_chat"))) else person
    if kind == "message" and str(body.get("text", "")).startswith("/stop"):
        return Slot(kind, f"stop {chat}", person)
    if kind in ("callback_query", "inline_query"):
        return Slot(kind, f"{kind} {person}", person)
    return Slot(kind, f"chat {chat}", person)


def _is_anonymous(person_id: int, chat_id: int, sender_chat_id: int) -> bool:
    """Whether a group's anonymous administrators speak: nobody can tell which, so the group counts as the person."""
    return person_id == ANONYMOUS or sender_chat_id == chat_id != 0


def _id(thing: Any) -> int:
    """The id in something received, 0 where there is none: it may be anything."""
    number = thing.get("id") if isinstance(thing, dict) else None
    return number if isinstance(number, int) else 0


def make_context(services: Services, update: "telegram.Update", *, shown: int | None) -> UpdateContext | None:
    """The update as a person's turn; None where nobody speaks to us."""
    person, chat = update.effective_user, update.effective_chat
    if person is None or (person.is_bot and person.id != ANONYMOUS):
        return None
    here = services.chats.get(chat.id if chat else person.id)
    language: Language = here.language or ("ar" if (person.language_code or "").startswith("ar") else "en")
    message = update.effective_message
    thread = message.message_thread_id if message and message.is_topic_message else None
    written = update.message or update.edited_message
    sender = written.sender_chat.id if written and written.sender_chat else 0
    person_id = here.id if _is_anonymous(person.id, chat.id if chat else 0, sender) else person.id
    work = RunningUpdate(person_id, here.id)
    return UpdateContext(services, update, Destination(here.id, thread), here, person_id, language, work, shown)


async def route(context: UpdateContext) -> None:
    """Handle the update."""
    update = context.update
    moved = update.message.migrate_to_chat_id if update.message else None
    if moved:
        context.changes.append(lambda: context.services.chats.migrate(context.chat.id, moved))
        return
    chats = context.services.chats.ids(context.chat.id)
    if not may_use(context.services.settings, person_id=context.person_id, chat_ids=chats):
        _turn_away(context)
    elif update.callback_query:
        await press(context, update.callback_query.data or "")
    elif update.inline_query:
        await answer_inline_query(context, update.inline_query.id, update.inline_query.query)
    elif update.message_reaction:
        _react(context, update.message_reaction)
    elif update.edited_message:
        await _edited(context)
    elif update.message:
        await _message(context)


async def _message(context: UpdateContext) -> None:
    asked = _addressed(context)
    if asked is not None and asked.command is not None:
        await COMMANDS.get(asked.command, unknown)(context, asked.text)
    elif before := _continued(context, asked):
        await _receive(context, asked or AddressedText(context.message.text or ""), before)
    elif asked is None:
        return
    elif context.message.document:
        await _answer_about(context, await receive_file(context), asked.text)
    elif not asked.text.strip():
        _nothing_to_read(context)
    elif linked := find_link(asked.text):
        await _answer_about(context, await receive_link(context, linked.address), linked.rest)
    elif len(asked.text) >= LONG_TEXT:
        await _receive(context, asked, None)
    else:
        await _ask(context, asked)


async def _edited(context: UpdateContext) -> None:
    """Read an article again one message of which was edited, if that is still the text of an article."""
    if not context.message.text:
        return
    format_message = _addressed(context) or AddressedText(
        context.message.text
    )  # in a group, the later parts of a text mean nobody
    if format_message.command in (None, "add") and format_message.text.strip():
        await update_edited(context, format_message.text, shift=format_message.shift)


def _continued(context: UpdateContext, asked: AddressedText | None) -> ArticleMessage | None:
    """The full part of an article that the message goes on with, if it does: Telegram cuts a long text into several.

    In a group only the first of them means the bot. A short question or a link right behind an article is none.
    """
    message, text = context.message, asked.text if asked else context.message.text or ""
    linked = find_link(text)
    other = (len(text) < LONG_TEXT and is_question(text)) or (linked is not None and not linked.rest)
    if not message.text or not text.strip() or other:
        return None
    sent = message.date.timestamp()
    return context.services.chats.continued(context.chat.id, message.message_id, person_id=context.person_id, sent=sent)


async def _receive(context: UpdateContext, asked: AddressedText, before: ArticleMessage | None) -> None:
    message = context.message
    sent = message.date.timestamp()
    await receive_text(context, asked.text, message_id=message.message_id, shift=asked.shift, sent=sent, after=before)


async def _answer_about(context: UpdateContext, key: tuple[str, str] | None, caption: str) -> None:
    """Answer what is asked along with an article, once that is there."""
    if key and is_question(caption):
        await ask(context, caption, article_id=key[1])


def _nothing_to_read(context: UpdateContext) -> None:
    """Say what can be read, unless it was only Telegram telling what happened in the chat."""
    if context.message.effective_attachment or not context.destination.private:
        context.say(messages.WRONG_MESSAGE)


async def _ask(context: UpdateContext, asked: AddressedText) -> None:
    """Ask about what is quoted or replied to, if that is known, else about the active article."""
    message, article = context.message, None
    if message.reply_to_message:
        article = _article_of(context, message.reply_to_message.message_id)
    await ask(context, asked.text, quote=message.quote.text if message.quote else "", article_id=article)


def _article_of(context: UpdateContext, message_id: int) -> str | None:
    """The article that a message holds, or that an answer of ours in it cites."""
    if part := context.services.chats.part(context.chat.id, message_id):
        return part.article_id
    answer_id = context.services.journal.update_of(context.chat.id, message_id)
    answer = context.services.answers.get(answer_id, chat_id=context.chat.id) if answer_id is not None else None
    articles = {cited.article_id for cited in answer.cited} if answer and answer.answered else set()
    return articles.pop() if len(articles) == 1 else None


def _react(context: UpdateContext, reaction: "telegram.MessageReactionUpdated") -> None:
    """Take 👍 and 👎 on an answer as buttons."""
    answer_id = context.services.journal.update_of(context.chat.id, reaction.message_id)
    answer = context.services.answers.get(answer_id, chat_id=context.chat.id) if answer_id is not None else None
    emojis = {getattr(one, "emoji", "") for one in reaction.new_reaction}
    if answer and "👍" in emojis:
        context.changes.append(lambda: context.services.answers.judge(answer.id, context.person_id, "up"))
    elif answer and "👎" in emojis:
        context.changes.append(lambda: context.services.answers.judge(answer.id, context.person_id, "down"))


def _turn_away(context: UpdateContext) -> None:
    """Tell a stranger once that the bot is private; a group once, when somebody in it means the bot."""
    update = context.update
    if update.inline_query:
        refuse_inline_query(context, update.inline_query.id)
    elif update.callback_query:
        context.calls.append(calls.answer_tap(update.callback_query.id, messages.INLINE_STRANGER(context.language)))
    elif update.message and not context.services.chats.told(context.chat.id) and _addressed(context) is not None:
        context.changes.append(lambda: context.services.chats.tell(context.chat.id))
        line = messages.STRANGER if context.destination.private else messages.STRANGER_GROUP
        context.say(line, number=str(context.chat.id))


def _addressed(context: UpdateContext) -> AddressedText | None:
    return read_address(
        context.message, context.services.username, context.services.bot_id, private=context.destination.private
    )


log = structlog.get_logger("sanad.telegram")

MOST_ATTEMPTS = 5
"""Processes that an update may see the end of before it counts as what ends them."""
RETRY_AFTER = 2.0
"""Seconds between tries while the disk takes nothing."""


class Service:
    """Handles updates with what is on the desk."""

    def __init__(self, services: Services, bot: "telegram.Bot") -> None:
        self._desk, self._bot = services, bot
        self._lanes = ChatQueues(self._work)
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done with an exception when the bot cannot go on."""

    def resume(self) -> int:
        """Take up what an earlier process left; returns how much that is."""
        waiting = self._desk.journal.waiting()
        for update_id, queue in waiting:
            self._lanes.put(queue, update_id)
        return len(waiting)

    def receive(self, updates: Sequence[dict[str, Any]]) -> None:
        """Write updates down, then have them handled. Only after this may Telegram be told that they were received.

        Raises: sqlite3.Error if they could not be written.
        """
        sorted_ = [(lane_of(update), update) for update in updates]
        new = self._desk.journal.receive(
            IncomingUpdate(update["update_id"], slot.queue, update, slot.person_id) for slot, update in sorted_
        )
        for slot, _ in sorted_:
            self._desk.metrics.updates.labels(slot.kind).inc()
        for update_id, queue in new:
            self._lanes.put(queue, update_id)

    async def finish(self, seconds: float) -> bool:
        """Finish what is under way, or leave it to the next process; returns whether all was finished."""
        return await self._lanes.finish(seconds)

    async def _work(self, update_id: int) -> None:
        while True:
            try:
                await self._settle(update_id)
            except sqlite3.OperationalError as error:
                log.error("disk", update=update_id, error=str(error))  # noqa: TRY400 – a traceback says no more
                await asyncio.sleep(RETRY_AFTER)
            except Exception as error:  # noqa: BLE001 – one update must not stop the others
                await self._give_up(update_id, error)
                return
            else:
                return

    async def _give_up(self, update_id: int, error: Exception) -> None:
        from telegram.error import InvalidToken

        if isinstance(error, InvalidToken):
            if not self.failed.done():
                self.failed.set_exception(BotError("Telegram refuses the token; see TELEGRAM_BOT_TOKEN."))
            return
        log.error("given up", update=update_id, **describe_error(error))
        await _surely(partial(self._desk.journal.done, update_id))

    async def _settle(self, update_id: int) -> None:
        services, began = self._desk, time.monotonic()
        entry = services.journal.begin(update_id)
        if entry is None:
            return
        context = None if entry.written else await self._handle(entry)
        for pending_calls in services.journal.pending_calls(update_id):
            made = await services.delivery.deliver(pending_calls.call)
            if made.lost:
                log.warning("not delivered", update=update_id, method=pending_calls.call.method, reason=made.lost)
            await _surely(
                partial(services.journal.made, update_id, pending_calls.number, made.chat_id, made.message_id)
            )
        await _surely(partial(services.journal.done, update_id))
        if context and context.erase:
            services.database.erase()
        services.metrics.seconds.observe(time.monotonic() - began)

    async def _handle(self, entry: PendingUpdate) -> UpdateContext | None:
        """Have it answered and write the answer down; what is finished is kept until the disk takes it."""
        from telegram import Update

        context = make_context(self._desk, Update.de_json(entry.payload, self._bot), shown=entry.shown)
        if context is None:
            self._desk.journal.write_down(entry.update_id, ())
            return None
        if self._desk.settings.log_texts and context.update.message:
            log.info("text", update=entry.update_id, text=context.update.message.text)
        async with self._desk.stopping.handling(context.work):
            await self._answer(context, entry)
            await _surely(partial(self._write_down, context))
        return context

    def _write_down(self, context: UpdateContext) -> None:
        """What the turn changed and says, together; nothing of what its person had forgotten meanwhile."""
        with self._desk.database.transaction():
            if self._desk.journal.open(context.update_id):
                for change in context.changes:
                    change()
                self._desk.journal.write_down(context.update_id, context.calls)

    async def _answer(self, context: UpdateContext, entry: PendingUpdate) -> None:
        try:
            await (_refuse(context) if entry.attempts >= MOST_ATTEMPTS else route(context))
        except sqlite3.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 – nobody is shown a traceback, nobody waits for nothing
            log.error("failed", update=entry.update_id, **describe_error(error))  # noqa: TRY400 – not the error's own words
            context.calls, context.changes = [], []
            _apologise(context)


async def _surely(write: Callable[[], None]) -> None:
    """Write down what took effect, however long the disk is full: forgotten, it would be done again."""
    while True:
        try:
            write()
        except sqlite3.OperationalError as error:
            log.error("disk", error=str(error))  # noqa: TRY400 – a traceback says no more
            await asyncio.sleep(RETRY_AFTER)
        else:
            return


async def _refuse(context: UpdateContext) -> None:
    """Leave alone an update that was never brought to an end."""
    log.error("never ended", update=context.update_id)
    _apologise(context)


def _apologise(context: UpdateContext) -> None:
    """Say that something failed, where somebody waits for it."""
    query = context.update.callback_query
    if query:
        context.calls.append(calls.answer_tap(query.id, messages.OUTAGE_OTHER(context.language)))
    elif context.update.message and context.destination.private:
        context.say(messages.OUTAGE_OTHER)
