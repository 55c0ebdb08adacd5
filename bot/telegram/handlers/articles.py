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
from bot.telegram.handlers.context import Services, UpdateContext
from bot.telegram.monitoring import describe_error
from bot.telegram.outgoing import delivery as calls
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import Button, ProgressMessage, button
from bot.telegram.outgoing.messages import counted
from bot.telegram.outgoing.texts import (
    Section,
    article_summary,
    format_message,
    localize,
    one_line,
    split_into_messages,
    utf16_length,
)
from bot.telegram.state.chat_library import TRACES, ChatArticle
from bot.telegram.state.chats import ArticleMessage
from bot.telegram.workers import WorkStopped
from config.errors import SourceError
from index.indexing import Indexed
from index.readers.fetch import Fetcher
from index.readers.sources import KINDS, article_from_bytes, article_from_text
from index.text.passages import count_tokens
from index.types import Article

log = structlog.get_logger("sanad.telegram")

LONG_TEXT = 400
"""Characters from which on a text is an article, not a question."""


async def receive_file(context: UpdateContext) -> tuple[str, str] | None:
    """Take the document of the message as an article; returns its key."""
    document = context.message.document
    if document is None or PurePath(document.file_name or "").suffix.casefold() not in KINDS:
        context.say(messages.WRONG_FILE)
        return None
    if document.file_size is not None and _too_large(context, document.file_size):
        return None
    name = document.file_name or ""
    try:
        data = await context.services.delivery.download(document.file_id)
    except Exception as error:  # noqa: BLE001 – Telegram's or the network's, the person can only send it again
        _failed(context, error)
        return None
    if _too_large(context, len(data)):
        return None
    # The message's number too: another file of the same name is another article.
    source = f"telegram:{context.chat.space}/{context.message.message_id}/{name}"
    # A file may take its reader a minute: small things do not wait for that.
    reading = context.services.workers.run(lambda: article_from_bytes(data, source=source), stop=context.work.stop)
    article = await read_article(context, name, reading)
    return await add_article(context, article, size=len(data)) if article else None


async def receive_text(
    context: UpdateContext, text: str, *, message_id: int, shift: int, sent: float, after: ArticleMessage | None = None
) -> None:
    """Take the text of a message, from its UTF-16 unit `shift` on, as an article, or as more of the one `after`."""
    before = await article_of(context, after) if after else None
    joined, start = text, 0
    source = before.source if before else f"telegram:{context.chat.space}/{message_id}"
    if before:
        ended = before.text.rstrip().endswith((".", "؟", "!", "?", "…", ":"))
        joined = before.text + ("\n\n" if ended else " ") + text
        start = utf16_length(joined) - utf16_length(text)
    size = len(joined.encode())
    if _too_large(context, size):
        return
    title = before.title if before else None
    reading = context.services.reading.run(lambda: article_from_text(joined, source=source, title=title))
    made = await read_article(context, joined[:40], reading)
    key = await add_article(context, made, size=size) if made else None
    if key is not None:
        part = ArticleMessage(
            context.chat.id, message_id, *key, start, start + utf16_length(text), shift, sent, context.person_id
        )
        context.changes.append(lambda: context.services.chats.add_part(part))


async def article_of(context: UpdateContext, part: ArticleMessage) -> Article | None:
    """The article that a message is a part of."""
    return await context.services.reading.run(lambda: context.shelf.text(part.article_id))


