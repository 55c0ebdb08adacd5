"""What goes wrong around the bot: unreachable, taken over, moved, forged, unparsable, full."""

import asyncio
import itertools
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.telegram.app import alone
from bot.telegram.checking import check_bot
from bot.telegram.runtime.monitor import SILENT_AFTER, Metrics
from bot.telegram.runtime.serving import make_bot, token_of
from bot.telegram.state.database import Database
from bot.telegram.state.journal import DONE, Journal, Received
from bot.telegram.updates.webhook import watch
from config.errors import BotError
from index.readers.sources import article_from_text
from tests.bot.telegram.bot_api import TOKEN, BotApi, Fault
from tests.bot.telegram.conftest import Running, Talk, make_app
from tests.bot.telegram.engines import slowed
from tests.bot.telegram.people import Person, make_group
from tests.scripted_model import Fail, Say, serve_script

ROOT = Path(__file__).resolve().parents[3]
LIGHT = {"provider": "light"}
THEIRS = {"url": "https://other.example/hook"}


def test_told_to_end_while_telegram_cannot_be_reached_it_ends(tmp_path: Path) -> None:
    unreachable = "http://127.0.0.1:1/bot"
    arguments = [str(tmp_path), unreachable, unreachable, "1", "0", "1", "0"]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bot.telegram.process", *arguments], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        while "unreachable" not in process.stderr.readline():
            pass
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 5


def test_another_process_webhook_is_left_alone_unless_dead_or_told_to_take_over(
    api: BotApi, start: Callable[..., Running], tmp_path: Path
) -> None:
    api.state.webhook = dict(THEIRS)
    refused = start(change=slowed())
    api.wait(lambda: refused.error)
    assert "other.example" in str(refused.error)
    assert "--take-over" in str(refused.error)
    assert api.state.webhook == THEIRS
    taking = start(change=slowed(claims=1, seconds=0), take_over=True)
    assert "Claim" in Person(api, 100, "Ben").ask("Tell me")["text"]
    taking.stop()
    api.state.webhook = {**THEIRS, "last_error_date": int(time.time())}  # Telegram could not deliver just now
    start(change=slowed(claims=1, seconds=0))
    assert "Claim" in Person(api, 101, "Mia").ask("Tell me")["text"]


