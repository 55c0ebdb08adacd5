"""Whose articles are seen: two people prove for every way in that neither sees the other's; and nothing deleted stays."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import LIGHT, Running, Talk, rows
from tests.bot.telegram.people import Person, forget

ARTICLE = "The vault of Zarbel holds 77 emeralds. The key lies under the third stone."


MARK = "77 emeralds"


class Owner:
    """Somebody with an article of their own, in private or in a group, and what they know of it."""

    def __init__(self, talk: Talk, person: Person, chat_id: int) -> None:
        self.person, self.chat_id = person, chat_id
        self.added = person.ask(f"/add {ARTICLE}", chat_id=chat_id)
        listed = person.ask("/articles", chat_id=chat_id)
        data = listed["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        self.article_id = data.removeprefix("a:")
        self.answer = person.ask(_asking(chat_id, "How many emeralds does the vault hold?"), chat_id=chat_id)
        assert MARK in self.answer["text"]
        self.sentence = self.answer["reply_markup"]["inline_keyboard"][0][0]["callback_data"]


@pytest.fixture(scope="module")
def owners(talk: Talk) -> list[Owner]:
    alone, member, group = talk.person("Ben", "en"), talk.person("Mia", "en"), talk.group()
    return [Owner(talk, alone, alone.id), Owner(talk, member, group)]


@pytest.mark.parametrize("kind", [0, 1], ids=["a person's", "a group's"])
def test_no_way_in_shows_anothers_article(talk: Talk, owners: list[Owner], kind: int) -> None:
    owner, eve = owners[kind], talk.person("Eve", "en")
    elsewhere = talk.group("Eve's group")
    eve.ask("How many emeralds does the vault of Zarbel hold?")
    eve.ask("/articles")
    eve.ask(f"/start a_{owner.article_id}")
    eve.ask("/sources")
    eve.ask("@sanad_test_bot How many emeralds does the vault of Zarbel hold?", chat_id=elsewhere)
    eve.ask("/articles", chat_id=elsewhere)
    anywhere = eve.heard()[0]
    forged = [f"a:{owner.article_id}", f"r:{owner.article_id}", f"R:{owner.article_id}", owner.sentence,
              owner.sentence.replace("s:", "f:").rpartition(":")[0] + ":down",
              owner.sentence.replace("s:", "w:"), f"x:{owner.person.id}"]  # fmt: skip
    for data in forged:
        query = eve.tap_data(anywhere, data)
        talk.api.wait(lambda query=query: talk.api.state.callbacks[query] is not None)  # type: ignore[misc]
    time.sleep(0.3)
    offered = eve.inline("How many emeralds does the vault of Zarbel hold?")
    assert offered["results"]
    assert MARK not in str(offered)
    heard = str([*eve.heard(), *eve.heard(elsewhere)])
    assert MARK not in heard
    assert owner.article_id not in heard
    still = owner.person.ask(_asking(owner.chat_id, "How many emeralds does the vault hold?"), chat_id=owner.chat_id)
    assert MARK in still["text"]  # nothing that was forged removed it


def test_a_persons_article_is_not_shown_in_a_group_they_are_in(talk: Talk, owners: list[Owner]) -> None:
    owner, group = owners[0], talk.group()
    asked = owner.person.ask("@sanad_test_bot How many emeralds does the vault of Zarbel hold?", chat_id=group)
    assert MARK not in asked["text"]
    assert MARK in str(owner.person.inline("emeralds in the vault of Zarbel"))


def _asking(chat_id: int, text: str) -> str:
    return text if chat_id > 0 else f"@sanad_test_bot {text}"


def test_nothing_stays_readable_in_the_librarys_files(
    api: BotApi, start: Callable[..., Running], tmp_path: Path
) -> None:
    home, ben, mia = tmp_path / "home", Person(api, 100, "Ben"), Person(api, 101, "Mia")
    first = start(embedding=LIGHT)
    ben.ask(f"/add {ARTICLE}")
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
    assert "I have read" in ben.ask(f"/add {ARTICLE}")["text"]
