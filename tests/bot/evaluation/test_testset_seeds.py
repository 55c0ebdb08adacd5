"""The shipped test sets are what they claim: quotes stand in their articles, languages match, every kind is there."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from index.text.search_form import is_arabic, language_of, words

NAMES = ("questions.jsonl", "little-amber-ferry.questions.jsonl")
KINDS = {"number", "date", "person", "place", "reason", "yes-no", "spread", "dialect", "spelling"}
UNANSWERABLE = {"near", "far", "false-premise"}


def rows(seeds: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (seeds / name).read_text("utf-8").splitlines()]


def quotes(row: dict[str, Any]) -> list[str]:
    return [quote for item in row["evidence"] for quote in ([item] if isinstance(item, str) else item)]


@pytest.mark.parametrize("name", NAMES)
def test_every_line_follows_the_schema(seeds: Path, name: str, schema: Mapping[str, Any]) -> None:
    validator = Draft202012Validator(schema)
    for row in rows(seeds, name):
        validator.validate(row)


@pytest.mark.parametrize("name", NAMES)
def test_every_quote_stands_in_its_article_exactly_once(seeds: Path, name: str) -> None:
    for row in rows(seeds, name):
        text = (seeds / row["article"]).read_text("utf-8")
        for quote in quotes(row):
            assert text.count(quote) == 1, (row["id"], quote)


def test_ids_and_questions_are_unique_over_both_sets(seeds: Path) -> None:
    for field in ("id", "question"):
        used = Counter(row[field] for name in NAMES for row in rows(seeds, name))
        assert [value for value, times in used.items() if times > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_questions_are_in_their_language(seeds: Path, name: str) -> None:
    for row in rows(seeds, name):
        assert language_of(row["question"]) == row["language"], row["id"]


@pytest.mark.parametrize("name", NAMES)
def test_answerable_questions_have_evidence_and_answers_in_both_languages(seeds: Path, name: str) -> None:
    for row in rows(seeds, name):
        assert bool(row["evidence"]) == bool(row["answers"]) == row["answerable"], row["id"]
        if row["answerable"]:
            found = [word for answer in row["answers"] for word in words(answer) if not word[0].isdecimal()]
            assert {is_arabic(word) for word in found} == {True, False}, row["id"]


@pytest.mark.parametrize("name", NAMES)
def test_every_question_has_a_tag(seeds: Path, name: str) -> None:
    assert [row["id"] for row in rows(seeds, name) if not row["tags"]] == []


@pytest.mark.parametrize(("name", "least", "unanswerable"), [(NAMES[0], 84, 26), (NAMES[1], 30, 8)])
def test_there_are_enough_questions_of_each_kind(seeds: Path, name: str, least: int, unanswerable: int) -> None:
    found = rows(seeds, name)
    languages = Counter(row["language"] for row in found)
    assert len(found) >= least
    assert languages["ar"] == languages["en"]
    assert sum(not row["answerable"] for row in found) >= unanswerable
    for language in ("ar", "en"):
        lacking = [row for row in found if row["language"] == language and not row["answerable"]]
        assert {tag for row in lacking for tag in row["tags"]} >= UNANSWERABLE
        assert all(UNANSWERABLE & set(row["tags"]) for row in lacking)
    kinds = Counter(tag for row in found for tag in row["tags"])
    assert kinds.keys() >= KINDS
    assert kinds.keys() >= {"egyptian", "levantine", "gulf"}


def test_the_english_article_is_of_the_promised_length(seeds: Path) -> None:
    assert 150 <= len((seeds / "little-amber-ferry.en.txt").read_text("utf-8").split()) <= 400
