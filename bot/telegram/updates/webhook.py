"""A webhook: listens for updates, has Telegram send them here, and sees that it goes on doing so.

A server of our own, not the library's: that one refuses what it cannot parse for ever, and writes its text to the log.
"""

import asyncio
import hmac
import json
import sqlite3
import ssl
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from bot.telegram.runtime.monitor import Metrics
from bot.telegram.state.database import Database
from bot.telegram.updates.polling import WEBHOOK, Receive, persist
from bot.telegram.updates.router import KINDS
from config.errors import BotError
from config.settings import TelegramSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import telegram
    from tornado.web import Application

log = structlog.get_logger("sanad.telegram")

LARGEST = 1_000_000
"""Bytes of an update; Telegram's have some thousand."""
WATCH_EVERY = 60.0


@asynccontextmanager
async def listen(
    receive: Receive, metrics: Metrics, *, url: str, settings: TelegramSettings, secret: str
) -> "AsyncIterator[None]":
    """Listen where the settings say for updates that carry the secret.

    Raises: BotError if the address is none, or the port or the certificate cannot be used.
    """
    from tornado.httpserver import HTTPServer

    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise BotError(f"{url!r} is no address for a webhook; give https://HOST/PATH.")
    path = (settings.webhook_path or urlsplit(url).path).strip("/")
    try:
        server = HTTPServer(
            _application(path, receive, metrics, secret), ssl_options=_context(settings), max_body_size=LARGEST
        )
        server.listen(settings.webhook_port, address=settings.webhook_listen)
    except OSError as error:
        raise BotError(f"The webhook {url!r} cannot be set up ({error}); see to the address and port.") from error
    try:
        yield
    finally:
        server.stop()
        await server.close_all_connections()


async def register(
    bot: "telegram.Bot", database: Database, *, url: str, settings: TelegramSettings, secret: str
) -> None:
    """Have Telegram send updates to `url`. Raises: BotError if it refuses."""
    from telegram.error import BadRequest

    certificate = Path(settings.webhook_certificate).read_bytes() if settings.webhook_certificate else None
    try:
        await persist(
            lambda: bot.set_webhook(
                url,
                certificate=certificate,
                allowed_updates=KINDS,
                drop_pending_updates=False,
                secret_token=secret,
            )
        )
    except BadRequest as error:
        raise BotError(f"The webhook {url!r} cannot be set up ({error}); see to the address and port.") from error
    database.note(WEBHOOK, url)


async def watch(bot: "telegram.Bot", metrics: Metrics, *, url: str, every: float = WATCH_EVERY) -> None:
    """See from time to time that updates still come here. Raises: BotError if another process took them."""
    from telegram.error import InvalidToken, TelegramError

    while True:
        await asyncio.sleep(every)
        try:
            found = (await bot.get_webhook_info()).url
        except InvalidToken as error:
            raise BotError("Telegram refuses the token; see TELEGRAM_BOT_TOKEN.") from error
        except TelegramError as error:
            log.warning("webhook", error=type(error).__name__)
            continue
        if found != url:
            raise BotError(
                "Another process receives this bot's updates, so this one stops; run one `sanad telegram` per token."
            )
        metrics.hear()


def _context(settings: TelegramSettings) -> ssl.SSLContext | None:
    if not settings.webhook_certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.webhook_certificate, settings.webhook_key or None)
    return context


def _application(path: str, receive: Receive, metrics: Metrics, secret: str) -> "Application":
    from tornado.web import Application, RequestHandler

    class Hook(RequestHandler):
        def post(self) -> None:
            given = self.request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
            right = hmac.compare_digest(given.encode(), secret.encode())
            if self.request.headers.get("Content-Type") != "application/json" or not right:
                self.set_status(403)
                return
            self.set_status(_take(self.request.body, receive))
            metrics.hear()

    return Application([(rf"/{path}/?", Hook)], log_function=lambda _: None)


def _take(body: bytes, receive: Receive) -> int:
    """Write the update down; the status says whether it is: what is not, Telegram sends again."""
    try:
        update: Any = json.loads(body)
    except ValueError:
        return 400
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        return 400
    try:
        receive([update])
    except sqlite3.Error as error:
        log.error("disk", error=str(error))  # noqa: TRY400 – a traceback says no more
        return 500
    return 200
