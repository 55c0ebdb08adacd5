"""How the command ends when it cannot go on: never with 1, which says that the article does not say."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bot.cli.command import ARABIC, ROOT, sanad

QUESTION = "When was the Hmeimim air base established?"
NOT_UTF8 = os.fsdecode(b"\xff")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with one article."""
    folder = tmp_path_factory.mktemp("home")
    assert sanad("index", str(ARABIC), home=folder).returncode == 0
    return folder


def start(*arguments: str, home: Path, first: str = "pass", **options: object) -> "subprocess.Popen[bytes]":
    """The command, as its console script runs it, where nothing may be replaced in what it reads and writes."""
    environment = {**os.environ, "SANAD_HOME": str(home), "PYTHONIOENCODING": "utf-8:strict"}
    command = [sys.executable, "-c", f"from bot.__main__ import main; {first}; main()", *arguments]
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, **options
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("remove", NOT_UTF8),
        ("show", NOT_UTF8),
        ("ask", "--article", NOT_UTF8, QUESTION),
        ("chat", "--article", NOT_UTF8),
    ],
)
def test_an_argument_that_is_no_text_is_named(home: Path, arguments: tuple[str, ...]) -> None:
    done = sanad(*arguments, home=home)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (r"sanad: '\udcff' is not UTF-8 text; check how it is spelled, or write it in UTF-8." + "\n")


@pytest.mark.parametrize("command", [("ask", "-", "--plain"), ("chat", "--plain")])
def test_input_that_is_not_utf8_is_read_as_far_as_it_is(home: Path, command: tuple[str, ...]) -> None:
    asking = start(*command, home=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    printed, complaint = asking.communicate(QUESTION.encode().replace(b"air", b"air \xff"))
    assert (asking.returncode, complaint) == (0, b"")
    assert b"2015" in printed


@pytest.mark.parametrize(
    "arguments", [("articles",), ("ask", "--json", QUESTION), ("config",), ("--help",), ("ask", "--help")]
)
def test_output_that_cannot_be_written_is_an_error(home: Path, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        asking = start(*arguments, home=home, stdout=full)
        _, complaint = asking.communicate()
    assert asking.returncode == 2
    assert complaint.startswith(b"sanad: The output cannot be written (No space left on device)")
    assert len(complaint.splitlines()) == 1


@pytest.mark.parametrize("arguments", [("articles",), ("ask", "--json", QUESTION), ("--help",), ("ask", "--help")])
def test_whoever_reads_may_leave_without_a_word(home: Path, arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    asking = start(*arguments, home=home, stdout=writing)
    os.close(writing)
    _, complaint = asking.communicate()
    assert (asking.returncode, complaint) == (2, b"")


@pytest.mark.parametrize(
    ("closed", "arguments"),
    [(">&-", ("articles",)), (">&-", ("ask", QUESTION)), ("<&-", ("chat",)), ("2>&-", ("articles",))],
)
def test_closed_streams_are_no_error(home: Path, closed: str, arguments: tuple[str, ...]) -> None:
    command = ["/bin/sh", "-c", f'"$@" {closed}', "sh", sys.executable, "-m", "bot", *arguments]
    environment = {**os.environ, "SANAD_HOME": str(home)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_error_of_no_known_kind_is_shown_whole_and_is_no_answer() -> None:
    code = "from bot.cli.exit import exit_on_error\nwith exit_on_error():\n print('before')\n 1 / 0"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "before\n")
    assert done.stderr.startswith("Traceback")
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.parametrize("lose", ["weakref.finalize(one, press)", "type(one).__del__ = press"])
def test_ctrl_c_where_python_cannot_raise_comes_again(lose: str) -> None:
    code = f"""
import os, signal, time, weakref
from bot.cli.exit import exit_on_error
class One: pass
def press(*_): os.kill(os.getpid(), signal.SIGINT)
with exit_on_error():
    one = One()
    {lose}
    del one
    time.sleep(60)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "sanad: Interrupted.\n")


def test_other_errors_where_python_cannot_raise_are_shown_as_ever() -> None:
    code = """
from bot.cli.exit import exit_on_error
class One:
    def __del__(self): 1 / 0
with exit_on_error():
    One()
    print("went on")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (0, "went on\n")
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.slow
def test_ctrl_c_at_any_moment_ends_with_one_line_and_loses_nothing(tmp_path: Path) -> None:
    random_, folder = random.Random(11), tmp_path / "many"
    folder.mkdir()
    for number in range(12):
        text = " ".join(f"The {number * row}. ferry sails to town {row} of {1900 + row}." for row in range(15))
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    for pause in (0.0, 0.05, 0.3, *(random_.uniform(0.5, 5) for _ in range(4))):
        ended = _interrupted("index", str(folder), home=tmp_path / "home", after=pause)
        already = [(0, b"")] if pause > 1 else []
        assert ended in [(130, b"sanad: Interrupted.\n"), *already], f"after {pause:.2f} s"
    assert sanad("index", "--quiet", str(folder), home=tmp_path / "home").returncode == 0
    checked = sanad("verify", home=tmp_path / "home")
    assert checked.returncode == 0
    assert checked.stdout.endswith("12 articles checked\n")


def _interrupted(*arguments: str, home: Path, after: float) -> tuple[int, bytes]:
    """Status and complaint of a command that is sent Ctrl-C so many seconds after its first line ran."""
    running = start(*arguments, home=home, first="print('started', flush=True)", stdout=subprocess.PIPE)
    assert running.stdout
    running.stdout.readline()
    time.sleep(after)
    running.send_signal(signal.SIGINT)
    _, complaint = running.communicate(timeout=120)
    return running.returncode, complaint
