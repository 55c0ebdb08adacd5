"""A file or a long text → the chat's active article."""

import asyncio
from collections.abc import Callable
from pathlib import PurePath

import structlog

from bot.messages import Message
from bot.telegram import messages
from bot.telegram.cards import summary
from bot.telegram.chats import Part
from bot.telegram.live import Live
from bot.telegram.logs import described
from bot.telegram.shelf import Shelved
from bot.telegram.texts import said, units
from bot.telegram.turn import Turn
from config.errors import SourceError
from index.passages import count_tokens
from index.readers import article_from_bytes, article_from_text
from index.types import Article

log = structlog.get_logger("sanad.telegram")

LONG_TEXT = 400
"""Characters from which on a text is an article, not a question."""
FILES = (".txt", ".md")


async def receive_file(turn: Turn) -> None:
    """Take the document of the message as an article."""
    document = turn.message.document
    if document is None or PurePath(document.file_name or "").suffix.casefold() not in FILES:
        turn.say(messages.WRONG_FILE)
        return
    most = turn.desk.settings.article_bytes
    if document.file_size is not None and document.file_size > most:
        turn.say(messages.FILE_TOO_LARGE, size=document.file_size // 1000, limit=most // 1000)
        return
    name = document.file_name or ""
    try:
        data = await turn.desk.delivery.download(document.file_id)
    except Exception as error:  # noqa: BLE001 – Telegram's or the network's, the person can only send it again
        _failed(turn, error)
        return
    if len(data) > most:
        turn.say(messages.FILE_TOO_LARGE, size=len(data) // 1000, limit=most // 1000)
        return
    source = f"telegram:{turn.chat.space}/{name}"
    article = _read(turn, name, lambda: article_from_bytes(data, source=source))
    if article:
        await _add(turn, article, size=len(data))


async def receive_text(turn: Turn, text: str, *, message_id: int, shift: int, sent: float) -> None:
    """Take the text of a message, from its UTF-16 unit `shift` on, as an article, or as more of the one before it."""
    before = await _continued(turn, message_id, sent)
    joined, start = text, 0
    if before:
        article, part = before
        ended = article.text.rstrip().endswith((".", "؟", "!", "?", "…", ":"))
        joined = article.text + ("\n\n" if ended else " ") + text
        start, source = units(joined) - units(text), article.source
    else:
        source = f"telegram:{turn.chat.space}/{message_id}"
    size = len(joined.encode())
    if size > turn.desk.settings.article_bytes:
        turn.say(messages.FILE_TOO_LARGE, size=size // 1000, limit=turn.desk.settings.article_bytes // 1000)
        return
    title = article.title if before else None
    made = _read(turn, joined[:40], lambda: article_from_text(joined, source=source, title=title))
    if made is None:
        return
    key = await _add(turn, made, size=size)
    if key is not None:
        part = Part(turn.chat.id, message_id, *key, start, start + units(text), shift, sent)
        turn.changes.append(lambda: turn.desk.chats.add_part(part))


def _read(turn: Turn, name: str, read: Callable[[], Article]) -> Article | None:
    try:
        return read()
    except SourceError as error:
        log.info("unreadable", update=turn.update_id, error=str(error) if turn.desk.settings.log_texts else "")
        turn.desk.metrics.articles.labels("unreadable").inc()
        turn.say(messages.NOT_READABLE, title=name)
        return None


async def _continued(turn: Turn, message_id: int, sent: float) -> tuple[Article, Part] | None:
    """The article whose text the message goes on with."""
    part = turn.desk.chats.continued(turn.chat.id, message_id, sent)
    if part is None:
        return None
    article = await turn.desk.workshop.run(lambda: turn.shelf.text(part.article_id))
    return (article, part) if article else None


async def _add(turn: Turn, article: Article, *, size: int) -> tuple[str, str] | None:
    """Index the article within the limits and make it the active one; returns its key."""
    try:
        same = await turn.desk.workshop.run(lambda: turn.shelf.same(article))
        if same:
            _activate(turn, same.key)
            turn.say(messages.ADDED_AGAIN, title=same.record.title)
            return same.key
        if await _limited(turn, article):
            return None
        async with turn.live() as live:
            progress = show_progress(turn, live, messages.READING, title=article.title)
            indexed = await turn.desk.workshop.run(lambda: turn.shelf.add(article, progress))
    except Exception as error:  # noqa: BLE001 – whatever failed, the person can only send it again
        _failed(turn, error)
        return None
    turn.desk.metrics.articles.labels("added").inc()
    log.info("article", update=turn.update_id, sentences=indexed.sentences, bytes=size)
    key, tokens = (turn.chat.space, article.id), count_tokens(article.text)
    turn.changes += [
        lambda: turn.desk.chats.own(*key, person_id=turn.person_id, size=size),
        lambda: turn.desk.limits.use(turn.person_id, update_id=turn.update_id, question=False, tokens=tokens),
    ]
    _activate(turn, key)
    turn.tell(summary(article, indexed.sentences, turn.language))
    return key


async def _limited(turn: Turn, article: Article) -> bool:
    reached = turn.desk.limits.reached(turn.person_id, update_id=turn.update_id, asking=False)
    if reached:
        turn.say(reached.message, **reached.values(turn.language))
        return True
    shelf, most = turn.shelf, turn.desk.settings.articles

    def full() -> bool:
        known: Shelved | None = shelf.find(article.id)
        return (known is None or not known.own) and shelf.count() >= most

    if await turn.desk.workshop.run(full):
        turn.desk.metrics.articles.labels("limited").inc()
        turn.say(messages.ARTICLE_LIMIT, limit=most)
        return True
    return False


def _activate(turn: Turn, key: tuple[str, str]) -> None:
    turn.changes.append(lambda: turn.desk.chats.choose(turn.chat.id, key))


def show_progress(turn: Turn, live: Live, message: Message, **values: object) -> Callable[[int, int], None]:
    """Show how far indexing is, with a message that says so in {percent}; may be called from any thread."""
    loop = asyncio.get_running_loop()

    def show(done: int, total: int) -> None:
        percent = 100 * done // max(total, 1)
        loop.call_soon_threadsafe(live.show, said(message, turn.language, percent=percent, **values))

    return show


def _failed(turn: Turn, error: Exception) -> None:
    turn.desk.metrics.articles.labels("failed").inc()
    log.error("article failed", update=turn.update_id, **described(error))
    turn.say(messages.OUTAGE_ARTICLE)
