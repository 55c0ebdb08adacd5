"""The bot's SQLite file: its schema, migrations and transactions, and the journal of updates and calls in it.

The journal holds what was received and what is owed for it: updates until they are done, and the calls that answer
them. What the other tables mean is for those who use them.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bot.telegram.outgoing.delivery import ApiCall
from config.errors import BotError

MIGRATIONS = (
    """
    CREATE TABLE updates (
        id INTEGER PRIMARY KEY,         -- Telegram's update_id: the same update twice is one row
        lane TEXT NOT NULL,             -- updates of a lane are handled in order
        payload TEXT NOT NULL,          -- as received; emptied when done
        state INTEGER NOT NULL,         -- 0 open, 1 its calls are written down, 2 done
        attempts INTEGER NOT NULL DEFAULT 0,
        shown INTEGER,                  -- id of the message that an answer grows in
        received REAL NOT NULL
    );
    CREATE INDEX updates_open ON updates (id) WHERE state < 2;
    CREATE TABLE calls (
        update_id INTEGER NOT NULL,
        number INTEGER NOT NULL,
        method TEXT NOT NULL,
        params TEXT NOT NULL,           -- emptied when done
        done INTEGER NOT NULL DEFAULT 0,
        chat_id INTEGER,
        message_id INTEGER,             -- of the message that the call made
        PRIMARY KEY (update_id, number)
    ) WITHOUT ROWID;
    CREATE INDEX calls_message ON calls (chat_id, message_id);
    CREATE TABLE chats (
        id INTEGER PRIMARY KEY,         -- a private chat has its person's id
        space TEXT NOT NULL,            -- the part of the library that is theirs alone
        language TEXT,                  -- as chosen with /language
        article_space TEXT,             -- the active article
        article_id TEXT,
        since REAL NOT NULL DEFAULT 0   -- answers before this belong to a conversation that is over
    );
    CREATE UNIQUE INDEX chats_space ON chats (space);
    CREATE TABLE articles (
        space TEXT NOT NULL,
        article_id TEXT NOT NULL,
        person_id INTEGER NOT NULL,     -- who sent it
        size INTEGER NOT NULL,          -- bytes
        added REAL NOT NULL,
        PRIMARY KEY (space, article_id)
    ) WITHOUT ROWID;
    CREATE TABLE parts (                -- messages that an article was sent as
        chat_id INTEGER NOT NULL,
        message_id INTEGER NOT NULL,
        space TEXT NOT NULL,
        article_id TEXT NOT NULL,
        start INTEGER NOT NULL,         -- [start, end) of the article is the message from `shift` on, in UTF-16 units
        "end" INTEGER NOT NULL,
        shift INTEGER NOT NULL,
        sent REAL NOT NULL,
        PRIMARY KEY (chat_id, message_id)
    ) WITHOUT ROWID;
    CREATE INDEX parts_article ON parts (space, article_id);
    CREATE TABLE answers (
        id INTEGER PRIMARY KEY,         -- the update that asked
        chat_id INTEGER NOT NULL,
        person_id INTEGER NOT NULL,
        asked REAL NOT NULL,
        question TEXT NOT NULL,
        language TEXT NOT NULL,
        answered INTEGER NOT NULL,      -- 0: refused
        text TEXT NOT NULL,             -- the claims
        citations TEXT NOT NULL         -- JSON; of a refusal, the nearest sentences
    );
    CREATE INDEX answers_chat ON answers (chat_id, asked);
    CREATE INDEX answers_person ON answers (person_id);
    CREATE TABLE feedback (
        answer_id INTEGER NOT NULL,
        person_id INTEGER NOT NULL,
        sentence INTEGER NOT NULL,      -- number of a wrong sentence; 0: the answer as a whole
        verdict TEXT NOT NULL,          -- up, down or wrong
        given REAL NOT NULL,
        PRIMARY KEY (answer_id, person_id, sentence)
    ) WITHOUT ROWID;
    CREATE TABLE uses (                 -- for the limits; one row an update, so that a repeated one counts once
        update_id INTEGER PRIMARY KEY,
        person_id INTEGER NOT NULL,
        at REAL NOT NULL,
        question INTEGER NOT NULL,
        tokens INTEGER NOT NULL
    );
    CREATE INDEX uses_person ON uses (person_id, at);
    CREATE TABLE strangers (id INTEGER PRIMARY KEY, told REAL NOT NULL);
    """,
    """
    ALTER TABLE updates ADD COLUMN person_id INTEGER NOT NULL DEFAULT 0;
    UPDATE updates SET person_id = coalesce(
        json_extract(payload, '$.message.from.id'), json_extract(payload, '$.edited_message.from.id'), 0
    );
    ALTER TABLE answers ADD COLUMN understood TEXT NOT NULL DEFAULT '';  -- the question as it stands alone
    UPDATE answers SET understood = question;
    ALTER TABLE parts ADD COLUMN person_id INTEGER NOT NULL DEFAULT 0;   -- who sent it
    CREATE TABLE moved (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);  -- groups that got another id
    CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);     -- what the bot remembers of itself
    """,
)
"""Each brings the schema one version further; never edit one that was released, add another."""

DATABASE = "telegram.sqlite3"
"""Name of the file in the data folder."""
PRIVATE = 0o600
"""What people ask is for the bot's own user to read."""
OPEN, WRITTEN, DONE = 0, 1, 2
"""States of an update: received, its calls written down, nothing more to do."""
KEPT_DAYS = 30
"""Days after which the empty shells of done updates go; Telegram redelivers within one."""


