"""Which files of a folder are read, and what is said of the others."""

import os
from pathlib import Path

import pytest

from config.errors import SourceError
from index.readers.files import printable_path
from index.readers.sources import Skipped, Unchanged, read_source
from index.types import Article
from tests import documents
from tests.documents import ENGLISH


def test_a_folder_says_what_it_passes_over_and_why(tmp_path: Path) -> None:
    for name in ("a.md", "drafts/b.md", "drafts/keep.md", "sub/c.tmp.txt", "data.json", ".git/x.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text", encoding="utf-8")
    (tmp_path / ".sanadignore").write_text("drafts/*\n!drafts/keep.md\n*.tmp.txt\n", encoding="utf-8")
    (tmp_path / "same.txt").hardlink_to(tmp_path / "a.md")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    outside = tmp_path.with_name("outside.txt")
    outside.write_text("secret", encoding="utf-8")
    (tmp_path / "sub" / "out.txt").symlink_to(outside)
    found = list(read_source(tmp_path))
    assert [Path(item.source).name for item in found if isinstance(item, Article)] == ["a.md", "keep.md"]
    skipped = {str(Path(item.path).relative_to(tmp_path)): item.reason for item in found if isinstance(item, Skipped)}
    assert skipped == {
        ".git": "hidden",
        ".sanadignore": "hidden",
        "data.json": "not a type that is read",
        "same.txt": "the same file under another name",
        "drafts/b.md": "ignored by .sanadignore",
        "sub/loop": "a link to a folder",
        "sub/out.txt": "a link out of the folder",
        "sub/c.tmp.txt": "ignored by .sanadignore",
    }


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("!", "line 1 (Invalid git pattern: '!')"),
        ("ok\n*a*a*a*a*a*a*a*a*a*a*b", "line 2 (it has more than 3 asterisks)"),
        ("**a**b\n", "asterisks"),
        ("x" * 301, "more than 300 characters"),
        ("# \n" * 1001, "1000 patterns"),
        ("x" * 100_001, "1000 patterns"),
    ],
)
def test_a_bad_ignore_file_is_one_problem_and_the_rest_is_read(tmp_path: Path, lines: str, words: str) -> None:
    for name in ("a/x.md", "a/secret.md", "b/y.md", "a" * 250 + ".md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text", encoding="utf-8")
    (tmp_path / "a" / ".sanadignore").write_text(f"{lines}\n", encoding="utf-8")
    (tmp_path / ".sanadignore").write_text("*a*a*b\n**/secret.*\n", encoding="utf-8")
    found = list(read_source(tmp_path))
    (problem,) = (str(item) for item in found if isinstance(item, SourceError))
    assert words in problem
    assert problem.endswith(".")
    assert [Path(item.source).name[:1] for item in found if isinstance(item, Article)] == ["a", "x", "y"]


def test_the_good_patterns_beside_a_bad_one_hold(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("text", encoding="utf-8")
    (tmp_path / ".sanadignore").write_text("!\nb.md\n", encoding="utf-8")
    assert [type(item).__name__ for item in read_source(tmp_path)] == ["SourceError", "Skipped", "Article", "Skipped"]


def test_an_ignore_file_that_is_a_pipe_or_leads_nowhere_keeps_nobody_waiting(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.md").write_text("text", encoding="utf-8")
    os.mkfifo(tmp_path / "a" / ".sanadignore")
    (tmp_path / "b" / ".sanadignore").symlink_to("/dev/zero")
    (tmp_path / "c" / ".sanadignore").symlink_to("nowhere")
    (tmp_path / "d" / ".sanadignore").mkdir()
    found = list(read_source(tmp_path))
    problems = [str(item) for item in found if isinstance(item, SourceError)]
    assert [("regular" in problem, "no file" in problem) for problem in problems] == [
        *((True, False), (True, False), (False, True), (True, False)),
    ]
    assert len([item for item in found if isinstance(item, Article)]) == 4


def test_a_file_that_is_known_as_it_is_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(documents.page(ENGLISH))
    (article,) = read_source(path)
    assert isinstance(article, Article)
    known = {article.source: article.origin}
    assert list(read_source(tmp_path, known=known)) == [Unchanged(article.source)]
    path.write_bytes(documents.page(ENGLISH[:2]))
    assert [type(item) for item in read_source(tmp_path, known=known)] == [Article]


def read(path: Path) -> Article:
    (article,) = read_source(path)
    assert isinstance(article, Article)
    return article


def test_a_file_name_is_shown_on_one_line_and_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a\n\x1b[31m\u202egnp.txt"
    path.write_text("text", encoding="utf-8")
    assert read(path).source == f"{tmp_path}/a\\n\\x1b[31m\\u202egnp.txt"
    assert printable_path(Path("كتاب\u200cها.txt")) == "كتاب\u200cها.txt"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing\n.txt", "no file"),
        ("a\0b.txt", "cannot be read"),
        ("x" * 300, "cannot be read"),
        ("page.rtf", "type"),
    ],
)
def test_a_path_that_cannot_be_read_is_named(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "page.rtf").write_text("text", encoding="utf-8")
    with pytest.raises(SourceError, match=words) as caught:
        list(read_source(tmp_path / name))
    assert "\n" not in str(caught.value)


def test_pipes_devices_and_large_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(50_000_000)
    for path, words in (
        (tmp_path / "pipe.txt", "regular"),
        (Path("/dev/zero"), "regular"),
        (tmp_path / "large.txt", "MB"),
    ):
        with pytest.raises(SourceError, match=words):
            list(read_source(path))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text", encoding="utf-8")
    (tmp_path / "a.txt").chmod(0)
    with pytest.raises(SourceError, match="Permission denied"):
        list(read_source(tmp_path / "a.txt"))
