"""`sanad telegram`: the bot put together and run until it is told to end; checked; its feedback written.

What it does with updates is for `updates` and `handlers`; the command's options are `bot.cli.app`'s.
"""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bot.bootstrap import App
from bot.telegram.handlers.context import Services
from bot.telegram.monitoring import Metrics, configure_logs, log, serve_metrics
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import CALLS_AT_ONCE, Delivery, token_refused
from bot.telegram.state.chat_library import LAST_DELETION, erase_traces
from bot.telegram.state.chats import Answers, Chats, Limits
from bot.telegram.state.database import DATABASE, Database, Journal
from bot.telegram.updates.processing import UpdateProcessor
from bot.telegram.updates.receiving import (
    claim_updates,
    listen_for_updates,
    poll,
    set_webhook,
    until_reached,
    watch_webhook,
)
from bot.telegram.workers import THREAD_NAME, RunningUpdates, WorkerPool, WorkStopped, unless_stopped
from bot.types import Question
from bot.writers.models import check_model, has_model
from config.errors import BotError, NoArticles, SanadError
from index.types import Language

if TYPE_CHECKING:
    import telegram


GRACE = 8.0
"""Seconds that answers under way have to finish once the process is told to end."""
READERS = 4
"""Looks at the library at once; they are short and must not wait behind answers."""
TIDY_EVERY = 3600.0


def run_bot(app: App, *, webhook: str | None = None, take_over: bool = False) -> None:
    """Run until SIGTERM or Ctrl-C; `take_over` the updates that Telegram sends to another process's webhook.

    Raises: BotError.
    """
    configure_logs(bot_token(app), texts=app.settings.telegram.log_texts)
    with single_instance(app.settings.folder):
        asyncio.run(_until_told(app, webhook, take_over=take_over))
    if any(thread.name == THREAD_NAME for thread in threading.enumerate()):
        sys.stderr.flush()
        os._exit(0)  # a thread hangs in a model; all that matters is on disk


def check_bot(app: App) -> bool:
    """Print whether token, library and model work, each tried for what it is; returns whether all do."""
    checks = {"token": check_token, "library": _check_library, "model": _check_model}
    passed = True
    for name, check in checks.items():
        try:
            print(f"✓ {name}: {check(app)}")
        except SanadError as error:
            print(f"✗ {name}: {error}")
            passed = False
    return passed


def check_token(app: App) -> str:
    """The bot's name, if the token works. Raises: BotError."""
    from telegram.error import InvalidToken, TelegramError

    async def name() -> str:
        async with make_bot(app) as bot:
            return f"@{bot.username}"

    try:
        return asyncio.run(name())
    except InvalidToken as error:
        raise token_refused() from error
    except TelegramError as error:
        raise BotError(
            f"{app.settings.telegram.base_url!r} cannot be reached ({error}); see to the network."
        ) from error


def _check_library(app: App) -> str:
    return f"{len(app.library.records())} shared articles"


def _check_model(app: App) -> str:
    model = check_model(app.settings) if has_model(app.settings) else ""
    began = perf_counter()
    try:
        reply = app.engine.answer(Question("What does the article say?", "en"))
    except NoArticles:
        return model or "nothing to try it on; add an article"
    return f"{model or reply.writer}, {perf_counter() - began:.1f} s for a first question"


def write_feedback(app: App, file: Path | None) -> None:
    """Write what people thought of answers as a test set (bot/evaluation/testset.schema.json).

    Raises: BotError if there is no database, or the file is there already or cannot be written.
    """
    path = app.settings.folder / DATABASE
    if not path.exists():
        raise BotError(f"There is no feedback: {str(path)!r} is not there; run `sanad telegram` first.")
    database = Database(path)
    text = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in Answers(database).rated_cases())
    database.close()
    if file is None:
        sys.stdout.write(text)
        return
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError as error:
        raise BotError(f"{str(file)!r} is there already, perhaps with somebody's work; name another file.") from error
    except OSError as error:
        raise BotError(f"{str(file)!r} cannot be written: {error.strerror}.") from error


@contextmanager
def single_instance(folder: Path) -> Iterator[None]:
    """Be the only bot of the data folder.

    Raises: BotError if another one runs.
    """
    import portalocker

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BotError(
            f"The data folder {str(folder)!r} cannot be made ({error.strerror}); set SANAD_HOME to another."
        ) from error
    lock = portalocker.Lock(folder / "telegram.lock", timeout=0, flags=portalocker.LOCK_EX | portalocker.LOCK_NB)
    try:
        lock.acquire()
    except OSError as error:
        raise BotError(f"The data folder {str(folder)!r} cannot be used ({error.strerror}); see to it.") from error
    except portalocker.exceptions.LockException as error:
        raise BotError(f"A bot already runs with the data folder {str(folder)!r}; stop it first.") from error
    try:
        yield
    finally:
        lock.release()


def make_bot(app: App) -> "telegram.Bot":
    """The library's bot, as the settings say. Opens no connection."""
    from telegram import Bot
    from telegram.request import HTTPXRequest

    settings = app.settings.telegram
    return Bot(
        bot_token(app),
        base_url=settings.base_url,
        base_file_url=settings.base_file_url,
        request=HTTPXRequest(connection_pool_size=CALLS_AT_ONCE + 4, read_timeout=15, media_write_timeout=30),
    )


