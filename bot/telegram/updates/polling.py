"""How updates come in by long polling; Telegram is told only once they are on disk. Webhooks are `webhook`'s."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import structlog

from bot.telegram.runtime.monitor import Metrics
from bot.telegram.state.database import Database
from bot.telegram.updates.router import KINDS
from config.errors import BotError

if TYPE_CHECKING:
    import telegram

    from bot.telegram.updates.api import UpdatesBot

log = structlog.get_logger("sanad.telegram")

Result = TypeVar("Result")
Receive = Callable[[Sequence[dict[str, Any]]], None]
LONGEST_PAUSE = 30.0
WEBHOOK = "webhook"
"""Note of the webhook that this data folder's bot set last."""
DEAD_WITHIN = 300.0
"""Seconds since Telegram last failed to deliver to a webhook within which nobody is taken to listen there."""


async def poll(bot: "UpdatesBot", receive: Receive, metrics: Metrics) -> None:
    """Ask for updates until cancelled. What is asked for next tells Telegram what was received.

    Raises: BotError if the token is refused, or another process polls with it.
    """
    from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

    offset, pause = 0, 1.0
    while True:
        try:
            updates = await bot.raw_updates(offset, KINDS)
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


async def claim(bot: "telegram.Bot", database: Database, *, url: str, take_over: bool) -> None:
    """See that nobody else receives this bot's updates by a webhook; then have them kept for us, or sent to `url`.

    Raises: BotError if another's webhook is alive and shall not be taken over.
    """
    found = await persist(bot.get_webhook_info)
    mine = found.url in ("", url, database.noted(WEBHOOK))
    if not (mine or take_over or _dead(found)):
        host = urlsplit(found.url).hostname
        raise BotError(
            f"This bot's updates are sent to another process at {host!r}, so this one stops; stop that one first, or "
            "take its updates over with `sanad telegram --take-over`."
        )
    if found.url and not url:
        await persist(lambda: bot.delete_webhook(drop_pending_updates=False))
        database.note(WEBHOOK, "")


def _dead(found: "telegram.WebhookInfo") -> bool:
    """Whether Telegram could not deliver lately: nobody listens there any more."""
    if found.last_error_date is None:
        return False
    return found.pending_update_count > 0 or time.time() - found.last_error_date.timestamp() < DEAD_WITHIN


async def persist(call: "Callable[[], Awaitable[Result]]") -> Result:
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
