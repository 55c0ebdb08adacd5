"""Updates come in by polling and by a webhook, whatever goes wrong, and to one process only."""

import asyncio
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.telegram.app import make_bot
from bot.telegram.monitoring import SILENT_AFTER, Metrics
from bot.telegram.updates.receiving import watch_webhook
from config.errors import BotError
from tests.bot.telegram.bot_api import BotApi, Fault
from tests.bot.telegram.conftest import Running, free_port, make_app
from tests.bot.telegram.engines import slowed
from tests.bot.telegram.people import Person


def test_polling_survives_every_fault(api: BotApi, start: Callable[..., Running]) -> None:
    start()
    amal = Person(api, 100, "Amal")
    api.wait(lambda: api.count("getUpdates"))
    api.faults += [Fault(kind, method="getUpdates") for kind in ("html", "drop_after")]
    amal.ask("/help")
    assert len(amal.heard()) == 1


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


WEBHOOK_SECRET = "s3cret"  # noqa: S105 – of our own server


THEIRS = {"url": "https://other.example/hook"}


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
    port = free_port()
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
            watching = asyncio.create_task(watch_webhook(bot, metrics, url="https://mine.example/hook", every=0.05))
            await asyncio.sleep(0.3)
            assert not watching.done()
            api.state.webhook = dict(THEIRS)
            await watching

    with pytest.raises(BotError, match="Another process"):
        asyncio.run(play())


def test_silence_is_illness_also_with_a_webhook_that_nobody_writes_to(api: BotApi, tmp_path: Path) -> None:
    api.state.webhook = {"url": "https://mine.example/hook"}
    metrics = Metrics()
    metrics.last_contact -= SILENT_AFTER + 8
    assert not metrics.healthy

    async def play() -> None:
        async with make_bot(make_app(api, tmp_path)) as bot:
            watching = asyncio.create_task(watch_webhook(bot, metrics, url="https://mine.example/hook", every=0.05))
            await asyncio.sleep(0.5)
            assert metrics.healthy
            api.faults.append(Fault("html", method="getWebhookInfo", times=1000))
            await asyncio.sleep(0.2)
            metrics.last_contact -= SILENT_AFTER + 8
            await asyncio.sleep(0.5)
            assert not metrics.healthy
            watching.cancel()

    asyncio.run(play())


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
    port = free_port()
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
