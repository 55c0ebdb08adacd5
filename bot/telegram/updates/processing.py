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

from bot.telegram.handlers.articles import LONG_TEXT, link_in, read_again, receive_file, receive_link, receive_text
from bot.telegram.handlers.commands import COMMANDS, press, unknown
from bot.telegram.handlers.context import Desk, Turn
from bot.telegram.handlers.questions import ask, refuse, suggest_sentences
from bot.telegram.monitoring import described
from bot.telegram.outgoing import delivery as calls
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import Place
from bot.telegram.outgoing.texts import units
from bot.telegram.state.chats import Part
from bot.telegram.state.database import Entry, Received
from bot.telegram.workers import Lanes, Work
from config.errors import BotError
from config.settings import Telegram
from index.types import Language

if TYPE_CHECKING:
    import telegram


def admitted(settings: Telegram, *, person_id: int, chat_ids: AbstractSet[int]) -> bool:
    """Whether a person may use the bot in a chat; a group that became a supergroup has had several ids."""
    return (
        settings.public
        or person_id == settings.operator != 0
        or person_id in settings.allowed_users
        or not chat_ids.isdisjoint(settings.allowed_chats)
    )


@dataclass(frozen=True, slots=True)
class Addressed:
    """What was said to the bot: a command and what follows it, or a text. `shift` is where the text begins, UTF-16."""

    text: str
    command: str | None = None
    shift: int = 0


def is_question(text: str) -> bool:
    """Whether a text asks, by its end."""
    return text.rstrip().endswith(("?", "؟"))


def addressed(message: "telegram.Message", username: str, bot_id: int, *, private: bool) -> Addressed | None:
    """What the message says to the bot; None if it is not meant."""
    text = message.text or message.caption or ""
    if message.text and text.startswith("/"):
        return _command(text, username, private=private)
    if private:
        return Addressed(text)
    mention = f"@{username}"
    if mention.casefold() in text.casefold():
        return _without(text, mention)
    replied = message.reply_to_message
    if replied and replied.from_user and replied.from_user.id == bot_id:
        return Addressed(text)
    return None


def _command(text: str, username: str, *, private: bool) -> Addressed | None:
    """The command, if it is ours: in a group, one that names nobody and that we do not know is another bot's."""
    word, *rest = text.split(maxsplit=1)
    name, _, meant = word[1:].casefold().partition("@")
    ours = meant == username.casefold() if meant else private or name in COMMANDS
    said = rest[0] if rest else ""
    return Addressed(said, name, shift=units(text) - units(said)) if ours else None


def _without(text: str, mention: str) -> Addressed:
    """The text without a mention at its beginning or end, or with the one inside it left out."""
    start = text.casefold().index(mention.casefold())
    before, after = text[:start], text[start + len(mention) :]
    if before.strip():
        return Addressed((before.rstrip() + " " + after.lstrip()).strip())
    said = after.lstrip()
    return Addressed(said, shift=units(text) - units(said))


KINDS = ("message", "edited_message", "callback_query", "inline_query", "message_reaction", "my_chat_member")
"""The updates that are asked for (`allowed_updates`)."""
ANONYMOUS = 1_087_968_824
"""The id of @GroupAnonymousBot, which Telegram names as the sender of all that anonymous administrators write."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What kind of update it is, in which lane it waits, and whose it is."""

    kind: str
    lane: str
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


def open_turn(desk: Desk, update: "telegram.Update", *, shown: int | None) -> Turn | None:
    """The update as a person's turn; None where nobody speaks to us."""
    person, chat = update.effective_user, update.effective_chat
    if person is None or (person.is_bot and person.id != ANONYMOUS):
        return None
    here = desk.chats.get(chat.id if chat else person.id)
    language: Language = here.language or ("ar" if (person.language_code or "").startswith("ar") else "en")
    message = update.effective_message
    thread = message.message_thread_id if message and message.is_topic_message else None
    written = update.message or update.edited_message
    sender = written.sender_chat.id if written and written.sender_chat else 0
    person_id = here.id if _is_anonymous(person.id, chat.id if chat else 0, sender) else person.id
    work = Work(person_id, here.id)
    return Turn(desk, update, Place(here.id, thread), here, person_id, language, work, shown)


async def route(turn: Turn) -> None:
    """Handle the update."""
    update = turn.update
    moved = update.message.migrate_to_chat_id if update.message else None
    if moved:
        turn.changes.append(lambda: turn.desk.chats.migrate(turn.chat.id, moved))
        return
    chats = turn.desk.chats.ids(turn.chat.id)
    if not admitted(turn.desk.settings, person_id=turn.person_id, chat_ids=chats):
        _turn_away(turn)
    elif update.callback_query:
        await press(turn, update.callback_query.data or "")
    elif update.inline_query:
        await suggest_sentences(turn, update.inline_query.id, update.inline_query.query)
    elif update.message_reaction:
        _react(turn, update.message_reaction)
    elif update.edited_message:
        await _edited(turn)
    elif update.message:
        await _message(turn)


