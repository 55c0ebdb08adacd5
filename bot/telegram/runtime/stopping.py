"""What is under way, by chat and person: so that /stop ends answers, and /forget waits for what it must delete."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(eq=False)
class Work:
    """An update being handled. `stop` is set when it shall end; `asking` while it is a question's answer.

    `gone` are the articles removed meanwhile, by id: an answer that shows one is not kept.
    """

    person_id: int
    chat_id: int
    asking: bool = False
    gone: set[str] = field(default_factory=set)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Stopping:
    """The updates under way."""

    def __init__(self) -> None:
        self._under_way: set[Work] = set()
        self._alone: dict[int, Work] = {}

    @asynccontextmanager
    async def handling(self, work: Work) -> AsyncIterator[None]:
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

    async def leave_alone(self, work: Work) -> None:
        """End all else of the person's and wait for it; nothing of theirs begins before this work has ended."""
        self._alone[work.person_id] = work
        others = [other for other in self._under_way if other.person_id == work.person_id and other is not work]
        for other in others:
            other.stop.set()
        for other in others:
            await other.ended.wait()
