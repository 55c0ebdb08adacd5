"""What was received and what is owed for it, on disk: updates until they are done, and the calls that answer them."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.telegram.outgoing.calls import Call
from bot.telegram.state.database import Database

OPEN, WRITTEN, DONE = 0, 1, 2
KEPT_DAYS = 30
"""Days after which the empty shells of done updates go; Telegram redelivers within one."""


@dataclass(frozen=True, slots=True)
class Received:
    """An update as it came in, the lane it waits in, and whose it is (0: nobody's)."""

    update_id: int
    lane: str
    payload: dict[str, Any]
    person_id: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """An update that is not done: `written` once its calls are known; `attempts` by earlier processes."""

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
        self._begun: set[int] = set()

    def receive(self, updates: Iterable[Received]) -> list[tuple[int, str]]:
        """Write down updates for good; returns (id, lane) of those not known before."""
        new = []
        with self._database.together(lasting=True):
            for one in updates:
                if not self._database.row("SELECT 1 FROM updates WHERE id = ?", one.update_id):
                    # Half a character, which JSON may hold, cannot be stored.
                    payload = json.dumps(one.payload, ensure_ascii=False).encode(errors="replace").decode()
                    self._database.write(
                        "INSERT INTO updates (id, lane, payload, state, received, person_id) VALUES (?, ?, ?, ?, ?, ?)",
                        *(one.update_id, one.lane, payload, OPEN, time.time(), one.person_id),
                    )
                    new.append((one.update_id, one.lane))
        return new

    def waiting(self) -> list[tuple[int, str]]:
        """Id and lane of all updates that are not done, in the order received."""
        rows = self._database.read("SELECT id, lane FROM updates WHERE state < 2 ORDER BY received, id")
        return [(row["id"], row["lane"]) for row in rows]

    def begin(self, update_id: int) -> Entry | None:
        """Take up an update; None if it is done. However often a process tries, it is one attempt."""
        row = self._database.row("SELECT * FROM updates WHERE id = ? AND state < 2", update_id)
        if row is None:
            return None
        attempts = row["attempts"] - (update_id in self._begun)
        if update_id not in self._begun:
            self._database.write("UPDATE updates SET attempts = attempts + 1 WHERE id = ?", update_id)
            self._begun.add(update_id)
        return Entry(update_id, json.loads(row["payload"]), row["state"] == WRITTEN, attempts, row["shown"])

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
        self._begun.discard(update_id)

    def open(self, update_id: int) -> bool:
        """Whether an update is still to be answered: its person may have had all of theirs forgotten meanwhile."""
        row = self._database.row("SELECT 1 FROM updates WHERE id = ? AND state = ?", update_id, OPEN)
        return row is not None

    def forget(self, person_id: int, *, before: int) -> None:
        """Drop what a person said before an update and nobody has answered, and answers not yet delivered."""
        mine = "person_id = ? AND id < ? AND state < 2 AND lane NOT LIKE 'callback%'"  # taps hold no text
        with self._database.together():
            self._database.write(
                f"UPDATE calls SET done = 1, params = '{{}}' WHERE update_id IN (SELECT id FROM updates WHERE {mine})",  # noqa: S608 – our own constant
                *(person_id, before),
            )
            self._database.write(
                f"UPDATE updates SET state = {DONE}, payload = '{{}}' WHERE {mine}",  # noqa: S608 – our own constant
                *(person_id, before),
            )

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
