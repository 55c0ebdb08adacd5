"""What commands and buttons do. `COMMANDS` names them; those in a person's menu are `messages.COMMANDS`."""

import time
from collections.abc import Awaitable, Callable

from bot.bootstrap import bootstrap
from bot.telegram.handlers.articles import (
    ask_to_remove,
    disown,
    link_in,
    list_articles,
    open_article,
    receive_link,
    receive_text,
    remove_article,
    show_progress,
    turn_page,
)
from bot.telegram.handlers.context import Turn, native_reply
from bot.telegram.handlers.questions import suggest, wrong_buttons
from bot.telegram.outgoing import delivery as calls
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import button, link_button
from bot.telegram.outgoing.texts import Cited, Group, cited_groups, context, spoken, units
from bot.telegram.state.chat_library import SHARED, TRACES, Shelf
from bot.telegram.state.chats import Given
from index.types import Language


async def show_stats(turn: Turn, _: str) -> None:
    """Say how much the bot is used, in counts only."""
    if not turn.operator:
        turn.say(messages.OPERATOR_ONLY)
        return
    database, day = turn.desk.database, time.time() - 86_400

    def count(sql: str, *values: object) -> int:
        row = database.row(f"SELECT count(*) AS count FROM {sql}", *values)  # noqa: S608 – our own constants
        return row["count"] if row else 0

    shared = await turn.desk.reading.run(lambda: len(turn.desk.app.library.space(SHARED).records()))
    turn.say(
        messages.STATS,
        chats=count("chats"),
        shared=shared,
        own=count("articles"),
        day=count("answers WHERE asked > ?", day),
        people=count("(SELECT DISTINCT person_id FROM answers WHERE asked > ?)", day),
        answered=count("answers WHERE asked > ? AND answered", day),
        all=count("answers"),
        up=count("feedback WHERE verdict = 'up'"),
        down=count("feedback WHERE verdict != 'up' AND sentence = 0"),
        open=turn.desk.journal.backlog(),
    )


async def reindex(turn: Turn, _: str) -> None:
    """Index again what other settings made."""
    if not turn.operator:
        turn.say(messages.OPERATOR_ONLY)
        return
    indexer = bootstrap(turn.desk.app.settings, rebuilding=True).indexer
    async with turn.live() as live:
        progress = show_progress(turn, live, messages.REINDEXING)
        done = await turn.desk.workshop.run(lambda: list(indexer.rebuild(progress=progress)))
    turn.say(messages.REINDEXED, count=len(done))


async def forget_person(turn: Turn) -> None:
    """Delete all that a person gave: articles here and in groups, questions, ratings, settings."""
    person, desk = turn.person_id, turn.desk
    desk.journal.forget(person, before=turn.update_id)
    await desk.stopping.leave_alone(turn.work)  # an article being indexed, an answer being written
    owned = desk.chats.owned(person)
    own_space = desk.chats.get(person).space

    def remove() -> None:
        for space, article_id in owned:
            Shelf(desk.app, space).remove(article_id)
        Shelf(desk.app, own_space).drop()

    await desk.reading.run(remove)

    def forget() -> None:
        for space, article_id in owned:
            disown(desk, space, article_id)
        desk.answers.forget(person)
        desk.chats.forget(person)
        desk.database.note(TRACES, str(time.time()))

    turn.changes.append(forget)
    turn.wipe = True
    turn.say(messages.FORGOTTEN)


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


Handler = Callable[[Turn, list[str]], Awaitable[str | None]]
"""Takes the rest of the data; returns what pops up, if anything."""


async def press(turn: Turn, data: str) -> None:
    """Do what a button says, and stop its turning."""
    kind, *rest = data.split(":")
    handler = HANDLERS.get(kind)
    try:
        notice = await handler(turn, rest) if handler else None
    except (ValueError, IndexError):  # data that no button of ours has
        notice = messages.TOO_OLD(turn.language)
    query = turn.update.callback_query
    if query:
        turn.calls.insert(0, calls.acknowledge(query.id, notice))


