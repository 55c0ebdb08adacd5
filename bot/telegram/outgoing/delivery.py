"""Calls of the Bot API: plain values, so that they can be written down before they are made, and making them.

They are paced as Telegram asks, repeated while it is worth it, and mended where a chat has changed. What a person must
get (`deliver`) is tried until it took effect or never can; what only shows that something is going on (`try_once`) is
left out when it would have to wait. Which text goes into them is `texts`' work.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.telegram.outgoing.texts import FormattedText, utf16_length
from config.errors import BotError

if TYPE_CHECKING:
    from telegram import Bot
    from telegram.error import BadRequest, ChatMigrated, RetryAfter

IF_RESENT = "anew"
"""Of an edit: parameters that only a new message takes, should there have to be one. Not sent.

Journals hold it, so its value stays.
"""
LONGEST_QUOTE = 1024
"""UTF-16 units of a reply's quote (Bot API, "ReplyParameters")."""
CALLS_AT_ONCE = 16
"""The HTTP pool grows quadratic in CPU beyond some 32."""
LONGEST_PAUSE = 60.0
GIVE_UP_AFTER = 6 * 3600.0
"""Seconds that a call may go on failing while Telegram answers at all; each process counts anew."""
TYPING_EVERY = 4.0
DRAFT_EVERY, EDIT_EVERY = 0.4, 1.3
"""Seconds between two states of a growing text; Telegram bears an edit a second."""
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

