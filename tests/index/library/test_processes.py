"""Several real processes on one embedded library, and processes killed at any moment."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index.library.library import Library
from index.library.store import Store
from tests.index.library.test_library import rows_of, rows_of_fresh
from tests.made import fault, made_article, open_library

WRITERS, ARTICLES_EACH = 2, 45


def start(task: str, folder: Path, first: int, last: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.worker", task, str(folder), str(first), str(last)]
    return subprocess.Popen(
        command, cwd=Path(__file__).parents[3], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def expected(number: int) -> int | None:
    """The version of an article that the worker leaves behind, or None if it removes it."""
    return None if number % 5 == 0 else int(number % 3 == 0)


def faults(library: Library, numbers: range) -> list[tuple[int, str]]:
    found = ((n, fault(library, made_article(n, version=expected(n) or 0))) for n in numbers)
    return [
        (number, problem) for number, problem in found if problem != ("not listed" if expected(number) is None else "")
    ]


@pytest.mark.slow
def test_writing_and_reading_at_once_loses_nothing(tmp_path: Path) -> None:
    ranges = [range(n * ARTICLES_EACH, (n + 1) * ARTICLES_EACH) for n in range(WRITERS)]
    everything = range(WRITERS * ARTICLES_EACH)
    open_before = open_library(tmp_path)
    open_before.commit([made_article(999)])
    readers = [start("read", tmp_path, everything.start, everything.stop) for _ in range(2)]
    writers = [start("write", tmp_path, numbers.start, numbers.stop) for numbers in ranges]
    for writer in writers:
        printed, _ = writer.communicate(timeout=400)
        assert writer.returncode == 0
        assert len(printed.split()) == ARTICLES_EACH
    rounds = 0
    for reader in readers:
        printed, _ = reader.communicate(timeout=60)
        assert printed.startswith("rounds "), f"a reader saw {printed}"
        rounds += 2 * int(printed.split()[1])
    assert rounds + WRITERS * (ARTICLES_EACH + ARTICLES_EACH // 3 + ARTICLES_EACH // 5) > 200
    assert faults(open_before, everything) == []
    assert faults(open_library(tmp_path), everything) == []


@pytest.mark.slow
def test_killed_at_any_moment_and_run_again_is_like_never_killed(tmp_path: Path) -> None:
    numbers, folder, random_ = range(20), tmp_path / "killed", random.Random(7)
    for _ in range(8):
        with start("write", folder, numbers.start, numbers.stop) as writer:
            assert writer.stdout
            writer.stdout.readline()
            time.sleep(random_.uniform(0, 0.6))
            writer.send_signal(signal.SIGKILL)
    library = open_library(folder)
    for number in numbers:
        version = expected(number)
        if version is None:
            for record in [record for record in library.records() if record.title == f"Article {number}"]:
                library.remove(record)
        else:
            library.commit([made_article(number, version=version)])
    left = [made_article(number, version=expected(number) or 0) for number in numbers if expected(number) is not None]
    assert faults(library, numbers) == []
    assert rows_of(library.store) == rows_of_fresh(Store(tmp_path / "fresh"), left)