class Database:
    """One connection, used from one thread. `path` may be in a folder that is not there yet.

    Commits survive the death of the process, `durable` ones also a loss of power (SQLite, "PRAGMA synchronous").

    Raises: BotError if a newer Sanad made the file, or it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=PRIVATE)
            path.chmod(PRIVATE)  # SQLite gives its other files the same
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=5)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute("PRAGMA secure_delete=ON")  # what is forgotten is overwritten
            self._migrate(path)
        except (OSError, sqlite3.Error) as error:
            raise BotError(f"The bot's database {str(path)!r} cannot be used ({error}); see to the file.") from error

    def fetch_all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self._connection.execute(sql, values).fetchall()

    def fetch_one(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row of a query, if there is one."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def count(self, table: str, *values: object) -> int:
        """How many rows there are of a table, or of what else may stand after FROM; never a person's text."""
        row = self.fetch_one(f"SELECT count(*) AS count FROM {table}", *values)  # noqa: S608 – our own constants
        return row["count"] if row else 0

    def execute(self, sql: str, *values: object) -> None:
        """Run one statement that changes something."""
        self._connection.execute(sql, values)

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """Do all that is written inside, or nothing of it; inside another transaction, as a part of that."""
        if self._connection.in_transaction:
            yield
            return
        if durable:
            self._connection.execute("PRAGMA synchronous=FULL")
        try:
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
        finally:
            if durable:
                self._connection.execute("PRAGMA synchronous=NORMAL")

    def truncate_log(self) -> None:
        """Leave nothing of what was deleted in the write-ahead log either."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def set_note(self, name: str, value: str) -> None:
        """Remember something of the bot's own; an empty value forgets it."""
        if value:
            self.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", name, value)
        else:
            self.execute("DELETE FROM notes WHERE name = ?", name)

    def get_note(self, name: str) -> str:
        """What was noted under a name, or nothing."""
        row = self.fetch_one("SELECT value FROM notes WHERE name = ?", name)
        return row["value"] if row else ""

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _migrate(self, path: Path) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise BotError(
                f"A newer Sanad made the bot's database {str(path)!r} (version {version}, known are "
                f"{len(MIGRATIONS)}); install that one."
            )
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            self._connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")


@dataclass(frozen=True, slots=True)
class IncomingUpdate:
    """An update as it came in, the queue it waits in, whose it is (0: nobody's), and what kind of update."""

    update_id: int
    queue: str
    payload: dict[str, Any]
    person_id: int = 0
    kind: str = "other"


class QueuedUpdate(NamedTuple):
    """An update that waits in a queue."""

    update_id: int
    queue: str


@dataclass(frozen=True, slots=True)
class PendingUpdate:
    """An update that is not done: `written` once its calls are known; `attempts` by earlier processes.

    `progress_message` is the message that its answer grows in.
    """

    update_id: int
    payload: dict[str, Any]
    written: bool
    attempts: int
    progress_message: int | None


@dataclass(frozen=True, slots=True)
class PendingCall:
    """A call that is yet to be made."""

    number: int
    call: ApiCall


