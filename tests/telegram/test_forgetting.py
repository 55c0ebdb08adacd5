"""/forget deletes all a person gave: also what is being made of it just then, and what a killed process left."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.bootstrap import bootstrap
from bot.telegram.database import Database
from config.settings import load_settings
from index.readers import article_from_text
from tests.telegram.bot_api import BotApi
from tests.telegram.conftest import Running
from tests.telegram.engines import Slow, slowed
from tests.telegram.people import Person, make_group

LIGHT = {"provider": "light"}
TEXT = "The vault of Zarbel holds 77 emeralds. The key lies under the third stone."


def rows(home: Path, table: str) -> list[tuple[Any, ...]]:
    database = Database(home / "telegram.sqlite3")
    found = [tuple(row) for row in database.read(f"SELECT * FROM {table}")]  # noqa: S608 – our own
    database.close()
    return found


def forget(person: Person) -> None:
    """Ask for it, confirm, and wait until it is said to be done."""
    sure = person.ask("/forget")
    before = len(person.heard())
    person.tap(sure, "Yes")
    assert "All you gave me is deleted" in person.next(after=before)["text"]


def test_an_article_being_indexed_is_not_there_afterwards(
    api: BotApi, start: Callable[..., Running], tmp_path: Path
) -> None:
    running, ben, home = start(embedding=LIGHT), Person(api, 100, "Ben"), tmp_path / "home"
    sure = ben.ask("/forget")
    lines = [f"Gate {number} of Zarbel was built by the mason number {number}." for number in range(1500)]
    ben.send_file("gates.txt", "\n\n".join(lines).encode())
    api.wait(lambda: rows(home, "articles"))  # indexing begins
    ben.say("How many emeralds does the vault hold?")  # waits behind it
    ben.tap(sure, "Yes")
    assert "All you gave me is deleted" in ben.next(after=1, seconds=60)["text"]
    time.sleep(1.0)
    assert len(ben.heard()) == 2  # no "I have read", no answer
    assert (rows(home, "articles"), rows(home, "parts"), rows(home, "answers")) == ([], [], [])
    assert running.app.library.space("u100").records() == []
    assert "no articles" in ben.ask("/articles")["text"]


def test_an_answer_under_way_leaves_no_question(api: BotApi, start: Callable[..., Running], tmp_path: Path) -> None:
    running, ben, mia = start(change=slowed(claims=1, seconds=0)), Person(api, 100, "Ben"), Person(api, 101, "Mia")
    engine = running.app.engine
    assert isinstance(engine, Slow)
    sure = ben.ask("/forget")
    mia.say("Please wait with mine too")
    ben.say("Please wait with this secret question")
    api.wait(lambda: len(engine.asked) == 2)
    ben.tap(sure, "Yes")
    assert "All you gave me is deleted" in ben.next(after=1)["text"]
    engine.go.set()
    mia.next(after=0)  # another person's answer goes on
    time.sleep(0.5)
    assert len(ben.heard()) == 2
    database = tmp_path / "home" / "telegram.sqlite3"
    assert "secret" not in str([*rows(database.parent, "answers"), *rows(database.parent, "updates")])
    assert [row[2] for row in rows(database.parent, "answers")] == [mia.id]
    assert "Claim 0" in ben.ask("A new question after all?")["text"]


def test_an_article_that_a_killed_process_left_in_a_group_is_its_senders(
    api: BotApi, start: Callable[..., Running], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    app = bootstrap(load_settings({"home": str(home), "embedding": LIGHT}))
    list(app.indexer.add([article_from_text(TEXT, source="telegram:g1001/5")], space="g1001"))  # and then the kill
    app.library.store.close()
    running, ben, group = start(home=home, embedding=LIGHT), Person(api, 100, "Ben"), make_group(api, -1001, "News")
    assert "I already have" in ben.ask(f"/add {TEXT}", chat_id=group)["text"]
    assert [(row[0], row[2]) for row in rows(home, "articles")] == [("g1001", ben.id)]
    assert sum(row[4] for row in rows(home, "uses")) > 10  # its tokens count
    forget(ben)
    assert rows(home, "articles") == []
    assert running.app.library.space("g1001").records() == []


def test_nothing_stays_readable_in_the_librarys_files(
    api: BotApi, start: Callable[..., Running], tmp_path: Path
) -> None:
    home, ben, mia = tmp_path / "home", Person(api, 100, "Ben"), Person(api, 101, "Mia")
    first = start(embedding=LIGHT)
    ben.ask(f"/add {TEXT}")
    mia.ask("/add The ship of Olm has 12 masts. It sails at noon.")
    forget(ben)
    first.stop()
    start(embedding=LIGHT)
    api.wait(lambda: not rows(home, "notes"), 30)
    assert b"Zarbel" not in (home / "library" / "chroma.sqlite3").read_bytes()
    folders = [one for one in (home / "library").iterdir() if one.is_dir()]
    raw = sqlite3.connect(home / "library" / "chroma.sqlite3")
    live = {row[0] for row in raw.execute("SELECT id FROM segments")}
    raw.close()
    assert folders
    assert {one.name for one in folders} <= live  # the folders of Ben's collections went with them
    assert "12 masts" in mia.ask("How many masts has the ship of Olm?")["text"]
    assert "I have read" in ben.ask(f"/add {TEXT}")["text"]
