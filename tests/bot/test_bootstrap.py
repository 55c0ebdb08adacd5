"""What is put together can be closed, and used again."""

import time
from contextlib import suppress
from pathlib import Path

import pytest

from bot.bootstrap import bootstrap
from bot.questions import read_question
from bot.types import Answer
from config.errors import SettingsError
from config.settings import load_settings
from index.readers.sources import article_from_text

ARTICLE = article_from_text("The Hassan Bridge was opened in 1932. It is 503 metres long.", source="bridge")
QUESTION = read_question("When was the Hassan Bridge opened?", language="auto")


def open_files(folder: Path) -> list[Path]:
    """What this process holds open below a folder."""
    found = []
    for number in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the listing's own is closed by now
            found.append(number.readlink())
    return [file for file in found if file.is_relative_to(folder)]


def left_open(folder: Path) -> list[Path]:
    """What is open still, once Chroma has had time: its pool of connections closes behind our back."""
    deadline = time.monotonic() + 5
    while open_files(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    return open_files(folder)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux says which files are open")
def test_a_closed_app_holds_no_file_and_may_be_used_again(tmp_path: Path) -> None:
    with bootstrap(load_settings({"home": str(tmp_path)})) as app:
        list(app.indexer.add([ARTICLE]))
        assert isinstance(app.engine.answer(QUESTION), Answer)
        assert open_files(tmp_path)
    assert left_open(tmp_path) == []
    assert isinstance(app.engine.answer(QUESTION), Answer)
    assert open_files(tmp_path)
    app.close()
    app.close()
    assert left_open(tmp_path) == []


def test_an_app_that_was_never_used_opens_nothing_to_be_closed(tmp_path: Path) -> None:
    bootstrap(load_settings({"home": str(tmp_path / "home")})).close()
    assert not (tmp_path / "home").exists()


def test_a_writer_that_there_is_not_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for writer in ("other", "generative"):
        with pytest.raises(SettingsError, match=f"no writer '{writer}'"):
            bootstrap(load_settings({"home": str(tmp_path)}), writer=writer)
