"""How updates come in: long polling, or a webhook. Either way Telegram is told only once they are on disk."""

import asyncio
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from bot.telegram.monitor import Metrics
from bot.telegram.router import KINDS
from config.errors import BotError
from config.settings import Telegram

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import telegram

log = structlog.get_logger("sanad.telegram")

Receive = Callable[[Sequence[dict[str, Any]]], None]
LONG_POLL = 25
"""Seconds that Telegram holds an empty answer back."""
MOST_UPDATES = 100
LONGEST_PAUSE = 30.0


async def poll(bot: "telegram.Bot", receive: Receive, metrics: Metrics) -> None:
    """Ask for updates until cancelled. What is asked for next tells Telegram what was received.

    Raises: BotError if the token is refused, or another process polls with it.
    """
    from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

    await persist(lambda: bot.delete_webhook(drop_pending_updates=False))
    offset, pause = 0, 1.0
    while True:
        try:
            updates = await bot.get_updates(offset, MOST_UPDATES, LONG_POLL, KINDS, read_timeout=5, connect_timeout=10)
            receive([update.to_dict() for update in updates])
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
            offset = updates[-1].update_id + 1 if updates else offset


@asynccontextmanager
async def webhook(
    bot: "telegram.Bot", receive: Receive, metrics: Metrics, *, url: str, settings: Telegram
) -> "AsyncIterator[None]":
    """Have updates sent to `url`, listening where the settings say.

    Raises: BotError if the address is none, or Telegram or the port refuse.
    """
    from telegram.error import InvalidToken, TelegramError
    from telegram.ext import Updater

    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise BotError(f"{url!r} is no address for a webhook; give https://HOST/PATH.")
    updater = Updater(bot, _Received(receive, metrics))
    await updater.initialize()
    try:
        await updater.start_webhook(
            listen=settings.webhook_listen,
            port=settings.webhook_port,
            url_path=(settings.webhook_path or urlsplit(url).path).strip("/"),
            cert=settings.webhook_certificate or None,
            key=settings.webhook_key or None,
            webhook_url=url,
            allowed_updates=KINDS,
            drop_pending_updates=False,
            secret_token=settings.webhook_secret.get_secret_value() or secrets.token_urlsafe(32),
            bootstrap_retries=5,
        )
    except InvalidToken as error:
        raise _refused() from error
    except (TelegramError, OSError) as error:
        raise BotError(f"The webhook {url!r} cannot be set up ({error}); see to the address and port.") from error
    try:
        yield
    finally:
        await updater.stop()


async def persist(call: "Callable[[], Any]") -> Any:
    """Make a call that the start depends on, until Telegram can be reached.

    Raises: BotError if the token is refused.
    """
    from telegram.error import InvalidToken, RetryAfter, TelegramError

    pause = 1.0
    while True:
        try:
            return await call()
        except InvalidToken as error:
            raise _refused() from error
        except RetryAfter as error:
            await asyncio.sleep(_seconds(error))
        except TelegramError as error:
            log.warning("unreachable", error=type(error).__name__, pause=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


class _Received(asyncio.Queue[object]):
    """The queue that the library's webhook puts updates into: on to disk. If that fails, Telegram gets a 500."""

    def __init__(self, receive: Receive, metrics: Metrics) -> None:
        super().__init__()
        self._receive, self._metrics = receive, metrics

    async def put(self, item: Any) -> None:
        """Write the update down."""
        self._receive([item.to_dict()])
        self._metrics.hear()


def _refused() -> BotError:
    return BotError("Telegram refuses the token; set TELEGRAM_BOT_TOKEN to the one that @BotFather gave.")


def _seconds(error: Any) -> float:
    after = error.retry_after
    return float(after.total_seconds() if hasattr(after, "total_seconds") else after) + 0.1
