"""Commands and buttons; /forget deletes all a person gave, also what is being made of it just then."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.bootstrap import App, bootstrap
from bot.telegram.state.chats import Answers
from bot.telegram.state.database import Database
from bot.types import Event, Finished, Question
from config.settings import load_settings
from index.readers.sources import article_from_text
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import LIGHT, OPERATOR, Running, Talk, readable, rows
from tests.bot.telegram.engines import Slow, slowed
from tests.bot.telegram.oracle import commands_in
from tests.bot.telegram.people import Person, forget, make_group


def test_start_greets_in_the_persons_language_with_three_questions(talk: Talk) -> None:
    arabic, english = talk.person("Amal", "ar-EG").ask("/start"), talk.person("Ben", "de").ask("/start")
    assert "أهلًا" in arabic["text"]
    assert "Hello" in english["text"]
    for message in (arabic, english):
        assert len(message["reply_markup"]["keyboard"]) == 3
        assert set(commands_in(message["text"])) == {"/articles", "/language", "/help"}


def test_sources_new_language_help_privacy_unknown(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    assert "no answer yet" in ben.ask("/sources")["text"]
    ben.ask("Who steered the first crossing?")
    assert "Mariam Haddad" in ben.ask("/sources")["text"]
    assert "forgotten" in ben.ask("/new")["text"]
    assert "no answer yet" in ben.ask("/sources")["text"]
    ben.tap(ben.ask("/language"), "العربية")
    assert "سأكلمك بالعربية" in ben.next(after=6)["text"]
    assert "في المجموعات" in ben.ask("/help")["text"]
    assert "ما أحفظه" in ben.ask("/privacy")["text"]
    assert "لا أعرف هذا الأمر" in ben.ask("/wat")["text"]
    assert "لا يوجد جواب جارٍ" in ben.ask("/stop")["text"]
    assert "لم أجد سؤالًا" in ben.ask("؟؟؟")["text"]
    assert "لم أجد سؤالًا" in ben.ask("1")["text"]


def test_a_deep_link_opens_an_article(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    record = next(one for one in talk.running.app.library.records() if one.language == "en")
    opened = ben.ask(f"/start a_{record.id}")
    assert "You are now asking about" in opened["text"]
    assert "not here" in ben.ask("/start a_000000000000")["text"]


def test_the_operator_sees_counts_and_others_do_not(talk: Talk) -> None:
    operator = Person(talk.api, OPERATOR, "Op", "en")
    assert "Shared articles: 2" in operator.ask("/stats")["text"]
    assert "Articles indexed again: 0" in operator.ask("/reindex")["text"]
    assert "operator's" in talk.person("Ben", "en").ask("/stats")["text"]


def test_forget_deletes_everything_after_asking_once(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    ben.ask("/add The castle of Oon has 12 towers. They were built in 1450.")
    ben.tap(ben.ask("How many towers has the castle of Oon?"), "👍")
    sure = ben.ask("/forget")
    ben.tap(sure, "No")
    assert "Nothing was deleted" in ben.next(after=3)["text"]
    sure = ben.ask("/forget")
    ben.tap(sure, "Yes")
    assert "All you gave me is deleted" in ben.next(after=5)["text"]
    assert "no answer yet" in ben.ask("/sources")["text"]
    assert "12 towers" not in ben.ask("How many towers?")["text"]
    for name in ("telegram.sqlite3", "telegram.sqlite3-wal"):
        assert b"has the castle of Oon?" not in (talk.running.app.settings.folder / name).read_bytes()


TEXT = "The vault of Zarbel holds 77 emeralds. The key lies under the third stone."


ASKED = "@sanad_test_bot How many emeralds does the vault hold?"


NEWS = -1001


class Held:
    """The real engine, whose answers are done only after `go`."""

    def __init__(self, app: App) -> None:
        self.writer, self._engine = app.engine.writer, app.engine
        self.go, self.found = threading.Event(), threading.Event()

    def stream(self, question: Question, *, evidence: int | None = None) -> Iterator[Event]:
        for event in self._engine.stream(question, evidence=evidence):
            if isinstance(event, Finished):
                self.found.set()
                self.go.wait(30)
            yield event


def held(app: App) -> App:
    engine: Any = Held(app)
    return replace(app, engine=engine)


def test_an_article_being_indexed_is_not_there_afterwards(
    api: BotApi, start: Callable[..., Running], tmp_path: Path
) -> None:
    running, ben, home = start(embedding=LIGHT), Person(api, 100, "Ben"), tmp_path / "home"
    sure = ben.ask("/forget")
    lines = [f"Gate {number} of Zarbel was built by the mason number {number}." for number in range(1500)]
    ben.send_file("gates.txt", "\n\n".join(lines).encode())
    api.wait(lambda: rows(home, "articles"))  # indexing begins
    ben.say("How many emeralds does the vault hold?")  # waits behind it
    ben.tap(sure, "Yes")
    assert "All you gave me is deleted" in ben.next(after=1, seconds=60)["text"]
    time.sleep(1.0)
    assert len(ben.heard()) == 2  # no "I have read", no answer
    assert (rows(home, "articles"), rows(home, "parts"), rows(home, "answers")) == ([], [], [])
    assert running.app.library.space("u100").records() == []
    assert "no articles" in ben.ask("/articles")["text"]


def test_an_answer_under_way_leaves_no_question(api: BotApi, start: Callable[..., Running], tmp_path: Path) -> None:
    running, ben, mia = start(change=slowed(claims=1, seconds=0)), Person(api, 100, "Ben"), Person(api, 101, "Mia")
    engine = running.app.engine
    assert isinstance(engine, Slow)
    sure = ben.ask("/forget")
    mia.say("Please wait with mine too")
    ben.say("Please wait with this secret question")
    api.wait(lambda: len(engine.asked) == 2)
    ben.tap(sure, "Yes")
    assert "All you gave me is deleted" in ben.next(after=1)["text"]
    engine.go.set()
    mia.next(after=0)  # another person's answer goes on
    time.sleep(0.5)
    assert len(ben.heard()) == 2
    database = tmp_path / "home" / "telegram.sqlite3"
    assert "secret" not in str([*rows(database.parent, "answers"), *rows(database.parent, "updates")])
    assert [row[2] for row in rows(database.parent, "answers")] == [mia.id]
    assert "Claim 0" in ben.ask("A new question after all?")["text"]


def test_an_article_that_a_killed_process_left_in_a_group_is_its_senders(
    api: BotApi, start: Callable[..., Running], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    app = bootstrap(load_settings({"home": str(home), "embedding": LIGHT}))
    list(app.indexer.add([article_from_text(TEXT, source="telegram:g1001/5")], space="g1001"))  # and then the kill
    app.close()
    running, ben, group = start(home=home, embedding=LIGHT), Person(api, 100, "Ben"), make_group(api, -1001, "News")
    assert "I already have" in ben.ask(f"/add {TEXT}", chat_id=group)["text"]
    assert [(row[0], row[2]) for row in rows(home, "articles")] == [("g1001", ben.id)]
    assert sum(row[4] for row in rows(home, "uses")) > 10  # its tokens count
    forget(ben)
    assert rows(home, "articles") == []
    assert running.app.library.space("g1001").records() == []


def test_in_a_group_no_answer_shows_what_was_forgotten_and_others_stay(
    api: BotApi, start: Callable[..., Running], tmp_path: Path
) -> None:
    start(embedding=LIGHT)
    home, news = tmp_path / "home", make_group(api, NEWS, "News")
    ben, dana = Person(api, 100, "Ben"), Person(api, 101, "Dana")
    dana.ask("/add The ship of Olm has 12 masts. It sails at noon.", chat_id=news)
    kept = dana.ask("@sanad_test_bot How many masts has the ship of Olm?", chat_id=news)
    dana.tap(kept, "👍")
    ben.ask(f"/add {TEXT}", chat_id=news)
    answer = dana.ask(ASKED, chat_id=news)
    assert "77 emeralds" in answer["text"]
    dana.tap(answer, "👎")
    api.wait(lambda: len(rows(home, "feedback")) == 2)
    assert readable(home, "77 emeralds")
    forget(ben)
    api.wait(lambda: not readable(home, "77 emeralds"))
    query = dana.tap(answer, "[1]")
    assert "no longer kept" in api.wait(lambda: api.state.callbacks[query])
    assert "12 masts" in dana.ask("/sources", chat_id=news)["text"]  # her answer before that
    database = Database(home / "telegram.sqlite3")
    (judged,) = Answers(database).rated_cases()
    database.close()
    assert "12 masts" in str(judged)


def test_an_answer_under_way_that_shows_what_was_forgotten_is_not_kept(
    api: BotApi, start: Callable[..., Running], tmp_path: Path
) -> None:
    running, home = start(embedding=LIGHT, change=held), tmp_path / "home"
    ben, dana, news = Person(api, 100, "Ben"), Person(api, 101, "Dana"), make_group(api, NEWS, "News")
    engine = running.app.engine
    assert isinstance(engine, Held)
    ben.ask(f"/add {TEXT}", chat_id=news)
    dana.say(ASKED, chat_id=news)
    api.wait(engine.found.is_set)
    forget(ben)
    engine.go.set()
    api.wait(lambda: {row[3] for row in rows(home, "updates")} == {2})
    assert "77 emeralds" in dana.heard(news)[-1]["text"]
    assert rows(home, "answers") == []


def test_no_answer_shows_an_article_that_was_removed(
    api: BotApi, start: Callable[..., Running], tmp_path: Path
) -> None:
    start(embedding=LIGHT)
    home, ben = tmp_path / "home", Person(api, 100, "Ben")
    ben.ask(f"/add {TEXT}")
    assert "77 emeralds" in ben.ask("How many emeralds does the vault hold?")["text"]
    ben.tap(ben.ask("/articles"), "🗑")
    ben.tap(ben.next(after=3), "Yes")
    assert "Removed" in ben.next(after=4)["text"]
    assert "no answer yet" in ben.ask("/sources")["text"]
    api.wait(lambda: not readable(home, "77 emeralds"))
