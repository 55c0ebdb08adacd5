"""How updates come in, by long polling or a webhook; Telegram is told only once they are on disk.

The webhook's server is our own: the library's refuses what it cannot parse for ever, and writes its text to the log.
"""

import asyncio
import hmac
import json
import sqlite3
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit

import structlog

from bot.telegram.monitoring import Metrics
from bot.telegram.state.database import Database
from bot.telegram.updates.processing import KINDS
from config.errors import BotError
from config.settings import Telegram

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import telegram
    from tornado.web import Application


log = structlog.get_logger("sanad.telegram")

LONG_POLL = 25
"""Seconds that Telegram holds an empty answer back."""
MOST_UPDATES = 100


LONG_POLL = 25
"""Seconds that Telegram holds an empty answer back."""
MOST_UPDATES = 100

Result = TypeVar("Result")
Receive = Callable[[Sequence[dict[str, Any]]], None]
LONGEST_PAUSE = 30.0
WEBHOOK = "webhook"
"""Note of the webhook that this data folder's bot set last."""
DEAD_WITHIN = 300.0
"""Seconds since Telegram last failed to deliver to a webhook within which nobody is taken to listen there."""


async def poll(bot: "telegram.Bot", receive: Receive, metrics: Metrics) -> None:
    """Ask for updates until cancelled. What is asked for next tells Telegram what was received.

    Raises: BotError if the token is refused, or another process polls with it.
    """
    from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

    offset, pause = 0, 1.0
    while True:
        try:
            updates = await _updates(bot, offset)
            receive(updates)
        except Conflict as error:
            raise BotError(
                "Another process receives this bot's updates, so this one stops; run one `sanad telegram` per token."
            ) from error
        except InvalidToken as error:
            raise _refused() from error
        except RetryAfter as error:
            await asyncio.sleep(_seconds(error))
        except (TelegramError, sqlite3.Error) as error:
            log.warning("polling", error=type(error).__name__, pause=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            pause = 1.0
            metrics.hear()
            offset = max(update["update_id"] for update in updates) + 1 if updates else offset


async def _updates(bot: "telegram.Bot", offset: int) -> list[dict[str, Any]]:
    """Updates from `offset` on, waited for, as they were sent.

    Not by the library's `get_updates`: one that it cannot parse would cost all others, and be logged.
    """
    asked = {"offset": offset, "limit": MOST_UPDATES, "timeout": LONG_POLL, "allowed_updates": json.dumps(KINDS)}
    address = f"{bot.base_url}/getUpdates?{urlencode(asked)}"
    found = await bot.request.post(address, read_timeout=LONG_POLL + 5, connect_timeout=10)
    return [one for one in cast("list[Any]", found) if isinstance(one, dict) and isinstance(one.get("update_id"), int)]


async def claim(bot: "telegram.Bot", database: Database, *, url: str, take_over: bool) -> None:
    """See that nobody else receives this bot's updates by a webhook; then have them kept for us, or sent to `url`.

    Raises: BotError if another's webhook is alive and shall not be taken over.
    """
    found = await until_reached(bot.get_webhook_info)
    mine = found.url in ("", url, database.noted(WEBHOOK))
    if not (mine or take_over or _dead(found)):
        host = urlsplit(found.url).hostname
        raise BotError(
            f"This bot's updates are sent to another process at {host!r}, so this one stops; stop that one first, or "
            "take its updates over with `sanad telegram --take-over`."
        )
    if found.url and not url:
        await until_reached(lambda: bot.delete_webhook(drop_pending_updates=False))
        database.note(WEBHOOK, "")


def _dead(found: "telegram.WebhookInfo") -> bool:
    """Whether Telegram could not deliver lately: nobody listens there any more."""
    if found.last_error_date is None:
        return False
    return found.pending_update_count > 0 or time.time() - found.last_error_date.timestamp() < DEAD_WITHIN


async def until_reached(call: "Callable[[], Awaitable[Result]]") -> Result:
    """Make a call that the start depends on, until Telegram can be reached.

    Raises: BotError if the token is refused, BadRequest if the call is.
    """
    from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

    pause = 1.0
    while True:
        try:
            return await call()
        except InvalidToken as error:
            raise _refused() from error
        except RetryAfter as error:
            await asyncio.sleep(_seconds(error))
        except BadRequest:
            raise
        except TelegramError as error:
            log.warning("unreachable", error=type(error).__name__, pause=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def _refused() -> BotError:
    return BotError("Telegram refuses the token; set TELEGRAM_BOT_TOKEN to the one that @BotFather gave.")


def _seconds(error: Any) -> float:
    after = error.retry_after
    return float(after.total_seconds() if hasattr(after, "total_seconds") else after) + 0.1


LARGEST = 1_000_000
"""Bytes of an update; Telegram's have some thousand."""
WATCH_EVERY = 60.0


@asynccontextmanager
async def listen(
    receive: Receive, metrics: Metrics, *, url: str, settings: Telegram, secret: str
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


async def register(bot: "telegram.Bot", database: Database, *, url: str, settings: Telegram, secret: str) -> None:
    """Have Telegram send updates to `url`. Raises: BotError if it refuses."""
    from telegram.error import BadRequest

    certificate = Path(settings.webhook_certificate).read_bytes() if settings.webhook_certificate else None
    try:
        await until_reached(
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


def _context(settings: Telegram) -> ssl.SSLContext | None:
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
