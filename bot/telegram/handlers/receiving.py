"""A file or a long text → the chat's active article."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import PurePath

import structlog

from bot.messages import Message
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.cards import summary
from bot.telegram.outgoing.counted import counted
from bot.telegram.outgoing.progress import Live
from bot.telegram.outgoing.texts import said, units
from bot.telegram.runtime.logs import described
from bot.telegram.runtime.workers import Stopped
from bot.telegram.state.chat_library import Shelved
from bot.telegram.state.chats import Part
from bot.telegram.updates.context import Turn
from config.errors import SourceError
from index.indexing import IndexingResult
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


async def _index(turn: Turn, article: Article, size: int) -> IndexingResult:
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
