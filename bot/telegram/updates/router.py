"""Update → its handler. Decides who speaks where, whether the bot is meant, and in which lane the update waits."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.telegram.handlers.asking import ask
from bot.telegram.handlers.buttons import press
from bot.telegram.handlers.commands import COMMANDS, unknown
from bot.telegram.handlers.editing import read_again
from bot.telegram.handlers.inline import refuse, suggest_sentences
from bot.telegram.handlers.linked import link_in, receive_link
from bot.telegram.handlers.receiving import LONG_TEXT, receive_file, receive_text
from bot.telegram.outgoing import calls, messages
from bot.telegram.outgoing.calls import Place
from bot.telegram.runtime.stopping import Work
from bot.telegram.state.chats import Part
from bot.telegram.updates.access import admitted
from bot.telegram.updates.addressing import Addressed, addressed, is_question
from bot.telegram.updates.context import Desk, Turn
from index.types import Language

if TYPE_CHECKING:
    import telegram

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
        await read_again(turn)
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