def bot_token(app: App) -> str:
    """The token of the settings. Raises: BotError if there is none."""
    token = app.settings.telegram.token.get_secret_value().strip()  # a file that holds it ends with a line break
    if not token:
        raise BotError("There is no bot token; get one from @BotFather and set TELEGRAM_BOT_TOKEN.")
    return token


async def _until_told(app: App, webhook: str | None, *, take_over: bool) -> None:
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    await serve(app, ended, webhook=webhook, take_over=take_over)


async def serve(app: App, ended: asyncio.Event, *, webhook: str | None = None, take_over: bool = False) -> None:
    """Be the bot until `ended`, then finish what can be finished in `GRACE`.

    Raises: BotError.
    """
    with contextlib.suppress(WorkStopped):
        async with _open_services(app, ended) as (services, bot):
            claiming = claim_updates(bot, services.database, url=webhook or "", take_over=take_over)
            await unless_stopped(claiming, ended)
            await _work(services, bot, ended, webhook)


@asynccontextmanager
async def _open_services(app: App, ended: asyncio.Event) -> "AsyncIterator[tuple[Services, telegram.Bot]]":
    settings, metrics, bot = app.settings.telegram, Metrics(), make_bot(app)
    database = Database(app.settings.folder / DATABASE)
    server = None
    try:
        server = serve_metrics(metrics, settings.monitor_port) if settings.monitor_port else None
        await unless_stopped(until_reached(bot.initialize), ended)
        chats, journal = Chats(database), Journal(database)
        metrics.backlog.set_function(journal.count_unfinished)
        services = Services(
            app=app,
            settings=settings,
            database=database,
            delivery=Delivery(bot, moved=chats.migrate, count=lambda outcome: metrics.calls.labels(outcome).inc()),
            workers=WorkerPool(settings.workers),
            readers=WorkerPool(READERS),
            metrics=metrics,
            bot_id=bot.id,
            username=bot.username,
            journal=journal,
            chats=chats,
            answers=Answers(database),
            limits=Limits(database, settings),
            running=RunningUpdates(),
        )
        yield services, bot
    finally:
        if server:
            server.stop()
        await bot.shutdown()
        database.close()


async def _work(services: Services, bot: "telegram.Bot", ended: asyncio.Event, webhook: str | None) -> None:
    """Receive and answer, until told to end or until it cannot go on."""
    processor, metrics = UpdateProcessor(services, bot), services.metrics
    background = [asyncio.create_task(step) for step in (_warm(services), _tidy(services), _introduce(bot))]
    log.info("started", bot=services.username, resumed=processor.resume())
    waiting: list[asyncio.Future[Any]] = [asyncio.ensure_future(ended.wait()), processor.failed]
    try:
        async with contextlib.AsyncExitStack() as stack:
            if webhook:
                secret = services.settings.webhook_secret.get_secret_value() or secrets.token_urlsafe(32)
                how: dict[str, Any] = {"url": webhook, "settings": services.settings, "secret": secret}
                await stack.enter_async_context(listen_for_updates(processor.receive, metrics, **how))
                await unless_stopped(set_webhook(bot, services.database, **how), ended)
                receiving = watch_webhook(bot, metrics, url=webhook)
            else:
                receiving = poll(bot, processor.receive, metrics)
            waiting.append(asyncio.ensure_future(receiving))
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*waiting, *background):
            task.cancel()
        finished = await processor.finish(GRACE)
        log.info("ended", handed_over=not finished)
    for task in done:
        await task


async def _warm(services: Services) -> None:
    """Load the encoders before the first person waits for them."""
    with contextlib.suppress(SanadError):  # whoever asks will be told
        if services.app.library.store.exists:
            await services.workers.run(lambda: services.app.retriever.find("?"))


async def _tidy(services: Services) -> None:
    """Drop what was done long ago, and the traces of what was deleted; at the start and then every hour."""
    database = services.database
    while True:
        try:
            services.journal.prune()
            services.limits.prune()
            if since := database.get_note(LAST_DELETION):
                await services.workers.run(lambda: erase_traces(services.app.library.store))
                if database.get_note(LAST_DELETION) == since:  # nothing was deleted meanwhile
                    database.set_note(LAST_DELETION, "")
        except (sqlite3.Error, SanadError) as error:  # a full disk; in an hour again
            log.warning("tidying", error=type(error).__name__)
        await asyncio.sleep(TIDY_EVERY)


async def _introduce(bot: "telegram.Bot") -> None:
    """Set command menus and descriptions; a bot without them still works."""
    from telegram.error import TelegramError

    languages: tuple[tuple[Language, str | None], ...] = (("en", None), ("ar", "ar"))
    try:
        for language, code in languages:
            menu = [(name, text(language)) for name, text in messages.MENU.items()]
            await bot.set_my_commands(menu, language_code=code)
            await bot.set_my_description(messages.BOT_DESCRIPTION(language), language_code=code)
            await bot.set_my_short_description(messages.BOT_SHORT_DESCRIPTION(language), language_code=code)
    except TelegramError as error:
        log.warning("menu", error=type(error).__name__)
