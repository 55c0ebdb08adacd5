"""Which answers are under way, so that /stop can end them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Stopping:
    """The answers under way, by chat."""

    def __init__(self) -> None:
        self._under_way: dict[int, set[asyncio.Event]] = {}

    @contextmanager
    def watched(self, chat_id: int) -> Iterator[asyncio.Event]:
        """An event that is set when somebody in the chat wants the answer to end."""
        stop = asyncio.Event()
        self._under_way.setdefault(chat_id, set()).add(stop)
        try:
            yield stop
        finally:
            self._under_way[chat_id].discard(stop)
            if not self._under_way[chat_id]:
                del self._under_way[chat_id]

    def stop(self, chat_id: int) -> bool:
        """End what is under way; returns whether anything was."""
        events = self._under_way.get(chat_id, set())
        for event in events:
            event.set()
        return bool(events)