def test_ones_own_webhook_is_left_for_polling_without_asking(api: BotApi, start: Callable[..., Running]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    api.webhook_route = lambda _: f"http://127.0.0.1:{port}/hook"
    hooked = start(change=slowed(claims=1, seconds=0), webhook="https://news.example/hook", webhook_port=port)
    Person(api, 100, "Ben").ask("Tell me")
    hooked.stop()
    assert api.state.webhook
    start(change=slowed(claims=1, seconds=0))
    Person(api, 101, "Mia").ask("Tell me")
    assert not api.state.webhook


def test_a_webhook_that_was_taken_over_is_noticed(api: BotApi, tmp_path: Path) -> None:
    api.state.webhook = {"url": "https://mine.example/hook"}
    metrics = Metrics()

    async def play() -> None:
        async with make_bot(make_app(api, tmp_path)) as bot:
            watching = asyncio.create_task(watch(bot, metrics, url="https://mine.example/hook", every=0.05))
            await asyncio.sleep(0.3)
            assert not watching.done()
            api.state.webhook = dict(THEIRS)
            await watching

    with pytest.raises(BotError, match="Another process"):
        asyncio.run(play())


def test_silence_is_illness_also_with_a_webhook_that_nobody_writes_to(api: BotApi, tmp_path: Path) -> None:
    api.state.webhook = {"url": "https://mine.example/hook"}
    metrics = Metrics()
    metrics.heard -= SILENT_AFTER + 8
    assert not metrics.healthy

    async def play() -> None:
        async with make_bot(make_app(api, tmp_path)) as bot:
            watching = asyncio.create_task(watch(bot, metrics, url="https://mine.example/hook", every=0.05))
            await asyncio.sleep(0.5)
            assert metrics.healthy
            api.faults.append(Fault("html", method="getWebhookInfo", times=1000))
            await asyncio.sleep(0.2)
            metrics.heard -= SILENT_AFTER + 8
            await asyncio.sleep(0.5)
            assert not metrics.healthy
            watching.cancel()

    asyncio.run(play())


def test_the_check_fails_for_a_model_that_does_not_answer(
    api: BotApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for script, passed in ((Fail(500), False), (Say([" "]), False), (Say(["yes"]), True)):
        with serve_script(script) as server:
            llm = {"base_url": server.url, "model": "scripted"}
            assert check_bot(make_app(api, tmp_path, embedding=LIGHT, llm=llm)) is passed
        assert ("✓ model" in capsys.readouterr().out) is passed
    llm = {"base_url": "http://127.0.0.1:1/v1", "model": "scripted"}
    assert not check_bot(make_app(api, tmp_path, embedding=LIGHT, llm=llm))


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


def test_what_cannot_be_parsed_stops_nothing_and_is_not_logged(
    api: BotApi, start: Callable[..., Running], capfd: pytest.CaptureFixture[str]
) -> None:
    start(change=slowed(claims=1, seconds=0))
    received: list[Any] = [
        {"text": "amber room", "chat": "amber room"},
        {"text": "amber room", "date": {}},
        [],
        "amber",
    ]
    for nonsense in received:
        api.update("message", nonsense)
    assert "Claim" in Person(api, 100, "Ben").ask("Tell me")["text"]
    assert "amber" not in "".join(capfd.readouterr())


def test_what_cannot_be_parsed_is_taken_by_a_webhook_too(
    api: BotApi, start: Callable[..., Running], capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    api.webhook_route = lambda _: f"http://127.0.0.1:{port}/hook"
    change = slowed(claims=1, seconds=0)
    start(change=change, webhook="https://news.example/hook", webhook_port=port, webhook_secret="s3cret")
    api.update("message", {"text": "amber room", "chat": "amber room"})
    assert "Claim" in Person(api, 100, "Ben").ask("Tell me")["text"]
    headers = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
    for body in ("amber room", "[1]", "{}"):
        answer = httpx.post(
            f"http://127.0.0.1:{port}/hook", content=body, headers={**headers, "Content-Type": "application/json"}
        )
        assert answer.status_code == 400
    assert "amber" not in "".join(capfd.readouterr())


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


def test_the_button_to_ask_in_private_is_there_for_shared_articles_only(talk: Talk) -> None:
    group, ben = talk.group(), talk.person("Ben", "en")
    ben.tap(ben.ask("@sanad_test_bot How many passengers can the Noor carry?", chat_id=group), "[1]")
    assert "?start=a_" in str(ben.next(after=1, chat_id=group)["reply_markup"])
    ben.ask("/add The vault of Zarbel holds 77 emeralds.", chat_id=group)
    listed = ben.ask("/articles", chat_id=group)
    ben.tap(listed, "All articles")
    ben.next(after=4, chat_id=group)
    ben.tap(ben.ask("@sanad_test_bot How many emeralds does the vault of Zarbel hold?", chat_id=group), "[1]")
    shown = ben.next(after=6, chat_id=group)
    assert "77 emeralds" in shown["text"]
    assert "reply_markup" not in shown


def test_inline_queries_and_a_persons_articles_everywhere_are_limited(
    api: BotApi, start: Callable[..., Running], seeded: Path
) -> None:
    start(home=seeded, questions_per_minute=1, articles=1)
    ben, group = Person(api, 100, "Ben"), make_group(api, -1001, "News")
    queries = (ben.inline(f"passengers of the Noor {number}") for number in range(30))
    offered = list(itertools.takewhile(lambda one: one["button"]["text"] == "Ask Sanad directly", queries))
    assert 6 <= len(offered) < 30  # more than six where the machine is slow: another each ten seconds
    assert all(one["results"] for one in offered)
    refused = next(one for one in queries if one["button"]["text"] != "Ask Sanad directly")
    assert refused["results"] == []
    assert re.fullmatch(r"Limit reached; search again in \d+ s", refused["button"]["text"])
    ben.ask("/add One small article about bells.")
    assert "You have 1 article, which" in ben.ask("/add Another one about towers.", chat_id=group)["text"].translate(
        dict.fromkeys(map(ord, "\u2068\u2069"))
    )


def test_inline_queries_past_the_days_limit_say_when_to_go_on(api: BotApi, start: Callable[..., Running]) -> None:
    start(tokens_per_day=5, change=slowed(claims=1, seconds=0))
    amal = Person(api, 100, "Amal", "ar")
    amal.ask("/add مقال قصير عن أجراس البرج القديم في المدينة.")
    button = amal.inline("أجراس البرج")["button"]["text"]
    assert button == "وصلت إلى الحد؛ ابحث ثانية بعد 24 س 0 د"


def test_start_offers_no_questions_about_articles_it_knows_none_of(api: BotApi, start: Callable[..., Running]) -> None:
    start(embedding=LIGHT)
    ben = Person(api, 100, "Ben")
    ben.ask("/add The vault of Zarbel holds 77 emeralds.")
    greeting = ben.ask("/start")
    assert "Try one" not in greeting["text"]
    assert "reply_markup" not in api.state.messages[ben.id][greeting["message_id"]]


@pytest.mark.parametrize("title", ["a ش " * 100, "\U0001f6a2a" * 200, "A long title of one article " * 20])
def test_a_page_of_long_titles_is_one_message(api: BotApi, start: Callable[..., Running], title: str) -> None:
    running = start(embedding=LIGHT)
    texts = [f"{title} {number}\n\nThe tower has {number} bells. They ring." for number in range(10)]
    made = [article_from_text(text, source=f"telegram:{n}", title=f"{n} {title}") for n, text in enumerate(texts)]
    list(running.app.indexer.add(made))
    for person in (Person(api, 100, "Ben"), Person(api, 101, "Amal", "ar")):
        listed = person.ask("/articles")
        assert len(listed["reply_markup"]["inline_keyboard"]) == 10
        person.tap(listed, "Next" if person.name == "Ben" else "التالي")
        api.wait(lambda listed=listed: "10." in listed["text"])  # type: ignore[misc]
        assert "…" in listed["text"]
        person.tap(listed, "Previous" if person.name == "Ben" else "السابق")
        api.wait(lambda listed=listed: "8." in listed["text"])  # type: ignore[misc]
        assert len(listed["reply_markup"]["inline_keyboard"]) == 10
        assert len(person.heard()) == 1


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


def test_however_often_a_process_tries_it_is_one_attempt(tmp_path: Path) -> None:
    database = Database(tmp_path / "bot.sqlite3")
    journal = Journal(database)
    journal.receive([Received(1, "chat 5", {"update_id": 1})])
    assert [entry.attempts for _ in range(7) if (entry := journal.begin(1))] == [0] * 7
    entry = Journal(database).begin(1)  # another process
    database.close()
    assert entry is not None
    assert entry.attempts == 1


def test_what_the_operator_got_wrong_is_one_line(api: BotApi, tmp_path: Path, start: Callable[..., Running]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        running = start(monitor_port=taken.getsockname()[1])
        api.wait(lambda: running.error)
    assert isinstance(running.error, BotError)
    assert "monitor_port" in str(running.error)
    (tmp_path / "file").write_text("")
    with pytest.raises(BotError, match="SANAD_HOME"), alone(tmp_path / "file" / "home"):
        pass
    assert token_of(make_app(api, tmp_path, token=f"{TOKEN}\n")) == TOKEN


def test_the_database_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "telegram.sqlite3"
    path.touch(mode=0o644)  # an earlier version made it so
    database = Database(path)
    database.note("x", "y")
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()} == dict.fromkeys(
        ("telegram.sqlite3", "telegram.sqlite3-wal", "telegram.sqlite3-shm"), oct(0o600)
    )
    database.close()
