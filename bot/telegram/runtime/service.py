"""The bot at work: what is received is written down, handled in its lane, answered, and done; in that order.

Whatever ends the process in between, the next one goes on from what is on disk.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from bot.telegram.outgoing import calls, messages
from bot.telegram.runtime.logs import described
from bot.telegram.runtime.queues import Lanes
from bot.telegram.state.journal import Entry, Received
from bot.telegram.updates.context import Desk, Turn
from bot.telegram.updates.router import lane_of, open_turn, route
from config.errors import BotError

if TYPE_CHECKING:
    import telegram

log = structlog.get_logger("sanad.telegram")

MOST_ATTEMPTS = 5
"""Processes that an update may see the end of before it counts as what ends them."""
RETRY_AFTER = 2.0
"""Seconds between tries while the disk takes nothing."""


class Service:
    """Handles updates with what is on the desk."""

    def __init__(self, desk: Desk, bot: "telegram.Bot") -> None:
        self._desk, self._bot = desk, bot
        self._lanes = Lanes(self._work)
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done with an exception when the bot cannot go on."""

    def resume(self) -> int:
        """Take up what an earlier process left; returns how much that is."""
        waiting = self._desk.journal.waiting()
        for update_id, lane in waiting:
            self._lanes.put(lane, update_id)
        return len(waiting)

    def receive(self, updates: Sequence[dict[str, Any]]) -> None:
        """Write updates down, then have them handled. Only after this may Telegram be told that they were received.

        Raises: sqlite3.Error if they could not be written.
        """
        sorted_ = [(lane_of(update), update) for update in updates]
        new = self._desk.journal.receive(
            Received(update["update_id"], slot.lane, update, slot.person_id) for slot, update in sorted_
        )
        for slot, _ in sorted_:
            self._desk.metrics.updates.labels(slot.kind).inc()
        for update_id, lane in new:
            self._lanes.put(lane, update_id)

    async def finish(self, seconds: float) -> bool:
        """Finish what is under way, or leave it to the next process; returns whether all was finished."""
        return await self._lanes.finish(seconds)

    async def _work(self, update_id: int) -> None:
        while True:
            try:
                await self._settle(update_id)
            except sqlite3.OperationalError as error:
                log.error("disk", update=update_id, error=str(error))  # noqa: TRY400 – a traceback says no more
                await asyncio.sleep(RETRY_AFTER)
            except Exception as error:  # noqa: BLE001 – one update must not stop the others
                await self._give_up(update_id, error)
                return
            else:
                return

    async def _give_up(self, update_id: int, error: Exception) -> None:
        from telegram.error import InvalidToken

        if isinstance(error, InvalidToken):
            if not self.failed.done():
                self.failed.set_exception(BotError("Telegram refuses the token; see TELEGRAM_BOT_TOKEN."))
            return
        log.error("given up", update=update_id, **described(error))
        await _surely(partial(self._desk.journal.done, update_id))

    async def _settle(self, update_id: int) -> None:
        desk, began = self._desk, time.monotonic()
        entry = desk.journal.begin(update_id)
        if entry is None:
            return
        turn = None if entry.written else await self._handle(entry)
        for owed in desk.journal.owed(update_id):
            made = await desk.delivery.deliver(owed.call)
            if made.lost:
                log.warning("not delivered", update=update_id, method=owed.call.method, reason=made.lost)
            await _surely(partial(desk.journal.made, update_id, owed.number, made.chat_id, made.message_id))
        await _surely(partial(desk.journal.done, update_id))
        if turn and turn.wipe:
            desk.database.wipe()
        desk.metrics.seconds.observe(time.monotonic() - began)

    async def _handle(self, entry: Entry) -> Turn | None:
        """Have it answered and write the answer down; what is finished is kept until the disk takes it."""
        from telegram import Update

        turn = open_turn(self._desk, Update.de_json(entry.payload, self._bot), shown=entry.shown)
        if turn is None:
            self._desk.journal.write_down(entry.update_id, ())
            return None
        if self._desk.settings.log_texts and turn.update.message:
            log.info("text", update=entry.update_id, text=turn.update.message.text)
        async with self._desk.stopping.handling(turn.work):
            await self._answer(turn, entry)
            await _surely(partial(self._write_down, turn))
        return turn

    def _write_down(self, turn: Turn) -> None:
        """What the turn changed and says, together; nothing of what its person had forgotten meanwhile."""
        with self._desk.database.together():
            if self._desk.journal.open(turn.update_id):
                for change in turn.changes:
                    change()
                self._desk.journal.write_down(turn.update_id, turn.calls)

    async def _answer(self, turn: Turn, entry: Entry) -> None:
        try:
            await (_refuse(turn) if entry.attempts >= MOST_ATTEMPTS else route(turn))
        except sqlite3.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 – nobody is shown a traceback, nobody waits for nothing
            log.error("failed", update=entry.update_id, **described(error))  # noqa: TRY400 – not the error's own words
            turn.calls, turn.changes = [], []
            _apologise(turn)


async def _surely(write: Callable[[], None]) -> None:
    """Write down what took effect, however long the disk is full: forgotten, it would be done again."""
    while True:
        try:
            write()
        except sqlite3.OperationalError as error:
            log.error("disk", error=str(error))  # noqa: TRY400 – a traceback says no more
            await asyncio.sleep(RETRY_AFTER)
        else:
            return


async def _refuse(turn: Turn) -> None:
    """Leave alone an update that was never brought to an end."""
    log.error("never ended", update=turn.update_id)
    _apologise(turn)


def _apologise(turn: Turn) -> None:
    """Say that something failed, where somebody waits for it."""
    query = turn.update.callback_query
    if query:
        turn.calls.append(calls.acknowledge(query.id, messages.OUTAGE_OTHER(turn.language)))
    elif turn.update.message and turn.place.private:
        turn.say(messages.OUTAGE_OTHER)
