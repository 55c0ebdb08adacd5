"""What people do with articles: send them as files, texts or links, edit, list, choose and remove them.

An article that is read becomes the chat's active one. Its text is in the library, see `state.chat_library`.
"""

import asyncio
import re
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath

from bot.messages import Message
from bot.telegram.handlers.context import Services, UpdateContext
from bot.telegram.monitoring import describe_error, log
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import Button, ProgressMessage, button, edit_message, keyboard
from bot.telegram.outgoing.messages import counted
from bot.telegram.outgoing.texts import (
    Section,
    article_summary,
    format_message,
    localize,
    message_section,
    shorten,
    split_into_messages,
    utf16_length,
)
from bot.telegram.state.chat_library import LAST_DELETION, ChatArticle, ChatLibrary
from bot.telegram.state.chats import ArticleKey, ArticleMessage
from bot.telegram.workers import WorkStopped
from config.errors import SourceError
from index.indexing import IndexingResult
from index.readers.sources import KINDS, article_from_address, article_from_bytes, article_from_text
from index.text.passages import count_tokens
from index.types import Article

LONG_TEXT = 400
"""Characters from which on a text is an article, not a question."""
PAGE = 8
"""Articles of a page of the list."""
BUTTON_TITLE = 48
"""Characters of a title on a button; longer ones stand in the text above."""
LINE_TITLE = 160
"""Characters of a title in the text, so that a page is one message however many of them need two units and isolates."""
ALL_ARTICLES = "-"
"""What buttons say in the place of an article's id for all of them."""
_LINK = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
_AFTER_LINK = ".,;:!?)]}'…،؛؟"
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
    address = found[0][0].rstrip(_AFTER_LINK)
    rest = text.replace(address, " ", 1).strip()
    return TextWithLink(address, rest) if len(rest) < LONG_TEXT else None


async def receive_file(context: UpdateContext) -> ArticleKey | None:
    """Take the document of the message as an article."""
    document = context.message.document
    if document is None or PurePath(document.file_name or "").suffix.casefold() not in KINDS:
        context.say(messages.WRONG_FILE)
        return None
    if document.file_size is not None and _is_too_large(context, document.file_size):
        return None
    name = document.file_name or ""
    try:
        data = await context.services.delivery.download(document.file_id)
    except Exception as error:  # noqa: BLE001 – Telegram's or the network's, the person can only send it again
        _say_failed(context, error)
        return None
    if _is_too_large(context, len(data)):
        return None
    # The message's number too: another file of the same name is another article.
    source = f"telegram:{context.chat.space}/{context.message.message_id}/{name}"
    # A file may take its reader a minute: small things do not wait for that.
    reading = context.work(partial(article_from_bytes, data, source=source))
    article = await _read_article(context, name, reading)
    return await _add_article(context, article, size=len(data)) if article else None


async def receive_link(context: UpdateContext, address: str) -> ArticleKey | None:
    """Take the article of a page. Opening a page counts as a question does."""
    if not context.within_limits(asking=True):
        return None
    context.use(0, question=True)
    from index.readers.fetch import Fetcher  # builds on a library that only addresses need

    fetcher = Fetcher(allowed_hosts=context.services.settings.allowed_hosts)
    async with context.progress():
        fetching = context.work(partial(article_from_address, address, fetcher))
        article = await _read_article(context, address, fetching, unreadable=messages.LINK_NOT_READ)
    if article is None:
        return None
    size = len(article.text.encode())
    if _is_too_large(context, size, messages.LINK_TOO_LONG):
        return None
    return await _add_article(context, article, size=size)


async def receive_text(
    context: UpdateContext,
    text: str,
    *,
    message_id: int,
    shift: int,
    sent: float,
    before: ArticleMessage | None = None,
) -> None:
    """Take the text of a message, from its UTF-16 unit `shift` on, as an article, or as more of the one `before`."""
    earlier = await context.read(ChatLibrary.load, before.article_id) if before else None
    joined, start, title = text, 0, None
    source = earlier.source if earlier else f"telegram:{context.chat.space}/{message_id}"
    if earlier:
        ended = earlier.text.rstrip().endswith((".", "؟", "!", "?", "…", ":"))
        joined = earlier.text + ("\n\n" if ended else " ") + text
        start, title = utf16_length(joined) - utf16_length(text), earlier.title
    if _is_too_large(context, len(joined.encode())):
        return
    key = await _add_text(context, joined, source=source, title=title, name=joined[:40])
    if key is not None:
        end = start + utf16_length(text)
        message = ArticleMessage(context.chat.id, message_id, *key, start, end, shift, sent, context.person_id)
        context.change(context.services.chats.add_message, message)


