"""What a person sees on a terminal of 80 columns: whole lines to copy, whole names, and files that stay files."""

import os
import re
import sys
from pathlib import Path

import pexpect
import pytest

from tests.bot.cli.command import ROOT, sanad

TITLE = "The town of Port Selwa, which has had a ferry since 1874, counts its boats each spring, and then its nets"
QUOTED = (
    f"{TITLE} and its ropes, so that in the spring of 1962 there were forty boats, two hundred nets and as many ropes."
)
QUESTION = "How many boats did Port Selwa count in the spring of 1962?"
HEADING = "Boats of the harbour"
LIGHT = {"SANAD_EMBEDDING__PROVIDER": "light"}
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("terminal")
    sanad("index", str(written(folder)), home=folder / "home", settings=LIGHT)
    return folder / "home"


def written(folder: Path) -> Path:
    """An article of long lines below a heading."""
    file = folder / "an article whose name is long enough for a narrow terminal to shorten.md"
    file.write_text(
        f"# {TITLE}\n\n## {HEADING}\n\n{QUOTED} A ferry leaves at noon. The captain rings a bell.\n", encoding="utf-8"
    )
    return file


def on_terminal(*arguments: str, home: Path, columns: int = 80, term: str = "xterm", then: str = "") -> str:
    """What a command prints on a terminal, its control sequences taken out; `then` follows the command."""
    given = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    environment = {**given, **LIGHT, "SANAD_HOME": str(home), "TERM": term}
    command = ["-c", f'"$@" {then}', "sh", sys.executable, "-c", "from bot.cli.app import main; main()", *arguments]
    done = pexpect.spawn(
        "/bin/sh",
        command,
        cwd=str(ROOT),
        env=environment,
        encoding="utf-8",
        timeout=60,
        dimensions=(24, columns),
        use_poll=True,
    )
    done.expect(pexpect.EOF)
    return _CONTROL.sub("", done.before).replace("\r\n", "\n")


def test_a_quotation_is_one_line_to_copy(home: Path) -> None:
    for term in ("xterm", "dumb"):
        assert f"“{QUOTED}” [1]" in on_terminal("ask", "--plain", QUESTION, home=home, term=term)


@pytest.mark.parametrize("columns", [80, 40])
def test_the_id_of_an_article_is_never_shortened(home: Path, columns: int) -> None:
    article_id = sanad("articles", home=home, settings=LIGHT).stdout.split()[0]
    shown = on_terminal("articles", home=home, columns=columns).splitlines()
    assert sum(article_id in line for line in shown) == 1
    assert len(shown) == 5
    assert columns < 80 or "The town …" in shown[3]


def test_lines_stay_whole_and_go_where_they_are_sent(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    source = str(written(tmp_path))
    shown = on_terminal("index", source, home=tmp_path / "one", then=f"> '{log}'")
    logged = log.read_text("utf-8")
    assert re.fullmatch(r"added +[0-9a-f]{12}  .{60,}\n", logged)
    assert "added" not in shown
    assert logged in on_terminal("index", source, home=tmp_path / "two")


def test_the_cited_sentence_is_marked_where_nothing_has_a_style(home: Path) -> None:
    typed = f"{QUESTION}\n/context 1\n"
    for options in (["--plain"], []):
        piped = sanad("chat", *options, home=home, stdin=typed, settings=LIGHT).stdout
        assert f">> {QUOTED} << A ferry leaves at noon." in piped


def test_the_heading_of_a_sentence_is_named(home: Path) -> None:
    article_id = sanad("articles", home=home, settings=LIGHT).stdout.split()[0]
    shown = sanad("show", article_id, "--sentence", "3", home=home, settings=LIGHT).stdout
    assert re.search(rf"^> +3  \[under “{HEADING}”\] ", shown, re.MULTILINE)
    found = sanad("search", "boats", "nets", home=home, settings=LIGHT).stdout
    assert f"[under “{HEADING}”] " in found
