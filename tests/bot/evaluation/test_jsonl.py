"""Records from strangers' files: read, or refused with the field and what stands there; and files of lines."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from bot.evaluation.jsonl import (
    Amount,
    Flag,
    RecordError,
    String,
    Text,
    load_jsonl,
    open_jsonl,
    parse_json,
    read_record,
)
from config.errors import EvaluationError


class Book(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Text
    pages: Amount = 0
    lent: Flag = False
    notes: tuple[String, ...] = ()


def problem(value: Any) -> str:
    with pytest.raises(RecordError) as caught:
        read_record(Book, value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (7, "expected a JSON object, found 7."),
        (None, "expected a JSON object, found nothing."),
        ({"pages": 1}, "'title' is missing in {\"pages\": 1}."),
        ({"title": 1931}, "'title' must be a text, found 1931."),
        ({"title": "\t"}, "'title' must be a text that is not empty, found \"\\t\"."),
        ({"title": "x", "pages": "many"}, "'pages' must be a number, found \"many\"."),
        ({"title": "x", "pages": True}, "'pages' must be a number, found true."),
        ({"title": "x", "pages": -1}, "'pages' must be greater than or equal to 0, found -1."),
        ({"title": "x", "pages": float("inf")}, "'pages' must be a finite number, found Infinity."),
        ({"title": "x", "lent": 1}, "'lent' must be true or false, found 1."),
        ({"title": "x", "notes": "one"}, "'notes' must be a list, found \"one\"."),
        ({"title": "x", "notes": ["one", 2]}, "'notes' must be a text, found 2."),
        ({"title": "x", "notes": ["y" * 99, {}]}, "'notes' must be a text, found {}."),
    ],
)
def test_a_wrong_value_is_named_with_its_field(value: Any, sentence: str) -> None:
    assert problem(value) == sentence


def test_a_slip_in_a_name_is_told_before_the_field_that_it_leaves_missing() -> None:
    assert problem({"titel": "x"}) == 'there is no field "titel"; the fields are lent, notes, pages, title.'


def test_a_long_value_is_shortened() -> None:
    sentence = problem({"title": "x", "lent": "y" * 500})
    assert sentence.startswith("'lent' must be true or false, found \"yyy")
    assert len(sentence) < 120


def test_half_a_character_keeps_its_place() -> None:
    assert read_record(Book, parse_json('{"title": "a\\ud83dz"}')).title == "a?z"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "this is not valid JSON (Expecting property name enclosed in double quotes, column 2)."),
        ("{\n!", "line 2, column 1"),
        ("[" * 100_000, "nested too deeply"),
        ("1" * 10_000, "a number that is too long"),
    ],
)
def test_what_is_no_json_says_where(text: str, sentence: str) -> None:
    with pytest.raises(RecordError) as caught:
        parse_json(text)
    assert sentence in str(caught.value)


def nothing(_path: Path) -> None:
    """Every file is ours."""


def test_lines_are_added_to_those_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "books.jsonl"
    for title in ("One", "Two"):
        with open_jsonl(path, "books", Book, fresh=False, check=nothing) as file:
            file.append({"title": title})
    path.write_bytes(path.read_bytes() + b'{"title": "Thr')
    with open_jsonl(path, "books", Book, fresh=False, check=nothing) as file:
        assert [book.title for book in file.records] == ["One", "Two"]
        file.append({"title": "Four"})
    assert [book.title for book in load_jsonl(path, "books", Book)] == ["One", "Two", "Four"]
    with open_jsonl(path, "books", Book, fresh=True, check=nothing) as file:
        assert list(file.records) == []
    assert path.read_bytes() == b""


def test_without_a_path_nothing_is_kept() -> None:
    with open_jsonl(None, "books", Book, fresh=False, check=nothing) as file:
        file.append({"title": "One"})
        assert list(file.records) == []


def test_a_file_of_others_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "books.jsonl"
    path.write_text("not ours", "utf-8")

    def refuse(path: Path) -> None:
        raise EvaluationError(f"{path.name} is not ours")

    with pytest.raises(EvaluationError, match="is not ours"), open_jsonl(path, "b", Book, fresh=True, check=refuse):
        pass
    assert path.read_text("utf-8") == "not ours"


def test_a_line_that_is_no_record_is_named(tmp_path: Path) -> None:
    path = tmp_path / "books.jsonl"
    path.write_text('{"title": "One"}\n{"title": 2}\n', "utf-8")
    with pytest.raises(EvaluationError, match=r"^Line 2 of the books .*books.jsonl': 'title' must be a text, found 2"):
        list(load_jsonl(path, "books", Book))
