"""The articles of a test set have a space of their own: shared by its runs, never dropped under one, dropped at last."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.evaluation.target import KEPT_SPACES, hold_space, space_of
from index.library.library import Library
from index.library.store import Store
from tests.made import INDEX_SETTINGS, made_article


@pytest.fixture
def library(store: Store) -> Library:
    return Library(store, INDEX_SETTINGS)


def use(library: Library, number: int, folder: Path) -> str:
    """Hold the space of an article for a moment, and put the article there."""
    indexed = made_article(number)
    space = space_of([indexed.article])
    held = hold_space(library, space, folder)
    library.space(space).commit([indexed])
    held.close()
    os.utime(folder / f"{space}.lock", (number, number))
    return space


def test_a_space_is_named_by_its_articles_whatever_their_order() -> None:
    first, second = made_article(1).article, made_article(2).article
    assert space_of([first, second]) == space_of([second, first])
    assert len({space_of([first]), space_of([second]), space_of([made_article(1, version=1).article])}) == 3


def test_spaces_long_unused_are_dropped_and_others_are_left_alone(library: Library, tmp_path: Path) -> None:
    for name in ("", "u7"):
        library.space(name).commit([made_article(0)])
    used = [use(library, number, tmp_path) for number in range(1, KEPT_SPACES + 4)]
    assert sorted(library.spaces()) == sorted(["", "u7", *used[-KEPT_SPACES - 1 :]])
    assert use(library, 1, tmp_path) in library.spaces()


HOLD = """
import sys
from pathlib import Path
from bot.evaluation.target import hold_space
from index.library.library import Library
from index.library.store import Store
from tests.made import INDEX_SETTINGS
held = hold_space(Library(Store(Path(sys.argv[1])), INDEX_SETTINGS), sys.argv[2], Path(sys.argv[3]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_space_that_another_process_uses_is_kept(tmp_path: Path) -> None:
    library = Library(Store(tmp_path / "library"), INDEX_SETTINGS)
    space = use(library, 0, tmp_path)
    command = [sys.executable, "-c", HOLD, str(tmp_path / "library"), space, str(tmp_path)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        os.utime(tmp_path / f"{space}.lock", (0, 0))
        for number in range(1, KEPT_SPACES + 3):
            use(library, number, tmp_path)
        assert space in library.spaces()
        other.communicate()
    use(library, KEPT_SPACES + 3, tmp_path)
    assert space not in library.spaces()
    library.close()


def test_on_a_server_what_others_made_is_left(chroma_server: str, tmp_path: Path) -> None:
    library = Library(Store(tmp_path, url=chroma_server), INDEX_SETTINGS)
    theirs = [use(library, number, tmp_path / "theirs") for number in range(1, 3)]
    ours = [use(library, number, tmp_path / "ours") for number in range(3, KEPT_SPACES + 6)]
    assert set(theirs) < set(library.spaces())
    assert ours[0] not in library.spaces()
    for space in library.spaces():
        library.space(space).drop()