async def _message(turn: Turn) -> None:
    asked = _addressed(turn)
    if asked is not None and asked.command is not None:
        await COMMANDS.get(asked.command, unknown)(turn, asked.text)
    elif before := _continued(turn, asked):
        await _receive(turn, asked or Addressed(turn.message.text or ""), before)
    elif asked is None:
        return
    elif turn.message.document:
        await _answer_about(turn, await receive_file(turn), asked.text)
    elif not asked.text.strip():
        _nothing_to_read(turn)
    elif linked := link_in(asked.text):
        await _answer_about(turn, await receive_link(turn, linked.address), linked.rest)
    elif len(asked.text) >= LONG_TEXT:
        await _receive(turn, asked, None)
    else:
        await _ask(turn, asked)


async def _edited(turn: Turn) -> None:
    """Read an article again one message of which was edited, if that is still the text of an article."""
    if not turn.message.text:
        return
    said = _addressed(turn) or Addressed(turn.message.text)  # in a group, the later parts of a text mean nobody
    if said.command in (None, "add") and said.text.strip():
        await read_again(turn, said.text, shift=said.shift)


def _continued(turn: Turn, asked: Addressed | None) -> Part | None:
    """The full part of an article that the message goes on with, if it does: Telegram cuts a long text into several.

    In a group only the first of them means the bot. A short question or a link right behind an article is none.
    """
    message, text = turn.message, asked.text if asked else turn.message.text or ""
    linked = link_in(text)
    other = (len(text) < LONG_TEXT and is_question(text)) or (linked is not None and not linked.rest)
    if not message.text or not text.strip() or other:
        return None
    sent = message.date.timestamp()
    return turn.desk.chats.continued(turn.chat.id, message.message_id, person_id=turn.person_id, sent=sent)


async def _receive(turn: Turn, asked: Addressed, before: Part | None) -> None:
    message = turn.message
    sent = message.date.timestamp()
    await receive_text(turn, asked.text, message_id=message.message_id, shift=asked.shift, sent=sent, after=before)


async def _answer_about(turn: Turn, key: tuple[str, str] | None, caption: str) -> None:
    """Answer what is asked along with an article, once that is there."""
    if key and is_question(caption):
        await ask(turn, caption, article_id=key[1])


def _nothing_to_read(turn: Turn) -> None:
    """Say what can be read, unless it was only Telegram telling what happened in the chat."""
    if turn.message.effective_attachment or not turn.place.private:
        turn.say(messages.WRONG_MESSAGE)


async def _ask(turn: Turn, asked: Addressed) -> None:
    """Ask about what is quoted or replied to, if that is known, else about the active article."""
    message, article = turn.message, None
    if message.reply_to_message:
        article = _article_of(turn, message.reply_to_message.message_id)
    await ask(turn, asked.text, quote=message.quote.text if message.quote else "", article_id=article)


def _article_of(turn: Turn, message_id: int) -> str | None:
    """The article that a message holds, or that an answer of ours in it cites."""
    if part := turn.desk.chats.part(turn.chat.id, message_id):
        return part.article_id
    answer_id = turn.desk.journal.update_of(turn.chat.id, message_id)
    answer = turn.desk.answers.get(answer_id, chat_id=turn.chat.id) if answer_id is not None else None
    articles = {cited.article_id for cited in answer.cited} if answer and answer.answered else set()
    return articles.pop() if len(articles) == 1 else None


def _react(turn: Turn, reaction: "telegram.MessageReactionUpdated") -> None:
    """Take 👍 and 👎 on an answer as buttons."""
    answer_id = turn.desk.journal.update_of(turn.chat.id, reaction.message_id)
    answer = turn.desk.answers.get(answer_id, chat_id=turn.chat.id) if answer_id is not None else None
    emojis = {getattr(one, "emoji", "") for one in reaction.new_reaction}
    if answer and "👍" in emojis:
        turn.changes.append(lambda: turn.desk.answers.judge(answer.id, turn.person_id, "up"))
    elif answer and "👎" in emojis:
        turn.changes.append(lambda: turn.desk.answers.judge(answer.id, turn.person_id, "down"))


