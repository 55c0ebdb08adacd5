"""Articles sent as messages: edited, joined of several, named alike, asked about in a caption."""

from collections.abc import Callable
from pathlib import Path

from bot.telegram.state.database import Database
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import Running, Talk
from tests.bot.telegram.people import Person

FIRST = "A ship reached the port of Olm." + "\n" * 4_000 + "It brought 30 sacks of wheat."
SECOND = "The lighthouse was built by the engineer Karim Daoud in 1901."


def own_articles(person: Person) -> int:
    rows = person.ask("/articles")["reply_markup"]["inline_keyboard"]
    return sum(len(row) == 2 for row in rows)


def test_an_edited_add_is_read_without_its_command(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    added = ben.say("/add The tower of Senn has 12 bells. They ring at noon.")
    ben.next(after=0)
    ben.edit(added, "/add 🎈 The tower of Senn has 14 bells. They ring at noon.")
    assert "/add" not in ben.next(after=1)["text"]
    answer = ben.ask("How many bells has the tower of Senn?")
    assert "14 bells" in answer["text"].replace("**", "")
    assert answer["quote"]["text"] in added["text"]
    assert own_articles(ben) == 1


def test_an_edit_that_changes_no_word_is_no_news(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    added = ben.say("/add The tower of Senn has 12 bells. They ring at noon.")
    ben.next(after=0)
    ben.edit(added, added["text"])
    assert "Type a question" in ben.ask("/help")["text"]
    assert len(ben.heard()) == 2


def test_editing_one_of_two_joined_messages_keeps_the_other(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    first, second = ben.say(FIRST), ben.say(SECOND)
    ben.next(after=1)
    ben.edit(first, FIRST.replace("30 sacks", "1,250 sacks"))
    ben.next(after=2)
    assert "1,250 sacks" in ben.ask("How many sacks of wheat did the ship bring?")["text"]
    answer = ben.ask("Who built the lighthouse?")
    assert "Karim Daoud" in answer["text"]
    assert answer["quote"]["text"] == SECOND  # found where it stands now
    ben.edit(second, SECOND.replace("Karim Daoud", "Salma Haddad"))
    ben.next(after=5)
    assert "Salma Haddad" in ben.ask("Who was the engineer that built the lighthouse?")["text"]
    assert own_articles(ben) == 1


def test_a_question_right_behind_an_article_is_answered(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    ben.say(FIRST)
    ben.say("How many sacks of wheat did the ship bring?")
    assert "30 sacks" in ben.next(after=1)["text"]


def test_a_text_cut_up_in_a_group_is_joined_though_only_its_beginning_means_the_bot(talk: Talk) -> None:
    group, ben, mia = talk.group(), talk.person("Ben", "en"), talk.person("Mia", "en")
    ben.say(f"/add {FIRST}", chat_id=group)
    ben.say(SECOND, chat_id=group)
    assert "it is now what you ask about" in ben.next(after=1, chat_id=group)["text"]
    assert "Karim" in ben.ask("@sanad_test_bot Who built the lighthouse?", chat_id=group)["text"]
    ben.say(f"/add {FIRST} And more.", chat_id=group)
    mia.say("The weather is fine today.", chat_id=group)  # somebody else's words between
    ben.next(after=3, chat_id=group)
    asked = ben.ask("@sanad_test_bot How is the weather today, fine?", chat_id=group)
    assert "The weather is fine" not in asked["text"]


def test_files_of_one_name_are_two_articles(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    ben.send_file("notes.txt", b"The bridge at Olm opened in March. It is 300 metres long.")
    ben.next(after=0)
    ben.send_file("notes.txt", b"The castle of Oon has 12 towers. They were built in 1450.")
    ben.next(after=1)
    assert own_articles(ben) == 2


def test_a_caption_that_asks_is_answered_from_the_file(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    bridge = b"The bridge at Olm opened in March. It is 300 metres long."
    ben.send_file("bridge.txt", bridge, caption="How long is the bridge at Olm?")
    assert "I have read" in ben.next(after=0)["text"]
    assert "300 metres" in ben.next(after=1)["text"]
    ben.send_file("other.txt", bridge + b" Nobody crosses it.", caption="Here is the newer one.")
    ben.next(after=2)
    assert "Type a question" in ben.ask("/help")["text"]


def test_a_text_like_its_command_is_found_behind_it(api: BotApi, start: Callable[..., Running], tmp_path: Path) -> None:
    start(embedding={"provider": "light"})
    Person(api, 100, "Ben").ask("/add add")
    database = Database(tmp_path / "home" / "telegram.sqlite3")
    row = database.fetch_one("SELECT shift FROM parts")
    database.close()
    assert row is not None
    assert row["shift"] == len("/add ")
