"""Articles sent as texts, files and links: read, joined, edited, listed, chosen, removed, asked about in a caption."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.telegram.handlers.articles import TextWithLink, find_link
from bot.telegram.state.database import Database
from index.readers.sources import article_from_text
from tests import documents
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import LIGHT, Running, Talk
from tests.bot.telegram.people import Person, make_group
from tests.bot.telegram.transcript import ARTICLE
from tests.documents import page
from tests.site import Site, redirect, reply


def test_a_pasted_text_becomes_the_active_article_and_is_quoted_natively(talk: Talk) -> None:
    amal = talk.person()
    pasted = amal.say("\n" + ARTICLE)
    summary = amal.next(after=0)
    assert "قرأت" in summary["text"]
    assert "الجمل: 6." in summary["text"]
    answer = amal.ask("كم كتابًا في المكتبة؟")
    assert "42 ألف" in answer["text"]
    assert answer["reply_to_message"]["message_id"] == pasted["message_id"]
    assert answer["quote"]["text"] == "وقالت المديرة سلمى العلي إن المكتبة تضم 42 ألف كتاب وقاعة للأطفال."
    amal.tap(answer, "[1]")
    assert amal.next(after=2)["quote"]["text"] in ARTICLE


def test_a_short_text_becomes_an_article_with_add(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    added = ben.say("/add 🎈 The red balloon flew over Tarin at noon. It carried two cameras.")
    assert "it is now what you ask about" in ben.next(after=0)["text"]
    answer = ben.ask("How many cameras did it carry?")
    assert answer["quote"]["text"] in added["text"]
    assert answer["reply_to_message"]["message_id"] == added["message_id"]


def test_files_become_articles_others_are_declined(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    ben.send_file("ferry.md", b"# A new bridge\n\nThe bridge at Olm opened in March. It is 300 metres long.")
    assert "A new bridge" in ben.next(after=0)["text"]
    assert "300 metres" in ben.ask("How long is the bridge at Olm?")["text"]
    ben.send_file("photo.jpg", b"\xff\xd8")
    assert "do not read this kind" in ben.next(after=2)["text"]
    downloads = talk.api.count("getFile")
    ben.send_file("huge.txt", b"x", size=30_000_000)
    assert "30000 kB" in ben.next(after=3)["text"]
    assert talk.api.count("getFile") == downloads  # not even asked for
    ben.send_file("noise.txt", bytes(range(256)) * 4)
    assert "could not read" in ben.next(after=4)["text"]
    ben.send(sticker={"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1,
                      "is_animated": False, "is_video": False})  # fmt: skip
    assert "I read text only" in ben.next(after=5)["text"]


def test_documents_become_articles_cited_with_their_pages(talk: Talk) -> None:
    ben, text = talk.person("Ben", "en"), "The harbour of {} has {} cranes. Each of them lifts 40 tonnes."
    kinds: dict[str, Callable[[str], bytes]] = {
        "pdf": lambda paragraph: documents.printed([paragraph], heading="Cranes"),
        "docx": lambda paragraph: documents.word([paragraph]),
        "html": lambda paragraph: documents.page([paragraph], language="en"),
    }
    for number, (kind, made) in enumerate(kinds.items()):
        ben.send_file(f"harbour.{kind}", made(text.format("Selwa" * (number + 1), 12 + number)))
        assert "what you ask about" in ben.next(after=2 * number, seconds=60)["text"]
        answer = ben.ask("How many cranes does the harbour have?")["text"]
        assert f"{12 + number} cranes" in answer
        assert ("page 1" in answer) == (kind == "pdf")


def test_parts_of_a_text_that_a_client_cut_up_become_one_article(talk: Talk) -> None:
    amal = talk.person()
    first = "A ship reached the port of Olm." + "\n" * 4_000 + "It brought wheat and barley."
    amal.say(first)
    amal.say("The lighthouse was built by the engineer Karim Daoud in 1901.")
    amal.next(after=1)
    answer = amal.ask("Who built the lighthouse?")
    assert answer["quote"]["text"] == "The lighthouse was built by the engineer Karim Daoud in 1901."
    rows = amal.ask("/articles")["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in rows] == [2, 1, 1, 1]  # one article that can be removed, two shared ones, all of them


def test_articles_are_switched_and_removed_after_asking(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    ben.ask("/add The tower of Senn has 12 bells. They ring at noon.")
    listed = ben.ask("/articles")
    assert "3." in listed["text"]
    assert "← asking about it" in listed["text"]
    ben.tap(listed, "A ferry")
    assert "You are now asking about" in ben.next(after=2)["text"]
    assert ben.ask("How many bells has the tower of Senn?")["text"].startswith("The article does not say.")
    ben.tap(listed, "🗑")
    sure = ben.next(after=4)
    ben.tap(sure, "No, keep it")
    ben.next(after=5)
    ben.tap(listed, "🗑")
    sure = ben.next(after=6)
    ben.tap(sure, "Yes, remove it")
    assert "Removed" in ben.next(after=7)["text"]
    assert "3." not in ben.ask("/articles")["text"]


@pytest.mark.parametrize("title", ["a ش " * 100, "\U0001f6a2a" * 200, "A long title of one article " * 20])
def test_a_page_of_long_titles_is_one_message(api: BotApi, start: Callable[..., Running], title: str) -> None:
    running = start(embedding=LIGHT)
    texts = [f"{title} {number}\n\nThe tower has {number} bells. They ring." for number in range(10)]
    made = [article_from_text(text, source=f"telegram:{n}", title=f"{n} {title}") for n, text in enumerate(texts)]
    list(running.app.indexer.add(made))
    for person in (Person(api, 100, "Ben"), Person(api, 101, "Amal", "ar")):
        listed = person.ask("/articles")
        assert len(listed["reply_markup"]["inline_keyboard"]) == 10
        person.tap(listed, "Next" if person.name == "Ben" else "التالي")
        api.wait(lambda listed=listed: "10." in listed["text"])  # type: ignore[misc]
        assert "…" in listed["text"]
        person.tap(listed, "Previous" if person.name == "Ben" else "السابق")
        api.wait(lambda listed=listed: "8." in listed["text"])  # type: ignore[misc]
        assert len(listed["reply_markup"]["inline_keyboard"]) == 10
        assert len(person.heard()) == 1


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


OLM = "The bridge at Olm opened in March 2019. It is 300 metres long and carries two tram lines across the river."


def here(site: Site, path: str) -> str:
    return site.url(path, host="127.0.0.1")


def test_a_links_page_becomes_the_active_article_and_is_cited_there(
    api: BotApi, start: Callable[..., Running], site: Site
) -> None:
    site.replies["/olm"] = reply(page([OLM], language="en"))
    start(allowed_hosts=(f"127.0.0.1:{site.port}",))
    ben, group = Person(api, 41, "Ben"), make_group(api, -1_000_000_000_041, "Newsroom")
    ben.say(here(site, "/olm"))
    assert "it is now what you ask about" in ben.next(after=0)["text"]
    answer = ben.ask("How long is the bridge at Olm?")
    assert "300 metres" in answer["text"]
    links = [entity["url"] for entity in answer["entities"] if entity["type"] == "text_link"]
    assert links
    assert all(link.startswith(here(site, "/olm#:~:text=")) for link in links)
    ben.say(f"/add {here(site, '/olm')}")
    assert "I already have" in ben.next(after=2)["text"]
    ben.say(f"@sanad_test_bot When did it open? {here(site, '/olm')}.", chat_id=group)
    ben.next(after=0, chat_id=group)
    assert len(site.asked) == 3


def test_a_question_sent_with_a_link_is_answered_from_its_page(
    api: BotApi, start: Callable[..., Running], site: Site
) -> None:
    site.replies["/olm"] = reply(page([OLM], language="en"))
    start(allowed_hosts=(f"127.0.0.1:{site.port}",))
    ben = Person(api, 42, "Ben")
    ben.say(f"{here(site, '/olm')} When did the bridge open?")
    assert "it is now what you ask about" in ben.next(after=0)["text"]
    assert "March 2019" in ben.next(after=1)["text"]


@pytest.mark.parametrize("path", ["/gone", "/inside"])
def test_a_page_that_cannot_be_read_is_said_to_be_so(
    api: BotApi, start: Callable[..., Running], site: Site, path: str
) -> None:
    site.replies["/gone"] = reply("no such page", status=404)
    site.replies["/inside"] = redirect(site.url("/secret", host="localhost"))
    site.replies["/secret"] = reply(page(["The password of the router is hunter2, says the page."], language="en"))
    start(allowed_hosts=(f"127.0.0.1:{site.port}",))
    ben = Person(api, 43, "Ben")
    ben.say(here(site, path))
    assert "could not read an article" in ben.next(after=0)["text"]
    assert len(site.asked) == 1


def test_no_page_of_this_machine_is_opened_and_opening_counts(
    api: BotApi, start: Callable[..., Running], site: Site
) -> None:
    start(questions_per_minute=2)
    ben = Person(api, 44, "بن", "ar")
    for number in range(2):
        ben.say(here(site, "/olm"))
        assert "لم أستطع قراءة مقال" in ben.next(after=number)["text"]
    ben.say(here(site, "/olm"))
    assert "وصلت إلى" in ben.next(after=2)["text"]
    assert not site.asked


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("https://a.example/b?c=1#d", TextWithLink("https://a.example/b?c=1#d", "")),
        ("اقرأ هذا: https://a.example/خبر، من فضلك", TextWithLink("https://a.example/خبر", "اقرأ هذا:  ، من فضلك")),
        ("Who won? (https://a.example/b).", TextWithLink("https://a.example/b", "Who won? ( ).")),
        ("https://a.example https://b.example", None),
        ("a.example/b", None),
        ("https://a.example/b " + "word " * 100, None),
        ("https://a.example/" + "x" * 600, TextWithLink("https://a.example/" + "x" * 600, "")),
    ],
)
def test_one_address_in_a_short_text_is_a_link(text: str, linked: TextWithLink | None) -> None:
    assert find_link(text) == linked
