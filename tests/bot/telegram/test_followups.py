"""What leans on earlier questions is understood with them, for each person apart, until /new."""

from collections.abc import Callable

from bot.telegram.state.database import Database
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import Running, Talk
from tests.bot.telegram.engines import slowed
from tests.bot.telegram.people import Person
from tests.scripted_model import Say, serve_script

FIRST = "How many passengers can the Noor carry?"
FOLLOW = "And how many cars?"


def test_a_follow_up_is_understood_and_shown_small_and_both_texts_are_kept(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    assert "→" not in ben.ask(FIRST)["text"]
    answer = ben.ask(FOLLOW)
    first = answer["text"].split("\n")[0]
    assert first == f"→ {FOLLOW} ({FIRST})"
    assert answer["entities"][0]["type"] == "italic"
    assert "18 cars" in answer["text"]
    database = Database(talk.running.app.settings.folder / "telegram.sqlite3")
    row = database.row("SELECT question, understood FROM answers WHERE person_id = ? AND question = ?", ben.id, FOLLOW)
    database.close()
    assert row is not None
    assert tuple(row) == (FOLLOW, f"{FOLLOW} ({FIRST})")


def test_after_new_nothing_is_remembered(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    ben.ask(FIRST)
    ben.ask("/new")
    assert "→" not in ben.ask(FOLLOW)["text"]


def test_in_a_group_each_person_follows_up_on_their_own_questions(talk: Talk) -> None:
    group, ben, mia = talk.group(), talk.person("Ben", "en"), talk.person("Mia", "en")
    ben.ask(f"@sanad_test_bot {FIRST}", chat_id=group)
    assert "→" not in mia.ask(f"@sanad_test_bot {FOLLOW}", chat_id=group)["text"]
    assert f"→ {FOLLOW} ({FIRST})" in ben.ask(f"@sanad_test_bot {FOLLOW}", chat_id=group)["text"]


def test_a_model_says_what_was_meant(api: BotApi, start: Callable[..., Running], tmp_path: object) -> None:
    rewritten = "How many cars can the Noor carry?"
    with serve_script(Say([rewritten])) as server:
        llm = {"base_url": server.url, "model": "scripted"}
        running = start(llm=llm, change=lambda app: slowed(claims=1, seconds=0, writer=app.engine.writer)(app))
        ben = Person(api, 100, "Ben")
        ben.ask(FIRST)
        assert f"→ {rewritten}" in ben.ask(FOLLOW)["text"]
        engine: object = running.app.engine
        assert [question.text for question in engine.asked] == [FIRST, rewritten]  # type: ignore[attr-defined]
        assert "Claim 0" in str(server.requests[0])  # the model was told what was answered
