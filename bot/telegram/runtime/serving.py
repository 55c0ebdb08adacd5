"""The bot put together and at work, from its start until it is told to end."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from bot.bootstrap import App
from bot.telegram.state.database import DATABASE
from config.errors import BotError, SanadError
from index.types import Language

if TYPE_CHECKING:
    import telegram

    from bot.telegram.updates.api import UpdatesBot
    from bot.telegram.updates.context import Desk

GRACE = 8.0
"""Seconds that answers under way have to finish once the process is told to end."""
READERS = 4
"""Looks at the library at once; they are short and must not wait behind answers."""
TIDY_EVERY = 3600.0

Result = TypeVar("Result")


class Ended(Exception):
    """The process was told to end while it was still starting."""


def make_bot(app: App) -> "UpdatesBot":
    """The library's bot, as the settings say. Opens no connection."""
    from telegram.request import HTTPXRequest

    from bot.telegram.outgoing.delivery import CALLS_AT_ONCE
    from bot.telegram.updates.api import UpdatesBot

    settings = app.settings.telegram
    return UpdatesBot(
        token_of(app),
        base_url=settings.base_url,
        base_file_url=settings.base_file_url,
        request=HTTPXRequest(connection_pool_size=CALLS_AT_ONCE + 4, read_timeout=15, media_write_timeout=30),
        get_updates_request=HTTPXRequest(connection_pool_size=2),
    )


def token_of(app: App) -> str:
    """The token of the settings. Raises: BotError if there is none."""
    token = app.settings.telegram.token.get_secret_value().strip()  # a file that holds it ends with a line break
    if not token:
        raise BotError("There is no bot token; get one from @BotFather and set TELEGRAM_BOT_TOKEN.")
    return token


async def serve(app: App, ended: asyncio.Event, *, webhook: str | None = None, take_over: bool = False) -> None:
    """Be the bot until `ended`, then finish what can be finished in `GRACE`.

    Raises: BotError.
    """
    from bot.telegram.updates.polling import claim

    with contextlib.suppress(Ended):
        async with _desk(app, ended) as (desk, bot):
            await unless(ended, claim(bot, desk.database, url=webhook or "", take_over=take_over))
            await _work(desk, bot, ended, webhook)


async def unless(ended: asyncio.Event, step: "Coroutine[Any, Any, Result]") -> Result:
    """Take a step that may be long, while Telegram cannot be reached.

    Raises: Ended if told to end before it is done.
    """
    task, ending = asyncio.ensure_future(step), asyncio.ensure_future(ended.wait())
    try:
        await asyncio.wait([task, ending], return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Ended
        return task.result()
    finally:
        task.cancel()
        ending.cancel()
        await asyncio.gather(task, ending, return_exceptions=True)


async def _work(desk: "Desk", bot: "UpdatesBot", ended: asyncio.Event, webhook: str | None) -> None:
    """Receive and answer, until told to end or until it cannot go on."""
    import structlog

    from bot.telegram.runtime.service import Service
    from bot.telegram.updates.polling import poll
    from bot.telegram.updates.webhook import listen, register, watch

    service = Service(desk, bot)
    background = [asyncio.create_task(step) for step in (_warm(desk), _tidy(desk), _introduce(bot))]
    structlog.get_logger("sanad.telegram").info("started", bot=desk.username, resumed=service.resume())
    waiting: list[asyncio.Future[Any]] = [asyncio.ensure_future(ended.wait()), service.failed]
    try:
        async with contextlib.AsyncExitStack() as stack:
            if webhook:
                secret = desk.settings.webhook_secret.get_secret_value() or secrets.token_urlsafe(32)
                how: dict[str, Any] = {"url": webhook, "settings": desk.settings, "secret": secret}
                await stack.enter_async_context(listen(service.receive, desk.metrics, **how))
                await unless(ended, register(bot, desk.database, **how))
                receiving = watch(bot, desk.metrics, url=webhook)
            else:
                receiving = poll(bot, service.receive, desk.metrics)
            waiting.append(asyncio.ensure_future(receiving))
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*waiting, *background):
            task.cancel()
        finished = await service.finish(GRACE)
        structlog.get_logger("sanad.telegram").info("ended", handed_over=not finished)
    for task in done:
        await task


