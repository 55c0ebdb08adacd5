"""Whose articles, who may ask, and how much: two people prove for every way in that neither sees the other's."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.telegram.outgoing.messages import duration
from bot.telegram.state.chats import Limits
from bot.telegram.state.database import Database
from bot.telegram.updates.processing import ANONYMOUS
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import Running, Talk, make_app
from tests.bot.telegram.engines import slowed
from tests.bot.telegram.people import Person, make_group

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


def test_strangers_get_one_polite_line(api: BotApi, start: Callable[..., Running]) -> None:
    start(public=False, operator=100, allowed_users=[101], allowed_chats=[-1001], change=slowed(claims=1, seconds=0))
    operator, friend, stranger = Person(api, 100, "Op"), Person(api, 101, "Friend"), Person(api, 102, "Stranger")
    welcome, elsewhere = make_group(api, -1001, "Newsroom"), make_group(api, -1002, "Elsewhere")
    assert "Claim" in operator.ask("Tell me")["text"]
    assert "Claim" in friend.ask("Tell me")["text"]
    line = stranger.ask("Tell me")["text"]
    assert "private" in line
    assert "102" in line
    stranger.say("Tell me!")
    stranger.say("/articles")
    stranger.send_file("a.txt", b"Some text.")
    assert stranger.inline("Tell me")["results"] == []
    assert "Claim" in stranger.ask("@sanad_test_bot Tell me", chat_id=welcome)["text"]
    stranger.say("@sanad_test_bot Tell me", chat_id=elsewhere)
    stranger.say("@sanad_test_bot Tell me now", chat_id=elsewhere)
    time.sleep(0.3)
    assert len(stranger.heard()) == 1
    told = stranger.heard(elsewhere)
    assert len(told) == 1
    assert "-1002" in told[0]["text"]  # what the operator needs to let the group in
    assert api.count("getFile") == 0


def test_limits_say_when_it_is_free_again(api: BotApi, start: Callable[..., Running]) -> None:
    limits = {"questions_per_minute": 2, "articles": 1, "article_bytes": 2000}
    start(change=slowed(claims=1, seconds=0), **limits)
    ben, amal = Person(api, 100, "Ben"), Person(api, 101, "Amal", "ar")
    for person in (ben, amal):
        assert "Claim" in person.ask("First")["text"]
        assert "Claim" in person.ask("Second")["text"]
    assert ben.ask("Third")["text"].startswith("That was 2 questions in a minute; ask again in \u2068")
    assert "بعد" in amal.ask("Third")["text"]
    assert "it is now what you ask about" in ben.ask("/add One small article about bells.")["text"]
    assert "You have 1 article, which is the limit" in ben.ask("/add Another small article about towers.")["text"]
    assert "I already have" in ben.ask("/add One small article about bells.")["text"]
    assert "kB at most" in ben.ask("word " * 500)["text"]


class Anonymous(Person):
    """A group's anonymous administrators, as Telegram shows them to bots."""

    @property
    def user(self) -> dict[str, Any]:
        return {"id": ANONYMOUS, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}

    def _message(self, chat_id: int, **content: Any) -> dict[str, Any]:
        message = super()._message(chat_id, **content)
        message["sender_chat"] = message["chat"]
        return message


def test_anonymous_administrators_are_their_group_and_no_other(
    api: BotApi, start: Callable[..., Running], tmp_path: Path
) -> None:
    start(articles=1, questions_per_minute=1, change=slowed(claims=1, seconds=0), embedding={"provider": "light"})
    admin, ben = Anonymous(api, 99, "Admin"), Person(api, 100, "Ben")
    groups = [make_group(api, -1001, "News"), make_group(api, -1002, "Elsewhere")]
    for group in groups:
        added = admin.ask(f"/add {ARTICLE}", chat_id=group)
        api.wait(lambda added=added: "I have read" in added["text"])  # type: ignore[misc]
        assert "Claim" in admin.ask("@sanad_test_bot Tell me", chat_id=group)["text"]
    assert "in a minute" in admin.ask("@sanad_test_bot Tell me more", chat_id=groups[0])["text"]
    database = sqlite3.connect(tmp_path / "home" / "telegram.sqlite3")
    owners = "SELECT person_id FROM articles UNION ALL SELECT DISTINCT person_id FROM updates"
    assert sorted(row[0] for row in database.execute(owners)) == [-1002, -1002, -1001, -1001]
    database.close()
    said = admin.ask("/forget", chat_id=groups[1])
    assert "Remain anonymous" in said["text"]
    assert "reply_markup" not in said
    for data in ("x:-1002", f"x:{ANONYMOUS}"):
        query = ben.tap_data(said, data)
        assert "for the person who asked" in api.wait(lambda query=query: api.state.callbacks[query])  # type: ignore[misc]
    ben.tap(ben.ask("/forget", chat_id=groups[1]), "Yes")
    api.wait(lambda: "All you gave me is deleted" in ben.heard(groups[1])[-1]["text"])
    for group in groups:
        assert "1." in ben.ask("/articles", chat_id=group)["text"]


def test_days_and_tokens_are_limited_and_a_repeated_update_counts_once(tmp_path: Path, api: BotApi) -> None:
    app = make_app(api, tmp_path, questions_per_day=3, tokens_per_day=100, questions_per_minute=100)
    database = Database(tmp_path / "bot.sqlite3")
    limits = Limits(database, app.settings.telegram)
    for _ in range(5):
        limits.count(1, update_id=7, question=True, tokens=40)
    assert limits.reached(1, update_id=9, asking=True) is None
    limits.count(1, update_id=8, question=False, tokens=60)
    reached = limits.reached(1, update_id=9, asking=True)
    assert reached is not None
    assert 86_390 < reached.wait <= 86_400
    assert duration(reached.wait, "en") == "24 h 0 min"
    assert limits.reached(2, update_id=9, asking=True) is None
    for update_id in (11, 12, 13):
        limits.count(3, update_id=update_id, question=True, tokens=0)
    assert limits.reached(3, update_id=14, asking=True) is not None
    assert limits.reached(3, update_id=13, asking=True) is None  # the third, begun again
    assert limits.reached(3, update_id=14, asking=False) is None
    database.close()


def _asking(chat_id: int, text: str) -> str:
    return text if chat_id > 0 else f"@sanad_test_bot {text}"