def _turn_away(turn: Turn) -> None:
    """Tell a stranger once that the bot is private; a group once, when somebody in it means the bot."""
    update = turn.update
    if update.inline_query:
        refuse(turn, update.inline_query.id)
    elif update.callback_query:
        turn.calls.append(calls.acknowledge(update.callback_query.id, messages.INLINE_STRANGER(turn.language)))
    elif update.message and not turn.desk.chats.told(turn.chat.id) and _addressed(turn) is not None:
        turn.changes.append(lambda: turn.desk.chats.tell(turn.chat.id))
        line = messages.STRANGER if turn.place.private else messages.STRANGER_GROUP
        turn.say(line, number=str(turn.chat.id))


def _addressed(turn: Turn) -> Addressed | None:
    return addressed(turn.message, turn.desk.username, turn.desk.bot_id, private=turn.place.private)


log = structlog.get_logger("sanad.telegram")

MOST_ATTEMPTS = 5
"""Processes that an update may see the end of before it counts as what ends them."""
RETRY_AFTER = 2.0
"""Seconds between tries while the disk takes nothing."""


class Service:
    """Handles updates with what is on the desk."""

    def __init__(self, desk: Desk, bot: "telegram.Bot") -> None:
        self._desk, self._bot = desk, bot
        self._lanes = Lanes(self._work)
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done with an exception when the bot cannot go on."""

    def resume(self) -> int:
        """Take up what an earlier process left; returns how much that is."""
        waiting = self._desk.journal.waiting()
        for update_id, lane in waiting:
            self._lanes.put(lane, update_id)
        return len(waiting)

    def receive(self, updates: Sequence[dict[str, Any]]) -> None:
        """Write updates down, then have them handled. Only after this may Telegram be told that they were received.

        Raises: sqlite3.Error if they could not be written.
        """
        sorted_ = [(lane_of(update), update) for update in updates]
        new = self._desk.journal.receive(
            Received(update["update_id"], slot.lane, update, slot.person_id) for slot, update in sorted_
        )
        for slot, _ in sorted_:
            self._desk.metrics.updates.labels(slot.kind).inc()
        for update_id, lane in new:
            self._lanes.put(lane, update_id)

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
        log.error("given up", update=update_id, **described(error))
        await _surely(partial(self._desk.journal.done, update_id))

    async def _settle(self, update_id: int) -> None:
        desk, began = self._desk, time.monotonic()
        entry = desk.journal.begin(update_id)
        if entry is None:
            return
        turn = None if entry.written else await self._handle(entry)
        for owed in desk.journal.owed(update_id):
            made = await desk.delivery.deliver(owed.call)
            if made.lost:
                log.warning("not delivered", update=update_id, method=owed.call.method, reason=made.lost)
            await _surely(partial(desk.journal.made, update_id, owed.number, made.chat_id, made.message_id))
        await _surely(partial(desk.journal.done, update_id))
        if turn and turn.wipe:
            desk.database.wipe()
        desk.metrics.seconds.observe(time.monotonic() - began)

    async def _handle(self, entry: Entry) -> Turn | None:
        """Have it answered and write the answer down; what is finished is kept until the disk takes it."""
        from telegram import Update

        turn = open_turn(self._desk, Update.de_json(entry.payload, self._bot), shown=entry.shown)
        if turn is None:
            self._desk.journal.write_down(entry.update_id, ())
            return None
        if self._desk.settings.log_texts and turn.update.message:
            log.info("text", update=entry.update_id, text=turn.update.message.text)
        async with self._desk.stopping.handling(turn.work):
            await self._answer(turn, entry)
            await _surely(partial(self._write_down, turn))
        return turn

    def _write_down(self, turn: Turn) -> None:
        """What the turn changed and says, together; nothing of what its person had forgotten meanwhile."""
        with self._desk.database.together():
            if self._desk.journal.open(turn.update_id):
                for change in turn.changes:
                    change()
                self._desk.journal.write_down(turn.update_id, turn.calls)

    async def _answer(self, turn: Turn, entry: Entry) -> None:
        try:
            await (_refuse(turn) if entry.attempts >= MOST_ATTEMPTS else route(turn))
        except sqlite3.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 – nobody is shown a traceback, nobody waits for nothing
            log.error("failed", update=entry.update_id, **described(error))  # noqa: TRY400 – not the error's own words
            turn.calls, turn.changes = [], []
            _apologise(turn)


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


async def _refuse(turn: Turn) -> None:
    """Leave alone an update that was never brought to an end."""
    log.error("never ended", update=turn.update_id)
    _apologise(turn)


def _apologise(turn: Turn) -> None:
    """Say that something failed, where somebody waits for it."""
    query = turn.update.callback_query
    if query:
        turn.calls.append(calls.acknowledge(query.id, messages.OUTAGE_OTHER(turn.language)))
    elif turn.update.message and turn.place.private:
        turn.say(messages.OUTAGE_OTHER)
