"""What commands and buttons do. `COMMANDS` names them; those in a person's menu are `messages.COMMANDS`."""

import time
from collections.abc import Awaitable, Callable

from bot.bootstrap import bootstrap
from bot.telegram.handlers.articles import (
    ask_to_remove,
    find_link,
    forget_article,
    list_articles,
    open_article,
    receive_link,
    receive_text,
    remove_article,
    show_progress,
    turn_page,
)
from bot.telegram.handlers.context import UpdateContext, quote_reply
from bot.telegram.handlers.questions import suggest_questions, wrong_buttons
from bot.telegram.outgoing import delivery as calls
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import button, link_button
from bot.telegram.outgoing.texts import (
    CitedSentence,
    Section,
    cited_sections,
    localize,
    paragraph_sections,
    utf16_length,
)
from bot.telegram.state.chat_library import SHARED, TRACES, ChatLibrary
from bot.telegram.state.chats import StoredAnswer
from index.types import Language


async def show_stats(context: UpdateContext, _: str) -> None:
    """Say how much the bot is used, in counts only."""
    if not context.operator:
        context.say(messages.OPERATOR_ONLY)
        return
    database, day = context.services.database, time.time() - 86_400

    def count(sql: str, *values: object) -> int:
        row = database.row(f"SELECT count(*) AS count FROM {sql}", *values)  # noqa: S608 – our own constants
        return row["count"] if row else 0

    shared = await context.services.reading.run(lambda: len(context.services.app.library.space(SHARED).records()))
    context.say(
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
        open=context.services.journal.backlog(),
    )


async def reindex(context: UpdateContext, _: str) -> None:
    """Index again what other settings made."""
    if not context.operator:
        context.say(messages.OPERATOR_ONLY)
        return
    indexer = bootstrap(context.services.app.settings, rebuilding=True).indexer
    async with context.live() as live:
        progress = show_progress(context, live, messages.REINDEXING)
        done = await context.services.workers.run(lambda: list(indexer.rebuild(progress=progress)))
    context.say(messages.REINDEXED, count=len(done))


async def forget_person(context: UpdateContext) -> None:
    """Delete all that a person gave: articles here and in groups, questions, ratings, settings."""
    person, services = context.person_id, context.services
    services.journal.forget(person, before=context.update_id)
    await services.stopping.leave_alone(context.work)  # an article being indexed, an answer being written
    owned = services.chats.owned(person)
    own_space = services.chats.get(person).space

    def remove() -> None:
        for space, article_id in owned:
            ChatLibrary(services.app, space).remove(article_id)
        ChatLibrary(services.app, own_space).drop()

    await services.reading.run(remove)

    def forget() -> None:
        for space, article_id in owned:
            forget_article(services, space, article_id)
        services.answers.forget(person)
        services.chats.forget(person)
        services.database.note(TRACES, str(time.time()))

    context.changes.append(forget)
    context.erase = True
    context.say(messages.FORGOTTEN)


Command = Callable[[UpdateContext, str], Awaitable[None]]
OPENING = "a_"
"""What the parameter of a deep link that opens an article begins with; the article's id follows."""


async def start(context: UpdateContext, parameter: str) -> None:
    """Greet, or open the article that a deep link names."""
    if parameter.startswith(OPENING):
        await open_article(context, parameter.removeprefix(OPENING))
        return
    questions = await suggest_questions(context) if context.place.private else []
    sections = [Section(tuple(localize(messages.HELLO, context.language)))]
    if questions:
        sections.append(Section(tuple(localize(messages.TRY_ONE, context.language))))
    keys = {"keyboard": [[{"text": text}] for text in questions], "one_time_keyboard": True, "resize_keyboard": True}
    context.tell(sections, markup=keys if questions else None)


async def add(context: UpdateContext, text: str) -> None:
    """Make an article of the text or the page of a link after the command, or of the message it replies to."""
    message, replied = context.message, context.message.reply_to_message
    linked = find_link(text.strip() or (replied and replied.text) or "")
    if linked and not linked.rest:
        await receive_link(context, linked.address)
    elif text.strip() and message.text:
        shift = utf16_length(message.text) - utf16_length(text)
        await receive_text(context, text, message_id=message.message_id, shift=shift, sent=message.date.timestamp())
    elif replied and replied.text:
        sent = replied.date.timestamp()
        await receive_text(context, replied.text, message_id=replied.message_id, shift=0, sent=sent)
    else:
        context.say(messages.ADD_WHAT)


async def sources(context: UpdateContext, _: str) -> None:
    """Show again what the last answer rests on."""
    answers: list[StoredAnswer] = context.services.answers.last(
        context.chat.id, context.person_id, since=context.chat.since, most=1
    )
    if not answers:
        context.say(messages.NO_SOURCES)
        return
    title = messages.LAST_SOURCES if answers[0].answered else messages.LAST_REFUSED
    quoted = cited_sections(answers[0].cited, numbered=answers[0].answered)
    context.tell([Section(tuple(localize(title, context.language))), *quoted])


async def new(context: UpdateContext, _: str) -> None:
    """Forget the conversation, not the articles."""
    context.changes.append(lambda: context.services.chats.begin_anew(context.chat.id))
    context.say(messages.NEW)


async def stop(context: UpdateContext, _: str) -> None:
    """End the answer under way."""
    context.say(messages.STOPPED if context.services.stopping.stop(context.place.chat_id) else messages.NOTHING_TO_STOP)


async def language(context: UpdateContext, _: str) -> None:
    """Ask which language to speak."""
    context.say(messages.LANGUAGE_WHICH, rows=[[button("العربية", "l:ar"), button("English", "l:en")]])


