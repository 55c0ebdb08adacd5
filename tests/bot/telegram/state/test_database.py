"""The database and its versions; the journal of updates and calls."""

import json
import sqlite3
from pathlib import Path

import pytest

from bot.telegram.outgoing.delivery import ApiCall
from bot.telegram.state.chats import Answers, Chats
from bot.telegram.state.database import MIGRATIONS, Database, IncomingUpdate, Journal
from config.errors import BotError


def test_the_database_is_migrated_and_a_newer_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deeper" / "bot.sqlite3"
    Database(path).close()
    Database(path).close()
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    raw.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    raw.close()
    with pytest.raises(BotError, match="newer Sanad"):
        Database(path)
    with pytest.raises(BotError, match="cannot be used"):
        Database(tmp_path)


def test_a_database_of_the_first_version_keeps_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "bot.sqlite3"
    raw = sqlite3.connect(path)
    raw.executescript(MIGRATIONS[0] + "PRAGMA user_version = 1;")
    payload = json.dumps({"update_id": 7, "message": {"from": {"id": 42}, "text": "x"}})
    raw.execute("INSERT INTO updates VALUES (7, 'chat 42', ?, 0, 0, NULL, 1.0)", (payload,))
    raw.execute("INSERT INTO answers VALUES (5, 42, 42, 1.0, 'How many?', 'en', 1, 'Two.', '[]')")
    raw.execute("INSERT INTO parts VALUES (42, 9, 'u42', 'abc', 0, 4200, 0, 1.0)")
    raw.commit()
    raw.close()
    database = Database(path)
    given = Answers(database).get(5, chat_id=42)
    assert given is not None
    assert (given.question, given.understood) == ("How many?", "How many?")
    part = Chats(database).article_message(42, 9)
    assert part is not None
    assert part.person_id == 0
    journal = Journal(database)
    assert journal.unfinished() == [(7, "chat 42")]
    journal.forget(42, before=8)  # whose an old update is was found out
    assert journal.unfinished() == []
    database.close()


def test_the_database_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "telegram.sqlite3"
    path.touch(mode=0o644)  # an earlier version made it so
    database = Database(path)
    database.set_note("x", "y")
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()} == dict.fromkeys(
        ("telegram.sqlite3", "telegram.sqlite3-wal", "telegram.sqlite3-shm"), oct(0o600)
    )
    database.close()


def test_however_often_a_process_tries_it_is_one_attempt(tmp_path: Path) -> None:
    database = Database(tmp_path / "bot.sqlite3")
    journal = Journal(database)
    journal.receive([IncomingUpdate(1, "chat 5", {"update_id": 1})])
    assert [entry.attempts for _ in range(7) if (entry := journal.begin(1))] == [0] * 7
    entry = Journal(database).begin(1)  # another process
    database.close()
    assert entry is not None
    assert entry.attempts == 1


def test_repeated_updates_are_answered_once(tmp_path: Path) -> None:
    from bot.telegram.state.database import Database, IncomingUpdate, Journal

    database = Database(tmp_path / "bot.sqlite3")
    journal = Journal(database)
    update = IncomingUpdate(5, "chat 1", {"update_id": 5})
    assert journal.receive([update, update]) == [(5, "chat 1")]
    assert journal.receive([update]) == []
    database.close()
    assert Journal(Database(tmp_path / "bot.sqlite3")).unfinished() == [(5, "chat 1")]


def test_what_is_done_keeps_no_text(tmp_path: Path) -> None:

    database = Database(tmp_path / "bot.sqlite3")
    journal = Journal(database)
    journal.receive([IncomingUpdate(1, "chat 5", {"update_id": 1, "message": {"text": "secret"}})])
    journal.add_calls(1, [ApiCall("send_message", {"chat_id": 5, "text": "secret"})])
    assert journal.pending_calls(1)[0].call.params["text"] == "secret"
    journal.mark_made(1, 0, 5, 77)
    journal.mark_done(1)
    assert (
        journal.pending_calls(1),
        journal.begin(1),
        journal.count_unfinished(),
        journal.update_answered_by(5, 77),
    ) == ([], None, 0, 1)
    kept = [*database.fetch_all("SELECT * FROM updates"), *database.fetch_all("SELECT * FROM calls")]
    assert "secret" not in str([tuple(row) for row in kept])
    database.close()
