"""The list of articles: choosing, opening from a link, removing."""

import asyncio
import re
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import PurePath

import structlog

from bot.messages import Message
from bot.telegram.handlers.context import Desk, Turn
from bot.telegram.monitoring import described
from bot.telegram.outgoing import delivery as calls
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import Button, Live, button
from bot.telegram.outgoing.messages import counted
from bot.telegram.outgoing.texts import Group, one_line, pieces, said, spoken, summary, units
from bot.telegram.state.chat_library import TRACES, Shelved
from bot.telegram.state.chats import Part
from bot.telegram.workers import Stopped
from config.errors import SourceError
from index.indexing import Indexed
from index.readers.fetch import Fetcher
from index.readers.sources import KINDS, article_from_bytes, article_from_text
from index.text.passages import count_tokens
from index.types import Article

log = structlog.get_logger("sanad.telegram")

LONG_TEXT = 400
"""Characters from which on a text is an article, not a question."""


async def receive_file(turn: Turn) -> tuple[str, str] | None:
    """Take the document of the message as an article; returns its key."""
    document = turn.message.document
    if document is None or PurePath(document.file_name or "").suffix.casefold() not in KINDS:
        turn.say(messages.WRONG_FILE)
        return None
    if document.file_size is not None and _too_large(turn, document.file_size):
        return None
    name = document.file_name or ""
    try:
        data = await turn.desk.delivery.download(document.file_id)
    except Exception as error:  # noqa: BLE001 – Telegram's or the network's, the person can only send it again
        _failed(turn, error)
        return None
    if _too_large(turn, len(data)):
        return None
    # The message's number too: another file of the same name is another article.
    source = f"telegram:{turn.chat.space}/{turn.message.message_id}/{name}"
    # A file may take its reader a minute: small things do not wait for that.
    reading = turn.desk.workshop.run(lambda: article_from_bytes(data, source=source), stop=turn.work.stop)
    article = await read_article(turn, name, reading)
    return await add_article(turn, article, size=len(data)) if article else None


async def receive_text(
    turn: Turn, text: str, *, message_id: int, shift: int, sent: float, after: Part | None = None
) -> None:
    """Take the text of a message, from its UTF-16 unit `shift` on, as an article, or as more of the one `after`."""
    before = await article_of(turn, after) if after else None
    joined, start = text, 0
    source = before.source if before else f"telegram:{turn.chat.space}/{message_id}"
    if before:
        ended = before.text.rstrip().endswith((".", "؟", "!", "?", "…", ":"))
        joined = before.text + ("\n\n" if ended else " ") + text
        start = units(joined) - units(text)
    size = len(joined.encode())
    if _too_large(turn, size):
        return
    title = before.title if before else None
    reading = turn.desk.reading.run(lambda: article_from_text(joined, source=source, title=title))
    made = await read_article(turn, joined[:40], reading)
    key = await add_article(turn, made, size=size) if made else None
    if key is not None:
        part = Part(turn.chat.id, message_id, *key, start, start + units(text), shift, sent, turn.person_id)
        turn.changes.append(lambda: turn.desk.chats.add_part(part))


async def article_of(turn: Turn, part: Part) -> Article | None:
    """The article that a message is a part of."""
    return await turn.desk.reading.run(lambda: turn.shelf.text(part.article_id))


