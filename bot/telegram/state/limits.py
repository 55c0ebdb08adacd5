"""How much one person may use the bot, and when it is free again."""

import time
from dataclasses import dataclass
from typing import Any

from bot.messages import Message
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.counted import counted
from bot.telegram.outgoing.delivery import Allowance
from bot.telegram.state.database import Database
from config.settings import TelegramSettings
from index.types import Language

MINUTE, DAY = 60.0, 86_400.0
TYPED = 6
"""Inline queries that come while one question is being typed."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A limit that was reached; `wait` are seconds until it is free again."""

    message: Message
    limit: int
    wait: float

    def values(self, language: Language) -> dict[str, Any]:
        """What the message needs."""
        return {"questions": counted(self.limit, messages.QUESTIONS), "wait": duration(self.wait, language)}


class Limits:
    """What was used within the last minute and day, by person."""

    def __init__(self, database: Database, settings: TelegramSettings) -> None:
        self._database, self._settings = database, settings
        self._typed = Allowance(TYPED * settings.questions_per_minute, MINUTE)

    def reached(self, person_id: int, *, update_id: int, asking: bool) -> Reached | None:
        """The limit that stands against a question (`asking`) or another text of a person's now."""
        rows = self._database.read(
            "SELECT at, question, tokens FROM uses WHERE person_id = ? AND at > ? AND update_id != ? ORDER BY at",
            *(person_id, time.time() - DAY, update_id),
        )
        asked = [row["at"] for row in rows if row["question"]]
        settings = self._settings
        waits = []
        if asking:
            minute, day = settings.questions_per_minute, settings.questions_per_day
            waits.append(Reached(messages.MINUTE_LIMIT, minute, _wait(asked, minute, MINUTE)))
            waits.append(Reached(messages.DAY_LIMIT, day, _wait(asked, day, DAY)))
        tokens = [(row["at"], row["tokens"]) for row in rows]
        waits.append(Reached(messages.TOKEN_LIMIT, settings.tokens_per_day, _wait_for(tokens, settings.tokens_per_day)))
        longest = max(waits, key=lambda reached: reached.wait)
        return longest if longest.wait > 0 else None

    def typed(self, person_id: int) -> float:
        """Count an inline query, if it may be answered; returns the seconds until the next one may, if not."""
        wait = self._typed.wait(person_id)
        if wait <= 0:
            self._typed.take(person_id)
        return wait

    def use(self, person_id: int, *, update_id: int, question: bool, tokens: int) -> None:
        """Count a use; the same update counts once."""
        self._database.write(
            "INSERT OR REPLACE INTO uses VALUES (?, ?, ?, ?, ?)", update_id, person_id, time.time(), question, tokens
        )


def duration(seconds: float, language: Language) -> str:
    """A length of time in short units, rounded up."""
    whole = int(seconds) + 1
    if whole < 100:
        return messages.SECONDS(language, seconds=whole)
    minutes = -(-whole // 60)
    if minutes < 60:
        return messages.MINUTES(language, minutes=minutes)
    return messages.HOURS(language, hours=minutes // 60, minutes=minutes % 60)


def _wait(times: list[float], limit: int, window: float) -> float:
    """Seconds until fewer than `limit` of the sorted times lie within the window."""
    return max(times[-limit] + window - time.time(), 0.0) if len(times) >= limit else 0.0


def _wait_for(uses: list[tuple[float, int]], limit: int) -> float:
    total = sum(tokens for _, tokens in uses)
    for at, tokens in uses:
        if total < limit:
            break
        total -= tokens
        wait = at + DAY - time.time()
        if total < limit:
            return max(wait, 0.0)
    return 0.0