def _too_large(context: UpdateContext, size: int) -> bool:
    most = context.services.settings.article_bytes
    if size > most:
        context.say(messages.FILE_TOO_LARGE, size=-(-size // 1000), limit=most // 1000)
    return size > most


async def read_article(
    context: UpdateContext, name: str, reading: Awaitable[Article], *, unreadable: Message = messages.NOT_READABLE
) -> Article | None:
    """What was sent as an article, or None and a word why not."""
    try:
        return await reading
    except WorkStopped:
        return None
    except SourceError as error:
        log.info(
            "unreadable", update=context.update_id, error=str(error) if context.services.settings.log_texts else ""
        )
        context.services.metrics.articles.labels("unreadable").inc()
        context.say(unreadable, title=name)
        return None


async def add_article(context: UpdateContext, article: Article, *, size: int) -> tuple[str, str] | None:
    """Index the article within the limits and make it the active one; returns its key."""
    try:
        same = await context.services.reading.run(lambda: context.shelf.same(article))
        if same:
            return _again(context, same, article, size)
        if await _limited(context, article):
            return None
        indexed = await _index(context, article, size)
    except sqlite3.OperationalError:  # the disk is full: the whole update waits for it
        raise
    except WorkStopped:  # all of this person's is being deleted
        return None
    except Exception as error:  # noqa: BLE001 – whatever failed, the person can only send it again
        _failed(context, error)
        return None
    context.services.metrics.articles.labels("added").inc()
    log.info("article", update=context.update_id, sentences=indexed.sentences, bytes=size)
    key = (context.chat.space, article.id)
    _activate(context, key)
    context.tell(article_summary(article, indexed.sentences, context.language))
    return key


async def _index(context: UpdateContext, article: Article, size: int) -> Indexed:
    """Whose it is is written down before it is there: /forget must find it, whatever ends the process meanwhile."""
    services, key = context.services, (context.chat.space, article.id)
    known = services.chats.owner(*key) is not None
    _own(context, key, article, size)
    try:
        async with context.live() as live:
            progress = show_progress(context, live, messages.READING, title=article.title)
            return await services.workers.run(lambda: context.shelf.add(article, progress), stop=context.work.stop)
    except Exception:
        if not known:
            services.chats.forget_article(*key)
        raise


def _own(context: UpdateContext, key: tuple[str, str], article: Article, size: int) -> None:
    context.services.chats.own(*key, person_id=context.person_id, size=size)
    context.spend(count_tokens(article.text))


def _again(context: UpdateContext, same: ChatArticle, article: Article, size: int) -> tuple[str, str]:
    """The text is here already; perhaps because a process died right after it put it there."""
    if context.services.chats.owner(*same.key) is None:
        _own(context, same.key, article, size)
    _activate(context, same.key)
    context.say(messages.ADDED_AGAIN, title=same.record.title)
    return same.key


async def _limited(context: UpdateContext, article: Article) -> bool:
    reached = context.services.limits.reached(context.person_id, update_id=context.update_id, asking=False)
    if reached:
        context.say(reached.message, **reached.values(context.language))
        return True
    shelf, most = context.shelf, context.services.settings.articles
    others = [key for key in context.services.chats.owned(context.person_id) if key != (context.chat.space, article.id)]

    def full() -> bool:
        known: ChatArticle | None = shelf.find(article.id)
        return (known is None or not known.own) and shelf.count() >= most

    mine = len(others) >= most
    if mine or await context.services.reading.run(full):
        context.services.metrics.articles.labels("limited").inc()
        context.say(
            messages.ARTICLE_LIMIT if mine else messages.ARTICLE_LIMIT_HERE,
            articles=counted(most, messages.ARTICLES_HAD),
        )
        return True
    return False


def _activate(context: UpdateContext, key: tuple[str, str]) -> None:
    context.changes.append(lambda: context.services.chats.choose(context.chat.id, key))


def show_progress(
    context: UpdateContext, live: ProgressMessage, message: Message, **values: object
) -> Callable[[int, int], None]:
    """Show how far indexing is, with a message that says so in {percent}; may be called from any thread.

    What is returned raises Stopped, which ends the indexing, once the turn was told to stop.
    """
    loop = asyncio.get_running_loop()

    def show(done: int, total: int) -> None:
        if context.work.stop.is_set():
            raise WorkStopped
        percent = 100 * done // max(total, 1)
        loop.call_soon_threadsafe(live.show, format_message(message, context.language, percent=percent, **values))

    return show


def _failed(context: UpdateContext, error: Exception) -> None:
    context.services.metrics.articles.labels("failed").inc()
    log.error("article failed", update=context.update_id, **describe_error(error))
    context.say(messages.OUTAGE_ARTICLE)


_LINK = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
_AFTER = ".,;:!?)]}'…،؛؟"
"""What ends a sentence, not an address."""


@dataclass(frozen=True, slots=True)
class TextWithLink:
    """The one address in a text, and the text around it."""

    address: str
    rest: str


def find_link(text: str) -> TextWithLink | None:
    """The address in a text that has exactly one; None where the text is an article itself."""
    found = list(_LINK.finditer(text))
    if len(found) != 1:
        return None
    address = found[0][0].rstrip(_AFTER)
    rest = text.replace(address, " ", 1).strip()
    return TextWithLink(address, rest) if len(rest) < LONG_TEXT else None


async def receive_link(context: UpdateContext, address: str) -> tuple[str, str] | None:
    """Take the article of a page as the active one; returns its key. Opening a page counts as a question does."""
    reached = context.services.limits.reached(context.person_id, update_id=context.update_id, asking=True)
    if reached:
        context.say(reached.message, **reached.values(context.language))
        return None
    context.spend(0, question=True)
    settings, fetcher = context.services.settings, Fetcher(allowed_hosts=context.services.settings.allowed_hosts)
    async with context.live():
        fetching = context.services.workers.run(lambda: fetcher.article(address), stop=context.work.stop)
        article = await read_article(context, address, fetching, unreadable=messages.LINK_NOT_READ)
    if article is None:
        return None
    size = len(article.text.encode())
    if size > settings.article_bytes:
        context.say(messages.LINK_TOO_LONG, size=-(-size // 1000), limit=settings.article_bytes // 1000)
        return None
    return await add_article(context, article, size=size)


async def update_edited(context: UpdateContext, new: str, *, shift: int) -> None:
    """Put the text of an edited message in the place of what it said before; it begins at its UTF-16 unit `shift`."""
    part = context.services.chats.part(context.chat.id, context.message.message_id)
    article = await article_of(context, part) if part else None
    if part is None or article is None:
        return
    before, old, behind = _cut(article.text, part)
    if new == old:  # Telegram also calls it an edit when a preview of a link is there
        return
    text, title = before + new + behind, article.title if part.start else None
    reading = context.services.reading.run(lambda: article_from_text(text, source=article.source, title=title))
    made = await read_article(context, new[:40], reading)
    if made and await add_article(context, made, size=len(text.encode())):
        for moved in _moved(context, part, new, shift):
            context.changes.append(lambda moved=moved: context.services.chats.add_part(moved))  # type: ignore[misc]


def _cut(text: str, part: ArticleMessage) -> tuple[str, str, str]:
    """The text before the part, of it, and behind it."""
    encoded, start, end = text.encode("utf-16-le"), 2 * part.start, 2 * part.end
    before, old, behind = encoded[:start], encoded[start:end], encoded[end:]
    return before.decode("utf-16-le"), old.decode("utf-16-le"), behind.decode("utf-16-le")


def _moved(context: UpdateContext, part: ArticleMessage, new: str, shift: int) -> list[ArticleMessage]:
    """The part and those behind it where they stand now."""
    end = part.start + utf16_length(new)
    behind = [
        replace(other, start=other.start + end - part.end, end=other.end + end - part.end)
        for other in context.services.chats.parts(context.chat.id, (part.space, part.article_id))
        if other.start >= part.end
    ]
    return [replace(part, end=end, shift=shift), *behind]


PAGE = 8
BUTTON_TITLE = 48
"""Characters of a title on a button; longer ones stand in the text above."""
LINE_TITLE = 160
"""Characters of a title in the text, so that a page is one message however many of them need two units and isolates."""
ALL = "-"


async def list_articles(context: UpdateContext, *, page: int = 0) -> None:
    """Show a page of the list as a new message."""
    sections, rows = await _page(context, page)
    context.tell(sections, rows=rows)


async def turn_page(context: UpdateContext, message_id: int, page: int) -> None:
    """Show another page of the list in its message."""
    sections, rows = await _page(context, page)
    context.calls.append(
        calls.edit(context.place, message_id, split_into_messages(sections)[0], markup=calls.keyboard(rows))
    )


async def open_article(context: UpdateContext, article_id: str) -> None:
    """Make an article the active one, if it may be seen here; `ALL` for no single one."""
    if article_id == ALL:
        context.changes.append(lambda: context.services.chats.choose(context.chat.id, None))
        context.say(messages.NOW_ASKING_ALL)
        return
    found = await context.services.reading.run(lambda: context.shelf.find(article_id))
    if found is None:
        context.say(messages.NO_ARTICLE)
        return
    key, title = found.key, found.record.title
    context.changes.append(lambda: context.services.chats.choose(context.chat.id, key))
    context.say(messages.NOW_ASKING, title=title)


async def ask_to_remove(context: UpdateContext, article_id: str) -> None:
    """Ask whether to remove an article."""
    found = await context.services.reading.run(lambda: context.shelf.find(article_id))
    if found is None or not found.own:
        context.say(messages.NO_ARTICLE)
        return
    yes = button(messages.YES_REMOVE(context.language), f"R:{article_id}")
    no = button(messages.NO_KEEP(context.language), f"k:{context.person_id}")
    context.say(messages.REMOVE_SURE, title=found.record.title, rows=[[yes, no]])


async def remove_article(context: UpdateContext, article_id: str) -> None:
    """Remove an article of the chat's own."""
    found = await context.services.reading.run(lambda: context.shelf.remove(article_id))
    if found is None:
        context.say(messages.NO_ARTICLE)
        return
    key, title = found.key, found.record.title
    context.changes += [
        lambda: forget_article(context.services, *key),
        lambda: context.services.database.note(TRACES, str(time.time())),
    ]
    context.erase = True
    context.say(messages.REMOVED, title=title)


async def _page(context: UpdateContext, page: int) -> tuple[list[Section], list[list[Button]]]:
    articles = await context.services.reading.run(context.shelf.list)
    if not articles:
        return [Section(tuple(localize(messages.ARTICLES_NONE, context.language)))], []
    pages = -(-len(articles) // PAGE)
    page = min(max(page, 0), pages - 1)
    shown = articles[page * PAGE : (page + 1) * PAGE]
    head = localize(messages.ARTICLES, context.language)
    for number, one in enumerate(shown, page * PAGE + 1):
        line = messages.ARTICLE_ACTIVE if one.key == context.chat.article else messages.ARTICLE_LINE
        sentences = counted(one.record.sentences, messages.SENTENCES)
        head += localize(line, context.language, number=number, title=_short(one, LINE_TITLE), sentences=sentences)
    head += localize(messages.ARTICLES_HOW, context.language)
    if pages > 1:
        head += localize(messages.ARTICLES_PAGE, context.language, page=page + 1, pages=pages)
    return [Section(tuple(head))], [*map(_row, shown), *_below(context, page, pages)]


def _row(one: ChatArticle) -> list[Button]:
    remove = [button("🗑", f"r:{one.record.id}")] if one.own else []
    return [button(_short(one, BUTTON_TITLE), f"a:{one.record.id}"), *remove]


def _short(one: ChatArticle, most: int) -> str:
    title = one_line(one.record.title)
    return title if len(title) <= most else title[: most - 1] + "…"


def _below(context: UpdateContext, page: int, pages: int) -> list[list[Button]]:
    turning = [button(messages.PREVIOUS(context.language), f"p:{page - 1}")] if page else []
    turning += [button(messages.NEXT(context.language), f"p:{page + 1}")] if page + 1 < pages else []
    return [[button(messages.ALL_ARTICLES(context.language), f"a:{ALL}")], *([turning] if turning else [])]


def forget_article(services: Services, space: str, article_id: str) -> None:
    """Forget an article that was removed, and in its chat every answer that shows it, also one under way."""
    chat_ids = services.chats.of(space)
    services.answers.drop_citing(article_id, chat_ids=chat_ids)
    services.stopping.remove(article_id, chat_ids=chat_ids)
    services.chats.forget_article(space, article_id)
