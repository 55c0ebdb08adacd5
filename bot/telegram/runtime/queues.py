"""Lanes: what is in one lane is done in order, lanes do not wait for each other."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable


class Lanes:
    """Runs `work(update_id)` for everything put into a lane. `work` must not raise."""

    def __init__(self, work: Callable[[int], Awaitable[None]]) -> None:
        self._work = work
        self._waiting: dict[str, deque[int]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def put(self, lane: str, update_id: int) -> None:
        """Have an update worked on when its lane is free."""
        if lane in self._waiting:
            self._waiting[lane].append(update_id)
            return
        self._waiting[lane] = deque([update_id])
        self._tasks[lane] = asyncio.create_task(self._drain(lane), name=lane)

    async def finish(self, seconds: float) -> bool:
        """Wait for all work; what is not done in time is cancelled. Returns whether all was done."""
        tasks = list(self._tasks.values())
        if not tasks:
            return True
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return not late

    async def _drain(self, lane: str) -> None:
        waiting = self._waiting[lane]
        try:
            while waiting:
                await self._work(waiting.popleft())
        finally:
            del self._waiting[lane], self._tasks[lane]