@asynccontextmanager
async def _desk(app: App, ended: asyncio.Event) -> "AsyncIterator[tuple[Desk, UpdatesBot]]":
    from bot.telegram.outgoing.delivery import Delivery
    from bot.telegram.runtime.monitor import Metrics
    from bot.telegram.runtime.monitor import serve as monitor
    from bot.telegram.runtime.stopping import Stopping
    from bot.telegram.runtime.workers import Workshop
    from bot.telegram.state.answers import Answers
    from bot.telegram.state.chats import Chats
    from bot.telegram.state.database import Database
    from bot.telegram.state.journal import Journal
    from bot.telegram.state.limits import Limits
    from bot.telegram.updates.context import Desk
    from bot.telegram.updates.polling import persist

    settings, metrics, bot = app.settings.telegram, Metrics(), make_bot(app)
    database = Database(app.settings.folder / DATABASE)
    server = None
    try:
        server = monitor(metrics, settings.monitor_port) if settings.monitor_port else None
        await unless(ended, persist(bot.initialize))
        chats, journal = Chats(database), Journal(database)
        metrics.backlog.set_function(journal.backlog)
        yield (
            Desk(
                app=app,
                settings=settings,
                database=database,
                delivery=Delivery(bot, moved=chats.migrate, count=lambda outcome: metrics.calls.labels(outcome).inc()),
                workshop=Workshop(settings.workers),
                reading=Workshop(READERS),
                metrics=metrics,
                bot_id=bot.id,
                username=bot.username,
                journal=journal,
                chats=chats,
                answers=Answers(database),
                limits=Limits(database, settings),
                stopping=Stopping(),
            ),
            bot,
        )
    finally:
        if server:
            server.stop()
        await bot.shutdown()
        database.close()


async def _warm(desk: "Desk") -> None:
    """Load the encoders before the first person waits for them."""
    with contextlib.suppress(SanadError):  # whoever asks will be told
        if desk.app.library.store.exists:
            await desk.workshop.run(lambda: desk.app.retriever.find("?"))


async def _tidy(desk: "Desk") -> None:
    """Drop what was done long ago, and the traces of what was deleted; at the start and then every hour."""
    import sqlite3

    import structlog

    from bot.telegram.state.traces import TRACES, erase_traces

    while True:
        try:
            desk.journal.prune()
            if since := desk.database.noted(TRACES):
                await desk.workshop.run(lambda: erase_traces(desk.app.library.store))
                if desk.database.noted(TRACES) == since:  # nothing was deleted meanwhile
                    desk.database.note(TRACES, "")
        except (sqlite3.Error, SanadError) as error:  # a full disk; in an hour again
            structlog.get_logger("sanad.telegram").warning("tidying", error=type(error).__name__)
        await asyncio.sleep(TIDY_EVERY)


async def _introduce(bot: "telegram.Bot") -> None:
    """Set command menus and descriptions; a bot without them still works."""
    import structlog
    from telegram.error import TelegramError

    from bot.telegram.outgoing import profile

    languages: tuple[tuple[Language, str | None], ...] = (("en", None), ("ar", "ar"))
    try:
        for language, code in languages:
            commands = [(name, text(language)) for name, text in profile.COMMANDS.items()]
            await bot.set_my_commands(commands, language_code=code)
            await bot.set_my_description(profile.DESCRIPTION(language), language_code=code)
            await bot.set_my_short_description(profile.ABOUT(language), language_code=code)
    except TelegramError as error:
        structlog.get_logger("sanad.telegram").warning("menu", error=type(error).__name__)
