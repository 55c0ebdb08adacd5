"""What is shown while an answer is being made: "typing", and the answer as it grows.

A draft in private chats, elsewhere a message that is edited; both end before the real message is sent.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from bot.telegram.outgoing import calls
from bot.telegram.outgoing.calls import Place
from bot.telegram.outgoing.delivery import Delivery
from bot.telegram.outgoing.texts import Piece

TYPING_EVERY = 4.0
DRAFT_EVERY, EDIT_EVERY = 0.4, 1.3
"""Seconds between two states of a growing text; Telegram bears an edit a second."""


class Live:
    """Shows progress in one place: `async with`, then `show` as often as there is news."""

    def __init__(
        self,
        delivery: Delivery,
        place: Place,
        *,
        draft_id: int,
        reply: dict[str, Any] | None,
        shown: int | None,
        on_shown: Callable[[int], None],
    ) -> None:
        self._delivery, self._place, self._draft_id, self._reply = delivery, place, draft_id, reply
        self._message_id, self._on_shown = shown, on_shown
        self._news = asyncio.Event()
        self._piece: Piece | None = None
        self._ended = False
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def message_id(self) -> int | None:
        """The message that the text grows in, where it is one."""
        return self._message_id

    async def __aenter__(self) -> "Live":
        self._tasks = [asyncio.create_task(self._type()), asyncio.create_task(self._grow())]
        return self

    async def __aexit__(self, *_: object) -> None:
        """End; a call under way is waited for, lest it overtake what comes after."""
        self._ended = True
        self._news.set()
        typing, growing = self._tasks
        typing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await typing
        await growing

    def show(self, piece: Piece) -> None:
        """Let this be what is seen, as soon as it may."""
        self._piece = piece
        self._news.set()

    async def _type(self) -> None:
        while True:
            await self._delivery.try_once(calls.typing(self._place))
            await asyncio.sleep(TYPING_EVERY)

    async def _grow(self) -> None:
        """Show the newest state, not more often than may be. An answer that is done at once shows none."""
        pause, last = (DRAFT_EVERY if self._place.private else EDIT_EVERY), None
        while not self._ended:
            await self._sleep(pause)
            await self._news.wait()
            if self._ended or self._piece is None:
                return
            self._news.clear()
            if self._piece.text != last:
                last = self._piece.text
                await self._put(self._piece)

    async def _sleep(self, seconds: float) -> None:
        """Sleep, but wake when it ends."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not self._ended and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(min(left, 0.1))

    async def _put(self, piece: Piece) -> None:
        if self._place.private:
            await self._delivery.try_once(calls.draft(self._place, self._draft_id, piece))
        elif self._message_id is not None:
            await self._delivery.try_once(calls.edit(self._place, self._message_id, piece))
        elif made := await self._delivery.try_once(calls.send(self._place, piece, reply=self._reply)):
            self._message_id = made.message_id
            if self._message_id is not None:
                self._on_shown(self._message_id)
