"""A Bot API server, and bots that run against it with the real engine and the seed articles."""

import asyncio
import itertools
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import App, bootstrap
from bot.telegram.app import serve
from bot.telegram.state.database import Database
from config.settings import load_settings
from index.readers.sources import read_source
from index.types import Article
from tests.bot.telegram.bot_api import TOKEN, BotApi
from tests.bot.telegram.oracle import entity_fault
from tests.bot.telegram.people import Person, make_group

OPERATOR = 6999
ROOT = Path(__file__).resolve().parents[3]
SEEDS = ROOT / "seeds"
LIGHT = {"provider": "light"}
"""The quicker encoder, where it does not matter how well it finds."""
Spawn = Callable[..., "subprocess.Popen[bytes]"]


class Running:
    """A bot in a thread of its own. `error` is what ended it, if anything did."""

    def __init__(self, app: App, *, webhook: str | None = None, take_over: bool = False) -> None:
        self.app = app
        self.error: Exception | None = None
        self._webhook, self._take_over = webhook, take_over
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._loop and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(15)
        assert not self._thread.is_alive()
        self.app.close()

    async def _run(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        try:
            await serve(self.app, self._ended, webhook=self._webhook, take_over=self._take_over)
        except Exception as error:  # noqa: BLE001 – the test looks at it
            self.error = error


def index_seeds(app: App) -> None:
    """Put the seed articles into the library."""
    list(app.indexer.add([article for article in read_source(SEEDS) if isinstance(article, Article)]))
    app.close()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the seed articles indexed, to be copied."""
    home = tmp_path_factory.mktemp("seeded")
    index_seeds(bootstrap(load_settings({"home": str(home)})))
    return home


@dataclass(frozen=True)
class Talk:
    """A server and a bot that many tests share, each with people of its own."""

    api: BotApi
    running: Running
    ids: "itertools.count[int]"

    def person(self, name: str = "Amal", language: str = "ar") -> Person:
        return Person(self.api, next(self.ids), name, language)

    def group(self, title: str = "Newsroom") -> int:
        return make_group(self.api, -1_000_000_000_000 - next(self.ids), title)


@pytest.fixture(scope="session")
def talk(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    with BotApi() as server:
        home = shutil.copytree(seeded, tmp_path_factory.mktemp("talk") / "home")
        running = Running(make_app(server, home, questions_per_minute=1000, operator=OPERATOR))
        yield Talk(server, running, itertools.count(7000))
        running.stop()
        faults = [fault for text, entities in server.texts() if (fault := entity_fault(text, entities))]
        assert not faults


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


@pytest.fixture
def start(api: BotApi, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a bot with settings, in an empty data folder unless `home` is another."""
    running: list[Running] = []

    def run(
        *,
        change: Callable[[App], App] = lambda app: app,
        webhook: str | None = None,
        take_over: bool = False,
        **options: Any,
    ) -> Running:
        app = change(make_app(api, options.pop("home", tmp_path / "home"), **options))
        running.append(Running(app, webhook=webhook, take_over=take_over))
        return running[-1]

    yield run
    for bot in running:
        bot.stop()


def make_app(api: BotApi, home: Path, **options: Any) -> App:
    """The whole product, set to talk to the server; everyone may use it unless told otherwise."""
    embedding, llm = options.pop("embedding", {}), options.pop("llm", {})
    telegram = {"token": TOKEN, "base_url": api.url, "base_file_url": api.file_url, "public": True, **options}
    return bootstrap(load_settings({"home": str(home), "telegram": telegram, "embedding": embedding, "llm": llm}))


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


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def readable(home: Path, words: str) -> bool:
    """Whether the bot's files of its own hold the words."""
    return any(words.encode() in one.read_bytes() for one in home.glob("telegram.sqlite3*"))


def rows(home: Path, table: str) -> list[tuple[Any, ...]]:
    """All rows of a table of the bot's database."""
    database = Database(home / "telegram.sqlite3")
    found = [tuple(row) for row in database.fetch_all(f"SELECT * FROM {table}")]  # noqa: S608 – our own
    database.close()
    return found
