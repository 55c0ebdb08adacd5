"""Makes the calls: paced as Telegram asks, repeated while it is worth it, mended where a chat has changed.

What a person must get (`deliver`) is tried until it took effect or never can; what only shows that something is
going on (`try_once`) is left out when it would have to wait.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.telegram.outgoing.calls import ANEW, Call

if TYPE_CHECKING:
    from telegram import Bot
    from telegram.error import BadRequest, ChatMigrated, RetryAfter

CALLS_AT_ONCE = 16
"""The HTTP pool grows quadratic in CPU beyond some 32."""
LONGEST_PAUSE = 60.0
GIVE_UP_AFTER = 6 * 3600.0
"""Seconds that a call may go on failing while Telegram answers at all; each process counts anew."""
_UNCHANGED = re.compile("message is not modified", re.IGNORECASE)
_GONE = re.compile("message to edit not found|message can't be edited|MESSAGE_ID_INVALID", re.IGNORECASE)
_TOO_LATE = re.compile("query is too old|query ID is invalid|QUERY_ID_INVALID", re.IGNORECASE)
_MENDS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile("quote", re.IGNORECASE), ("reply_parameters",)),
    (re.compile("message to be replied not found|reply", re.IGNORECASE), ("reply_parameters",)),
    (re.compile("thread not found|TOPIC", re.IGNORECASE), ("message_thread_id", "reply_parameters")),
    (re.compile("BUTTON|reply markup|keyboard", re.IGNORECASE), ("reply_markup",)),
    (re.compile("entit", re.IGNORECASE), ("entities",)),
)
"""What Telegram objects to → parameters that a message can do without."""


@dataclass(frozen=True, slots=True)
class Made:
    """A call that took effect, or never can (`lost` says why). `message_id` is the message it made or changed."""

    chat_id: int | None = None
    message_id: int | None = None
    lost: str = ""


class Allowance:
    """So many calls a period, with bursts of as many (generic cell rate algorithm), for each of any number of keys."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._step, self._burst = seconds / calls, seconds
        self._next: dict[int, float] = {}

    def wait(self, key: int) -> float:
        """Seconds until a call would be within the allowance."""
        return max(self._next.get(key, 0.0) - self._burst + self._step - time.monotonic(), 0.0)

    def take(self, key: int) -> float:
        """Count a call; returns the seconds to wait before making it."""
        wait, now = self.wait(key), time.monotonic()
        self._next[key] = max(self._next.get(key, 0.0), now) + self._step
        if len(self._next) > 10_000:
            self._next = {key: at for key, at in self._next.items() if at > now}
        return wait


