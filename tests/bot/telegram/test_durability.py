"""Nothing is lost: real processes killed at any moment, and a Telegram that fails in every way it can."""

import asyncio
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.telegram.app import make_bot
from bot.telegram.outgoing.delivery import ApiCall, Delivery
from config.errors import BotError
from tests.bot.telegram.bot_api import BotApi, Fault
from tests.bot.telegram.conftest import Running, make_app
from tests.bot.telegram.engines import Slow, slowed
from tests.bot.telegram.people import Person, make_group

ROOT = Path(__file__).resolve().parents[3]
Spawn = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def spawn(api: BotApi, tmp_path: Path) -> Iterator[Spawn]:
    """Start a bot process on the test's data folder."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*, claims: int = 1, seconds: float = 0.0, words: int = 8, hold: float = 30.0) -> "subprocess.Popen[bytes]":
        arguments = [str(tmp_path / "home"), api.url, api.file_url, str(claims), str(seconds), str(words), str(hold)]
        command = [sys.executable, "-m", "tests.bot.telegram.process", *arguments]
        started.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL))
        return started[-1]

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


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


def test_told_to_end_it_hands_over_within_ten_seconds(api: BotApi, spawn: Spawn) -> None:
    ben, amal = Person(api, 100, "Ben"), Person(api, 101, "Amal")
    process = spawn(claims=1)
    api.wait(lambda: api.count("getUpdates"), 30)
    ben.say("Please wait with this one.")
    amal.ask("How many passengers can the Noor carry?", seconds=30)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(12) == 0
    assert time.monotonic() - began < 10
    assert ben.heard() == []
    spawn(hold=0.0)
    ben.next(after=0, seconds=30)


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


FAULTS = [
    Fault("flood", seconds=1),
    Fault("error", times=2),
    Fault("html"),
    Fault("drop_before"),
    Fault("slow", seconds=1.5),
]


def test_telegram_failing_delays_one_chat_and_no_other(api: BotApi, start: Callable[..., Running]) -> None:
    start()
    amal, ben = Person(api, 100, "Amal"), Person(api, 101, "Ben")
    amal.ask("/help"), ben.ask("/help")
    for number, fault in enumerate(FAULTS, 1):
        fault.chat_id = amal.id
        api.faults.append(fault)
        amal.say("/privacy")
        began = time.monotonic()
        ben.ask("/help")
        assert time.monotonic() - began < 1.0
        amal.next(after=number)
    time.sleep(0.3)
    assert len(amal.heard()) == 1 + len(FAULTS)  # each once


@pytest.mark.parametrize(("kind", "given_up"), [("error", True), ("html", False), ("drop_before", False)])
def test_what_telegram_itself_fails_at_for_long_is_given_up(
    api: BotApi, tmp_path: Path, kind: str, *, given_up: bool
) -> None:
    ben, mia = Person(api, 100, "Ben"), Person(api, 101, "Mia")
    counted: list[str] = []

    async def play() -> None:
        async with make_bot(make_app(api, tmp_path)) as bot:
            delivery = Delivery(bot, moved=lambda *_: None, count=counted.append, patience=1.0)
            hello = asyncio.create_task(delivery.deliver(ApiCall("send_message", {"chat_id": ben.id, "text": "Hello"})))
            done, _ = await asyncio.wait([hello], timeout=4)
            assert bool(done) == given_up
            if done:
                assert hello.result().lost == "failing for 1 s"
            assert (await delivery.deliver(ApiCall("send_message", {"chat_id": mia.id, "text": "Hello"}))).lost == ""
            made = await hello  # another call got through, so that this one is given up at its next try
            assert made.lost

    api.faults.append(Fault(kind, chat_id=ben.id, times=1000))
    asyncio.run(play())
    assert counted.count("network") >= 3
    assert ben.heard() == []


def test_a_flood_of_taps_hushes_no_other_persons(api: BotApi, start: Callable[..., Running]) -> None:
    start(change=slowed(claims=1, seconds=0))
    ben, mia = Person(api, 100, "Ben"), Person(api, 101, "Mia")
    answers = {person.id: person.ask("Tell me") for person in (ben, mia)}
    api.faults.append(Fault("flood", method="answerCallbackQuery", seconds=4))
    hushed = ben.tap(answers[ben.id], "👍")
    api.wait(lambda: not api.faults[0].times)
    query = mia.tap(answers[mia.id], "👍")
    api.wait(lambda: api.state.callbacks[query], 2)
    assert api.state.callbacks[hushed] is None
    assert api.wait(lambda: api.state.callbacks[hushed])


def test_a_connection_lost_after_the_call_took_effect_may_repeat_it_but_loses_nothing(
    api: BotApi, start: Callable[..., Running]
) -> None:
    start()
    amal = Person(api, 100, "Amal")
    api.faults.append(Fault("drop_after"))
    amal.say("/help")
    amal.say("/privacy")
    amal.next(after=1)
    api.wait(lambda: "What I keep" in amal.heard()[-1]["text"])
    assert len(amal.heard()) in (2, 3)


def test_polling_survives_every_fault(api: BotApi, start: Callable[..., Running]) -> None:
    start()
    amal = Person(api, 100, "Amal")
    api.wait(lambda: api.count("getUpdates"))
    api.faults += [Fault(kind, method="getUpdates") for kind in ("html", "drop_after")]
    amal.ask("/help")
    assert len(amal.heard()) == 1


def test_the_model_failing_is_said_and_is_not_a_refusal(api: BotApi, start: Callable[..., Running]) -> None:
    start(change=slowed(claims=2, seconds=0.0, fail_at=0))
    ben = Person(api, 100, "Ben")
    said = ben.ask("How many passengers can the Noor carry?")["text"]
    assert "Something failed on our side" in said
    assert "secret words" not in said
    assert "does not say" not in said


def test_what_was_said_before_a_failure_stands_and_is_called_incomplete(
    api: BotApi, start: Callable[..., Running]
) -> None:
    start(change=slowed(claims=2, seconds=0.0, fail_at=1))
    said = Person(api, 100, "Ben").ask("How many passengers can the Noor carry?")["text"]
    assert "Claim 0" in said
    assert "before the answer was complete" in said


def test_blocked_deleted_topic_and_migration_stop_nobody(api: BotApi, start: Callable[..., Running]) -> None:
    start(change=slowed(claims=3, seconds=0.7))
    amal, ben, group = Person(api, 100, "Amal"), Person(api, 101, "Ben"), make_group(api, -1001, "Newsroom")
    api.state.blocked.add(amal.id)
    amal.say("/help")
    ben.ask("/help")

    ben.say("@sanad_test_bot tell me", chat_id=group)  # the message that the answer grows in is deleted
    growing = ben.next(after=0, chat_id=group)
    del api.state.messages[group][growing["message_id"]]
    assert "Claim 2" in ben.next(after=0, chat_id=group)["text"]

    ben.say("@sanad_test_bot tell me more", chat_id=group, thread=5)  # the topic is deleted meanwhile
    api.state.topics[group].clear()
    api.wait(lambda: any("Claim 2" in message["text"] for message in ben.heard(group)[1:]))

    api.state.migrated[group] = make_group(api, -2002, "Newsroom")
    ben.say("/help", chat_id=group)
    assert "Type a question" in ben.next(after=0, chat_id=-2002)["text"]
    api.state.blocked.clear()
    amal.ask("/help")


def test_two_bots_one_says_so_and_stops(api: BotApi, start: Callable[..., Running], tmp_path: Path) -> None:
    first = start()
    api.wait(lambda: api.count("getUpdates"))
    second = start(home=tmp_path / "another")
    api.wait(lambda: first.error or second.error)
    assert (first.error is None) != (second.error is None)
    error = first.error or second.error
    assert isinstance(error, BotError)
    assert "Another process" in str(error)
    Person(api, 100, "Ben").ask("/help")


def test_a_revoked_token_ends_the_bot_with_a_clear_error(api: BotApi, start: Callable[..., Running]) -> None:
    running = start()
    api.wait(lambda: api.count("getUpdates"))
    api.unauthorized = True
    Person(api, 100, "Ben").say("/help")
    api.wait(lambda: running.error)
    assert "TELEGRAM_BOT_TOKEN" in str(running.error)


def test_one_slow_answer_holds_nobody_up_and_one_chats_questions_stay_in_order(
    api: BotApi, start: Callable[..., Running]
) -> None:
    running = start(change=slowed(claims=1, seconds=0.0))
    engine = running.app.engine
    assert isinstance(engine, Slow)
    amal, ben = Person(api, 100, "Amal"), Person(api, 101, "Ben")
    amal.say("Please wait: first question")
    amal.say("Which question is the second of all?")
    ben.ask("A quick question")
    assert amal.heard() == []
    engine.go.set()
    amal.next(after=1)
    assert [question.text for question in engine.asked if "quick" not in question.text] == [
        "Please wait: first question",
        "Which question is the second of all?",
    ]
    assert api.state.actions.count(amal.id) >= 1


def test_stop_ends_an_answer_and_what_was_said_stands(api: BotApi, start: Callable[..., Running]) -> None:
    start(change=slowed(claims=20, seconds=0.3))
    ben = Person(api, 100, "Ben")
    ben.say("Tell me all")
    api.wait(lambda: len(api.state.drafts[ben.id]) >= 2)
    ben.say("/stop")
    api.wait(lambda: len(ben.heard()) == 2)
    texts = sorted(message["text"] for message in ben.heard())
    assert "Claim 0" in texts[0]
    assert "Claim 19" not in texts[0]
    drafts = api.state.drafts[ben.id]
    assert len({one["draft_id"] for one in drafts}) == 1
    assert len({one["text"] for one in drafts}) == len(drafts)


def test_repeated_updates_are_answered_once(tmp_path: Path) -> None:
    from bot.telegram.state.database import Database, IncomingUpdate, Journal

    database = Database(tmp_path / "bot.sqlite3")
    journal = Journal(database)
    update = IncomingUpdate(5, "chat 1", {"update_id": 5})
    assert journal.receive([update, update]) == [(5, "chat 1")]
    assert journal.receive([update]) == []
    database.close()
    assert Journal(Database(tmp_path / "bot.sqlite3")).unfinished() == [(5, "chat 1")]
