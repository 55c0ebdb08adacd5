"""What is remembered of chats and people: answers, also those kept before, and use, which has limits."""

import json
from pathlib import Path
from typing import Any

from bot.telegram.outgoing.messages import duration
from bot.telegram.outgoing.texts import CitedSentence
from bot.telegram.state.chats import Answers, Limits, StoredAnswer
from bot.telegram.state.database import Database
from index.types import Article
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import make_app
from tests.bot.telegram.engines import whole_answer


def test_answers_kept_before_say_what_was_kept_of_them(tmp_path: Any) -> None:
    database = Database(tmp_path / "telegram.sqlite3")
    answers = Answers(database)
    answers.add(
        StoredAnswer.from_reply(
            whole_answer(Article("a", "T", "s", "It is.", "en")), asked="?", update_id=1, chat_id=1, person_id=1
        )
    )
    old = [{"article_id": "a", "title": "T", "language": "en", "position": 0, "text": "It is.", "start": 0}]
    database.execute("UPDATE answers SET citations = ?", json.dumps(old))
    kept = answers.get(1, chat_id=1)
    assert kept is not None
    assert kept.cited == (CitedSentence("a", "T", "en", 0, "It is.", 0),)
    database.close()


def test_days_and_tokens_are_limited_and_a_repeated_update_counts_once(tmp_path: Path, api: BotApi) -> None:
    app = make_app(api, tmp_path, questions_per_day=3, tokens_per_day=100, questions_per_minute=100)
    database = Database(tmp_path / "bot.sqlite3")
    limits = Limits(database, app.settings.telegram)
    for _ in range(5):
        limits.count(1, update_id=7, question=True, tokens=40)
    assert limits.reached(1, update_id=9, asking=True) is None
    limits.count(1, update_id=8, question=False, tokens=60)
    reached = limits.reached(1, update_id=9, asking=True)
    assert reached is not None
    assert 86_390 < reached.wait <= 86_400
    assert duration(reached.wait, "en") == "24 h 0 min"
    assert limits.reached(2, update_id=9, asking=True) is None
    for update_id in (11, 12, 13):
        limits.count(3, update_id=update_id, question=True, tokens=0)
    assert limits.reached(3, update_id=14, asking=True) is not None
    assert limits.reached(3, update_id=13, asking=True) is None  # the third, begun again
    assert limits.reached(3, update_id=14, asking=False) is None
    database.close()