class Delivery:
    """Makes calls with a bot. `moved` is told of groups that became supergroups (old id, new id)."""

    def __init__(
        self,
        bot: "Bot",
        *,
        moved: Callable[[int, int], None],
        count: Callable[[str], None],
        patience: float = GIVE_UP_AFTER,
    ) -> None:
        self._bot, self._moved, self._count, self._patience = bot, moved, count, patience
        self._slots = asyncio.Semaphore(CALLS_AT_ONCE)
        self._overall, self._private, self._group = Allowance(30, 1.0), Allowance(10, 10.0), Allowance(20, 60.0)
        self._quiet: dict[int | str, float] = {}
        self._answered = 0.0

    async def deliver(self, call: Call) -> Made:
        """Make the call, however long it takes; only what Telegram itself goes on failing at is given up.

        Raises: InvalidToken if the token was revoked.
        """
        from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

        pause, failing, failed = 0.5, 0.0, float("inf")
        while True:
            await self._turn(call)
            try:
                return await self._make(call)
            except RetryAfter as error:
                self._hush(call, error)
                self._count("flood")
            except Forbidden as error:
                return Made(call.chat_id, lost=str(error))
            except (BadRequest, ChatMigrated) as error:
                mended = _mend(call, error) if isinstance(error, BadRequest) else self._follow(call, error)
                if isinstance(mended, Made):
                    return mended
                call = mended
            except InvalidToken:
                raise
            except TelegramError:  # no answer, or none that makes sense: whether it took effect nobody can tell
                self._count("network")
                before, failed = failed, time.monotonic()
                failing = failing if self._answered >= before else failed  # while it answers nobody, it is an outage
                if failed - failing > self._patience:
                    return Made(call.chat_id, lost=f"failing for {self._patience:.0f} s")
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def try_once(self, call: Call) -> Made | None:
        """Make a call that nobody misses; None if it was left out or failed."""
        from telegram.error import RetryAfter, TelegramError

        if self._wait(call) > 0:
            return None
        self._take(call)
        try:
            return await self._make(call)
        except RetryAfter as error:
            self._hush(call, error)
        except TelegramError:
            self._count("shown")
        return None

    async def download(self, file_id: str) -> bytes:
        """The content of a file.

        Raises: TelegramError if it cannot be had, after some tries.
        """
        from telegram.error import BadRequest, NetworkError, RetryAfter

        for pause in (0.5, 2.0, 5.0):
            try:
                async with self._slots:
                    file = await self._bot.get_file(file_id)
                    return bytes(await file.download_as_bytearray())
            except BadRequest:
                raise
            except RetryAfter as error:
                await asyncio.sleep(_seconds(error))
            except NetworkError:
                await asyncio.sleep(pause)
        async with self._slots:
            file = await self._bot.get_file(file_id)
            return bytes(await file.download_as_bytearray())

    async def _make(self, call: Call) -> Made:
        from telegram.error import TelegramError

        async with self._slots:
            make: Callable[..., Awaitable[Any]] = getattr(self._bot, call.method)
            try:
                result = await make(**{name: value for name, value in call.params.items() if name != ANEW})
            except TelegramError as error:
                if error.__cause__ is None:  # Telegram's own word, not a broken connection's or a proxy's
                    self._answered = time.monotonic()
                raise
        self._answered = time.monotonic()
        self._count("made")
        return Made(call.chat_id, getattr(result, "message_id", None) or call.params.get("message_id"))

    def _follow(self, call: Call, error: "ChatMigrated") -> Call | Made:
        """The call to where the group is now."""
        if call.chat_id is None or call.chat_id == error.new_chat_id:
            return Made(lost="migrated")
        self._moved(call.chat_id, error.new_chat_id)
        return call.but(chat_id=error.new_chat_id, reply_parameters=None)

    async def _turn(self, call: Call) -> None:
        await asyncio.sleep(max(self._quiet.get(_hushed(call), 0.0) - time.monotonic(), 0.0))
        await asyncio.sleep(self._take(call))

    def _wait(self, call: Call) -> float:
        quiet = self._quiet.get(_hushed(call), 0.0) - time.monotonic()
        return max([quiet, *(allowance.wait(key) for allowance, key in self._allowances(call))])

    def _take(self, call: Call) -> float:
        return max([allowance.take(key) for allowance, key in self._allowances(call)], default=0.0)

    def _allowances(self, call: Call) -> list[tuple[Allowance, int]]:
        """Only messages and edits count; drafts and "typing" have no published limit but Telegram's own answer."""
        if call.chat_id is None or not call.method.startswith(("send_message", "edit_")):
            return []
        if call.method == "send_message_draft":
            return []
        chat = (self._private if call.chat_id > 0 else self._group, call.chat_id)
        return [chat, (self._overall, 0)]

    def _hush(self, call: Call, error: "RetryAfter") -> None:
        if len(self._quiet) > 10_000:
            self._quiet.clear()
        self._quiet[_hushed(call)] = time.monotonic() + _seconds(error)


def _hushed(call: Call) -> int | str:
    """What a 429 silences: the chat, or the one query that is answered."""
    return call.chat_id or str(call.params.get("callback_query_id") or call.params.get("inline_query_id"))


def _mend(call: Call, error: "BadRequest") -> Call | Made:
    """The call as Telegram may take it, or what became of it."""
    reason = str(error)
    if _UNCHANGED.search(reason):
        return Made(call.chat_id, call.params.get("message_id"))
    if _TOO_LATE.search(reason):
        return Made(lost=reason)
    if _GONE.search(reason) and call.method == "edit_message_text":
        return Call("send_message", call.params).but(message_id=None, **{ANEW: None}, **call.params.get(ANEW, {}))
    for objection, dispensable in _MENDS:
        if objection.search(reason) and any(name in call.params for name in dispensable):
            return call.but(**dict.fromkeys(dispensable))
    return Made(call.chat_id, lost=reason)


def _seconds(error: Any) -> float:
    after = error.retry_after
    return float(after.total_seconds() if hasattr(after, "total_seconds") else after) + 0.1
