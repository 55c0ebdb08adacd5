"""Where a sentence stands is said alike below an answer, by /sources and inline; and is never too long for that."""

import json
from typing import Any

from bot.telegram.outgoing.cards import cited_groups, claim_groups
from bot.telegram.outgoing.texts import pieces
from bot.telegram.state.answers import Answers, Cited, given
from bot.telegram.state.database import Database
from bot.types import Answer, Citation, Claim, Question
from index.types import Article, Location, Metadata, Sentence
from tests.bot.telegram.conftest import Talk

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


def linked(message: dict[str, Any]) -> list[tuple[str, str]]:
    """The words and addresses of a message's links."""
    encoded = message.get("text", message.get("message_text", "")).encode("utf-16-le")
    return [
        (encoded[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le"), one["url"])
        for one in message["entities"]
        if one["type"] == "text_link"
    ]


def test_an_answer_sources_and_inline_results_say_the_same(talk: Talk) -> None:
    ben = talk.person("Ben", "en")
    ben.send_file("harbour.md", FILE.encode())
    ben.next(after=0)
    answer = ben.ask("How many ships did the harbour of Olm receive?")
    offered = ben.inline("ships in the harbour of Olm")["results"][0]["input_message_content"]
    for message in (answer, ben.ask("/sources"), offered):
        words, address = linked(message)[0]
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


def _answer(article: Article) -> Answer:
    sentence = Sentence(article.id, 0, 0, 0, len(article.text), article.text)
    claim = Claim("It is so.", (Citation(article, sentence),))
    return Answer(Question("?", "en"), (claim,), 0.5, "made", ())


def test_names_too_long_are_shortened_and_a_link_too_long_leads_to_the_page() -> None:
    long, url = "A heading without an end " * 300, "https://example.org/" + "a" * 1_980
    text = "The words of this very sentence are " + "extraordinarily " * 5 + "long, and so is its end in this article."
    article = Article("0123456789ab", long, "s", text, "en", Metadata(long, "", url), (Location(0, 0, long),))
    answer = _answer(article)
    kept = given(answer, asked="?", update_id=1, chat_id=1, person_id=1)
    for groups in (claim_groups(answer.claims, "en"), cited_groups(kept.cited, numbered=True)):
        (piece,) = pieces(groups)
        (link,) = linked({"text": piece.text, "entities": piece.entities})
        assert link[0].count("…") == 3
        assert len(link[0]) < 700
        assert link[1] == url


def test_answers_kept_before_say_what_was_kept_of_them(tmp_path: Any) -> None:
    database = Database(tmp_path / "telegram.sqlite3")
    answers = Answers(database)
    answers.keep(given(_answer(Article("a", "T", "s", "It is.", "en")), asked="?", update_id=1, chat_id=1, person_id=1))
    old = [{"article_id": "a", "title": "T", "language": "en", "position": 0, "text": "It is.", "start": 0}]
    database.write("UPDATE answers SET citations = ?", json.dumps(old))
    kept = answers.get(1, chat_id=1)
    assert kept is not None
    assert kept.cited == (Cited("a", "T", "en", 0, "It is.", 0),)
    database.close()
