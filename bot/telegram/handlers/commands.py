"""What the commands do. `COMMANDS` names them; those in a person's menu are `profile.COMMANDS`."""

from collections.abc import Awaitable, Callable

from bot.telegram.handlers.articles import list_articles, open_article
from bot.telegram.handlers.linked import link_in, receive_link
from bot.telegram.handlers.operating import reindex, show_stats
from bot.telegram.handlers.receiving import receive_text
from bot.telegram.handlers.suggestions import suggest
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.calls import button
from bot.telegram.outgoing.cards import cited_groups
from bot.telegram.outgoing.texts import Group, spoken, units
from bot.telegram.state.answers import Given
from bot.telegram.updates.context import Turn

Command = Callable[[Turn, str], Awaitable[None]]
OPENING = "a_"
"""What the parameter of a deep link that opens an article begins with; the article's id follows."""


async def start(turn: Turn, parameter: str) -> None:
    """Greet, or open the article that a deep link names."""
    if parameter.startswith(OPENING):
        await open_article(turn, parameter.removeprefix(OPENING))
        return
    questions = await suggest(turn) if turn.place.private else []
    groups = [Group(tuple(spoken(messages.HELLO, turn.language)))]
    if questions:
        groups.append(Group(tuple(spoken(messages.TRY_ONE, turn.language))))
    keys = {"keyboard": [[{"text": text}] for text in questions], "one_time_keyboard": True, "resize_keyboard": True}
    turn.tell(groups, markup=keys if questions else None)


async def add(turn: Turn, text: str) -> None:
    """Make an article of the text or the page of a link after the command, or of the message it replies to."""
    message, replied = turn.message, turn.message.reply_to_message
    linked = link_in(text.strip() or (replied and replied.text) or "")
    if linked and not linked.rest:
        await receive_link(turn, linked.address)
    elif text.strip() and message.text:
        shift = units(message.text) - units(text)
        await receive_text(turn, text, message_id=message.message_id, shift=shift, sent=message.date.timestamp())
    elif replied and replied.text:
        sent = replied.date.timestamp()
        await receive_text(turn, replied.text, message_id=replied.message_id, shift=0, sent=sent)
    else:
        turn.say(messages.ADD_WHAT)


async def sources(turn: Turn, _: str) -> None:
    """Show again what the last answer rests on."""
    answers: list[Given] = turn.desk.answers.last(turn.chat.id, turn.person_id, since=turn.chat.since, most=1)
    if not answers:
        turn.say(messages.NO_SOURCES)
        return
    title = messages.LAST_SOURCES if answers[0].answered else messages.LAST_REFUSED
    quoted = cited_groups(answers[0].cited, numbered=answers[0].answered)
    turn.tell([Group(tuple(spoken(title, turn.language))), *quoted])


async def new(turn: Turn, _: str) -> None:
    """Forget the conversation, not the articles."""
    turn.changes.append(lambda: turn.desk.chats.begin_anew(turn.chat.id))
    turn.say(messages.NEW)


async def stop(turn: Turn, _: str) -> None:
    """End the answer under way."""
    turn.say(messages.STOPPED if turn.desk.stopping.stop(turn.place.chat_id) else messages.NOTHING_TO_STOP)


async def language(turn: Turn, _: str) -> None:
    """Ask which language to speak."""
    turn.say(messages.LANGUAGE_WHICH, rows=[[button("العربية", "l:ar"), button("English", "l:en")]])


async def forget(turn: Turn, _: str) -> None:
    """Ask once whether to delete everything; not a group's anonymous administrators, who tap under their own names."""
    if turn.person_id < 0:
        turn.say(messages.FORGET_ANONYMOUS)
        return
    yes = button(messages.FORGET_YES(turn.language), f"x:{turn.person_id}")
    turn.say(messages.FORGET_SURE, rows=[[yes], [button(messages.FORGET_NO(turn.language), f"k:{turn.person_id}")]])


async def show_help(turn: Turn, _: str) -> None:
    """Say what can be done."""
    turn.say(messages.HELP)


async def privacy(turn: Turn, _: str) -> None:
    """Say what is kept."""
    files = messages.PRIVACY_FOLDER if turn.desk.app.library.store.embedded else messages.PRIVACY_SERVER
    turn.tell([Group((*spoken(messages.PRIVACY, turn.language), *spoken(files, turn.language)))])


async def unknown(turn: Turn, _: str) -> None:
    """Say that there is no such command."""
    turn.say(messages.UNKNOWN)


async def articles(turn: Turn, _: str) -> None:
    """List the articles."""
    await list_articles(turn)


COMMANDS: dict[str, Command] = {
    "start": start,
    "help": show_help,
    "articles": articles,
    "add": add,
    "sources": sources,
    "new": new,
    "stop": stop,
    "language": language,
    "forget": forget,
    "privacy": privacy,
    "stats": show_stats,
    "reindex": reindex,
}
