"""What an operator sees: counters and health, and logs without the token or texts."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.bot.telegram.bot_api import TOKEN, BotApi
from tests.bot.telegram.conftest import Running, free_port
from tests.bot.telegram.engines import slowed
from tests.bot.telegram.people import Person


def test_metrics_and_health_are_served_on_loopback(api: BotApi, start: Callable[..., Running]) -> None:
    port = free_port()
    start(monitor_port=port, change=slowed(claims=1, seconds=0))
    ben = Person(api, 100, "Ben")
    ben.ask("Tell me")
    api.wait(
        lambda: 'sanad_replies_total{outcome="answered"} 1.0' in httpx.get(f"http://127.0.0.1:{port}/metrics").text
    )
    metrics = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    assert 'sanad_updates_total{kind="message"} 1.0' in metrics
    health = httpx.get(f"http://127.0.0.1:{port}/health")
    assert (health.status_code, health.json()["healthy"]) == (200, True)


def test_texts_are_logged_only_when_the_settings_say_so(
    api: BotApi, start: Callable[..., Running], capsys: pytest.CaptureFixture[str]
) -> None:
    start(log_texts=True, change=slowed(claims=1, seconds=0))
    Person(api, 100, "Ben").ask("Where is the amber room?")
    assert "amber" in capsys.readouterr().out


def test_logs_are_json_without_token_or_texts(api: BotApi, tmp_path: Path) -> None:
    import os
    import signal
    import sys

    environment = {
        **os.environ,
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "SANAD_HOME": str(tmp_path),
        "SANAD_TELEGRAM__BASE_URL": api.url,
        "SANAD_TELEGRAM__PUBLIC": "true",
    }
    command = [sys.executable, "-c", "from bot.cli.app import main; main()", "telegram"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        ben = Person(api, 100, "Ben")
        ben.ask("Where is the amber room?", seconds=40)
        process.send_signal(signal.SIGTERM)
        _, logged = process.communicate(timeout=15)
    assert process.returncode == 0
    events = [json.loads(line) for line in logged.splitlines()]
    assert {event["level"] for event in events} >= {"info"}
    assert "amber" not in logged
    assert TOKEN not in logged


NOISY = """
import asyncio, logging, sys
import structlog
from bot.telegram.monitoring import configure_logs
configure_logs("123:SECRET", texts=len(sys.argv) > 1)
URL = "https://api.telegram.org/bot123:SECRET/x text: amber room"
asyncio_log, other = logging.getLogger("asyncio"), logging.getLogger("library")
try:
    try:
        raise KeyError("amber chest")
    except KeyError as cause:
        raise ValueError(URL) from cause
except ValueError as error:
    asyncio_log.error("plain", exc_info=True, stack_info=True)
    asyncio_log.error("with its words: %s", error)
    asyncio_log.error(f"with its cause's: {error.__cause__.args[0]}")
    structlog.get_logger("sanad.telegram").exception("ours")
    kept = error
try:
    __import__("json").loads("amber")
except ValueError:
    other.exception("not JSON: %s", "amber")
other.warning("as an argument: %r", kept)
other.warning("as one of many: %(it)s", {"it": kept})
other.warning(kept)
other.warning("one too many: %d", "amber")
other.warning("masked: %s", ["bot123:SECRET", "bot123%3ASECRET"])

async def fail(words):
    raise ValueError(words)

async def lose():
    asyncio.ensure_future(fail(URL))
    asyncio.get_running_loop().call_soon(int, "amber room")
    await asyncio.sleep(0.01)

asyncio.run(lose())
"""
"""Other libraries that log what a person wrote, and the token, in every way that logging has."""


def logged_by_others(*arguments: str) -> str:
    import sys

    command = [sys.executable, "-c", NOISY, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


def test_errors_that_other_libraries_log_keep_their_words_to_themselves() -> None:
    logged = logged_by_others()
    assert "amber" not in logged
    assert "SECRET" not in logged
    events = {event["event"]: event for event in map(json.loads, logged.splitlines())}
    assert events["plain"]["error"] == events["ours"]["error"] == "ValueError << KeyError"
    assert events["plain"]["where"] == "<string>:12 << <string>:10"
    assert events["Task exception was never retrieved"]["error"] == "ValueError"
    assert {"with its words: ValueError", "with its cause's: KeyError", "as an argument: ValueError",
            "Exception in callback int", "not JSON: JSONDecodeError"} <= set(events)  # fmt: skip
    assert len(events) == 12


def test_errors_are_logged_whole_where_texts_may_be_but_never_the_token() -> None:
    logged = logged_by_others("texts")
    assert "KeyError: 'amber chest'" in logged
    assert "SECRET" not in logged
