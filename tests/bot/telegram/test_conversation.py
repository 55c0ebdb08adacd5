"""A person's way through the bot, over real HTTP, with the real engine."""

import json
from collections.abc import Callable

from tests import documents
from tests.bot.telegram.conftest import OPERATOR, Talk
from tests.bot.telegram.oracle import commands_in
from tests.bot.telegram.people import Person
from tests.bot.telegram.transcript import ARTICLE


def test_start_greets_in_the_persons_language_with_three_questions(talk: Talk) -> None:
    arabic, english = talk.person("Amal", "ar-EG").ask("/start"), talk.person("Ben", "de").ask("/start")
    assert "أهلًا" in arabic["text"]
    assert "Hello" in english["text"]
    for message in (arabic, english):
        assert len(message["reply_markup"]["keyboard"]) == 3
        assert set(commands_in(message["text"])) == {"/articles", "/language", "/help"}


def test_an_answer_quotes_and_its_buttons_show_the_sentence_in_its_paragraph(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    answer = ben.ask("How many passengers can the Noor carry?")
    assert "220 passengers" in answer["text"]
    assert "\u2068[1]\u2069" in answer["text"]
    assert any(entity["type"] == "expandable_blockquote" for entity in answer["entities"])
    query = ben.tap(answer, "[1]")
    shown = ben.next(after=1)
    assert "14-kilometre crossing" in shown["text"]  # its neighbour in the paragraph
    assert [entity["type"] for entity in shown["entities"]] == ["bold"]
    assert talk.api.wait(lambda: talk.api.state.callbacks[query] is not None)
    query = ben.tap(answer, "👍")
    assert talk.api.wait(lambda: talk.api.state.callbacks[query]) == "Thank you for the rating."


def test_a_refusal_says_so_and_shows_the_nearest_sentences(talk: Talk) -> None:
    refusal = talk.person("Ben", "en").ask("How much does a blue whale weigh?")
    assert refusal["text"].startswith("No article in the library says.")
    quote = next(entity for entity in refusal["entities"] if entity["type"] == "expandable_blockquote")
    assert quote["length"] > 100


def test_a_pasted_text_becomes_the_active_article_and_is_quoted_natively(talk: Talk) -> None:
    amal = talk.person()
    pasted = amal.say("\n" + ARTICLE)
    summary = amal.next(after=0)
    assert "قرأت" in summary["text"]
    assert "6" in summary["text"]
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
    assert "1." in amal.ask("/articles")["text"]
    own = [row for row in amal.heard()[-1]["reply_markup"]["inline_keyboard"] if len(row) == 2]
    assert len(own) == 1


def test_quoting_a_sentence_and_asking_about_it(talk: Talk) -> None:
    amal = talk.person()
    pasted = amal.say(ARTICLE)
    amal.next(after=0)
    amal.tap(amal.ask("/articles"), "المقالات كلها")
    amal.next(after=2)
    answer = amal.ask("من قال ذلك؟", reply_to=pasted["message_id"], quote="إن المكتبة تضم 42 ألف كتاب")
    assert "سلمى العلي" in answer["text"]
    assert answer["reply_to_message"]["message_id"] == pasted["message_id"]


def test_articles_are_switched_and_removed_after_asking(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    ben.ask("/add The tower of Senn has 12 bells. They ring at noon.")
    listed = ben.ask("/articles")
    assert "3." in listed["text"]
    assert "← asking about it" in listed["text"]
    ben.tap(listed, "A ferry")
    assert "You are now asking about" in ben.next(after=2)["text"]
    assert "No" in ben.ask("How many bells has the tower of Senn?")["text"] or "does not say" in ben.heard()[-1]["text"]
    ben.tap(listed, "🗑")
    sure = ben.next(after=4)
    ben.tap(sure, "No, keep it")
    ben.next(after=5)
    ben.tap(listed, "🗑")
    sure = ben.next(after=6)
    ben.tap(sure, "Yes, remove it")
    assert "Removed" in ben.next(after=7)["text"]
    assert "3." not in ben.ask("/articles")["text"]


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


def test_inline_mode_offers_cited_sentences(talk: Talk) -> None:
    offered = talk.person("Ben", "en").inline("how many passengers on the Noor")
    assert offered["is_personal"]
    assert "220 passengers" in offered["results"][0]["input_message_content"]["message_text"]
    assert talk.person().inline("a")["results"] == []


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


def test_the_operator_sees_counts_and_others_do_not(talk: Talk) -> None:
    operator = Person(talk.api, OPERATOR, "Op", "en")
    assert "Shared articles: 2" in operator.ask("/stats")["text"]
    assert "Articles indexed again: 0" in operator.ask("/reindex")["text"]
    assert "operator's" in talk.person("Ben", "en").ask("/stats")["text"]


def test_a_group_is_answered_when_it_means_the_bot(talk: Talk) -> None:
    group, ben = talk.group(), talk.person("Ben", "en")
    ben.say("How many passengers can the Noor carry?", chat_id=group)
    asked = ben.say("@sanad_test_bot How many passengers can the Noor carry?", chat_id=group)
    answer = ben.next(after=0, chat_id=group)
    assert "220" in answer["text"]
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]
    again = ben.ask("And who steered the first crossing?", chat_id=group, reply_to=answer["message_id"])
    assert "Haddad" in again["text"]
    assert len(ben.heard(group)) == 2
    assert "Articles" in ben.ask("/articles@sanad_test_bot", chat_id=group)["text"]
    ben.say("/articles@another_bot", chat_id=group)
    answer = ben.ask("@sanad_test_bot how fast is the crossing?", chat_id=group, thread=77)
    assert answer["message_thread_id"] == 77


def test_other_bots_commands_in_a_group_are_not_answered(talk: Talk) -> None:
    group, ben = talk.group(), talk.person("Ben", "en")
    answer = ben.ask("@sanad_test_bot How many passengers can the Noor carry?", chat_id=group)
    for text in ("/ban", "/ban Mia", "/etc/hosts is where names are", "/", "/ban @sanad_test_bot", "/ban@another_bot"):
        ben.say(text, chat_id=group)
        ben.say(text, chat_id=group, reply_to=answer["message_id"])
    assert "/articles" in ben.ask("/help", chat_id=group)["text"]  # what came before is done: a chat has one lane
    assert len(ben.heard(group)) == 2
    assert "do not know" in ben.ask("/ban@sanad_test_bot", chat_id=group)["text"]
    assert "do not know" in ben.ask("/ban")["text"]


def test_reactions_and_wrong_sentences_become_a_test_set(talk: Talk) -> None:
    from bot.telegram.state.chats import Answers
    from bot.telegram.state.database import Database

    ben = talk.person("Ben", "en")
    liked = ben.ask("How many cars does the Noor hold?")
    ben.react(liked, "👍")
    disliked = ben.ask("How much does a return ticket cost now?")
    ben.tap(disliked, "👎")
    which = ben.next(after=2)
    query = ben.tap(which, "[1]")
    talk.api.wait(lambda: talk.api.state.callbacks[query])
    database = Database(talk.running.app.settings.folder / "telegram.sqlite3")
    cases = {case["question"]: case for case in Answers(database).rated_cases()}
    database.close()
    assert cases["How many cars does the Noor hold?"]["tags"] == ["feedback", "up"]
    assert any("18 cars" in text for text in cases["How many cars does the Noor hold?"]["evidence"])
    assert cases["How much does a return ticket cost now?"]["tags"] == ["feedback", "down", "wrong"]
    assert json.loads(json.dumps(list(cases.values()))) == list(cases.values())
