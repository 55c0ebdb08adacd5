"""The library's bot, but updates come as they were sent: one it cannot parse must cost no others, nor be logged."""

from typing import Any, cast

from telegram import Bot

LONG_POLL = 25
"""Seconds that Telegram holds an empty answer back."""
MOST_UPDATES = 100


class UpdatesBot(Bot):
    """A bot whose updates are plain values."""

    async def raw_updates(self, offset: int, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
        """Updates from `offset` on, waited for; asking tells Telegram that those before were received."""
        asked = {"offset": offset, "limit": MOST_UPDATES, "timeout": LONG_POLL, "allowed_updates": kinds}
        found = await self._post("getUpdates", asked, read_timeout=LONG_POLL + 5, connect_timeout=10)
        return [
            one for one in cast("list[Any]", found) if isinstance(one, dict) and isinstance(one.get("update_id"), int)
        ]
