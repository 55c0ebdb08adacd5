"""Nothing is lost: real processes killed at any moment, full disks; and only who is meant and may is answered."""

import random
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.telegram.state.database import DONE
from bot.telegram.updates.processing import ANONYMOUS
from tests.bot.telegram.bot_api import BotApi, Fault
from tests.bot.telegram.conftest import ROOT, Running, Spawn, Talk
from tests.bot.telegram.engines import slowed
from tests.bot.telegram.people import Person, make_group


def test_killed_in_the_middle_of_answers_it_answers_all_of_them_later(api: BotApi, spawn: Spawn) -> None:
    people = [Person(api, 100 + number, f"Person {number}") for number in range(4)]
    moments = random.Random(7)
    for round_ in range(2):
        process = spawn(claims=1, seconds=0.2)
        _wait_for_polling(api)
        for person in people:
            person.say(f"How many passengers can the Noor carry? {round_}")
        time.sleep(moments.uniform(0.0, 0.8))
        process.kill()
        process.wait()
    spawn()
    for person in people:
        person.next(after=1, seconds=40)
    time.sleep(0.3)
    messages = [message for person in people for message in person.heard()]
    assert all(len(person.heard()) >= 2 for person in people)
    assert len(messages) <= 2 * len(people) + 2  # at most the one call that each kill cut off, where nobody can tell


def _wait_for_polling(api: BotApi) -> None:
    calls = api.count("getUpdates")
    api.wait(lambda: api.count("getUpdates") > calls, 30)


def test_killed_between_the_parts_of_a_long_answer_it_sends_the_rest_only(api: BotApi, spawn: Spawn) -> None:
    ben = Person(api, 100, "Ben")
    process = spawn(claims=12, words=200)
    api.faults.append(Fault("slow", seconds=0.0))
    api.faults.append(Fault("slow", seconds=20.0))
    ben.say("Tell me all.")
    ben.next(after=0, seconds=40)
    api.wait(lambda: api.count("sendMessage") == 2)
    process.kill()
    process.wait()
    spawn()
    ben.next(after=2, seconds=40)
    time.sleep(0.5)
    texts = "".join(message["text"] for message in ben.heard())
    assert [texts.count(f"Claim {number}:") for number in range(12)] == [1] * 12


def test_a_full_disk_loses_nothing(api: BotApi, spawn: Spawn) -> None:
    ben = Person(api, 100, "Ben")
    process = spawn()
    ben.ask("/help", seconds=40)
    unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1024, unlimited[1]))
    ben.say("/privacy")
    time.sleep(1.0)
    assert len(ben.heard()) == 1
    assert api.state.updates  # Telegram was not told that it was received
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
    assert "What I keep" in ben.next(after=1, seconds=30)["text"]
    time.sleep(0.3)
    assert len(ben.heard()) == 2
    assert process.poll() is None


def test_a_full_disk_keeps_the_answer_until_it_can_be_written(api: BotApi, tmp_path: Path) -> None:
    ben = Person(api, 100, "Ben")
    arguments = [str(tmp_path / "home"), api.url, api.file_url, "1", "0", "8", "3"]
    command = [sys.executable, "-m", "tests.bot.telegram.process", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        ben.ask("/help", seconds=40)
        ben.say("Please wait with this one")
        api.wait(lambda: ben.id in api.state.actions)  # it is received, and being answered
        unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1024, unlimited[1]))
        time.sleep(8)  # the answer is there after three, and cannot be written
        assert len(ben.heard()) == 1
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        assert "Claim 0" in ben.next(after=1, seconds=4)["text"]  # at once: it is not made again
        process.terminate()
        process.wait(15)