async def forget(context: UpdateContext, _: str) -> None:
    """Ask once whether to delete everything; not a group's anonymous administrators, who tap under their own names."""
    if context.person_id < 0:
        context.say(messages.FORGET_ANONYMOUS)
        return
    yes = button(messages.FORGET_YES(context.language), f"x:{context.person_id}")
    context.say(
        messages.FORGET_SURE, rows=[[yes], [button(messages.FORGET_NO(context.language), f"k:{context.person_id}")]]
    )


async def show_help(context: UpdateContext, _: str) -> None:
    """Say what can be done."""
    context.say(messages.HELP)


async def privacy(context: UpdateContext, _: str) -> None:
    """Say what is kept."""
    files = messages.PRIVACY_FOLDER if context.services.app.library.store.embedded else messages.PRIVACY_SERVER
    context.tell([Section((*localize(messages.PRIVACY, context.language), *localize(files, context.language)))])


async def unknown(context: UpdateContext, _: str) -> None:
    """Say that there is no such command."""
    context.say(messages.UNKNOWN)


async def articles(context: UpdateContext, _: str) -> None:
    """List the articles."""
    await list_articles(context)


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


Handler = Callable[[UpdateContext, list[str]], Awaitable[str | None]]
"""Takes the rest of the data; returns what pops up, if anything."""


async def press(context: UpdateContext, data: str) -> None:
    """Do what a button says, and stop its turning."""
    kind, *rest = data.split(":")
    handler = HANDLERS.get(kind)
    try:
        notice = await handler(context, rest) if handler else None
    except (ValueError, IndexError):  # data that no button of ours has
        notice = messages.TOO_OLD(context.language)
    query = context.update.callback_query
    if query:
        context.calls.insert(0, calls.answer_tap(query.id, notice))


async def _show_sentence(context: UpdateContext, rest: list[str]) -> str | None:
    answer, number = _answer(context, rest[0]), int(rest[1])
    if answer is None or not 0 < number <= len(answer.cited):
        return messages.TOO_OLD(context.language)
    cited = answer.cited[number - 1]
    found = await context.services.reading.run(
        lambda: context.shelf.paragraph(cited.article_id, cited.position, cited.text)
    )
    if found is None:
        gone = Section(tuple(localize(messages.SENTENCE_GONE, context.language)))
        context.tell([gone, *cited_sections([cited], numbered=False)])
        return None
    sections = paragraph_sections(found.article, found.paragraph, found.sentence, context.language)
    rows = _opening(context, cited) if found.shared else []
    context.tell(sections, rows=rows, reply=quote_reply(context, cited))
    return None


def _opening(context: UpdateContext, cited: CitedSentence) -> list[list[calls.Button]]:
    """In groups, a way to ask about a shared article in private."""
    if context.place.private:
        return []
    url = f"https://t.me/{context.services.username}?start={OPENING}{cited.article_id}"
    return [[link_button(messages.OPEN_ARTICLE(context.language), url)]]


async def _rate(context: UpdateContext, rest: list[str]) -> str | None:
    answer, verdict = _answer(context, rest[0]), rest[1]
    if answer is None:
        return messages.TOO_OLD(context.language)
    if verdict == "up":
        context.changes.append(lambda: context.services.answers.judge(answer.id, context.person_id, "up"))
        return messages.THANKS(context.language)
    context.changes.append(lambda: context.services.answers.judge(answer.id, context.person_id, "down"))
    if not wrong_buttons(answer):
        return messages.THANKS(context.language)
    context.say(messages.WHICH_WRONG, rows=wrong_buttons(answer))
    return None


async def _mark_wrong(context: UpdateContext, rest: list[str]) -> str | None:
    answer, number = _answer(context, rest[0]), int(rest[1])
    if answer is None or not 0 < number <= len(answer.cited):
        return messages.TOO_OLD(context.language)
    context.changes.append(
        lambda: context.services.answers.judge(answer.id, context.person_id, "wrong", sentence=number)
    )
    return messages.MARKED_WRONG(context.language, number=number)


async def _open(context: UpdateContext, rest: list[str]) -> str | None:
    await open_article(context, rest[0])
    return None


async def _page(context: UpdateContext, rest: list[str]) -> str | None:
    await turn_page(context, context.message.message_id, int(rest[0]))
    return None


async def _ask_to_remove(context: UpdateContext, rest: list[str]) -> str | None:
    await ask_to_remove(context, rest[0])
    return None


async def _remove(context: UpdateContext, rest: list[str]) -> str | None:
    _without_buttons(context)
    await remove_article(context, rest[0])
    return None


async def _speak(context: UpdateContext, rest: list[str]) -> str | None:
    language: Language = "ar" if rest[0] == "ar" else "en"
    context.changes.append(lambda: context.services.chats.speak(context.chat.id, language))
    context.language = language
    _without_buttons(context)
    context.say(messages.LANGUAGE_SET)
    return None


async def _forget(context: UpdateContext, rest: list[str]) -> str | None:
    if int(rest[0]) != context.person_id:
        return messages.NOT_YOURS(context.language)
    _without_buttons(context)
    await forget_person(context)
    return None


async def _keep(context: UpdateContext, rest: list[str]) -> str | None:
    if int(rest[0]) != context.person_id:
        return messages.NOT_YOURS(context.language)
    _without_buttons(context)
    context.say(messages.KEPT)
    return None


def _answer(context: UpdateContext, answer_id: str) -> StoredAnswer | None:
    return context.services.answers.get(int(answer_id), chat_id=context.chat.id)


def _without_buttons(context: UpdateContext) -> None:
    context.calls.append(calls.edit_buttons(context.place, context.message.message_id, []))


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
