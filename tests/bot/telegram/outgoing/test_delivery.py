"""A Telegram that fails in every way it can delays one chat, and loses nothing."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.telegram.app import make_bot
from bot.telegram.outgoing.delivery import ApiCall, Delivery, RateLimiter
from tests.bot.telegram.bot_api import BotApi, Fault
from tests.bot.telegram.conftest import Running, make_app
from tests.bot.telegram.engines import slowed
from tests.bot.telegram.people import Person, make_group

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


def test_the_message_an_answer_grew_in_is_replaced_in_its_topic(api: BotApi, start: Callable[..., Running]) -> None:
    start(change=slowed(claims=3, seconds=0.7))
    ben, group = Person(api, 101, "Ben"), make_group(api, -1001, "Newsroom")
    asked = ben.say("@sanad_test_bot tell me", chat_id=group, thread=77)
    growing = ben.next(after=0, chat_id=group)
    del api.state.messages[group][growing["message_id"]]
    answer = ben.next(after=0, chat_id=group)
    assert "Claim 2" in answer["text"]
    assert answer["message_thread_id"] == 77
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]


def test_allowances_keep_the_pace() -> None:
    allowance = RateLimiter(5, 1.0)
    assert [allowance.take(1) for _ in range(5)] == [0.0] * 5
    assert 0.1 < allowance.take(1) < 0.3
    assert allowance.wait(1) > 0.2
    assert allowance.wait(2) == 0.0
