"""What becomes of an update: written down, given to its handler in its queue, answered, and done; in that order.

Whatever ends the process in between, the next one goes on from what is on disk. Also decided here: who speaks where,
whether the bot is meant, and which handler it is for. How updates come in is `receiving`'s.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.telegram.handlers.articles import LONG_TEXT, find_link, receive_file, receive_link, receive_text, update_edited
from bot.telegram.handlers.commands import COMMANDS, press_button, unknown_command
from bot.telegram.handlers.context import Services, UpdateContext
from bot.telegram.handlers.questions import answer_inline_query, ask, rate_by_reaction, refuse_inline_query
from bot.telegram.monitoring import describe_error, log
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import Destination, answer_callback_query, token_refused
from bot.telegram.outgoing.texts import utf16_length
from bot.telegram.state.chats import ArticleKey, ArticleMessage
from bot.telegram.state.database import IncomingUpdate, PendingUpdate
from bot.telegram.workers import ChatQueues, RunningUpdate
from config.settings import TelegramSettings
from index.types import Language

if TYPE_CHECKING:
    import telegram


KINDS = ("message", "edited_message", "callback_query", "inline_query", "message_reaction", "my_chat_member")
"""The updates that are asked for (`allowed_updates`)."""
ANONYMOUS = 1_087_968_824
"""The id of @GroupAnonymousBot, which Telegram names as the sender of all that anonymous administrators write."""
MOST_ATTEMPTS = 5
"""Processes that an update may see the end of before it counts as what ends them."""
RETRY_AFTER = 2.0
"""Seconds between tries while the disk takes nothing."""


class UpdateProcessor:
    """Handles updates, those of one chat in order."""

    def __init__(self, services: Services, bot: "telegram.Bot") -> None:
        self._services, self._bot = services, bot
        self._queues = ChatQueues(self._work)
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done with an exception when the bot cannot go on."""

    def resume(self) -> int:
        """Take up what an earlier process left; returns how much that is."""
        unfinished = self._services.journal.unfinished()
        for update in unfinished:
            self._queues.put(update.queue, update.update_id)
        return len(unfinished)

    def receive(self, updates: Sequence[dict[str, Any]]) -> None:
        """Write updates down, then have them handled. Only after this may Telegram be told that they were received.

        Raises: sqlite3.Error if they could not be written.
        """
        incoming = [read_incoming(update) for update in updates]
        new = self._services.journal.receive(incoming)
        for one in incoming:
            self._services.metrics.updates.labels(one.kind).inc()
        for update in new:
            self._queues.put(update.queue, update.update_id)

    async def finish(self, seconds: float) -> bool:
        """Finish what is under way, or leave it to the next process; returns whether all was finished."""
        return await self._queues.finish(seconds)

    async def _work(self, update_id: int) -> None:
        while True:
            try:
                await self._process(update_id)
            except sqlite3.OperationalError as error:
                log.error("disk", update=update_id, error=str(error))
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
                self.failed.set_exception(token_refused())
            return
        log.error("given up", update=update_id, **describe_error(error))
        await _retry_until_written(partial(self._services.journal.mark_done, update_id))

    async def _process(self, update_id: int) -> None:
        services, began = self._services, time.monotonic()
        update = services.journal.begin(update_id)
        if update is None:
            return
        context = None if update.written else await self._handle(update)
        for pending in services.journal.pending_calls(update_id):
            made = await services.delivery.deliver(pending.call)
            if made.lost:
                log.warning("not delivered", update=update_id, method=pending.call.method, reason=made.lost)
            mark = partial(services.journal.mark_made, update_id, pending.number, made.chat_id, made.message_id)
            await _retry_until_written(mark)
        await _retry_until_written(partial(services.journal.mark_done, update_id))
        if context and context.erase:
            services.database.truncate_log()
        services.metrics.seconds.observe(time.monotonic() - began)

    async def _handle(self, pending: PendingUpdate) -> UpdateContext | None:
        """Have it answered and write the answer down; what is finished is kept until the disk takes it."""
        from telegram import Update

        context = _make_context(self._services, Update.de_json(pending.payload, self._bot), pending)
        if context is None:
            self._services.journal.add_calls(pending.update_id, ())
            return None
        if self._services.settings.log_texts and context.update.message:
            log.info("text", update=pending.update_id, text=context.update.message.text)
        async with self._services.running.handling(context.running):
            await self._answer(context, pending)
            await _retry_until_written(partial(self._write_down, context))
        return context

    async def _answer(self, context: UpdateContext, pending: PendingUpdate) -> None:
        try:
            if pending.attempts < MOST_ATTEMPTS:
                await _route(context)
            else:  # never brought to an end
                log.error("never ended", update=context.update_id)
                _apologise(context)
        except sqlite3.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 – nobody is shown a traceback, nobody waits for nothing
            log.error("failed", update=pending.update_id, **describe_error(error))
            context.calls, context.changes = [], []
            _apologise(context)

    def _write_down(self, context: UpdateContext) -> None:
        """What the update changes and says, together; nothing of what its person had forgotten meanwhile."""
        with self._services.database.transaction():
            if self._services.journal.is_open(context.update_id):
                for change in context.changes:
                    change()
                self._services.journal.add_calls(context.update_id, context.calls)


