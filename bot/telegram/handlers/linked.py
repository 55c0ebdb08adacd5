"""A link in a message → the article of its page, the chat's active one."""

import re
from dataclasses import dataclass

from bot.telegram.handlers.receiving import LONG_TEXT, add_article, read_article
from bot.telegram.outgoing import messages
from bot.telegram.updates.context import Turn
from index.readers.fetch import Fetcher
from index.readers.sources import article_from_address

_LINK = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
_AFTER = ".,;:!?)]}'…،؛؟"
"""What ends a sentence, not an address."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The one address in a text, and the text around it."""

    address: str
    rest: str


def link_in(text: str) -> Linked | None:
    """The address in a text that has exactly one; None where the text is an article itself."""
    found = list(_LINK.finditer(text))
    if len(found) != 1:
        return None
    address = found[0][0].rstrip(_AFTER)
    rest = text.replace(address, " ", 1).strip()
    return Linked(address, rest) if len(rest) < LONG_TEXT else None


async def receive_link(turn: Turn, address: str) -> tuple[str, str] | None:
    """Take the article of a page as the active one; returns its key. Opening a page counts as a question does."""
    reached = turn.desk.limits.reached(turn.person_id, update_id=turn.update_id, asking=True)
    if reached:
        turn.say(reached.message, **reached.values(turn.language))
        return None
    turn.spend(0, question=True)
    settings, fetcher = turn.desk.settings, Fetcher(allowed_hosts=turn.desk.settings.allowed_hosts)
    async with turn.live():
        fetching = turn.desk.workshop.run(lambda: article_from_address(address, fetcher), stop=turn.work.stop)
        article = await read_article(turn, address, fetching, unreadable=messages.LINK_NOT_READ)
    if article is None:
        return None
    size = len(article.text.encode())
    if size > settings.article_bytes:
        turn.say(messages.LINK_TOO_LONG, size=-(-size // 1000), limit=settings.article_bytes // 1000)
        return None
    return await add_article(turn, article, size=size)
