"""A person's questions, over real HTTP, with the real engine: answers, follow-ups, buttons, failures, inline mode."""

import json
from collections.abc import Callable

from bot.telegram.handlers.questions import answer_buttons
from bot.telegram.outgoing.delivery import keyboard
from bot.telegram.outgoing.texts import (
    CitedSentence,
)
from bot.telegram.state.chats import Answers, StoredAnswer
from bot.telegram.state.database import Database
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import LIGHT, Running, Talk
from tests.bot.telegram.engines import slowed
from tests.bot.telegram.oracle import links_in
from tests.bot.telegram.people import Person
from tests.bot.telegram.transcript import ARTICLE
from tests.scripted_model import Say, serve_script


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


def test_quoting_a_sentence_and_asking_about_it(talk: Talk) -> None:
    amal = talk.person()
    pasted = amal.say(ARTICLE)
    amal.next(after=0)
    amal.tap(amal.ask("/articles"), "المقالات كلها")
    amal.next(after=2)
    answer = amal.ask("من قال ذلك؟", reply_to=pasted["message_id"], quote="إن المكتبة تضم 42 ألف كتاب")
    assert "سلمى العلي" in answer["text"]
    assert answer["reply_to_message"]["message_id"] == pasted["message_id"]


def test_reactions_and_wrong_sentences_become_a_test_set(talk: Talk) -> None:
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


FILE = """---
title: The harbour of Olm
author: Lina Marsh
date: 2024-12-13
url: https://example.org/harbour
---

# The harbour of Olm

## Ships

The harbour of Olm received 812 ships in the year 2023. Most of them carried timber from the north.
"""


ORIGIN = (
    "The harbour of Olm, sentence 3, under “\u2068Ships\u2069”, by \u2068Lina Marsh\u2069, of \u20682024-12-13\u2069"
)


def test_an_answer_sources_and_inline_results_say_the_same(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    ben.send_file("harbour.md", FILE.encode())
    ben.next(after=0)
    answer = ben.ask("How many ships did the harbour of Olm receive?")
    offered = ben.inline("ships in the harbour of Olm")["results"][0]["input_message_content"]
    for message in (answer, ben.ask("/sources"), offered):
        words, address = links_in(message)[0]
        assert words == ORIGIN
        assert address.startswith("https://example.org/harbour#:~:text=The%20harbour")


def test_in_a_group_the_answer_replies_to_the_question_and_its_buttons_quote(talk: Talk) -> None:
    ben, group = talk.person("Ben", "en"), talk.group()
    added = ben.say("/add The mill of Sarn grinds 40 sacks a day. It has two wheels.", chat_id=group)
    ben.next(after=0, chat_id=group)
    asked = ben.say("@sanad_test_bot How many sacks does the mill grind?", chat_id=group)
    answer = ben.next(after=1, chat_id=group)
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]
    assert "quote" not in answer
    ben.tap(answer, "[1]")
    shown = ben.next(after=2, chat_id=group)
    assert shown["reply_to_message"]["message_id"] == added["message_id"]
    assert shown["quote"]["text"] == "The mill of Sarn grinds 40 sacks a day."


def test_the_button_to_ask_in_private_is_there_for_shared_articles_only(talk: Talk) -> None:
    group, ben = talk.group(), talk.person("Ben", "en")
    ben.tap(ben.ask("@sanad_test_bot How many passengers can the Noor carry?", chat_id=group), "[1]")
    assert "?start=a_" in str(ben.next(after=1, chat_id=group)["reply_markup"])
    ben.ask("/add The vault of Zarbel holds 77 emeralds.", chat_id=group)
    listed = ben.ask("/articles", chat_id=group)
    ben.tap(listed, "All articles")
    ben.next(after=4, chat_id=group)
    ben.tap(ben.ask("@sanad_test_bot How many emeralds does the vault of Zarbel hold?", chat_id=group), "[1]")
    shown = ben.next(after=6, chat_id=group)
    assert "77 emeralds" in shown["text"]
    assert "reply_markup" not in shown


def test_buttons_fit_into_64_bytes() -> None:

    cited = tuple(CitedSentence("0123456789ab", "T", "ar", 0, "x", 0) for _ in range(200))
    answer = StoredAnswer(2**53, -(2**52), 2**52, 0.0, "?", "ar", True, "", cited, "?")
    markup = keyboard(answer_buttons(answer))
    assert markup is not None
    buttons = [button for row in markup["inline_keyboard"] for button in row]
    assert len(buttons) <= 100
    assert all(len(button["callback_data"].encode()) <= 64 for button in buttons)


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
    row = database.fetch_one(
        "SELECT question, understood FROM answers WHERE person_id = ? AND question = ?", ben.id, FOLLOW
    )
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


def test_the_model_failing_is_said_and_is_not_a_refusal(api: BotApi, start: Callable[..., Running]) -> None:
    start(change=slowed(claims=2, seconds=0.0, fail_at=0))
    ben = Person(api, 100, "Ben")
    said = ben.ask("How many passengers can the Noor carry?")["text"]
    assert "Something failed on our side" in said
    assert "secret words" not in said
    assert "does not say" not in said


def test_what_was_said_before_a_failure_stands_and_is_called_incomplete(
    api: BotApi, start: Callable[..., Running]
) -> None:
    start(change=slowed(claims=2, seconds=0.0, fail_at=1))
    said = Person(api, 100, "Ben").ask("How many passengers can the Noor carry?")["text"]
    assert "Claim 0" in said
    assert "before the answer was complete" in said


def test_stop_ends_an_answer_and_what_was_said_stands(api: BotApi, start: Callable[..., Running]) -> None:
    start(change=slowed(claims=20, seconds=0.3))
    ben = Person(api, 100, "Ben")
    ben.say("Tell me all")
    api.wait(lambda: len(api.state.drafts[ben.id]) >= 2)
    ben.say("/stop")
    api.wait(lambda: len(ben.heard()) == 2)
    texts = sorted(message["text"] for message in ben.heard())
    assert "Claim 0" in texts[0]
    assert "Claim 19" not in texts[0]
    drafts = api.state.drafts[ben.id]
    assert len({one["draft_id"] for one in drafts}) == 1
    assert len({one["text"] for one in drafts}) == len(drafts)


def test_inline_mode_offers_cited_sentences(talk: Talk) -> None:
    offered = talk.person("Ben", "en").inline("how many passengers on the Noor")
    assert offered["is_personal"]
    assert "220 passengers" in offered["results"][0]["input_message_content"]["message_text"]
    assert talk.person().inline("a")["results"] == []


def test_inline_queries_past_the_days_limit_say_when_to_go_on(api: BotApi, start: Callable[..., Running]) -> None:
    start(tokens_per_day=5, change=slowed(claims=1, seconds=0))
    amal = Person(api, 100, "Amal", "ar")
    amal.ask("/add مقال قصير عن أجراس البرج القديم في المدينة.")
    button = amal.inline("أجراس البرج")["button"]["text"]
    assert button == "وصلت إلى الحد؛ ابحث ثانية بعد 24 س 0 د"


def test_start_offers_no_questions_about_articles_it_knows_none_of(api: BotApi, start: Callable[..., Running]) -> None:
    start(embedding=LIGHT)
    ben = Person(api, 100, "Ben")
    ben.ask("/add The vault of Zarbel holds 77 emeralds.")
    greeting = ben.ask("/start")
    assert "Try one" not in greeting["text"]
    assert "reply_markup" not in api.state.messages[ben.id][greeting["message_id"]]