async def update_edited(context: UpdateContext, new: str, *, shift: int) -> None:
    """Put the text of an edited message in the place of what it said before; it begins at its UTF-16 unit `shift`.

    The article is read again, with its other messages as they are.
    """
    message = context.services.chats.article_message(context.chat.id, context.message.message_id)
    article = await context.read(ChatLibrary.load, message.article_id) if message else None
    if message is None or article is None:
        return
    encoded, start, end = article.text.encode("utf-16-le"), 2 * message.start, 2 * message.end
    before, old, behind = (part.decode("utf-16-le") for part in (encoded[:start], encoded[start:end], encoded[end:]))
    if new == old:  # Telegram also calls it an edit when a preview of a link is there
        return
    title = article.title if message.start else None
    if await _add_text(context, before + new + behind, source=article.source, title=title, name=new[:40]):
        for moved in _moved(context, message, new, shift):
            context.change(context.services.chats.add_message, moved)


def _moved(context: UpdateContext, message: ArticleMessage, new: str, shift: int) -> list[ArticleMessage]:
    """The edited message and those behind it where they stand now."""
    end = message.start + utf16_length(new)
    key = ArticleKey(message.space, message.article_id)
    behind = [
        replace(other, start=other.start + end - message.end, end=other.end + end - message.end)
        for other in context.services.chats.messages_of(context.chat.id, key)
        if other.start >= message.end
    ]
    return [replace(message, end=end, shift=shift), *behind]


