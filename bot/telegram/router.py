"""Update → its handler. Decides who speaks where, whether the bot is meant, and in which lane the update waits."""

from typing import TYPE_CHECKING, Any

from bot.telegram import messages
from bot.telegram.access import admitted
from bot.telegram.addressing import Addressed, addressed
from bot.telegram.asking import ask
from bot.telegram.buttons import press
from bot.telegram.calls import Place
from bot.telegram.commands import COMMANDS, unknown
from bot.telegram.inline import refuse, suggest_sentences
from bot.telegram.receiving import LONG_TEXT, receive_file, receive_text
from bot.telegram.turn import Desk, Turn
from index.types import Language

if TYPE_CHECKING:
    import telegram

KINDS = ("message", "edited_message", "callback_query", "inline_query", "message_reaction", "my_chat_member")
"""The updates that are asked for (`allowed_updates`)."""


def lane_of(update: dict[str, Any]) -> tuple[str, str]:
    """(kind, lane) of an update as received. Buttons and /stop do not wait behind a chat's questions."""
    kind = next((kind for kind in KINDS if kind in update), "other")
    body = update.get(kind, {})
    chat = body.get("chat", {}).get("id", 0)
    if kind == "message" and str(body.get("text", "")).startswith("/stop"):
        return kind, f"stop {chat}"
    if kind in ("callback_query", "inline_query"):
        return kind, f"{kind} {body.get('from', {}).get('id', 0)}"
    return kind, f"chat {chat}"


def open_turn(desk: Desk, update: "telegram.Update", *, shown: int | None) -> Turn | None:
    """The update as a person's turn; None where nobody speaks to us."""
    person, chat = update.effective_user, update.effective_chat
    if person is None or (person.is_bot and person.username != "GroupAnonymousBot"):
        return None
    here = desk.chats.get(chat.id if chat else person.id)
    language: Language = here.language or ("ar" if (person.language_code or "").startswith("ar") else "en")
    message = update.effective_message
    thread = message.message_thread_id if message and message.is_topic_message else None
    return Turn(desk, update, Place(here.id, thread), here, person.id, language, shown)


async def route(turn: Turn) -> None:
    """Handle the update."""
    update = turn.update
    moved = update.message.migrate_to_chat_id if update.message else None
    if moved:
        turn.changes.append(lambda: turn.desk.chats.migrate(turn.chat.id, moved))
        return
    if not admitted(turn.desk.settings, person_id=turn.person_id, chat_id=turn.chat.id):
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
    asked = addressed(turn.message, turn.desk.username, turn.desk.bot_id, private=turn.place.private)
    if asked is None:
        return
    if asked.command is not None:
        await COMMANDS.get(asked.command, unknown)(turn, asked.text)
    elif turn.message.document:
        await receive_file(turn)
    elif not asked.text.strip():
        _nothing_to_read(turn)
    elif _is_article(turn, asked):
        sent = turn.message.date.timestamp()
        await receive_text(turn, asked.text, message_id=turn.message.message_id, shift=asked.shift, sent=sent)
    else:
        await _ask(turn, asked)


def _is_article(turn: Turn, asked: Addressed) -> bool:
    """A long text; or the short end of a text that Telegram cut up, right behind a part that is full."""
    if len(asked.text) >= LONG_TEXT:
        return True
    return turn.desk.chats.continued(turn.chat.id, turn.message.message_id, turn.message.date.timestamp()) is not None


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


async def _edited(turn: Turn) -> None:
    """Read an article again that was edited where it was sent."""
    message = turn.message
    part = turn.desk.chats.part(turn.chat.id, message.message_id)
    if part and part.start == 0 and message.text:
        sent = message.date.timestamp()
        await receive_text(turn, message.text, message_id=message.message_id, shift=0, sent=sent)


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
    """Tell a stranger once that the bot is private; in groups only who means the bot."""
    update = turn.update
    if update.inline_query:
        refuse(turn, update.inline_query.id)
        return
    if update.message is None or turn.desk.chats.told(turn.person_id):
        return
    if addressed(update.message, turn.desk.username, turn.desk.bot_id, private=turn.place.private):
        turn.changes.append(lambda: turn.desk.chats.tell(turn.person_id))
        turn.say(messages.STRANGER, number=turn.person_id)