Button = dict[str, str]
Rows = Sequence[Sequence[Button]]


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call: the library's method, and its parameters as JSON values."""

    method: str
    params: dict[str, Any]

    @property
    def chat_id(self) -> int | None:
        """The chat it goes to, if any."""
        return self.params.get("chat_id")

    def with_params(self, **params: object) -> "ApiCall":
        """The same call with other parameters; None takes one out."""
        merged = {**self.params, **params}
        return replace(self, params={key: value for key, value in merged.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Destination:
    """Where to speak: a chat, or a topic of one."""

    chat_id: int
    thread_id: int | None = None

    @property
    def private(self) -> bool:
        """Whether one person alone reads here (ids of groups are negative)."""
        return self.chat_id > 0


def button(text: str, data: str) -> Button:
    """A button that sends us `data` (at most 64 bytes)."""
    return {"text": text, "callback_data": data}


def link_button(text: str, url: str) -> Button:
    """A button that opens an address."""
    return {"text": text, "url": url}


def keyboard(rows: Rows) -> dict[str, Any] | None:
    """Buttons below a message."""
    return {"inline_keyboard": [list(row) for row in rows if row]} if any(rows) else None


def send_message(
    to: Destination, text: FormattedText, *, markup: dict[str, Any] | None = None, reply: dict[str, Any] | None = None
) -> ApiCall:
    """A new message. `reply`: see `reply_to`."""
    call = ApiCall("send_message", {"chat_id": to.chat_id, "disable_web_page_preview": True, **text.params})
    return call.with_params(message_thread_id=to.thread_id, reply_markup=markup, reply_parameters=reply)


def edit_message(
    to: Destination,
    message_id: int,
    text: FormattedText,
    *,
    markup: dict[str, Any] | None = None,
    reply: dict[str, Any] | None = None,
) -> ApiCall:
    """Another text for a message of ours; if it was deleted, a new one in the same topic that replies to the same."""
    params = {"chat_id": to.chat_id, "message_id": message_id, "disable_web_page_preview": True, **text.params}
    if_resent = {"message_thread_id": to.thread_id, "reply_parameters": reply}
    return ApiCall("edit_message_text", params).with_params(reply_markup=markup, **{IF_RESENT: if_resent})


def edit_buttons(to: Destination, message_id: int, rows: Rows) -> ApiCall:
    """Other buttons for a message of ours, or none."""
    call = ApiCall("edit_message_reply_markup", {"chat_id": to.chat_id, "message_id": message_id})
    return call.with_params(reply_markup=keyboard(rows))


def send_draft(to: Destination, draft_id: int, text: FormattedText) -> ApiCall:
    """A preview of a message that is being written; only in private chats."""
    call = ApiCall("send_message_draft", {"chat_id": to.chat_id, "draft_id": draft_id, **text.params})
    return call.with_params(message_thread_id=to.thread_id)


def show_typing(to: Destination) -> ApiCall:
    """Show "typing" for some five seconds."""
    call = ApiCall("send_chat_action", {"chat_id": to.chat_id, "action": "typing"})
    return call.with_params(message_thread_id=to.thread_id)


def answer_callback_query(query_id: str, text: str | None = None) -> ApiCall:
    """Answer the tap on a button, so that it stops turning; `text` pops up."""
    return ApiCall("answer_callback_query", {"callback_query_id": query_id}).with_params(text=text)


def reply_to(message_id: int, *, quote: str = "", position: int = 0) -> dict[str, Any]:
    """Parameters that make a message a reply, to words of the other message that begin at a position (UTF-16 units).

    Of a quote longer than Telegram takes the beginning is quoted, to jump to.
    """
    reply = {"message_id": message_id, "allow_sending_without_reply": True}
    while utf16_length(quote) > LONGEST_QUOTE:
        quote = quote[: len(quote) - max((utf16_length(quote) - LONGEST_QUOTE) // 2, 1)]
    return {**reply, "quote": quote, "quote_position": position} if quote else reply


def token_refused() -> BotError:
    """The error to raise when Telegram refuses the token."""
    return BotError("Telegram refuses the token; set TELEGRAM_BOT_TOKEN to the one that @BotFather gave.")


def seconds_to_wait(error: "RetryAfter") -> float:
    """How long Telegram asks to wait before the next call."""
    after = error.retry_after
    return (after.total_seconds() if isinstance(after, timedelta) else after) + 0.1


@dataclass(frozen=True, slots=True)
class CallResult:
    """A call that took effect, or never can (`lost` says why). `message_id` is the message it made or changed."""

    chat_id: int | None = None
    message_id: int | None = None
    lost: str = ""


class RateLimiter:
    """So many calls a period, with bursts of as many (generic cell rate algorithm), for each of any number of keys."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._step, self._burst = seconds / calls, seconds
        self._next: dict[int, float] = {}

    def wait(self, key: int) -> float:
        """Seconds until a call would be within the limit."""
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
        self._overall, self._private, self._group = RateLimiter(30, 1.0), RateLimiter(10, 10.0), RateLimiter(20, 60.0)
        self._paused_until: dict[int | str, float] = {}
        self._answered = 0.0

    async def deliver(self, call: ApiCall) -> CallResult:
        """Make the call, however long it takes; only what Telegram itself goes on failing at is given up.

        Raises: InvalidToken if the token was revoked.
        """
        from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

        pause, failing, failed = 0.5, 0.0, float("inf")
        while True:
            await asyncio.sleep(self._pause(call))
            await asyncio.sleep(self._take(call))
            try:
                return await self._make(call)
            except RetryAfter as error:
                self._pause_calls(call, error)
                self._count("flood")
            except Forbidden as error:
                return CallResult(call.chat_id, lost=str(error))
            except (BadRequest, ChatMigrated) as error:
                mended = _mend(call, error) if isinstance(error, BadRequest) else self._follow(call, error)
                if isinstance(mended, CallResult):
                    return mended
                call = mended
            except InvalidToken:
                raise
            except TelegramError:  # no answer, or none that makes sense: whether it took effect nobody can tell
                self._count("network")
                before, failed = failed, time.monotonic()
                failing = failing if self._answered >= before else failed  # while it answers nobody, it is an outage
                if failed - failing > self._patience:
                    return CallResult(call.chat_id, lost=f"failing for {self._patience:.0f} s")
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def try_once(self, call: ApiCall) -> CallResult | None:
        """Make a call that nobody misses; None if it was left out or failed."""
        from telegram.error import RetryAfter, TelegramError

        if self._pause(call) > 0 or any(limiter.wait(key) > 0 for limiter, key in self._limiters(call)):
            return None
        self._take(call)
        try:
            return await self._make(call)
        except RetryAfter as error:
            self._pause_calls(call, error)
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
                return await self._download(file_id)
            except BadRequest:
                raise
            except RetryAfter as error:
                await asyncio.sleep(seconds_to_wait(error))
            except NetworkError:
                await asyncio.sleep(pause)
        return await self._download(file_id)

    async def _download(self, file_id: str) -> bytes:
        async with self._slots:
            file = await self._bot.get_file(file_id)
            return bytes(await file.download_as_bytearray())

    async def _make(self, call: ApiCall) -> CallResult:
        from telegram.error import TelegramError

        async with self._slots:
            make: Callable[..., Awaitable[Any]] = getattr(self._bot, call.method)
            try:
                result = await make(**{name: value for name, value in call.params.items() if name != IF_RESENT})
            except TelegramError as error:
                if error.__cause__ is None:  # Telegram's own word, not a broken connection's or a proxy's
                    self._answered = time.monotonic()
                raise
        self._answered = time.monotonic()
        self._count("made")
        return CallResult(call.chat_id, getattr(result, "message_id", None) or call.params.get("message_id"))

    def _follow(self, call: ApiCall, error: "ChatMigrated") -> ApiCall | CallResult:
        """The call to where the group is now."""
        if call.chat_id is None or call.chat_id == error.new_chat_id:
            return CallResult(lost="migrated")
        self._moved(call.chat_id, error.new_chat_id)
        return call.with_params(chat_id=error.new_chat_id, reply_parameters=None)

    def _take(self, call: ApiCall) -> float:
        """Count the call; returns the seconds to wait before making it."""
        return max([limiter.take(key) for limiter, key in self._limiters(call)], default=0.0)

    def _limiters(self, call: ApiCall) -> list[tuple[RateLimiter, int]]:
        """Only messages and edits count; drafts and "typing" have no published limit but Telegram's own answer."""
        if call.chat_id is None or not call.method.startswith(("send_message", "edit_")):
            return []
        if call.method == "send_message_draft":
            return []
        return [(self._private if call.chat_id > 0 else self._group, call.chat_id), (self._overall, 0)]

    def _pause(self, call: ApiCall) -> float:
        """Seconds that Telegram said to wait yet."""
        return max(self._paused_until.get(_paused_by(call), 0.0) - time.monotonic(), 0.0)

    def _pause_calls(self, call: ApiCall, error: "RetryAfter") -> None:
        if len(self._paused_until) > 10_000:
            self._paused_until.clear()
        self._paused_until[_paused_by(call)] = time.monotonic() + seconds_to_wait(error)


def _paused_by(call: ApiCall) -> int | str:
    """What a 429 pauses: the chat, or the one query that is answered."""
    return call.chat_id or str(call.params.get("callback_query_id") or call.params.get("inline_query_id"))


def _mend(call: ApiCall, error: "BadRequest") -> ApiCall | CallResult:
    """The call as Telegram may take it, or what became of it."""
    reason = str(error)
    if _UNCHANGED.search(reason):
        return CallResult(call.chat_id, call.params.get("message_id"))
    if _TOO_LATE.search(reason):
        return CallResult(lost=reason)
    if _GONE.search(reason) and call.method == "edit_message_text":
        new = {"message_id": None, IF_RESENT: None, **call.params.get(IF_RESENT, {})}
        return ApiCall("send_message", call.params).with_params(**new)
    for objection, dispensable in _MENDS:
        if objection.search(reason) and any(name in call.params for name in dispensable):
            return call.with_params(**dict.fromkeys(dispensable))
    return CallResult(call.chat_id, lost=reason)


class ProgressMessage:
    """Shows in one chat what is being made: `async with`, then `show` as often as there is news.

    "Typing", and the text as it grows: a draft in private chats, elsewhere a message that is edited, `message_id` if it
    is there already. Both end before the real message is sent.
    """

    def __init__(
        self,
        delivery: Delivery,
        to: Destination,
        *,
        draft_id: int,
        reply: dict[str, Any] | None,
        message_id: int | None,
        on_sent: Callable[[int], None],
    ) -> None:
        self._delivery, self._to, self._draft_id, self._reply = delivery, to, draft_id, reply
        self._message_id, self._on_sent = message_id, on_sent
        self._news = asyncio.Event()
        self._text: FormattedText | None = None
        self._ended = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "ProgressMessage":
        self._tasks = [asyncio.create_task(self._type()), asyncio.create_task(self._grow())]
        return self

    async def __aexit__(self, *_: object) -> None:
        """End; a call under way is waited for, lest it overtake what comes after."""
        self._ended.set()
        self._news.set()
        typing, growing = self._tasks
        typing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await typing
        await growing

    def show(self, text: FormattedText) -> None:
        """Let this be what is seen, as soon as it may."""
        self._text = text
        self._news.set()

    async def _type(self) -> None:
        while True:
            await self._delivery.try_once(show_typing(self._to))
            await asyncio.sleep(TYPING_EVERY)

    async def _grow(self) -> None:
        """Show the newest state, not more often than may be. An answer that is done at once shows none."""
        pause, last = (DRAFT_EVERY if self._to.private else EDIT_EVERY), None
        while not self._ended.is_set():
            await self._sleep(pause)
            await self._news.wait()
            if self._ended.is_set() or self._text is None:
                return
            self._news.clear()
            if self._text.text != last:
                last = self._text.text
                await self._put(self._text)

    async def _sleep(self, seconds: float) -> None:
        """Sleep, but wake when it ends."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds)

    async def _put(self, text: FormattedText) -> None:
        if self._to.private:
            await self._delivery.try_once(send_draft(self._to, self._draft_id, text))
        elif self._message_id is not None:
            await self._delivery.try_once(edit_message(self._to, self._message_id, text))
        elif made := await self._delivery.try_once(send_message(self._to, text, reply=self._reply)):
            self._message_id = made.message_id
            if self._message_id is not None:
                self._on_sent(self._message_id)
