"""How updates come in, by long polling or by a webhook; Telegram is told only once they are on disk.

The webhook's server is our own: the library's refuses what it cannot parse for ever, and writes its text to the log.
What becomes of an update is `processing`'s.
"""

import asyncio
import hmac
import json
import sqlite3
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from bot.telegram.monitoring import Metrics, log
from bot.telegram.outgoing.delivery import seconds_to_wait, token_refused
from bot.telegram.state.database import Database
from bot.telegram.updates.processing import KINDS
from config.errors import BotError
from config.settings import TelegramSettings

if TYPE_CHECKING:
    import telegram
    from tornado.web import Application


Result = TypeVar("Result")
Receive = Callable[[Sequence[dict[str, Any]]], None]
LONG_POLL = 25
"""Seconds that Telegram holds an empty answer back."""
MOST_UPDATES = 100
LONGEST_PAUSE = 30.0
OUR_WEBHOOK = "webhook"
"""Note of the webhook that this data folder's bot set last."""
DEAD_WITHIN = 300.0
"""Seconds since Telegram last failed to deliver to a webhook within which nobody is taken to listen there."""
LARGEST_UPDATE = 1_000_000
"""Bytes; Telegram's have some thousand."""
WATCH_EVERY = 60.0


async def until_reached(
    call: Callable[[], Awaitable[Result]], *, raising: tuple[type[Exception], ...] = (), event: str = "unreachable"
) -> Result:
    """Make a call until Telegram can be reached; each failure is logged as an `event`.

    Raises: BotError if the token is refused; errors of the kinds in `raising`.
    """
    from telegram.error import InvalidToken, RetryAfter, TelegramError

    pause = 1.0
    while True:
        try:
            return await call()
        except raising:
            raise
        except InvalidToken as error:
            raise token_refused() from error
        except RetryAfter as error:
            await asyncio.sleep(seconds_to_wait(error))
        except (TelegramError, sqlite3.Error) as error:
            log.warning(event, error=type(error).__name__, pause=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


async def claim_updates(bot: "telegram.Bot", database: Database, *, url: str, take_over: bool) -> None:
    """See that nobody else receives this bot's updates by a webhook; then have them kept for us, or sent to `url`.

    Raises: BotError if another's webhook is alive and shall not be taken over.
    """
    found = await until_reached(bot.get_webhook_info)
    mine = found.url in ("", url, database.get_note(OUR_WEBHOOK))
    if not (mine or take_over or _is_dead(found)):
        host = urlsplit(found.url).hostname
        raise BotError(
            f"This bot's updates are sent to another process at {host!r}, so this one stops; stop that one first, or "
            "take its updates over with `sanad telegram --take-over`."
        )
    if found.url and not url:
        await until_reached(lambda: bot.delete_webhook(drop_pending_updates=False))
        database.set_note(OUR_WEBHOOK, "")


def _is_dead(found: "telegram.WebhookInfo") -> bool:
    """Whether Telegram could not deliver lately: nobody listens there any more."""
    if found.last_error_date is None:
        return False
    return found.pending_update_count > 0 or time.time() - found.last_error_date.timestamp() < DEAD_WITHIN


async def poll(bot: "telegram.Bot", receive: Receive, metrics: Metrics) -> None:
    """Ask for updates until cancelled. What is asked for next tells Telegram what was received.

    Raises: BotError if the token is refused, or another process polls with it.
    """
    from telegram.error import Conflict

    offset = 0

    async def receive_next() -> int:
        updates = await _fetch_updates(bot, offset)
        receive(updates)
        return max(update["update_id"] for update in updates) + 1 if updates else offset

    while True:
        try:
            offset = await until_reached(receive_next, raising=(Conflict,), event="polling")
        except Conflict as error:
            raise _other_process() from error
        metrics.note_contact()


async def _fetch_updates(bot: "telegram.Bot", offset: int) -> list[dict[str, Any]]:
    """Updates from `offset` on, waited for, as they were sent.

    Not by the library's `get_updates`: one that it cannot parse would cost all others, and be logged.
    """
    asked = {"offset": offset, "limit": MOST_UPDATES, "timeout": LONG_POLL, "allowed_updates": json.dumps(KINDS)}
    address = f"{bot.base_url}/getUpdates?{urlencode(asked)}"
    found = await bot.request.post(address, read_timeout=LONG_POLL + 5, connect_timeout=10)
    return [one for one in cast("list[Any]", found) if _is_update(one)]


def _is_update(received: Any) -> bool:
    return isinstance(received, dict) and isinstance(received.get("update_id"), int)


def _other_process() -> BotError:
    return BotError(
        "Another process receives this bot's updates, so this one stops; run one `sanad telegram` per token."
    )


@asynccontextmanager
async def listen_for_updates(
    receive: Receive, metrics: Metrics, *, url: str, settings: TelegramSettings, secret: str
) -> AsyncIterator[None]:
    """Listen where the settings say for updates that carry the secret.

    Raises: BotError if the address is none, or the port or the certificate cannot be used.
    """
    from tornado.httpserver import HTTPServer

    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise BotError(f"{url!r} is no address for a webhook; give https://HOST/PATH.")
    application = _application((settings.webhook_path or urlsplit(url).path).strip("/"), receive, metrics, secret)
    try:
        server = HTTPServer(application, ssl_options=_ssl_context(settings), max_body_size=LARGEST_UPDATE)
        server.listen(settings.webhook_port, address=settings.webhook_listen)
    except OSError as error:
        raise _unusable(url, error) from error
    try:
        yield
    finally:
        server.stop()
        await server.close_all_connections()


async def set_webhook(
    bot: "telegram.Bot", database: Database, *, url: str, settings: TelegramSettings, secret: str
) -> None:
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
            ),
            raising=(BadRequest,),
        )
    except BadRequest as error:
        raise _unusable(url, error) from error
    database.set_note(OUR_WEBHOOK, url)


async def watch_webhook(bot: "telegram.Bot", metrics: Metrics, *, url: str, every: float = WATCH_EVERY) -> None:
    """See from time to time that updates still come here. Raises: BotError if another process took them."""
    while True:
        await asyncio.sleep(every)
        found = await until_reached(bot.get_webhook_info, event="webhook")
        if found.url != url:
            raise _other_process()
        metrics.note_contact()


def _unusable(url: str, error: Exception) -> BotError:
    return BotError(f"The webhook {url!r} cannot be set up ({error}); see to the address and port.")


def _ssl_context(settings: TelegramSettings) -> ssl.SSLContext | None:
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
            metrics.note_contact()

    return Application([(rf"/{path}/?", Hook)], log_function=lambda _: None)


def _take(body: bytes, receive: Receive) -> int:
    """Write the update down; the status says whether it is: what is not, Telegram sends again."""
    try:
        update: Any = json.loads(body)
    except ValueError:
        return 400
    if not _is_update(update):
        return 400
    try:
        receive([update])
    except sqlite3.Error as error:
        log.error("disk", error=str(error))
        return 500
    return 200