async def _retry_until_written(write: Callable[[], None]) -> None:
    """Write down what took effect, however long the disk is full: forgotten, it would be done again."""
    while True:
        try:
            write()
        except sqlite3.OperationalError as error:
            log.error("disk", error=str(error))
            await asyncio.sleep(RETRY_AFTER)
        else:
            return


def _apologise(context: UpdateContext) -> None:
    """Say that something failed, where somebody waits for it."""
    query = context.update.callback_query
    if query:
        context.calls.append(answer_callback_query(query.id, messages.OUTAGE_OTHER(context.language)))
    elif context.update.message and context.destination.private:
        context.say(messages.OUTAGE_OTHER)


def read_incoming(update: dict[str, Any]) -> IncomingUpdate:
    """An update as received, which may hold anything, with whose it is and the queue it waits in.

    Buttons and /stop do not wait behind a chat's questions.
    """
    kind = next((kind for kind in KINDS if isinstance(update.get(kind), dict)), "other")
    body = update.get(kind, {})
    chat, person = _id(body.get("chat")), _id(body.get("from"))
    person = chat if _is_anonymous(person, chat, _id(body.get("sender_chat"))) else person
    queue = f"chat {chat}"
    if kind == "message" and str(body.get("text", "")).startswith("/stop"):
        queue = f"stop {chat}"
    elif kind in ("callback_query", "inline_query"):
        queue = f"{kind} {person}"
    return IncomingUpdate(update["update_id"], queue, update, person, kind)


def _is_anonymous(person_id: int, chat_id: int, sender_chat_id: int) -> bool:
    """Whether a group's anonymous administrators speak: nobody can tell which, so the group counts as the person."""
    return person_id == ANONYMOUS or sender_chat_id == chat_id != 0


def _id(thing: Any) -> int:
    """The id in something received, 0 where there is none: it may be anything."""
    number = thing.get("id") if isinstance(thing, dict) else None
    return number if isinstance(number, int) else 0


def _make_context(services: Services, update: "telegram.Update", pending: PendingUpdate) -> UpdateContext | None:
    """Who speaks where; None where nobody speaks to us."""
    person, chat = update.effective_user, update.effective_chat
    if person is None or (person.is_bot and person.id != ANONYMOUS):
        return None
    here = services.chats.get(chat.id if chat else person.id)
    language: Language = here.language or ("ar" if (person.language_code or "").startswith("ar") else "en")
    message, written = update.effective_message, update.message or update.edited_message
    sender = written.sender_chat.id if written and written.sender_chat else 0
    person_id = here.id if _is_anonymous(person.id, chat.id if chat else 0, sender) else person.id
    return UpdateContext(
        services=services,
        update=update,
        destination=Destination(here.id, message.message_thread_id if message and message.is_topic_message else None),
        chat=here,
        person_id=person_id,
        language=language,
        running=RunningUpdate(person_id, here.id),
        progress_message=pending.progress_message,
    )


def may_use(settings: TelegramSettings, *, person_id: int, chat_ids: AbstractSet[int]) -> bool:
    """Whether a person may use the bot in a chat: the operator, whom the operator named, or everyone.

    A group that became a supergroup has had several ids.
    """
    return (
        settings.public
        or person_id == settings.operator != 0
        or person_id in settings.allowed_users
        or not chat_ids.isdisjoint(settings.allowed_chats)
    )


async def _route(context: UpdateContext) -> None:
    """Have the update handled by whom it is for."""
    update = context.update
    moved = update.message.migrate_to_chat_id if update.message else None
    if moved:
        context.change(context.services.chats.migrate, context.chat.id, moved)
        return
    chat_ids = context.services.chats.all_ids(context.chat.id)
    if not may_use(context.services.settings, person_id=context.person_id, chat_ids=chat_ids):
        _turn_away(context)
    elif update.callback_query:
        await press_button(context, update.callback_query.id, update.callback_query.data or "")
    elif update.inline_query:
        await answer_inline_query(context, update.inline_query.id, update.inline_query.query)
    elif update.message_reaction:
        emojis = {getattr(one, "emoji", "") for one in update.message_reaction.new_reaction}
        rate_by_reaction(context, update.message_reaction.message_id, emojis)
    elif update.edited_message:
        await _route_edited(context)
    elif update.message:
        await _route_message(context)


def _turn_away(context: UpdateContext) -> None:
    """Tell a stranger once that the bot is private; a group once, when somebody in it means the bot."""
    update, chats = context.update, context.services.chats
    if update.inline_query:
        refuse_inline_query(context, update.inline_query.id)
    elif update.callback_query:
        context.calls.append(
            answer_callback_query(update.callback_query.id, messages.INLINE_STRANGER(context.language))
        )
    elif update.message and not chats.was_told_private(context.chat.id) and _said_to_bot(context) is not None:
        context.change(chats.note_told_private, context.chat.id)
        line = messages.STRANGER if context.destination.private else messages.STRANGER_GROUP
        context.say(line, number=str(context.chat.id))


