"""A reply as JSON: what the schema promises, with offsets into the article's own text."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from bot.rendering.reply_json import reply_json
from bot.types import Answer, Note, Reason, Refusal, Reply, Usage
from tests.bot.rendering.test_reply_text import ARABIC, answer

SCHEMA = json.loads((Path(__file__).parents[3] / "bot" / "rendering" / "reply.schema.json").read_text("utf-8"))
ANSWER = answer("متى وصلت السفينة؟", "ar", 0, 1, span=(18, 29))
REFUSAL = Refusal(ANSWER.question, Reason.WEAK_EVIDENCE, 0.1, "extractive", ANSWER.evidence, note=Note.DOUBTED)


@pytest.mark.parametrize("reply", [ANSWER, REFUSAL, replace(ANSWER, usage=Usage(3, 2, 1), note=Note.PARTIAL)])
def test_a_reply_keeps_to_the_schema(reply: Reply) -> None:
    written = reply_json(reply)
    jsonschema.validate(json.loads(json.dumps(written)), SCHEMA)
    assert written["answered"] is isinstance(reply, Answer)
    assert written["note"] == (reply.note.value if reply.note else None)


def test_offsets_count_in_the_articles_text() -> None:
    first, second = reply_json(ANSWER)["claims"][0]["citations"]
    for citation in (first, second):
        assert ARABIC.text[citation["start"] : citation["end"]] == citation["quote"]
    assert ARABIC.text[slice(*first["span"])] == "يوم الاثنين"
    for evidence in reply_json(REFUSAL)["evidence"]:
        assert ARABIC.text[evidence["start"] : evidence["end"]] == evidence["text"]
