"""Blocking work (the engine, the library) in threads of its own, so that the bot goes on meanwhile."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import TypeVar

Result = TypeVar("Result")
_END = object()


class Workshop:
    """Does at most `workers` things at once; others wait their turn.

    Threads are daemons: one that hangs in a model's server must not keep the process from ending.
    """

    def __init__(self, workers: int) -> None:
        self._free = asyncio.Semaphore(workers)

    async def run(self, function: Callable[[], Result]) -> Result:
        """The function's result, or its exception."""
        results = [item async for item in self.stream(lambda: iter([function()]))]
        return results[0]

    async def stream(
        self, make: Callable[[], Iterator[Result]], *, stop: asyncio.Event | None = None
    ) -> AsyncGenerator[Result, None]:
        """What an iterator yields, as it comes; ends early when `stop` is set."""
        await self._free.acquire()
        loop, items, abandoned = asyncio.get_running_loop(), asyncio.Queue[object](), threading.Event()

        def tell(item: object) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(items.put_nowait, item)

        def work() -> None:
            try:
                for item in make():
                    if abandoned.is_set():
                        break
                    tell(item)
                tell(_END)
            except BaseException as error:  # noqa: BLE001 – raised again where the work was asked for
                tell(error)
            finally:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(self._free.release)

        threading.Thread(target=work, daemon=True, name="workshop").start()
        try:
            while (item := await _next(items, stop)) is not _END:
                if isinstance(item, BaseException):
                    raise item
                yield item  # type: ignore[misc]  # the iterator's
        finally:
            abandoned.set()


async def _next(items: asyncio.Queue[object], stop: asyncio.Event | None) -> object:
    if stop is None:
        return await items.get()
    waiting = [asyncio.ensure_future(items.get()), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        return _END if stop.is_set() else waiting[0].result()
    finally:
        for task in waiting:
            task.cancel()
