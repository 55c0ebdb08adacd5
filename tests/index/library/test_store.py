"""Folders and servers that cannot be used are named, with what to do; one that is put back opens again."""

from pathlib import Path

import pytest

from config.errors import LibraryError, StoreUnreachable
from tests.made import fault, made_article, open_library


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match=r"127\.0\.0\.1:9"):
        open_library(tmp_path, url="http://127.0.0.1:9").records()


@pytest.mark.parametrize("url", ["localhost:8000", "http://127.0.0.1:99999", "http://[::1", "http://"])
def test_an_address_that_is_none_is_named(tmp_path: Path, url: str) -> None:
    with pytest.raises(LibraryError, match=r"no http\(s\) address; write http://HOST:PORT"):
        open_library(tmp_path, url=url).records()


@pytest.mark.parametrize(
    "url",
    [
        "http://me:hunter2@127.0.0.1:9",
        "http://127.0.0.1:9/base",
        "http://127.0.0.1:9/?key=hunter2",
        "http://127.0.0.1:9#hunter2",
    ],
)
def test_an_address_of_which_a_part_would_be_lost_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(LibraryError, match="only host and port can be used; write http://HOST:PORT") as raised:
        open_library(tmp_path, url=url).records()
    assert "hunter2" not in str(raised.value)


def test_what_stands_in_a_folders_place_is_to_be_moved_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    (tmp_path / "odd" / "library.lock").mkdir(parents=True)
    for folder, advice in (
        (tmp_path / "file", "File exists.*a file stands where a folder must be: move it away"),
        (tmp_path / "file" / "library", "Not a directory.*a file stands where a folder must be: move it away"),
        (tmp_path / "odd", "Is a directory.*a folder stands where a file must be: move it away"),
    ):
        with pytest.raises(LibraryError, match=f"{advice}, or set SANAD_HOME"):
            open_library(folder).commit([made_article(1)])


@pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_corrupt_folder_is_named(tmp_path: Path, damage: bytes) -> None:
    library = open_library(tmp_path)
    library.commit([made_article(1)])
    library.close()
    (tmp_path / "chroma.sqlite3").write_bytes(damage)
    again = open_library(tmp_path)
    said = []
    for _ in range(2):
        with pytest.raises(LibraryError, match="move the folder away and index again") as raised:
            again.records()
        said.append(str(raised.value))
    assert said[0] == said[1]


def test_a_library_put_back_opens_in_the_same_process(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    library.commit([made_article(1)])
    library.close()
    whole = (tmp_path / "chroma.sqlite3").read_bytes()
    (tmp_path / "chroma.sqlite3").write_bytes(b"not a database at all")
    for _ in range(2):
        with pytest.raises(LibraryError, match="move the folder away and index again"):
            library.records()
    (tmp_path / "chroma.sqlite3").write_bytes(whole)
    assert fault(library, made_article(1)) == ""


def test_two_stores_of_one_process_see_each_other(tmp_path: Path) -> None:
    first, second = (open_library(tmp_path) for _ in range(2))
    for number in range(6):
        (first, second)[number % 2].commit([made_article(number)])
        assert fault(first, made_article(number)) == fault(second, made_article(number)) == ""