def test_an_update_is_given_up_once_the_disk_takes_that(
    api: BotApi, start: Callable[..., Running], tmp_path: Path
) -> None:
    start(change=slowed(claims=1, seconds=0))
    ben = Person(api, 100, "Ben")
    ben.ask("/help")
    raw = sqlite3.connect(tmp_path / "home" / "telegram.sqlite3", isolation_level=None)
    api.wait(lambda: not raw.execute("SELECT 1 FROM updates WHERE state != ?", (DONE,)).fetchone())
    overflow = "SELECT abs(-9223372036854775808)"  # fails when it runs, so that a connection notices when it is gone
    raw.execute(f"CREATE TRIGGER full BEFORE UPDATE OF state ON updates BEGIN {overflow}; END")
    given_up = api.update("message", {"message_id": 1, "date": 1, "chat": {"id": ben.id}, "from": ben.user})
    api.wait(lambda: raw.execute("SELECT 1 FROM updates WHERE id = ? AND attempts", (given_up,)).fetchone())
    ben.say("Tell me")
    raw.execute("DROP TRIGGER full")
    assert "Claim" in ben.next(after=1)["text"]
    assert raw.execute("SELECT state FROM updates WHERE id = ?", (given_up,)).fetchone() == (DONE,)
    raw.close()


def test_a_group_is_answered_when_it_means_the_bot(talk: Talk) -> None:
    group, ben = talk.group(), talk.person("Ben", "en")
    ben.say("How many passengers can the Noor carry?", chat_id=group)
    asked = ben.say("@sanad_test_bot How many passengers can the Noor carry?", chat_id=group)
    answer = ben.next(after=0, chat_id=group)
    assert "220" in answer["text"]
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]
    again = ben.ask("And who steered the first crossing?", chat_id=group, reply_to=answer["message_id"])
    assert "Haddad" in again["text"]
    assert len(ben.heard(group)) == 2
    assert "Articles" in ben.ask("/articles@sanad_test_bot", chat_id=group)["text"]
    ben.say("/articles@another_bot", chat_id=group)
    answer = ben.ask("@sanad_test_bot how fast is the crossing?", chat_id=group, thread=77)
    assert answer["message_thread_id"] == 77


def test_other_bots_commands_in_a_group_are_not_answered(talk: Talk) -> None:
    group, ben = talk.group(), talk.person("Ben", "en")
    answer = ben.ask("@sanad_test_bot How many passengers can the Noor carry?", chat_id=group)
    for text in ("/ban", "/ban Mia", "/etc/hosts is where names are", "/", "/ban @sanad_test_bot", "/ban@another_bot"):
        ben.say(text, chat_id=group)
        ben.say(text, chat_id=group, reply_to=answer["message_id"])
    assert "/articles" in ben.ask("/help", chat_id=group)["text"]  # what came before is done: a chat has one lane
    assert len(ben.heard(group)) == 2
    assert "do not know" in ben.ask("/ban@sanad_test_bot", chat_id=group)["text"]
    assert "do not know" in ben.ask("/ban")["text"]


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


def test_a_strangers_tap_and_a_failing_button_are_acknowledged(
    api: BotApi, start: Callable[..., Running], talk: Talk
) -> None:
    start(public=False, operator=100, change=slowed(claims=1, seconds=0))
    operator, stranger = Person(api, 100, "Op"), Person(api, 101, "Eve")
    answer = operator.ask("Tell me")
    query = stranger.tap_data(answer, "s:1:1")
    assert "private" in api.wait(lambda: api.state.callbacks[query])
    query = operator.tap_data(answer, f"s:{10**30}:1")  # a number that no database can hold
    assert "Something failed" in api.wait(lambda: api.state.callbacks[query])


def test_an_allowed_group_stays_allowed_when_its_id_changes(api: BotApi, start: Callable[..., Running]) -> None:
    start(public=False, allowed_chats=[-1001], change=slowed(claims=1, seconds=0))
    ben, old = Person(api, 100, "Ben"), make_group(api, -1001, "News")
    ben.ask("@sanad_test_bot Tell me", chat_id=old)
    new = make_group(api, -2002, "News")
    moved = {"message_id": 9000, "date": 1, "chat": api.state.chats[old], "from": ben.user, "migrate_to_chat_id": new}
    api.update("message", moved)
    assert "Claim" in ben.ask("@sanad_test_bot Tell me more of it", chat_id=new)["text"]
    ben.say("@sanad_test_bot Tell me even more of it", chat_id=old)  # sent before, delivered late
    assert "Claim" in ben.next(after=1, chat_id=new)["text"]


ARTICLE = "The vault of Zarbel holds 77 emeralds. The key lies under the third stone."


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