def _too_large(turn: Turn, size: int) -> bool:
    most = turn.desk.settings.article_bytes
    if size > most:
        turn.say(messages.FILE_TOO_LARGE, size=-(-size // 1000), limit=most // 1000)
    return size > most


async def read_article(
    turn: Turn, name: str, reading: Awaitable[Article], *, unreadable: Message = messages.NOT_READABLE
) -> Article | None:
    """What was sent as an article, or None and a word why not."""
    try:
        return await reading
    except Stopped:
        return None
    except SourceError as error:
        log.info("unreadable", update=turn.update_id, error=str(error) if turn.desk.settings.log_texts else "")
        turn.desk.metrics.articles.labels("unreadable").inc()
        turn.say(unreadable, title=name)
        return None


async def add_article(turn: Turn, article: Article, *, size: int) -> tuple[str, str] | None:
    """Index the article within the limits and make it the active one; returns its key."""
    try:
        same = await turn.desk.reading.run(lambda: turn.shelf.same(article))
        if same:
            return _again(turn, same, article, size)
        if await _limited(turn, article):
            return None
        indexed = await _index(turn, article, size)
    except sqlite3.OperationalError:  # the disk is full: the whole update waits for it
        raise
    except Stopped:  # all of this person's is being deleted
        return None
    except Exception as error:  # noqa: BLE001 – whatever failed, the person can only send it again
        _failed(turn, error)
        return None
    turn.desk.metrics.articles.labels("added").inc()
    log.info("article", update=turn.update_id, sentences=indexed.sentences, bytes=size)
    key = (turn.chat.space, article.id)
    _activate(turn, key)
    turn.tell(summary(article, indexed.sentences, turn.language))
    return key


async def _index(turn: Turn, article: Article, size: int) -> Indexed:
    """Whose it is is written down before it is there: /forget must find it, whatever ends the process meanwhile."""
    desk, key = turn.desk, (turn.chat.space, article.id)
    known = desk.chats.owner(*key) is not None
    _own(turn, key, article, size)
    try:
        async with turn.live() as live:
            progress = show_progress(turn, live, messages.READING, title=article.title)
            return await desk.workshop.run(lambda: turn.shelf.add(article, progress), stop=turn.work.stop)
    except Exception:
        if not known:
            desk.chats.disown(*key)
        raise


def _own(turn: Turn, key: tuple[str, str], article: Article, size: int) -> None:
    turn.desk.chats.own(*key, person_id=turn.person_id, size=size)
    turn.spend(count_tokens(article.text))


def _again(turn: Turn, same: Shelved, article: Article, size: int) -> tuple[str, str]:
    """The text is here already; perhaps because a process died right after it put it there."""
    if turn.desk.chats.owner(*same.key) is None:
        _own(turn, same.key, article, size)
    _activate(turn, same.key)
    turn.say(messages.ADDED_AGAIN, title=same.record.title)
    return same.key


async def _limited(turn: Turn, article: Article) -> bool:
    reached = turn.desk.limits.reached(turn.person_id, update_id=turn.update_id, asking=False)
    if reached:
        turn.say(reached.message, **reached.values(turn.language))
        return True
    shelf, most = turn.shelf, turn.desk.settings.articles
    others = [key for key in turn.desk.chats.owned(turn.person_id) if key != (turn.chat.space, article.id)]

    def full() -> bool:
        known: Shelved | None = shelf.find(article.id)
        return (known is None or not known.own) and shelf.count() >= most

    mine = len(others) >= most
    if mine or await turn.desk.reading.run(full):
        turn.desk.metrics.articles.labels("limited").inc()
        turn.say(
            messages.ARTICLE_LIMIT if mine else messages.ARTICLE_LIMIT_HERE,
            articles=counted(most, messages.ARTICLES_HAD),
        )
        return True
    return False


def _activate(turn: Turn, key: tuple[str, str]) -> None:
    turn.changes.append(lambda: turn.desk.chats.choose(turn.chat.id, key))


def show_progress(turn: Turn, live: Live, message: Message, **values: object) -> Callable[[int, int], None]:
    """Show how far indexing is, with a message that says so in {percent}; may be called from any thread.

    What is returned raises Stopped, which ends the indexing, once the turn was told to stop.
    """
    loop = asyncio.get_running_loop()

    def show(done: int, total: int) -> None:
        if turn.work.stop.is_set():
            raise Stopped
        percent = 100 * done // max(total, 1)
        loop.call_soon_threadsafe(live.show, said(message, turn.language, percent=percent, **values))

    return show


def _failed(turn: Turn, error: Exception) -> None:
    turn.desk.metrics.articles.labels("failed").inc()
    log.error("article failed", update=turn.update_id, **described(error))
    turn.say(messages.OUTAGE_ARTICLE)


_LINK = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
_AFTER = ".,;:!?)]}'…،؛؟"
"""What ends a sentence, not an address."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The one address in a text, and the text around it."""

    address: str
    rest: str


def link_in(text: str) -> Linked | None:
    """The address in a text that has exactly one; None where the text is an article itself."""
    found = list(_LINK.finditer(text))
    if len(found) != 1:
        return None
    address = found[0][0].rstrip(_AFTER)
    rest = text.replace(address, " ", 1).strip()
    return Linked(address, rest) if len(rest) < LONG_TEXT else None


async def receive_link(turn: Turn, address: str) -> tuple[str, str] | None:
    """Take the article of a page as the active one; returns its key. Opening a page counts as a question does."""
    reached = turn.desk.limits.reached(turn.person_id, update_id=turn.update_id, asking=True)
    if reached:
        turn.say(reached.message, **reached.values(turn.language))
        return None
    turn.spend(0, question=True)
    settings, fetcher = turn.desk.settings, Fetcher(allowed_hosts=turn.desk.settings.allowed_hosts)
    async with turn.live():
        fetching = turn.desk.workshop.run(lambda: fetcher.article(address), stop=turn.work.stop)
        article = await read_article(turn, address, fetching, unreadable=messages.LINK_NOT_READ)
    if article is None:
        return None
    size = len(article.text.encode())
    if size > settings.article_bytes:
        turn.say(messages.LINK_TOO_LONG, size=-(-size // 1000), limit=settings.article_bytes // 1000)
        return None
    return await add_article(turn, article, size=size)


async def read_again(turn: Turn, new: str, *, shift: int) -> None:
    """Put the text of an edited message in the place of what it said before; it begins at its UTF-16 unit `shift`."""
    part = turn.desk.chats.part(turn.chat.id, turn.message.message_id)
    article = await article_of(turn, part) if part else None
    if part is None or article is None:
        return
    before, old, behind = _cut(article.text, part)
    if new == old:  # Telegram also calls it an edit when a preview of a link is there
        return
    text, title = before + new + behind, article.title if part.start else None
    reading = turn.desk.reading.run(lambda: article_from_text(text, source=article.source, title=title))
    made = await read_article(turn, new[:40], reading)
    if made and await add_article(turn, made, size=len(text.encode())):
        for moved in _moved(turn, part, new, shift):
            turn.changes.append(lambda moved=moved: turn.desk.chats.add_part(moved))  # type: ignore[misc]


def _cut(text: str, part: Part) -> tuple[str, str, str]:
    """The text before the part, of it, and behind it."""
    encoded, start, end = text.encode("utf-16-le"), 2 * part.start, 2 * part.end
    before, old, behind = encoded[:start], encoded[start:end], encoded[end:]
    return before.decode("utf-16-le"), old.decode("utf-16-le"), behind.decode("utf-16-le")


def _moved(turn: Turn, part: Part, new: str, shift: int) -> list[Part]:
    """The part and those behind it where they stand now."""
    end = part.start + units(new)
    behind = [
        replace(other, start=other.start + end - part.end, end=other.end + end - part.end)
        for other in turn.desk.chats.parts(turn.chat.id, (part.space, part.article_id))
        if other.start >= part.end
    ]
    return [replace(part, end=end, shift=shift), *behind]


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


def disown(desk: Desk, space: str, article_id: str) -> None:
    """Forget an article that was removed, and in its chat every answer that shows it, also one under way."""
    chat_ids = desk.chats.of(space)
    desk.answers.drop_citing(article_id, chat_ids=chat_ids)
    desk.stopping.remove(article_id, chat_ids=chat_ids)
    desk.chats.disown(space, article_id)
