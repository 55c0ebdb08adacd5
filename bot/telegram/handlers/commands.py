"""What commands and buttons do: `COMMANDS` and `BUTTONS` name them, the operator's commands among them.

What questions and articles need of their own is in `questions` and `articles`; the menu that Telegram shows is
`outgoing.messages.MENU`.
"""

import time
from collections.abc import Awaitable, Callable, Sequence

from bot.bootstrap import bootstrap
from bot.telegram.handlers.articles import (
    ask_to_remove,
    find_link,
    forget_articles,
    list_articles,
    open_article,
    receive_link,
    receive_text,
    remove_article,
    show_percent,
    turn_page,
)
from bot.telegram.handlers.context import UpdateContext
from bot.telegram.handlers.questions import (
    DEEP_LINK,
    mark_sentence_wrong,
    rate_answer,
    show_sentence,
    suggest_questions,
)
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import answer_callback_query, button, edit_buttons
from bot.telegram.outgoing.texts import Section, cited_sections, localize, message_section, utf16_length
from bot.telegram.state.chat_library import SHARED, ChatLibrary
from bot.telegram.state.chats import DAY
from index.types import Language

Command = Callable[[UpdateContext, str], Awaitable[None]]
"""Takes the text after the command."""
ButtonHandler = Callable[[UpdateContext, Sequence[str]], Awaitable[str | None]]
"""Takes the rest of the button's data; returns what pops up, if anything."""


async def start(context: UpdateContext, parameter: str) -> None:
    """Greet, or open the article that a deep link names."""
    if parameter.startswith(DEEP_LINK):
        await open_article(context, parameter.removeprefix(DEEP_LINK))
        return
    questions = await suggest_questions(context) if context.destination.private else []
    if not questions:
        context.say(messages.HELLO)
        return
    sections = [message_section(text, context.language) for text in (messages.HELLO, messages.TRY_ONE)]
    keys = {"keyboard": [[{"text": text}] for text in questions], "one_time_keyboard": True, "resize_keyboard": True}
    context.send(sections, markup=keys)


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


async def articles(context: UpdateContext, _: str) -> None:
    """List the articles."""
    await list_articles(context)


async def sources(context: UpdateContext, _: str) -> None:
    """Show again what the last answer rests on."""
    answers = context.services.answers.last(context.chat.id, context.person_id, since=context.chat.since, most=1)
    if not answers:
        context.say(messages.NO_SOURCES)
        return
    title = messages.LAST_SOURCES if answers[0].answered else messages.LAST_REFUSED
    quoted = cited_sections(answers[0].cited, numbered=answers[0].answered)
    context.send([message_section(title, context.language), *quoted])


async def new(context: UpdateContext, _: str) -> None:
    """Forget the conversation, not the articles."""
    context.change(context.services.chats.begin_conversation, context.chat.id)
    context.say(messages.NEW)


async def stop(context: UpdateContext, _: str) -> None:
    """End the answer under way."""
    stopped = context.services.running.stop_answers(context.destination.chat_id)
    context.say(messages.STOPPED if stopped else messages.NOTHING_TO_STOP)


async def choose_language(context: UpdateContext, _: str) -> None:
    """Ask which language to speak."""
    context.say(messages.LANGUAGE_WHICH, rows=[[button("العربية", "l:ar"), button("English", "l:en")]])


async def forget(context: UpdateContext, _: str) -> None:
    """Ask once whether to delete everything; not a group's anonymous administrators, who tap under their own names."""
    if context.person_id < 0:
        context.say(messages.FORGET_ANONYMOUS)
        return
    yes = button(messages.FORGET_YES(context.language), f"x:{context.person_id}")
    no = button(messages.FORGET_NO(context.language), f"k:{context.person_id}")
    context.say(messages.FORGET_SURE, rows=[[yes], [no]])


async def show_help(context: UpdateContext, _: str) -> None:
    """Say what can be done."""
    context.say(messages.HELP)


async def privacy(context: UpdateContext, _: str) -> None:
    """Say what is kept."""
    embedded = context.services.app.library.store.embedded
    files = messages.PRIVACY_FOLDER if embedded else messages.PRIVACY_SERVER
    context.send([Section((*localize(messages.PRIVACY, context.language), *localize(files, context.language)))])


async def unknown_command(context: UpdateContext, _: str) -> None:
    """Say that there is no such command."""
    context.say(messages.UNKNOWN)


