"""`sanad doctor`, also over what may be wrong: a line for each check, never a traceback; and `sanad config`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.cli.command import ROOT, sanad


def test_doctor_says_what_is_there(home: Path) -> None:
    done = sanad("doctor", home=home)
    assert done.returncode == 0, done.stdout
    assert "✓ library: 2 articles" in done.stdout
    assert "✓ embedding: multilingual-e5-small" in done.stdout


def test_doctor_tries_the_model(home: Path) -> None:
    done = sanad(
        "doctor", home=home, settings={"SANAD_LLM__BASE_URL": "http://127.0.0.1:9/v1", "SANAD_LLM__MODEL": "m"}
    )
    assert done.returncode == 2
    assert "✗ language model: The model 'm' does not answer" in done.stdout
    assert "from the environment: home, llm.base_url, llm.model" in done.stdout


def test_config_names_origins_and_masks_secrets(home: Path) -> None:
    code = "import os; os.environ['OPENAI_API_KEY'] = 'sk-very-secret'; from bot.cli.app import main; main()"
    environment = {**os.environ, "SANAD_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", code, "config"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert "llm.api_key = '**********'  (environment)" in done.stdout
    assert "passages.tokens = '256'  (default)" in done.stdout
    assert "very-secret" not in done.stdout


def test_without_articles_something_is_missing(tmp_path: Path) -> None:
    done = sanad("doctor", home=tmp_path / "new")
    assert lines_that_failed(done) == ["✗ library: There are no articles yet; add one with `sanad index FILE`."]
    assert not (tmp_path / "new").exists()


def test_a_library_that_is_no_database_fails_every_check_alike(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "chroma.sqlite3").write_text("not a database at all", encoding="utf-8")
    store, library = lines_that_failed(sanad("doctor", home=tmp_path))
    assert store.removeprefix("✗ store: ") == library.removeprefix("✗ library: ")
    assert store.endswith("move the folder away and index again.")


@pytest.mark.parametrize("place", ["home", "home/library"])
def test_a_file_in_a_folders_place_is_named(tmp_path: Path, place: str) -> None:
    file = tmp_path / place
    file.parent.mkdir(exist_ok=True)
    file.write_text("a file", encoding="utf-8")
    folder, _ = lines_that_failed(sanad("doctor", home=tmp_path / "home"))
    assert folder == f"✗ data folder: {str(file)!r} is no folder; move it away, or set SANAD_HOME."


def test_a_link_that_leads_nowhere_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "home").symlink_to(tmp_path / "gone")
    folder, _ = lines_that_failed(sanad("doctor", home=tmp_path / "home"))
    assert "is no folder; move it away" in folder


def lines_that_failed(done: "subprocess.CompletedProcess[str]") -> list[str]:
    """What is wrong, of a run that failed with nothing but such lines."""
    assert (done.returncode, done.stderr) == (2, "")
    assert all(line[0] in "✓✗" for line in done.stdout.splitlines())
    return [line for line in done.stdout.splitlines() if line.startswith("✗")]
