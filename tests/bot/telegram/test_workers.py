"""Small things never wait for answers, what is stopped holds nobody up, and a chat's questions stay in order."""

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.telegram.workers import WorkerPool, WorkStopped
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import Running
from tests.bot.telegram.engines import Slow, slowed
from tests.bot.telegram.people import Person


def test_slow_answers_do_not_hold_up_lists_and_greetings(
    api: BotApi, start: Callable[..., Running], seeded: Path, tmp_path: Path
) -> None:
    # A copy without what other tests' people left with the bot.
    home = shutil.copytree(seeded, tmp_path / "home", ignore=shutil.ignore_patterns("telegram.*"))
    running = start(home=home, workers=2, change=slowed(claims=1, seconds=0))
    engine = running.app.engine
    assert isinstance(engine, Slow)
    askers = [Person(api, 300 + number, "Ben") for number in range(3)]
    for person in askers:
        person.say("Please wait with this")
    api.wait(lambda: len(engine.asked) >= 2, 20)  # the encoders are loaded first
    mia = Person(api, 200, "Mia")
    began = time.monotonic()
    mia.ask("/start")
    mia.ask("/articles")
    assert mia.inline("ferry") is not None
    assert time.monotonic() - began < 15  # the answers take until they are told to go on
    engine.go.set()
    for person in askers:
        person.next(after=0)


def test_a_stopped_answer_gives_its_place_away_and_counts(api: BotApi, start: Callable[..., Running]) -> None:
    running = start(workers=1, questions_per_minute=1, change=slowed(claims=1, seconds=0))
    engine = running.app.engine
    assert isinstance(engine, Slow)
    ben, mia = Person(api, 100, "Ben"), Person(api, 101, "Mia")
    ben.say("Please wait with this")
    api.wait(lambda: engine.asked)
    assert ben.ask("/stop")["text"] == "Stopped."
    assert "Claim" in mia.ask("A quick one, please?")["text"]  # though the model still hangs in Ben's
    assert "1 question in a minute" in ben.ask("Another one?")["text"].replace("\u2068", "")
    engine.go.set()


def test_a_question_that_waits_for_a_place_can_be_stopped(api: BotApi, start: Callable[..., Running]) -> None:
    running = start(workers=1, change=slowed(claims=1, seconds=0))
    engine = running.app.engine
    assert isinstance(engine, Slow)
    ben, mia = Person(api, 100, "Ben"), Person(api, 101, "Mia")
    ben.say("Please wait with this")
    api.wait(lambda: engine.asked)
    mia.say("Something else entirely?")
    api.wait(lambda: mia.id in api.state.actions)  # it shows typing: it waits
    assert mia.ask("/stop")["text"] == "Stopped."
    assert "Type a question" in mia.ask("/help")["text"]  # her lane goes on
    engine.go.set()
    ben.next(after=0)
    assert len(engine.asked) == 1


def test_what_waits_is_not_begun_once_stopped_and_leaves_its_place() -> None:
    async def play() -> None:
        workers, stop, go = WorkerPool(1), asyncio.Event(), threading.Event()
        first = asyncio.create_task(workers.run(lambda: go.wait(5)))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(workers.run(lambda: pytest.fail("begun"), stop=stop))
        await asyncio.sleep(0.05)
        stop.set()
        with pytest.raises(WorkStopped):
            await second
        go.set()
        assert await first
        assert await workers.run(lambda: 3) == 3

    asyncio.run(play())


def test_threads_that_hang_are_bounded() -> None:
    async def play() -> None:
        workers, go, begun = WorkerPool(1), threading.Event(), list[int]()

        def hang() -> Iterator[int]:
            begun.append(1)
            go.wait(10)
            yield 1

        for _ in range(8):
            stop = asyncio.Event()
            asyncio.get_running_loop().call_later(0.05, stop.set)
            assert [item async for item in workers.stream(hang, stop=stop)] == []
        assert len(begun) == 5  # one worker, and four times as many that hang
        go.set()
        assert await workers.run(lambda: 3) == 3

    asyncio.run(play())


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