async def show_stats(context: UpdateContext, _: str) -> None:
    """Tell the operator how much the bot is used, in counts only."""
    if not context.is_operator:
        context.say(messages.OPERATOR_ONLY)
        return
    app, count, yesterday = context.services.app, context.services.database.count, time.time() - DAY
    shared = await context.services.readers.run(lambda: len(app.library.space(SHARED).records()))
    context.say(
        messages.STATS,
        chats=count("chats"),
        shared=shared,
        own=count("articles"),
        day=count("answers WHERE asked > ?", yesterday),
        people=count("(SELECT DISTINCT person_id FROM answers WHERE asked > ?)", yesterday),
        answered=count("answers WHERE asked > ? AND answered", yesterday),
        all=count("answers"),
        up=count("feedback WHERE verdict = 'up'"),
        down=count("feedback WHERE verdict != 'up' AND sentence = 0"),
        open=context.services.journal.count_unfinished(),
    )


async def reindex(context: UpdateContext, _: str) -> None:
    """Index again what other settings made, for the operator."""
    if not context.is_operator:
        context.say(messages.OPERATOR_ONLY)
        return
    settings = context.services.app.settings
    async with context.progress() as progress:
        show = show_percent(context, progress, messages.REINDEXING)

        def rebuild() -> int:
            with bootstrap(settings, rebuilding=True, writer="extractive") as app:
                return len(list(app.indexer.rebuild(progress=show)))

        count = await context.services.workers.run(rebuild)
    context.say(messages.REINDEXED, count=count)


COMMANDS: dict[str, Command] = {
    "start": start,
    "help": show_help,
    "articles": articles,
    "add": add,
    "sources": sources,
    "new": new,
    "stop": stop,
    "language": choose_language,
    "forget": forget,
    "privacy": privacy,
    "stats": show_stats,
    "reindex": reindex,
}


async def press_button(context: UpdateContext, query_id: str, data: str) -> None:
    """Do what a button says, and stop its turning. Its data is `kind:…`; anyone can forge it, so all is checked."""
    kind, *args = data.split(":")
    handler = BUTTONS.get(kind)
    try:
        notice = await handler(context, args) if handler else None
    except (ValueError, IndexError):  # data that no button of ours has
        notice = messages.TOO_OLD(context.language)
    context.calls.insert(0, answer_callback_query(query_id, notice))


async def _remove(context: UpdateContext, args: Sequence[str]) -> str | None:
    _remove_buttons(context)
    await remove_article(context, args[0])
    return None


async def _set_language(context: UpdateContext, args: Sequence[str]) -> str | None:
    language: Language = "ar" if args[0] == "ar" else "en"
    context.change(context.services.chats.set_language, context.chat.id, language)
    context.language = language
    _remove_buttons(context)
    context.say(messages.LANGUAGE_SET)
    return None


async def _forget(context: UpdateContext, args: Sequence[str]) -> str | None:
    if int(args[0]) != context.person_id:
        return messages.NOT_YOURS(context.language)
    _remove_buttons(context)
    await _forget_person(context)
    return None


async def _keep(context: UpdateContext, args: Sequence[str]) -> str | None:
    if int(args[0]) != context.person_id:
        return messages.NOT_YOURS(context.language)
    _remove_buttons(context)
    context.say(messages.KEPT)
    return None


def _remove_buttons(context: UpdateContext) -> None:
    context.calls.append(edit_buttons(context.destination, context.message.message_id, []))


async def _forget_person(context: UpdateContext) -> None:
    """Delete all that a person gave: articles here and in groups, questions, ratings, settings."""
    person, services = context.person_id, context.services
    services.journal.forget(person, before=context.update_id)
    await services.running.stop_others(context.running)  # an article being indexed, an answer being written
    sent = services.chats.articles_of(person)
    own_space = services.chats.get(person).space

    def remove() -> None:
        for key in sent:
            ChatLibrary(services.app, key.space).remove(key.article_id)
        ChatLibrary(services.app, own_space).remove_all()

    await services.readers.run(remove)
    context.change(forget_articles, services, sent)
    context.change(services.answers.forget, person)
    context.change(services.chats.forget, person)
    context.erase = True
    context.say(messages.FORGOTTEN)


BUTTONS: dict[str, ButtonHandler] = {
    "s": show_sentence,
    "f": rate_answer,
    "w": mark_sentence_wrong,
    "a": lambda context, args: open_article(context, args[0]),
    "p": lambda context, args: turn_page(context, int(args[0])),
    "r": lambda context, args: ask_to_remove(context, args[0]),
    "R": _remove,
    "l": _set_language,
    "x": _forget,
    "k": _keep,
}
