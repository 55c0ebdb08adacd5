"""Limits are said with the time when it is free again."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path

from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import Running
from tests.bot.telegram.engines import slowed
from tests.bot.telegram.people import Person, make_group


def test_limits_say_when_it_is_free_again(api: BotApi, start: Callable[..., Running]) -> None:
    limits = {"questions_per_minute": 2, "articles": 1, "article_bytes": 2000}
    start(change=slowed(claims=1, seconds=0), **limits)
    ben, amal = Person(api, 100, "Ben"), Person(api, 101, "Amal", "ar")
    for person in (ben, amal):
        assert "Claim" in person.ask("First")["text"]
        assert "Claim" in person.ask("Second")["text"]
    assert ben.ask("Third")["text"].startswith("That was 2 questions in a minute; ask again in \u2068")
    assert "وصلت إلى سؤالين في الدقيقة، وهو الحد؛ اسأل ثانية بعد" in amal.ask("Third")["text"]
    assert "it is now what you ask about" in ben.ask("/add One small article about bells.")["text"]
    assert "You have 1 article, which is the limit" in ben.ask("/add Another small article about towers.")["text"]
    assert "I already have" in ben.ask("/add One small article about bells.")["text"]
    assert "kB at most" in ben.ask("word " * 500)["text"]


def test_inline_queries_and_a_persons_articles_everywhere_are_limited(
    api: BotApi, start: Callable[..., Running], seeded: Path
) -> None:
    start(home=seeded, questions_per_minute=1, articles=1)
    ben, group = Person(api, 100, "Ben"), make_group(api, -1001, "News")
    queries = (ben.inline(f"passengers of the Noor {number}") for number in range(30))
    offered = list(itertools.takewhile(lambda one: one["button"]["text"] == "Ask Sanad directly", queries))
    assert 6 <= len(offered) < 30  # more than six where the machine is slow: another each ten seconds
    assert all(one["results"] for one in offered)
    refused = next(one for one in queries if one["button"]["text"] != "Ask Sanad directly")
    assert refused["results"] == []
    assert re.fullmatch(r"Limit reached; search again in \d+ s", refused["button"]["text"])
    ben.ask("/add One small article about bells.")
    assert "You have 1 article, which" in ben.ask("/add Another one about towers.", chat_id=group)["text"].translate(
        dict.fromkeys(map(ord, "\u2068\u2069"))
    )