async def _show_sentence(turn: Turn, rest: list[str]) -> str | None:
    answer, number = _answer(turn, rest[0]), int(rest[1])
    if answer is None or not 0 < number <= len(answer.cited):
        return messages.TOO_OLD(turn.language)
    cited = answer.cited[number - 1]
    found = await turn.desk.reading.run(lambda: turn.shelf.paragraph(cited.article_id, cited.position, cited.text))
    if found is None:
        gone = Group(tuple(spoken(messages.SENTENCE_GONE, turn.language)))
        turn.tell([gone, *cited_groups([cited], numbered=False)])
        return None
    groups = context(found.article, found.paragraph, found.sentence, turn.language)
    rows = _opening(turn, cited) if found.shared else []
    turn.tell(groups, rows=rows, reply=native_reply(turn, cited))
    return None


def _opening(turn: Turn, cited: Cited) -> list[list[calls.Button]]:
    """In groups, a way to ask about a shared article in private."""
    if turn.place.private:
        return []
    url = f"https://t.me/{turn.desk.username}?start={OPENING}{cited.article_id}"
    return [[link_button(messages.OPEN_ARTICLE(turn.language), url)]]


async def _rate(turn: Turn, rest: list[str]) -> str | None:
    answer, verdict = _answer(turn, rest[0]), rest[1]
    if answer is None:
        return messages.TOO_OLD(turn.language)
    if verdict == "up":
        turn.changes.append(lambda: turn.desk.answers.judge(answer.id, turn.person_id, "up"))
        return messages.THANKS(turn.language)
    turn.changes.append(lambda: turn.desk.answers.judge(answer.id, turn.person_id, "down"))
    if not wrong_buttons(answer):
        return messages.THANKS(turn.language)
    turn.say(messages.WHICH_WRONG, rows=wrong_buttons(answer))
    return None


async def _mark_wrong(turn: Turn, rest: list[str]) -> str | None:
    answer, number = _answer(turn, rest[0]), int(rest[1])
    if answer is None or not 0 < number <= len(answer.cited):
        return messages.TOO_OLD(turn.language)
    turn.changes.append(lambda: turn.desk.answers.judge(answer.id, turn.person_id, "wrong", sentence=number))
    return messages.MARKED_WRONG(turn.language, number=number)


async def _open(turn: Turn, rest: list[str]) -> str | None:
    await open_article(turn, rest[0])
    return None


async def _page(turn: Turn, rest: list[str]) -> str | None:
    await turn_page(turn, turn.message.message_id, int(rest[0]))
    return None


async def _ask_to_remove(turn: Turn, rest: list[str]) -> str | None:
    await ask_to_remove(turn, rest[0])
    return None


async def _remove(turn: Turn, rest: list[str]) -> str | None:
    _without_buttons(turn)
    await remove_article(turn, rest[0])
    return None


async def _speak(turn: Turn, rest: list[str]) -> str | None:
    language: Language = "ar" if rest[0] == "ar" else "en"
    turn.changes.append(lambda: turn.desk.chats.speak(turn.chat.id, language))
    turn.language = language
    _without_buttons(turn)
    turn.say(messages.LANGUAGE_SET)
    return None


async def _forget(turn: Turn, rest: list[str]) -> str | None:
    if int(rest[0]) != turn.person_id:
        return messages.NOT_YOURS(turn.language)
    _without_buttons(turn)
    await forget_person(turn)
    return None


async def _keep(turn: Turn, rest: list[str]) -> str | None:
    if int(rest[0]) != turn.person_id:
        return messages.NOT_YOURS(turn.language)
    _without_buttons(turn)
    turn.say(messages.KEPT)
    return None


def _answer(turn: Turn, answer_id: str) -> Given | None:
    return turn.desk.answers.get(int(answer_id), chat_id=turn.chat.id)


def _without_buttons(turn: Turn) -> None:
    turn.calls.append(calls.edit_buttons(turn.place, turn.message.message_id, []))


HANDLERS: dict[str, Handler] = {
    "s": _show_sentence,
    "f": _rate,
    "w": _mark_wrong,
    "a": _open,
    "p": _page,
    "r": _ask_to_remove,
    "R": _remove,
    "l": _speak,
    "x": _forget,
    "k": _keep,
}