class Journal:
    """The updates and calls of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begun: set[int] = set()

    def receive(self, updates: Iterable[IncomingUpdate]) -> list[QueuedUpdate]:
        """Write down updates for good; returns those not known before."""
        new = []
        with self._database.transaction(durable=True):
            for one in updates:
                if not self._database.fetch_one("SELECT 1 FROM updates WHERE id = ?", one.update_id):
                    # Half a character, which JSON may hold, cannot be stored.
                    payload = json.dumps(one.payload, ensure_ascii=False).encode(errors="replace").decode()
                    self._database.execute(
                        "INSERT INTO updates (id, lane, payload, state, received, person_id) VALUES (?, ?, ?, ?, ?, ?)",
                        *(one.update_id, one.queue, payload, OPEN, time.time(), one.person_id),
                    )
                    new.append(QueuedUpdate(one.update_id, one.queue))
        return new

    def unfinished(self) -> list[QueuedUpdate]:
        """All updates that are not done, in the order received."""
        rows = self._database.fetch_all("SELECT id, lane FROM updates WHERE state < 2 ORDER BY received, id")
        return [QueuedUpdate(row["id"], row["lane"]) for row in rows]

    def count_unfinished(self) -> int:
        """How many updates are not done."""
        return self._database.count("updates WHERE state < 2")

    def begin(self, update_id: int) -> PendingUpdate | None:
        """Take up an update; None if it is done. However often a process tries, it is one attempt."""
        row = self._database.fetch_one("SELECT * FROM updates WHERE id = ? AND state < 2", update_id)
        if row is None:
            return None
        attempts = row["attempts"] - (update_id in self._begun)
        if update_id not in self._begun:
            self._database.execute("UPDATE updates SET attempts = attempts + 1 WHERE id = ?", update_id)
            self._begun.add(update_id)
        return PendingUpdate(update_id, json.loads(row["payload"]), row["state"] == WRITTEN, attempts, row["shown"])

    def set_progress_message(self, update_id: int, message_id: int) -> None:
        """Note the message that the answer grows in."""
        self._database.execute("UPDATE updates SET shown = ? WHERE id = ?", message_id, update_id)

    def is_open(self, update_id: int) -> bool:
        """Whether an update is still to be answered: its person may have had all of theirs forgotten meanwhile."""
        return self._database.count("updates WHERE id = ? AND state = ?", update_id, OPEN) > 0

    def add_calls(self, update_id: int, calls: Sequence[ApiCall]) -> None:
        """Note the calls that answer an update. Belongs into one transaction with what the update changed."""
        for number, call in enumerate(calls):
            params = json.dumps(call.params, ensure_ascii=False)
            self._database.execute(
                "INSERT INTO calls (update_id, number, method, params, chat_id) VALUES (?, ?, ?, ?, ?)",
                *(update_id, number, call.method, params, call.chat_id),
            )
        self._database.execute("UPDATE updates SET state = ? WHERE id = ?", WRITTEN, update_id)

    def pending_calls(self, update_id: int) -> list[PendingCall]:
        """The calls still to be made for an update, in order."""
        rows = self._database.fetch_all(
            "SELECT * FROM calls WHERE update_id = ? AND NOT done ORDER BY number", update_id
        )
        return [PendingCall(row["number"], ApiCall(row["method"], json.loads(row["params"]))) for row in rows]

    def mark_made(self, update_id: int, number: int, chat_id: int | None, message_id: int | None) -> None:
        """Note that a call took effect; its text is no longer needed."""
        self._database.execute(
            "UPDATE calls SET done = 1, params = '{}', chat_id = ?, message_id = ? WHERE update_id = ? AND number = ?",
            *(chat_id, message_id, update_id, number),
        )

    def mark_done(self, update_id: int) -> None:
        """Note that an update needs nothing more; its text is no longer needed."""
        self._database.execute("UPDATE updates SET state = ?, payload = '{}' WHERE id = ?", DONE, update_id)
        self._begun.discard(update_id)

    def update_answered_by(self, chat_id: int, message_id: int) -> int | None:
        """The update that a message of ours answered."""
        row = self._database.fetch_one(
            "SELECT update_id FROM calls WHERE chat_id = ? AND message_id = ? ORDER BY update_id DESC",
            *(chat_id, message_id),
        )
        return row["update_id"] if row else None

    def forget(self, person_id: int, *, before: int) -> None:
        """Drop what a person said before an update and nobody has answered, and answers not yet delivered."""
        mine = "person_id = ? AND id < ? AND state < 2 AND lane NOT LIKE 'callback%'"  # taps hold no text
        with self._database.transaction():
            self._database.execute(
                f"UPDATE calls SET done = 1, params = '{{}}' WHERE update_id IN (SELECT id FROM updates WHERE {mine})",  # noqa: S608 – our own constant
                *(person_id, before),
            )
            self._database.execute(
                f"UPDATE updates SET state = {DONE}, payload = '{{}}' WHERE {mine}",  # noqa: S608 – our own constant
                *(person_id, before),
            )

    def prune(self) -> None:
        """Drop what was done long ago."""
        old = "state = 2 AND received < ?"
        before = time.time() - KEPT_DAYS * 86_400
        with self._database.transaction():
            self._database.execute(
                f"DELETE FROM calls WHERE update_id IN (SELECT id FROM updates WHERE {old})",  # noqa: S608 – our own constant
                before,
            )
            self._database.execute(f"DELETE FROM updates WHERE {old}", before)  # noqa: S608 – our own constant
