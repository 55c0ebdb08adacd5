"""Blocking work (the engine, the library) in threads of its own, so that the bot goes on meanwhile."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

Result = TypeVar("Result")
_END = object()
MOST_LEFT = 4
"""Threads, as a multiple of the workers, that may still hang in something nobody waits for any more."""


class WorkStopped(Exception):
    """The work was not begun, because it was told to stop while it waited for its turn."""


class WorkerPool:
    """Does at most `workers` things at once; others wait their turn.

    What is stopped gives its place to the next at once, though its thread may hang on in a model's server for a
    while. Threads are daemons: one that hangs must not keep the process from ending.
    """

    def __init__(self, workers: int) -> None:
        self._places = asyncio.Semaphore(workers)
        self._threads = asyncio.Semaphore((1 + MOST_LEFT) * workers)

    async def run(self, function: Callable[[], Result], *, stop: asyncio.Event | None = None) -> Result:
        """The function's result, or its exception. Once begun it is done to its end.

        Raises: Stopped if `stop` was set before it began.
        """
        results = [item async for item in self._stream(lambda: iter([function()]), waiting=stop, stop=None)]
        if not results:
            raise WorkStopped
        return results[0]

    async def stream(
        self, make: Callable[[], Iterator[Result]], *, stop: asyncio.Event | None = None
    ) -> AsyncGenerator[Result, None]:
        """What an iterator yields, as it comes; ends early when `stop` is set, begun or not."""
        async for item in self._stream(make, waiting=stop, stop=stop):
            yield item

    async def _stream(
        self, make: Callable[[], Iterator[Result]], *, waiting: asyncio.Event | None, stop: asyncio.Event | None
    ) -> AsyncGenerator[Result, None]:
        if not await _acquired(self._places, waiting):
            return
        place = _Place(self._places)
        try:
            if not await _acquired(self._threads, waiting):
                return
            work = _Thread(make, self._threads.release, place)
            try:
                while (item := await _next(work.items, stop)) is not _END:
                    if isinstance(item, BaseException):
                        raise item
                    yield item  # type: ignore[misc]  # the iterator's
            finally:
                work.abandoned.set()
        finally:
            place.give_up()


class _Place:
    """A place in the workshop, given up once."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places: asyncio.Semaphore | None = places

    def give_up(self) -> None:
        if self._places:
            self._places.release()
        self._places = None


class _Thread:
    """A thread that puts what an iterator yields into `items`, then `_END` or the exception."""

    def __init__(self, make: Callable[[], Iterator[object]], ended: Callable[[], None], place: _Place) -> None:
        self.items, self.abandoned = asyncio.Queue[object](), threading.Event()
        self._loop, self._make, self._ended, self._place = asyncio.get_running_loop(), make, ended, place
        threading.Thread(target=self._work, daemon=True, name="workshop").start()

    def _work(self) -> None:
        try:
            for item in self._make():
                if self.abandoned.is_set():
                    break
                self._tell(self.items.put_nowait, item)
            self._tell(self.items.put_nowait, _END)
        except BaseException as error:  # noqa: BLE001 – raised again where the work was asked for
            self._tell(self.items.put_nowait, error)
        finally:
            self._tell(self._place.give_up)
            self._tell(self._ended)

    def _tell(self, function: Callable[..., None], *values: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *values)


async def _acquired(semaphore: asyncio.Semaphore, stop: asyncio.Event | None) -> bool:
    """Take a place; False, and none taken, if `stop` is set first."""
    if stop is None:
        return await semaphore.acquire()
    taking, stopping = asyncio.ensure_future(semaphore.acquire()), asyncio.ensure_future(stop.wait())
    wanted = False
    try:
        await asyncio.wait([taking, stopping], return_when=asyncio.FIRST_COMPLETED)
        wanted = not stop.is_set()
    finally:
        stopping.cancel()
        if not wanted and taking.done() and not taking.cancelled():
            semaphore.release()
        elif not wanted:
            taking.cancel()
    return wanted


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


class ChatQueues:
    """Runs `work(update_id)` for everything put into a lane. `work` must not raise."""

    def __init__(self, work: Callable[[int], Awaitable[None]]) -> None:
        self._work = work
        self._waiting: dict[str, deque[int]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def put(self, queue: str, update_id: int) -> None:
        """Have an update worked on when its lane is free."""
        if queue in self._waiting:
            self._waiting[queue].append(update_id)
            return
        self._waiting[queue] = deque([update_id])
        self._tasks[queue] = asyncio.create_task(self._drain(queue), name=queue)

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

    async def _drain(self, queue: str) -> None:
        waiting = self._waiting[queue]
        try:
            while waiting:
                await self._work(waiting.popleft())
        finally:
            del self._waiting[queue], self._tasks[queue]


@dataclass(eq=False)
class RunningUpdate:
    """An update being handled. `stop` is set when it shall end; `asking` while it is a question's answer.

    `gone` are the articles removed meanwhile, by id: an answer that shows one is not kept.
    """

    person_id: int
    chat_id: int
    asking: bool = False
    gone: set[str] = field(default_factory=set)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class RunningUpdates:
    """The updates under way."""

    def __init__(self) -> None:
        self._under_way: set[RunningUpdate] = set()
        self._alone: dict[int, RunningUpdate] = {}

    @asynccontextmanager
    async def handling(self, work: RunningUpdate) -> AsyncIterator[None]:
        """Have it count as under way; begins only when nothing of the person's is being forgotten."""
        while forgetting := self._alone.get(work.person_id):
            await forgetting.ended.wait()
        self._under_way.add(work)
        try:
            yield
        finally:
            self._under_way.discard(work)
            if self._alone.get(work.person_id) is work:
                del self._alone[work.person_id]
            work.ended.set()

    def stop(self, chat_id: int) -> bool:
        """End the answers under way in a chat; returns whether there were any."""
        answers = [work for work in self._under_way if work.asking and work.chat_id == chat_id]
        for work in answers:
            work.stop.set()
        return bool(answers)

    def remove(self, article_id: str, *, chat_ids: Collection[int]) -> None:
        """Tell what is under way in these chats that an article was removed."""
        for work in self._under_way:
            if work.chat_id in chat_ids:
                work.gone.add(article_id)

    async def leave_alone(self, work: RunningUpdate) -> None:
        """End all else of the person's and wait for it; nothing of theirs begins before this work has ended."""
        self._alone[work.person_id] = work
        others = [other for other in self._under_way if other.person_id == work.person_id and other is not work]
        for other in others:
            other.stop.set()
        for other in others:
            await other.ended.wait()
