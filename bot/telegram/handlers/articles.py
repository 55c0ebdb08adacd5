"""The list of articles: choosing, opening from a link, removing."""

import time

from bot.telegram.handlers.operating import disown
from bot.telegram.outgoing import calls, messages
from bot.telegram.outgoing.calls import Button, button
from bot.telegram.outgoing.counted import counted
from bot.telegram.outgoing.texts import Group, one_line, pieces, spoken
from bot.telegram.state.chat_library import Shelved
from bot.telegram.state.traces import TRACES
from bot.telegram.updates.context import Turn

PAGE = 8
BUTTON_TITLE = 48
"""Characters of a title on a button; longer ones stand in the text above."""
LINE_TITLE = 160
"""Characters of a title in the text, so that a page is one message however many of them need two units and isolates."""
ALL = "-"


async def list_articles(turn: Turn, *, page: int = 0) -> None:
    """Show a page of the list as a new message."""
    groups, rows = await _page(turn, page)
    turn.tell(groups, rows=rows)


async def turn_page(turn: Turn, message_id: int, page: int) -> None:
    """Show another page of the list in its message."""
    groups, rows = await _page(turn, page)
    turn.calls.append(calls.edit(turn.place, message_id, pieces(groups)[0], markup=calls.keyboard(rows)))


async def open_article(turn: Turn, article_id: str) -> None:
    """Make an article the active one, if it may be seen here; `ALL` for no single one."""
    if article_id == ALL:
        turn.changes.append(lambda: turn.desk.chats.choose(turn.chat.id, None))
        turn.say(messages.NOW_ASKING_ALL)
        return
    found = await turn.desk.reading.run(lambda: turn.shelf.find(article_id))
    if found is None:
        turn.say(messages.NO_ARTICLE)
        return
    key, title = found.key, found.record.title
    turn.changes.append(lambda: turn.desk.chats.choose(turn.chat.id, key))
    turn.say(messages.NOW_ASKING, title=title)


async def ask_to_remove(turn: Turn, article_id: str) -> None:
    """Ask whether to remove an article."""
    found = await turn.desk.reading.run(lambda: turn.shelf.find(article_id))
    if found is None or not found.own:
        turn.say(messages.NO_ARTICLE)
        return
    yes = button(messages.YES_REMOVE(turn.language), f"R:{article_id}")
    no = button(messages.NO_KEEP(turn.language), f"k:{turn.person_id}")
    turn.say(messages.REMOVE_SURE, title=found.record.title, rows=[[yes, no]])


async def remove_article(turn: Turn, article_id: str) -> None:
    """Remove an article of the chat's own."""
    found = await turn.desk.reading.run(lambda: turn.shelf.remove(article_id))
    if found is None:
        turn.say(messages.NO_ARTICLE)
        return
    key, title = found.key, found.record.title
    turn.changes += [
        lambda: disown(turn.desk, *key),
        lambda: turn.desk.database.note(TRACES, str(time.time())),
    ]
    turn.wipe = True
    turn.say(messages.REMOVED, title=title)


async def _page(turn: Turn, page: int) -> tuple[list[Group], list[list[Button]]]:
    shelved = await turn.desk.reading.run(turn.shelf.list)
    if not shelved:
        return [Group(tuple(spoken(messages.ARTICLES_NONE, turn.language)))], []
    pages = -(-len(shelved) // PAGE)
    page = min(max(page, 0), pages - 1)
    shown = shelved[page * PAGE : (page + 1) * PAGE]
    head = spoken(messages.ARTICLES, turn.language)
    for number, one in enumerate(shown, page * PAGE + 1):
        line = messages.ARTICLE_ACTIVE if one.key == turn.chat.article else messages.ARTICLE_LINE
        sentences = counted(one.record.sentences, messages.SENTENCES)
        head += spoken(line, turn.language, number=number, title=_short(one, LINE_TITLE), sentences=sentences)
    head += spoken(messages.ARTICLES_HOW, turn.language)
    if pages > 1:
        head += spoken(messages.ARTICLES_PAGE, turn.language, page=page + 1, pages=pages)
    return [Group(tuple(head))], [*map(_row, shown), *_below(turn, page, pages)]


def _row(one: Shelved) -> list[Button]:
    remove = [button("🗑", f"r:{one.record.id}")] if one.own else []
    return [button(_short(one, BUTTON_TITLE), f"a:{one.record.id}"), *remove]


def _short(one: Shelved, most: int) -> str:
    title = one_line(one.record.title)
    return title if len(title) <= most else title[: most - 1] + "…"


def _below(turn: Turn, page: int, pages: int) -> list[list[Button]]:
    turning = [button(messages.PREVIOUS(turn.language), f"p:{page - 1}")] if page else []
    turning += [button(messages.NEXT(turn.language), f"p:{page + 1}")] if page + 1 < pages else []
    return [[button(messages.ALL_ARTICLES(turn.language), f"a:{ALL}")], *([turning] if turning else [])]