def _is_too_large(context: UpdateContext, size: int, message: Message = messages.FILE_TOO_LARGE) -> bool:
    """Whether an article has more bytes than are taken; if so, it is said."""
    most = context.services.settings.article_bytes
    if size > most:
        context.say(message, size=-(-size // 1000), limit=most // 1000)
    return size > most


async def _add_text(
    context: UpdateContext, text: str, *, source: str, title: str | None, name: str
) -> ArticleKey | None:
    """Read a text that was typed, and index it."""
    reading = context.services.readers.run(partial(article_from_text, text, source=source, title=title))
    article = await _read_article(context, name, reading)
    return await _add_article(context, article, size=len(text.encode())) if article else None


async def _read_article(
    context: UpdateContext, name: str, reading: Awaitable[Article], *, unreadable: Message = messages.NOT_READABLE
) -> Article | None:
    """What was sent as an article, or None and a word why not."""
    try:
        return await reading
    except WorkStopped:
        return None
    except SourceError as error:
        words = str(error) if context.services.settings.log_texts else ""
        log.info("unreadable", update=context.update_id, error=words)
        context.services.metrics.articles.labels("unreadable").inc()
        context.say(unreadable, title=name)
        return None


async def _add_article(context: UpdateContext, article: Article, *, size: int) -> ArticleKey | None:
    """Index the article within the limits and make it the active one."""
    try:
        same = await context.read(ChatLibrary.find_same_text, article)
        if same:
            return _use_same(context, same, article, size)
        if not await _may_add(context, article):
            return None
        indexed = await _index(context, article, size)
    except sqlite3.OperationalError:  # the disk is full: the whole update waits for it
        raise
    except WorkStopped:  # all of this person's is being deleted
        return None
    except Exception as error:  # noqa: BLE001 – whatever failed, the person can only send it again
        _say_failed(context, error)
        return None
    context.services.metrics.articles.labels("added").inc()
    log.info("article", update=context.update_id, sentences=indexed.sentences, bytes=size)
    key = ArticleKey(context.chat.space, article.id)
    context.change(context.services.chats.set_active_article, context.chat.id, key)
    context.send(article_summary(article, indexed.sentences, context.language))
    return key


async def _index(context: UpdateContext, article: Article, size: int) -> IndexingResult:
    """Whose it is is written down before it is there: /forget must find it, whatever ends the process meanwhile."""
    chats, key = context.services.chats, ArticleKey(context.chat.space, article.id)
    known = chats.has_owner(key)
    _note_owner(context, key, article, size)
    try:
        async with context.progress() as progress:
            show = show_percent(context, progress, messages.READING, title=article.title)
            return await context.work(partial(context.library.add, article, show))
    except Exception:
        if not known:
            chats.remove_article(key)
        raise


def _note_owner(context: UpdateContext, key: ArticleKey, article: Article, size: int) -> None:
    context.services.chats.add_article(key, person_id=context.person_id, size=size)
    context.use(count_tokens(article.text))


def _use_same(context: UpdateContext, same: ChatArticle, article: Article, size: int) -> ArticleKey:
    """The text is here already; perhaps because a process died right after it put it there."""
    if not context.services.chats.has_owner(same.key):
        _note_owner(context, same.key, article, size)
    context.change(context.services.chats.set_active_article, context.chat.id, same.key)
    context.say(messages.ADDED_AGAIN, title=same.record.title)
    return same.key


async def _may_add(context: UpdateContext, article: Article) -> bool:
    """Whether limits let the person add the article here; if not, it is said."""
    if not context.within_limits(asking=False):
        return False
    most = context.services.settings.articles
    owned = context.services.chats.articles_of(context.person_id)
    if sum(key != (context.chat.space, article.id) for key in owned) >= most:
        message = messages.ARTICLE_LIMIT
    elif await context.read(ChatLibrary.is_full, article.id, most):
        message = messages.ARTICLE_LIMIT_HERE
    else:
        return True
    context.services.metrics.articles.labels("limited").inc()
    context.say(message, articles=counted(most, messages.ARTICLES_HAD))
    return False


def show_percent(
    context: UpdateContext, progress: ProgressMessage, message: Message, **values: object
) -> Callable[[int, int], None]:
    """Show how far indexing is, with a message that says so in {percent}; may be called from any thread.

    What is returned raises WorkStopped, which ends the indexing, once the update was told to stop.
    """
    loop = asyncio.get_running_loop()

    def show(done: int, total: int) -> None:
        if context.running.stop.is_set():
            raise WorkStopped
        text = format_message(message, context.language, percent=100 * done // max(total, 1), **values)
        loop.call_soon_threadsafe(progress.show, text)

    return show


def _say_failed(context: UpdateContext, error: Exception) -> None:
    context.services.metrics.articles.labels("failed").inc()
    log.error("article failed", update=context.update_id, **describe_error(error))
    context.say(messages.OUTAGE_ARTICLE)


async def list_articles(context: UpdateContext, *, page: int = 0) -> None:
    """Show a page of the list as a new message."""
    section, rows = await _page(context, page)
    context.send([section], rows=rows)


async def turn_page(context: UpdateContext, page: int) -> None:
    """Show another page of the list in the message that a button is tapped in."""
    section, rows = await _page(context, page)
    text, markup = split_into_messages([section])[0], keyboard(rows)
    context.calls.append(edit_message(context.destination, context.message.message_id, text, markup=markup))


async def open_article(context: UpdateContext, article_id: str) -> None:
    """Make an article the active one, if it may be seen here; `ALL_ARTICLES` for no single one."""
    if article_id == ALL_ARTICLES:
        context.change(context.services.chats.set_active_article, context.chat.id, None)
        context.say(messages.NOW_ASKING_ALL)
    elif found := await context.read(ChatLibrary.find, article_id):
        context.change(context.services.chats.set_active_article, context.chat.id, found.key)
        context.say(messages.NOW_ASKING, title=found.record.title)
    else:
        context.say(messages.NO_ARTICLE)


async def ask_to_remove(context: UpdateContext, article_id: str) -> None:
    """Ask whether to remove an article of the chat's own."""
    found = await context.read(ChatLibrary.find, article_id)
    if found is None or not found.own:
        context.say(messages.NO_ARTICLE)
        return
    yes = button(messages.YES_REMOVE(context.language), f"R:{article_id}")
    no = button(messages.NO_KEEP(context.language), f"k:{context.person_id}")
    context.say(messages.REMOVE_SURE, title=found.record.title, rows=[[yes, no]])


async def remove_article(context: UpdateContext, article_id: str) -> None:
    """Remove an article of the chat's own."""
    found = await context.read(ChatLibrary.remove, article_id)
    if found is None:
        context.say(messages.NO_ARTICLE)
        return
    context.change(forget_articles, context.services, [found.key])
    context.erase = True
    context.say(messages.REMOVED, title=found.record.title)


def forget_articles(services: Services, keys: list[ArticleKey]) -> None:
    """Forget articles that were removed, and in their chats every answer that shows them, also one under way."""
    for key in keys:
        chat_ids = services.chats.ids_of_space(key.space)
        services.answers.remove_citing(key.article_id, chat_ids=chat_ids)
        services.running.note_removed(key.article_id, chat_ids=chat_ids)
        services.chats.remove_article(key)
    services.database.set_note(LAST_DELETION, str(time.time()))


async def _page(context: UpdateContext, page: int) -> tuple[Section, list[list[Button]]]:
    """The text of a page of the list, and its buttons."""
    language, articles = context.language, await context.read(ChatLibrary.articles)
    if not articles:
        return message_section(messages.ARTICLES_NONE, language), []
    pages = -(-len(articles) // PAGE)
    page = min(max(page, 0), pages - 1)
    shown = articles[page * PAGE : (page + 1) * PAGE]
    text = localize(messages.ARTICLES, language)
    for number, one in enumerate(shown, page * PAGE + 1):
        line = messages.ARTICLE_ACTIVE if one.key == context.chat.article else messages.ARTICLE_LINE
        sentences = counted(one.record.sentences, messages.SENTENCES)
        title = shorten(one.record.title, LINE_TITLE)
        text += localize(line, language, number=number, title=title, sentences=sentences)
    text += localize(messages.ARTICLES_HOW, language)
    rows = [_row(one) for one in shown]
    rows.append([button(messages.ALL_ARTICLES(language), f"a:{ALL_ARTICLES}")])
    if pages > 1:
        text += localize(messages.ARTICLES_PAGE, language, page=page + 1, pages=pages)
        previous = [button(messages.PREVIOUS(language), f"p:{page - 1}")] if page else []
        following = [button(messages.NEXT(language), f"p:{page + 1}")] if page + 1 < pages else []
        rows.append([*previous, *following])
    return Section(tuple(text)), rows


def _row(one: ChatArticle) -> list[Button]:
    remove = [button("🗑", f"r:{one.record.id}")] if one.own else []
    return [button(shorten(one.record.title, BUTTON_TITLE), f"a:{one.record.id}"), *remove]
