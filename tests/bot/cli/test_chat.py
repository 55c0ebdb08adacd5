"""`sanad chat` from a pipe: the whole transcript, and the commands."""

import os
import sys
import time
from pathlib import Path

import pexpect
import pytest

from tests.bot.cli.command import ARABIC, ROOT, sanad

PROMPT = r"\?\x1b\[0m"
TRANSCRIPT = Path(__file__).with_name("chat.txt")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chat")
    sanad("index", str(ARABIC), home=folder)
    return folder


def test_a_piped_conversation_is_printed_whole(home: Path) -> None:
    """The transcript stands in chat.txt beside this file: lines typed begin with "> ", the rest is what was printed."""
    expected = TRANSCRIPT.read_text("utf-8")
    typed = [line[2:] for line in expected.splitlines() if line.startswith("> ")]
    done = sanad("chat", "--plain", home=home, stdin="\n".join(typed) + "\n")
    article_id = sanad("articles", home=home).stdout.split()[0]
    printed = done.stdout.replace(article_id, "ARTICLE")
    shown = [line for line in expected.splitlines() if not line.startswith("> ")]
    assert printed.splitlines() == shown
    assert done.returncode == 0


def test_an_article_is_chosen_and_marked(home: Path) -> None:
    article_id = sanad("articles", home=home).stdout.split()[0]
    done = sanad("chat", "--plain", home=home, stdin=f"/article {article_id}\n/articles\n/article nope\n/article\n")
    assert f"→ {article_id}" in done.stdout
    assert done.stderr.startswith("sanad: There is no article 'nope'")
    assert done.returncode == 2
    assert done.stdout.rstrip().endswith("Ask about all articles (1). /help for help, Ctrl-D to leave.")


def test_what_fails_in_a_pipe_is_an_error_and_the_rest_is_answered(home: Path) -> None:
    done = sanad("chat", "--plain", home=home, stdin="1\nمن بنى قاعدة طرطوس ومتى؟\n")
    assert done.stderr == "sanad: The question is empty; ask something about the article.\n"
    assert "[1]" in done.stdout
    assert done.returncode == 2


def test_an_empty_library_is_named_in_the_welcome(tmp_path: Path) -> None:
    for settings, said in (({}, "There are no articles yet"), ({"SANAD_INTERFACE__LANGUAGE": "ar"}, "لا توجد مقالات")):
        welcome = sanad("chat", "--plain", home=tmp_path, settings=settings)
        assert welcome.stdout.startswith(said)
        assert (welcome.returncode, welcome.stderr, len(welcome.stdout.splitlines())) == (0, "", 1)
    asked = sanad("chat", "--plain", home=tmp_path, stdin="Who won?\n")
    assert asked.stderr.startswith("sanad: There are no articles yet")
    assert asked.returncode == 2


def test_the_language_of_answers_is_chosen(home: Path) -> None:
    done = sanad(
        "chat", "--plain", home=home, stdin="/language ar\nWhen was the Hmeimim air base established?\n/language x\n"
    )
    assert "الجملة" in done.stdout
    assert "اختر ar أو en أو auto." in done.stdout


def test_a_terminal_session_keeps_history_and_survives_ctrl_c(home: Path) -> None:
    chat = start(home)
    chat.expect(PROMPT)
    chat.send("half a question")
    chat.expect("half a question")
    chat.sendcontrol("c")
    chat.expect(PROMPT)
    chat.send("/language en\r")
    chat.expect("Answers are in: en")
    leave(chat)

    again = start(home)
    again.expect(PROMPT)
    again.send("\x1b[A")  # the arrow up
    again.expect("/language en")
    again.send("\r")
    again.expect("Answers are in: en")
    leave(again)


def test_the_very_first_answer_may_be_cancelled(home: Path) -> None:
    """Ctrl-C while everything is still being loaded: the next question is answered all the same."""
    chat = start(home)
    chat.expect(PROMPT)
    chat.send("When was the Hmeimim air base established?\r")
    time.sleep(0.3)
    chat.sendcontrol("c")
    chat.expect("Cancelled|2015")
    chat.expect(PROMPT)
    chat.send("When was the Hmeimim air base established?\r")
    chat.expect("ضمن تدخلها")
    leave(chat)


def start(home: Path) -> "pexpect.spawn[str]":
    """A chat in a terminal."""
    environment = {
        **os.environ,
        "SANAD_HOME": str(home),
        "TERM": "xterm",
        "COLUMNS": "200",
        "PROMPT_TOOLKIT_NO_CPR": "1",
    }
    command = ["-c", "from bot.cli.app import main; main()", "chat", "--plain"]
    return pexpect.spawn(
        sys.executable, command, cwd=str(ROOT), env=environment, encoding="utf-8", timeout=60, use_poll=True
    )


def leave(chat: "pexpect.spawn[str]") -> None:
    """Ctrl-D at an empty prompt, once it is there."""
    chat.expect(PROMPT)
    time.sleep(0.5)
    chat.sendcontrol("d")
    chat.expect(pexpect.EOF)
    chat.wait()
    assert chat.exitstatus == 0
