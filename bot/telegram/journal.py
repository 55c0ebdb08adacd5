"""What was received and what is owed for it, on disk: updates until they are done, and the calls that answer them."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.telegram.calls import Call
from bot.telegram.database import Database

OPEN, WRITTEN, DONE = 0, 1, 2
KEPT_DAYS = 30
"""Days after which the empty shells of done updates go; Telegram redelivers within one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An update that is not done: `written` once its calls are known; `attempts` were begun before this one."""

    update_id: int
    payload: dict[str, Any]
    written: bool
    attempts: int
    shown: int | None


@dataclass(frozen=True, slots=True)
class Owed:
    """A call that is yet to be made."""

    number: int
    call: Call


class Journal:
    """The updates and calls of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def receive(self, updates: Iterable[tuple[int, str, dict[str, Any]]]) -> list[tuple[int, str]]:
        """Write down updates (id, lane, payload) for good; returns (id, lane) of those not known before."""
        new = []
        with self._database.together(lasting=True):
            for update_id, lane, payload in updates:
                if not self._database.row("SELECT 1 FROM updates WHERE id = ?", update_id):
                    self._database.write(
                        "INSERT INTO updates (id, lane, payload, state, received) VALUES (?, ?, ?, ?, ?)",
                        *(update_id, lane, json.dumps(payload, ensure_ascii=False), OPEN, time.time()),
                    )
                    new.append((update_id, lane))
        return new

    def waiting(self) -> list[tuple[int, str]]:
        """Id and lane of all updates that are not done, in the order received."""
        rows = self._database.read("SELECT id, lane FROM updates WHERE state < 2 ORDER BY received, id")
        return [(row["id"], row["lane"]) for row in rows]

    def begin(self, update_id: int) -> Entry | None:
        """Take up an update; None if it is done."""
        row = self._database.row("SELECT * FROM updates WHERE id = ? AND state < 2", update_id)
        if row is None:
            return None
        self._database.write("UPDATE updates SET attempts = attempts + 1 WHERE id = ?", update_id)
        payload = json.loads(row["payload"])
        return Entry(update_id, payload, row["state"] == WRITTEN, row["attempts"], row["shown"])

    def show(self, update_id: int, message_id: int) -> None:
        """Note the message that the answer grows in."""
        self._database.write("UPDATE updates SET shown = ? WHERE id = ?", message_id, update_id)

    def write_down(self, update_id: int, calls: Sequence[Call]) -> None:
        """Note the calls that answer an update. Belongs into one transaction with what the update changed."""
        for number, call in enumerate(calls):
            params = json.dumps(call.params, ensure_ascii=False)
            self._database.write(
                "INSERT INTO calls (update_id, number, method, params, chat_id) VALUES (?, ?, ?, ?, ?)",
                *(update_id, number, call.method, params, call.chat_id),
            )
        self._database.write("UPDATE updates SET state = ? WHERE id = ?", WRITTEN, update_id)

    def owed(self, update_id: int) -> list[Owed]:
        """The calls still to be made for an update, in order."""
        rows = self._database.read("SELECT * FROM calls WHERE update_id = ? AND NOT done ORDER BY number", update_id)
        return [Owed(row["number"], Call(row["method"], json.loads(row["params"]))) for row in rows]

    def made(self, update_id: int, number: int, chat_id: int | None, message_id: int | None) -> None:
        """Note that a call took effect; its text is no longer needed."""
        self._database.write(
            "UPDATE calls SET done = 1, params = '{}', chat_id = ?, message_id = ? WHERE update_id = ? AND number = ?",
            *(chat_id, message_id, update_id, number),
        )

    def done(self, update_id: int) -> None:
        """Note that an update needs nothing more; its text is no longer needed."""
        self._database.write("UPDATE updates SET state = ?, payload = '{}' WHERE id = ?", DONE, update_id)

    def update_of(self, chat_id: int, message_id: int) -> int | None:
        """The update that a message of ours answered."""
        row = self._database.row(
            "SELECT update_id FROM calls WHERE chat_id = ? AND message_id = ? ORDER BY update_id DESC",
            chat_id,
            message_id,
        )
        return row["update_id"] if row else None

    def backlog(self) -> int:
        """How many updates are not done."""
        row = self._database.row("SELECT count(*) AS count FROM updates WHERE state < 2")
        return row["count"] if row else 0

    def prune(self) -> None:
        """Drop what was done long ago."""
        before = time.time() - KEPT_DAYS * 86_400
        with self._database.together():
            self._database.write(
                "DELETE FROM calls WHERE update_id IN (SELECT id FROM updates WHERE state = 2 AND received < ?)", before
            )
            self._database.write("DELETE FROM updates WHERE state = 2 AND received < ?", before)
            self._database.write("DELETE FROM uses WHERE at < ?", time.time() - 2 * 86_400)