async def _route_edited(context: UpdateContext) -> None:
    """Read an article again one message of which was edited, if that is still the text of an article."""
    if not context.message.text:
        return
    said = _said_to_bot(context) or AddressedText(context.message.text)  # in a group, later parts of a text mean nobody
    if said.command in (None, "add") and said.text.strip():
        await update_edited(context, said.text, shift=said.shift)


async def _route_message(context: UpdateContext) -> None:
    said = _said_to_bot(context)
    if said is not None and said.command is not None:
        await COMMANDS.get(said.command, unknown_command)(context, said.text)
    elif before := _continued(context, said):
        await _receive(context, said or AddressedText(context.message.text or ""), before)
    elif said is None:
        return
    elif context.message.document:
        await _answer_about(context, await receive_file(context), said.text)
    elif not said.text.strip():
        # Say what can be read, unless it was only Telegram telling what happened in the chat.
        if context.message.effective_attachment or not context.destination.private:
            context.say(messages.WRONG_MESSAGE)
    elif linked := find_link(said.text):
        await _answer_about(context, await receive_link(context, linked.address), linked.rest)
    elif len(said.text) >= LONG_TEXT:
        await _receive(context, said, None)
    else:
        quote = context.message.quote
        await ask(context, said.text, quote=quote.text if quote else "", article_id=_article_replied_to(context))


def _continued(context: UpdateContext, said: "AddressedText | None") -> ArticleMessage | None:
    """The full part of an article that the message goes on with, if it does: Telegram cuts a long text into several.

    In a group only the first of them means the bot. A short question or a link right behind an article is none.
    """
    message, text = context.message, said.text if said else context.message.text or ""
    linked = find_link(text)
    other = (len(text) < LONG_TEXT and is_question(text)) or (linked is not None and not linked.rest)
    if not message.text or not text.strip() or other:
        return None
    chats, sent = context.services.chats, message.date.timestamp()
    return chats.continued_message(context.chat.id, message.message_id, person_id=context.person_id, sent=sent)


async def _receive(context: UpdateContext, said: "AddressedText", before: ArticleMessage | None) -> None:
    message_id, sent = context.message.message_id, context.message.date.timestamp()
    await receive_text(context, said.text, message_id=message_id, shift=said.shift, sent=sent, before=before)


async def _answer_about(context: UpdateContext, key: ArticleKey | None, caption: str) -> None:
    """Answer what is asked along with an article, once that is there."""
    if key and is_question(caption):
        await ask(context, caption, article_id=key.article_id)


def _article_replied_to(context: UpdateContext) -> str | None:
    """The article that the message replied to holds, or that an answer of ours in it cites, if that is known."""
    replied = context.message.reply_to_message
    if replied is None:
        return None
    if message := context.services.chats.article_message(context.chat.id, replied.message_id):
        return message.article_id
    answer = context.answer_in(replied.message_id)
    articles = {cited.article_id for cited in answer.cited} if answer and answer.answered else set()
    return articles.pop() if len(articles) == 1 else None


@dataclass(frozen=True, slots=True)
class AddressedText:
    """What was said to the bot: a command and what follows it, or a text. `shift` is where the text begins, UTF-16."""

    text: str
    command: str | None = None
    shift: int = 0


def is_question(text: str) -> bool:
    """Whether a text asks, by its end."""
    return text.rstrip().endswith(("?", "؟"))


def _said_to_bot(context: UpdateContext) -> AddressedText | None:
    """What the message says to the bot: in private all, in groups commands, mentions and replies; None if not meant."""
    message, services, private = context.message, context.services, context.destination.private
    text = message.text or message.caption or ""
    if message.text and text.startswith("/"):
        return _command(text, services.username, private=private)
    if private:
        return AddressedText(text)
    mention = f"@{services.username}"
    if mention.casefold() in text.casefold():
        return _without(text, mention)
    replied = message.reply_to_message
    if replied and replied.from_user and replied.from_user.id == services.bot_id:
        return AddressedText(text)
    return None


def _command(text: str, username: str, *, private: bool) -> AddressedText | None:
    """The command, if it is ours: in a group, one that names nobody and that we do not know is another bot's."""
    word, *rest = text.split(maxsplit=1)
    name, _, meant = word[1:].casefold().partition("@")
    ours = meant == username.casefold() if meant else private or name in COMMANDS
    argument = rest[0] if rest else ""
    return AddressedText(argument, name, shift=utf16_length(text) - utf16_length(argument)) if ours else None


def _without(text: str, mention: str) -> AddressedText:
    """The text without a mention at its beginning or end, or with the one inside it left out."""
    start = text.casefold().index(mention.casefold())
    before, after = text[:start], text[start + len(mention) :]
    if before.strip():
        return AddressedText((before.rstrip() + " " + after.lstrip()).strip())
    rest = after.lstrip()
    return AddressedText(rest, shift=utf16_length(text) - utf16_length(rest))
