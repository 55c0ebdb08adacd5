"""Running it: menus, webhook, metrics and health, logs, the check, the database's versions."""

import json
import shutil
import socket
import sqlite3
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from bot.telegram.app import check_bot, check_token
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.delivery import RateLimiter
from bot.telegram.state.chats import Answers, Chats
from bot.telegram.state.database import MIGRATIONS, Database, IncomingUpdate, Journal
from config.errors import BotError
from config.settings import load_settings
from tests.bot.telegram.bot_api import TOKEN, BotApi
from tests.bot.telegram.conftest import Running, make_app
from tests.bot.telegram.engines import slowed
from tests.bot.telegram.people import Person

ROOT = Path(__file__).resolve().parents[3]
WEBHOOK_SECRET = "s3cret"  # noqa: S105 – of our own server
LIGHT = {"provider": "light"}
"""The quicker encoder: how well it finds does not matter here."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_menus_and_descriptions_are_set_in_both_languages(api: BotApi, start: Callable[..., Running]) -> None:
    start()
    api.wait(lambda: len(api.state.settings) == 6)
    for code, language in (("", "en"), ("ar", "ar")):
        commands = api.state.settings[f"commands:{code}"]["commands"]
        assert [one["command"] for one in commands] == list(messages.MENU)
        assert commands[0]["description"] == getattr(messages.MENU["articles"], language)
        assert api.state.settings[f"description:{code}"]["description"] == getattr(messages.BOT_DESCRIPTION, language)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
def test_a_webhook_takes_what_carries_the_secret_over_tls(
    api: BotApi, start: Callable[..., Running], tmp_path: Path
) -> None:
    certificate, key, port = tmp_path / "cert.pem", tmp_path / "key.pem", free_port()
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*make, *names, "-days", "2", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    url = f"https://127.0.0.1:{port}/sanad/hook"
    files = {"webhook_certificate": str(certificate), "webhook_key": str(key)}
    start(webhook=url, webhook_port=port, webhook_secret=WEBHOOK_SECRET, change=slowed(claims=1, seconds=0), **files)
    ben = Person(api, 100, "Ben")
    assert "Claim" in ben.ask("Tell me")["text"]
    assert api.state.webhook["secret_token"] == WEBHOOK_SECRET
    assert not api.state.webhook.get("drop_pending_updates")
    assert api.count("getUpdates") == 0
    verify = ssl.create_default_context(cafile=str(certificate))
    forged = {"update_id": 1, "message": {"text": "x"}}
    for headers, status in (({}, 403), ({"X-Telegram-Bot-Api-Secret-Token": "wrong"}, 403)):
        assert httpx.post(url, json=forged, headers=headers, verify=verify).status_code == status
    right = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
    assert httpx.post(url, content=b"{}", headers=right, verify=verify).status_code == 403  # no JSON by its type
    assert httpx.post(url + "/other", json=forged, headers=right, verify=verify).status_code == 404


def test_a_webhook_behind_a_proxy_makes_its_own_secret(api: BotApi, start: Callable[..., Running]) -> None:
    port = free_port()
    api.webhook_route = lambda _: f"http://127.0.0.1:{port}/inner"
    start(webhook="https://news.example/hook", webhook_port=port, webhook_path="/inner")
    Person(api, 100, "Ben").ask("/help")
    assert len(api.state.webhook["secret_token"]) > 30


def test_a_webhook_needs_an_https_address(api: BotApi, start: Callable[..., Running]) -> None:
    running = start(webhook="http://news.example/hook")
    api.wait(lambda: running.error)
    assert "https://HOST/PATH" in str(running.error)


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


def composed(environment: dict[str, str]) -> dict[str, str]:
    """The bot's environment as compose makes it: ${NAME:-DEFAULT}, or ${NAME:?MESSAGE} for what must be set."""
    import re

    import yaml

    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))["services"]

    def value(found: re.Match[str]) -> str:
        name, kind, otherwise = found.groups()
        return environment[name] if kind == "?" else environment.get(name) or otherwise

    variables: dict[str, str] = services["bot"]["environment"]
    return {name: re.sub(r"\$\{(\w+):([-?])([^}]*)\}", value, given) for name, given in variables.items()}


@pytest.mark.parametrize("given", [{}, {"USERS": "[12, 34]", "CHATS": "[-1001]"}], ids=["defaults", "lists"])
def test_compose_passes_on_who_may_use_the_bot(given: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    told = {f"SANAD_TELEGRAM__ALLOWED_{name}": value for name, value in given.items()}
    for name, value in composed({"TELEGRAM_BOT_TOKEN": TOKEN, **told}).items():
        monkeypatch.setenv(name, value)
    settings = load_settings().telegram
    assert (settings.token.get_secret_value(), settings.operator, settings.public) == (TOKEN, 0, False)
    assert settings.allowed_users == ((12, 34) if given else ())
    assert settings.allowed_chats == ((-1001,) if given else ())


def test_the_check_says_what_does_not_work(api: BotApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_bot(make_app(api, tmp_path, embedding=LIGHT))
    assert capsys.readouterr().out.splitlines()[0] == "✓ token: @sanad_test_bot"
    api.unauthorized = True
    with pytest.raises(BotError, match="refuses the token"):
        check_token(make_app(api, tmp_path))
    with pytest.raises(BotError, match="@BotFather"):
        check_token(make_app(api, tmp_path, token=""))
    with pytest.raises(BotError, match="cannot be reached"):
        check_token(make_app(api, tmp_path, base_url="http://127.0.0.1:1/bot"))


def test_a_second_bot_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    from bot.telegram.app import single_instance

    with single_instance(tmp_path), pytest.raises(BotError, match="already runs"), single_instance(tmp_path):
        pass
    with single_instance(tmp_path):
        pass


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


def test_what_is_done_keeps_no_text(tmp_path: Path) -> None:
    from bot.telegram.outgoing.delivery import ApiCall

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


def test_allowances_keep_the_pace() -> None:
    allowance = RateLimiter(5, 1.0)
    assert [allowance.take(1) for _ in range(5)] == [0.0] * 5
    assert 0.1 < allowance.take(1) < 0.3
    assert allowance.wait(1) > 0.2
    assert allowance.wait(2) == 0.0
