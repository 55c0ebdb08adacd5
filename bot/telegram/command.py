"""`sanad telegram`: puts the bot together, runs it until it is told to end, or checks whether it could run."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.bootstrap import App
from config.errors import BotError, SanadError
from index.types import Language

if TYPE_CHECKING:
    import telegram

    from bot.telegram.turn import Desk

DATABASE = "telegram.sqlite3"
"""Name of the bot's own file in the data folder."""

GRACE = 8.0
"""Seconds that answers under way have to finish once the process is told to end."""


def run_bot(app: App, *, webhook: str | None = None) -> None:
    """Run until SIGTERM or Ctrl-C.

    Raises: BotError.
    """
    from bot.telegram.logs import configure_logs

    configure_logs(_token(app))
    with alone(app.settings.folder):
        asyncio.run(_until_told(app, webhook))
    if any(thread.name == "workshop" for thread in threading.enumerate()):
        sys.stderr.flush()
        os._exit(0)  # a thread hangs in a model; all that matters is on disk


def check_bot(app: App) -> bool:
    """Print whether token, library and model work; returns whether all do."""
    checks = {"token": check_token, "library": _check_library, "model": _check_model}
    passed = True
    for name, check in checks.items():
        try:
            print(f"✓ {name}: {check(app)}")
        except SanadError as error:
            print(f"✗ {name}: {error}")
            passed = False
    return passed


def write_feedback(app: App, file: Path | None) -> None:
    """Write what people thought of answers as a test set (bot/evaluation/testset.schema.json).

    Raises: BotError if there is no database or the file cannot be written.
    """
    import json

    from bot.telegram.answers import feedback
    from bot.telegram.database import Database

    path = app.settings.folder / DATABASE
    if not path.exists():
        raise BotError(f"There is no feedback: {str(path)!r} is not there; run `sanad telegram` first.")
    database = Database(path)
    text = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in feedback(database))
    database.close()
    if file is None:
        sys.stdout.write(text)
        return
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise BotError(f"{str(file)!r} cannot be written: {error.strerror}.") from error


def make_bot(app: App) -> "telegram.Bot":
    """The library's bot, as the settings say. Opens no connection."""
    from telegram import Bot
    from telegram.request import HTTPXRequest

    from bot.telegram.delivery import CALLS_AT_ONCE

    settings = app.settings.telegram
    return Bot(
        _token(app),
        base_url=settings.base_url,
        base_file_url=settings.base_file_url,
        request=HTTPXRequest(connection_pool_size=CALLS_AT_ONCE + 4, read_timeout=15, media_write_timeout=30),
        get_updates_request=HTTPXRequest(connection_pool_size=2),
    )


async def serve(app: App, ended: asyncio.Event, *, webhook: str | None = None) -> None:
    """Be the bot until `ended`, then finish what can be finished in `GRACE`.

    Raises: BotError.
    """
    import structlog

    from bot.telegram.intake import poll
    from bot.telegram.intake import webhook as listen
    from bot.telegram.service import Service

    async with _desk(app) as (desk, bot):
        service, background = Service(desk, bot), [asyncio.create_task(_warm(desk)), asyncio.create_task(_tidy(desk))]
        await _introduce(bot)
        structlog.get_logger("sanad.telegram").info("started", bot=desk.username, resumed=service.resume())
        waiting: list[asyncio.Future[Any]] = [asyncio.ensure_future(ended.wait()), service.failed]
        async with contextlib.AsyncExitStack() as stack:
            if webhook:
                listening = listen(bot, service.receive, desk.metrics, url=webhook, settings=desk.settings)
                await stack.enter_async_context(listening)
            else:
                waiting.append(asyncio.ensure_future(poll(bot, service.receive, desk.metrics)))
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
        for task in background:
            task.cancel()
        finished = await service.finish(GRACE)
        structlog.get_logger("sanad.telegram").info("ended", handed_over=not finished)
        for task in done:
            await task


async def _until_told(app: App, webhook: str | None) -> None:
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    await serve(app, ended, webhook=webhook)


