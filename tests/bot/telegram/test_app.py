"""The bot as a whole: put together, run, checked, told to end; and the conversation that the documentation shows."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.telegram.app import bot_token, check_bot, check_token, single_instance
from bot.telegram.outgoing import messages
from config.errors import BotError
from config.settings import load_settings
from tests.bot.telegram.bot_api import TOKEN, BotApi
from tests.bot.telegram.conftest import LIGHT, ROOT, Running, Spawn, Talk, make_app
from tests.bot.telegram.people import Person
from tests.bot.telegram.transcript import FILE, VOLATILE, play
from tests.scripted_model import Fail, Say, serve_script


def test_the_documented_conversation_is_what_happens(talk: Talk) -> None:
    played = play(talk.person("أمل", "ar"))
    seen = {name: message["text"] for name, message in played.seen.items()}
    assert len(played.seen["start"]["reply_markup"]["keyboard"]) == 3
    assert "طائرتين" in seen["answer"]
    assert "220" in seen["english"]
    assert "→ And how many cars? (How many passengers can the Noor carry?)" in seen["followed"]
    assert "لا يجيب" in seen["refusal"]
    assert "قرأت" in seen["added"]
    assert "42" in seen["own"]
    assert "quote" in played.seen["own"]
    assert "سلمى العلي" in seen["quoted"]
    assert "قرأت" in seen["file"]
    assert "300" in seen["caption"]
    assert "220" in seen["group"]
    assert "Haddad" in seen["again"]
    assert "I will speak English" in seen["spoken"]
    assert "All you gave me is deleted" in seen["forgotten"]
    assert set(seen) >= VOLATILE
    documented, at = FILE.read_text("utf-8"), 0
    for entry in played.entries:
        if entry.name not in VOLATILE:
            assert entry.text in documented[at:], "run `python -m tests.bot.telegram.transcript`"
            at = documented.index(entry.text, at) + len(entry.text)


def test_menus_and_descriptions_are_set_in_both_languages(api: BotApi, start: Callable[..., Running]) -> None:
    start()
    api.wait(lambda: len(api.state.settings) == 6)
    for code, language in (("", "en"), ("ar", "ar")):
        commands = api.state.settings[f"commands:{code}"]["commands"]
        assert [one["command"] for one in commands] == list(messages.MENU)
        assert commands[0]["description"] == getattr(messages.MENU["articles"], language)
        assert api.state.settings[f"description:{code}"]["description"] == getattr(messages.BOT_DESCRIPTION, language)


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


def test_a_second_bot_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    from bot.telegram.app import single_instance

    with single_instance(tmp_path), pytest.raises(BotError, match="already runs"), single_instance(tmp_path):
        pass
    with single_instance(tmp_path):
        pass


def composed(environment: dict[str, str]) -> dict[str, str]:
    """The bot's environment as compose makes it: ${NAME:-DEFAULT}, or ${NAME:?MESSAGE} for what must be set."""

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


def test_what_the_operator_got_wrong_is_one_line(api: BotApi, tmp_path: Path, start: Callable[..., Running]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        running = start(monitor_port=taken.getsockname()[1])
        api.wait(lambda: running.error)
    assert isinstance(running.error, BotError)
    assert "monitor_port" in str(running.error)
    (tmp_path / "file").write_text("")
    with pytest.raises(BotError, match="SANAD_HOME"), single_instance(tmp_path / "file" / "home"):
        pass
    assert bot_token(make_app(api, tmp_path, token=f"{TOKEN}\n")) == TOKEN


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


def test_a_revoked_token_ends_the_bot_with_a_clear_error(api: BotApi, start: Callable[..., Running]) -> None:
    running = start()
    api.wait(lambda: api.count("getUpdates"))
    api.unauthorized = True
    Person(api, 100, "Ben").say("/help")
    api.wait(lambda: running.error)
    assert "TELEGRAM_BOT_TOKEN" in str(running.error)
