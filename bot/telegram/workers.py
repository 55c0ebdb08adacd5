"""What happens at once and what waits: threads for blocking work, queues of updates, and the updates under way."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

Result = TypeVar("Result")
THREAD_NAME = "sanad-worker"
MOST_ABANDONED = 4
"""Threads, as a multiple of the workers, that may still hang in something nobody waits for any more."""
_END = object()


class WorkStopped(Exception):
    """The work was told to stop, before it began or at a point where it may."""


async def unless_stopped(step: Awaitable[Result], stop: asyncio.Event | None) -> Result:
    """The result of a step. Raises: WorkStopped, and the step is cancelled, if `stop` is set first."""
    if stop is None:
        return await step
    task, stopping = asyncio.ensure_future(step), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([task, stopping], return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            raise WorkStopped
        return task.result()
    finally:
        task.cancel()
        stopping.cancel()
        await asyncio.gather(task, stopping, return_exceptions=True)


async def _acquire(semaphore: asyncio.Semaphore, stop: asyncio.Event | None) -> None:
    """Take one of the semaphore's places. Raises: WorkStopped, and none is taken, if `stop` is set first."""
    taking = asyncio.ensure_future(semaphore.acquire())
    try:
        await unless_stopped(taking, stop)
    except BaseException:
        if taking.done() and not taking.cancelled():
            semaphore.release()
        raise


class WorkerPool:
    """Does blocking work (the engine, the library) in threads, at most `workers` things at once; others wait.

    What is stopped gives its place to the next at once, though its thread may hang on in a model's server for a
    while. Threads are daemons: one that hangs must not keep the process from ending.
    """

    def __init__(self, workers: int) -> None:
        self._places = asyncio.Semaphore(workers)
        self._threads = asyncio.Semaphore((1 + MOST_ABANDONED) * workers)

    async def run(self, function: Callable[[], Result], *, stop: asyncio.Event | None = None) -> Result:
        """The function's result, or its exception. Once begun it is done to its end.

        Raises: WorkStopped if `stop` was set before it began.
        """
        (result,) = [item async for item in self._items(lambda: iter([function()]), waiting=stop, stop=None)]
        return result

    async def stream(
        self, make: Callable[[], Iterator[Result]], *, stop: asyncio.Event | None = None
    ) -> AsyncGenerator[Result, None]:
        """What an iterator yields, as it comes; ends early when `stop` is set, begun or not."""
        with suppress(WorkStopped):
            async for item in self._items(make, waiting=stop, stop=stop):
                yield item

    async def _items(
        self, make: Callable[[], Iterator[Result]], *, waiting: asyncio.Event | None, stop: asyncio.Event | None
    ) -> AsyncGenerator[Result, None]:
        await _acquire(self._places, waiting)
        place = ExitStack()  # given up once, by whoever is first to need it no more
        place.callback(self._places.release)
        with place:
            await _acquire(self._threads, waiting)
            work = _Thread(make, self._threads.release, place)
            try:
                while (item := await unless_stopped(work.items.get(), stop)) is not _END:
                    if isinstance(item, BaseException):
                        raise item
                    yield item  # type: ignore[misc]  # the iterator's
            finally:
                work.abandoned.set()


class _Thread:
    """A thread that puts what an iterator yields into `items`, then `_END` or the exception."""

    def __init__(self, make: Callable[[], Iterator[object]], ended: Callable[[], None], place: ExitStack) -> None:
        self.items, self.abandoned = asyncio.Queue[object](), threading.Event()
        self._loop, self._make, self._ended, self._place = asyncio.get_running_loop(), make, ended, place
        threading.Thread(target=self._work, daemon=True, name=THREAD_NAME).start()

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
            self._tell(self._place.close)
            self._tell(self._ended)

    def _tell(self, function: Callable[..., None], *values: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *values)


class ChatQueues:
    """Runs `work(update_id)` for all that is put into a queue, one after the other; queues do not wait for each other.

    `work` must not raise.
    """

    def __init__(self, work: Callable[[int], Awaitable[None]]) -> None:
        self._work = work
        self._waiting: dict[str, deque[int]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def put(self, queue: str, update_id: int) -> None:
        """Have an update worked on when it is its turn."""
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
    """An update being handled. `stop` is set when it shall end; `answering` while it is a question's answer.

    `removed` are the articles removed meanwhile, by id: an answer that shows one is not kept.
    """

    person_id: int
    chat_id: int
    answering: bool = False
    removed: set[str] = field(default_factory=set)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class RunningUpdates:
    """The updates being handled, so that /stop ends answers, and /forget waits for what it must delete."""

    def __init__(self) -> None:
        self._running: set[RunningUpdate] = set()
        self._alone: dict[int, RunningUpdate] = {}

    @asynccontextmanager
    async def handling(self, update: RunningUpdate) -> AsyncIterator[None]:
        """Have an update count as running; begins only when nothing of the person's is being forgotten."""
        while forgetting := self._alone.get(update.person_id):
            await forgetting.ended.wait()
        self._running.add(update)
        try:
            yield
        finally:
            self._running.discard(update)
            if self._alone.get(update.person_id) is update:
                del self._alone[update.person_id]
            update.ended.set()

    def stop_answers(self, chat_id: int) -> bool:
        """End the answers being made in a chat; returns whether there were any."""
        answers = [update for update in self._running if update.answering and update.chat_id == chat_id]
        for update in answers:
            update.stop.set()
        return bool(answers)

    def note_removed(self, article_id: str, *, chat_ids: Collection[int]) -> None:
        """Tell what is running in these chats that an article was removed."""
        for update in self._running:
            if update.chat_id in chat_ids:
                update.removed.add(article_id)

    async def stop_others(self, update: RunningUpdate) -> None:
        """End all else of the person's and wait for it; nothing of theirs begins before this update has ended."""
        self._alone[update.person_id] = update
        others = [other for other in self._running if other.person_id == update.person_id and other is not update]
        for other in others:
            other.stop.set()
        for other in others:
            await other.ended.wait()