@asynccontextmanager
async def _desk(app: App) -> "AsyncIterator[tuple[Desk, telegram.Bot]]":
    from bot.telegram.answers import Answers
    from bot.telegram.chats import Chats
    from bot.telegram.database import Database
    from bot.telegram.delivery import Delivery
    from bot.telegram.intake import persist
    from bot.telegram.journal import Journal
    from bot.telegram.limits import Limits
    from bot.telegram.monitor import Metrics, serve
    from bot.telegram.stopping import Stopping
    from bot.telegram.turn import Desk
    from bot.telegram.workshop import Workshop

    settings, metrics, bot = app.settings.telegram, Metrics(), make_bot(app)
    database = Database(app.settings.folder / DATABASE)
    server = serve(metrics, settings.monitor_port) if settings.monitor_port else None
    try:
        await persist(bot.initialize)
        chats, journal = Chats(database), Journal(database)
        metrics.backlog.set_function(journal.backlog)
        yield (
            Desk(
                app=app,
                settings=settings,
                database=database,
                delivery=Delivery(bot, moved=chats.migrate, count=lambda outcome: metrics.calls.labels(outcome).inc()),
                workshop=Workshop(settings.workers),
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
    """Drop what was done long ago, at the start and then every day."""
    import sqlite3

    while True:
        with contextlib.suppress(sqlite3.Error):  # a full disk; tomorrow again
            desk.journal.prune()
        await asyncio.sleep(86_400)


async def _introduce(bot: "telegram.Bot") -> None:
    """Set command menus and descriptions; a bot without them still works."""
    import structlog
    from telegram.error import TelegramError

    from bot.telegram import messages

    languages: tuple[tuple[Language, str | None], ...] = (("en", None), ("ar", "ar"))
    try:
        for language, code in languages:
            commands = [(name, text(language)) for name, text in messages.COMMANDS.items()]
            await bot.set_my_commands(commands, language_code=code)
            await bot.set_my_description(messages.DESCRIPTION(language), language_code=code)
            await bot.set_my_short_description(messages.ABOUT(language), language_code=code)
    except TelegramError as error:
        structlog.get_logger("sanad.telegram").warning("menu", error=type(error).__name__)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only bot of the data folder.

    Raises: BotError if another one runs.
    """
    import portalocker

    folder.mkdir(parents=True, exist_ok=True)
    lock = portalocker.Lock(folder / "telegram.lock", timeout=0, flags=portalocker.LOCK_EX | portalocker.LOCK_NB)
    try:
        lock.acquire()
    except portalocker.exceptions.LockException as error:
        raise BotError(f"A bot already runs with the data folder {str(folder)!r}; stop it first.") from error
    try:
        yield
    finally:
        lock.release()


def _token(app: App) -> str:
    token = app.settings.telegram.token.get_secret_value()
    if not token:
        raise BotError("There is no bot token; get one from @BotFather and set TELEGRAM_BOT_TOKEN.")
    return token


def check_token(app: App) -> str:
    """The bot's name, if the token works. Raises: BotError."""
    from telegram.error import InvalidToken, TelegramError

    async def name() -> str:
        async with make_bot(app) as bot:
            return f"@{bot.username}"

    try:
        return asyncio.run(name())
    except InvalidToken as error:
        raise BotError("Telegram refuses the token; set TELEGRAM_BOT_TOKEN to the one that @BotFather gave.") from error
    except TelegramError as error:
        raise BotError(
            f"{app.settings.telegram.base_url!r} cannot be reached ({error}); see to the network."
        ) from error


def _check_library(app: App) -> str:
    return f"{len(app.library.records())} shared articles"


def _check_model(app: App) -> str:
    from time import perf_counter

    from bot.types import Question
    from config.errors import NoArticles

    began = perf_counter()
    try:
        reply = app.engine.answer(Question("What does the article say?", "en"))
    except NoArticles:
        return "nothing to try it on; add an article"
    return f"{reply.writer}, {perf_counter() - began:.1f} s for a first question"
