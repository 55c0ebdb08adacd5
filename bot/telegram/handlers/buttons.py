"""What the buttons below our messages do. Their data is `kind:…`; anyone can forge it, so all of it is checked."""

from collections.abc import Awaitable, Callable

from bot.telegram.handlers.articles import ask_to_remove, open_article, remove_article, turn_page
from bot.telegram.handlers.commands import OPENING
from bot.telegram.handlers.operating import forget_person
from bot.telegram.outgoing import calls, messages
from bot.telegram.outgoing.calls import link_button
from bot.telegram.outgoing.cards import cited_groups, context, wrong_buttons
from bot.telegram.outgoing.native import native_reply
from bot.telegram.outgoing.texts import Group, spoken
from bot.telegram.state.answers import Cited, Given
from bot.telegram.updates.context import Turn
from index.types import Language

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
