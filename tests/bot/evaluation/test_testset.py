"""Reading test sets: what is understood, and the one sentence that each kind of bad input gets."""

import codecs
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.evaluation.testset import QuestionLine, TestSet, load_testset, merge_testsets, select_questions
from config.errors import SourceError, TestSetError
from index.types import Article

Write = Callable[[list[dict[str, Any] | str]], Path]

GOOD = {
    "id": "1",
    "question": "When did the bridge open?",
    "language": "en",
    "article": "news.txt",
    "answers": ["1931"],
    "evidence": ["The bridge opened in 1931."],
    "answerable": True,
    "tags": ["date"],
}


def resolve(reference: str, folder: Path) -> Article:
    if not (folder / reference).is_file():
        raise SourceError(f"There is no article {reference!r}; check the path.")
    return Article(reference, reference, reference, (folder / reference).read_text("utf-8"), "en")


def load(path: Path, *, skip_invalid: bool = False) -> TestSet:
    return load_testset(path, resolve=resolve, skip_invalid=skip_invalid)


def test_a_whole_line(write: Write) -> None:
    (question,) = load(write([GOOD])).questions
    assert (question.id, question.language, question.direction) == ("1", "en", "en-en")
    assert (question.answers, question.answerable, question.tags) == (("1931",), True, ("date",))
    (((start, end),),) = question.evidence
    assert question.article.text[start:end] == "The bridge opened in 1931."


def test_what_may_be_left_out(write: Write) -> None:
    (question,) = load(write([{"id": "1", "question": "متى افتتح الجسر؟", "article": "news.txt"}])).questions
    assert (question.language, question.answerable) == ("ar", True)
    assert (question.answers, question.evidence, question.tags) == ((), (), ())


def test_alternatives_and_repeated_quotes_are_places_of_one_piece(write: Write) -> None:
    (question,) = load(write([GOOD | {"evidence": [["The bridge opened", "It is 40"], "It is"]}])).questions
    assert [len(piece) for piece in question.evidence] == [2, 2]


def test_blank_lines_a_byte_order_mark_and_windows_line_ends_do_no_harm(write: Write) -> None:
    path = write([GOOD])
    path.write_bytes(b"\xef\xbb\xbf\r\n" + path.read_bytes() + b"\r\n\r\n")
    assert len(load(path).questions) == 1


BAD = [
    ("not json", "{", "not valid JSON"),
    ("not an object", "[1]", "expected a JSON object"),
    ("deep nesting", "[" * 100_000, "nested too deeply"),
    ("no id", {key: GOOD[key] for key in GOOD if key != "id"}, "'id' is missing in {"),
    ("blank question", GOOD | {"question": " "}, "'question' must be a text"),
    ("another language", GOOD | {"language": "fr"}, "'ar' or 'en'"),
    ("flag as text", GOOD | {"answerable": "no"}, "'answerable' must be true or false"),
    ("answers no list", GOOD | {"answers": "1931"}, "'answers' must be a list"),
    ("an answer no text", GOOD | {"answers": [1931]}, "'answers' must be a text"),
    ("a quote no text", GOOD | {"evidence": [1931]}, "'evidence' must be a text, found 1931"),
    ("no quote in a list", GOOD | {"evidence": [[]]}, "'evidence' must be a list that is not empty, found []"),
    ("a language of null", GOOD | {"language": None}, "'language' must be 'ar' or 'en', found nothing"),
    ("a slip in a name", GOOD | {"evidences": []}, 'there is no field "evidences"'),
    ("unanswerable with evidence", GOOD | {"answerable": False}, "clear them"),
    ("a quote that is not there", GOOD | {"evidence": ["It opened."]}, 'does not occur in "news.txt": "It opened."'),
    ("an unknown article", GOOD | {"article": "other.txt"}, "There is no article 'other.txt'"),
    ("an id used before", GOOD | {"id": "0"}, 'the id "0" was used before'),
]


@pytest.mark.parametrize(("line", "sentence"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_lines_are_named_and_can_be_skipped(write: Write, line: dict[str, Any] | str, sentence: str) -> None:
    path = write([GOOD | {"id": "0"}, line, GOOD | {"id": "2"}])
    with pytest.raises(TestSetError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith("Line 2 of 'set.jsonl': ")
    assert sentence in message
    assert "\n" not in message
    rest = load(path, skip_invalid=True)
    assert [question.id for question in rest.questions] == ["0", "2"]
    assert rest.problems == (message.removesuffix(" (--skip-invalid leaves out what is wrong.)"),)


def test_a_line_in_another_encoding_is_named_and_can_be_skipped(write: Write) -> None:
    path = write([GOOD, GOOD | {"id": "2"}, GOOD | {"id": "3"}])
    lines = path.read_bytes().split(b"\n")
    lines[1] = json.dumps(GOOD | {"id": "2", "question": "متى؟"}, ensure_ascii=False).encode("cp1256")
    path.write_bytes(codecs.BOM_UTF8 + b"\r\n".join(lines))
    with pytest.raises(TestSetError, match=r"^Line 2 of 'set.jsonl': it is not UTF-8 text \(byte 25 of the line\)"):
        load(path)
    rest = load(path, skip_invalid=True)
    assert [question.id for question in rest.questions] == ["1", "3"]


def test_a_squad_file_in_another_encoding_says_where(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_bytes(b'{"data":\n\n["' + "é".encode("latin-1") + b'"]}')
    with pytest.raises(TestSetError, match=r"is not UTF-8 text \(line 3, byte 12\)"):
        load(tmp_path / "dev.json", skip_invalid=True)


def test_several_problems_are_counted(write: Write) -> None:
    with pytest.raises(TestSetError, match=r"Line 1 .*2 more like it; --skip-invalid"):
        load(write(["{", "{", "{", GOOD]))


def test_the_schema_and_the_reader_agree(schema: Mapping[str, Any]) -> None:
    validator = Draft202012Validator(schema)
    beyond_a_schema = {"a quote that is not there", "an unknown article", "an id used before"}
    for name, line, _ in BAD:
        if isinstance(line, dict):
            assert validator.is_valid(line) == (name in beyond_a_schema), name
    assert validator.is_valid(GOOD)
    fields = QuestionLine.model_fields
    assert schema["properties"].keys() == fields.keys()
    assert set(schema["required"]) == {name for name, field in fields.items() if field.is_required()}


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("empty.jsonl", b"", "has no questions"),
        ("empty.json", b'{"data": []}', "has no questions"),
        ("latin.jsonl", "{é".encode("latin-1"), "is not UTF-8 text"),
        ("list.json", b"[]", "expected a JSON object"),
        ("other.json", b'{"a": 1}', "has no list 'data'"),
        ("broken.json", b'{"data": [\n{]}', "not valid JSON (Expecting"),
    ],
)
def test_files_that_are_no_test_set(tmp_path: Path, name: str, data: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(TestSetError) as caught:
        load(tmp_path / name, skip_invalid=True)
    assert sentence in str(caught.value)
    assert name in str(caught.value)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(TestSetError, match="cannot be read: No such file"):
        load(tmp_path / "none.jsonl")


def test_a_sample_is_drawn_by_its_seed_and_keeps_the_order(write: Write) -> None:
    testset = load(write([GOOD | {"id": f"{i:03}"} for i in range(50)]))
    first, again = select_questions(testset, sample=10, seed=3), select_questions(testset, sample=10, seed=3)
    ids = [question.id for question in first.questions]
    assert first == again
    assert ids == sorted(ids)
    assert len(ids) == 10
    assert first != select_questions(testset, sample=10, seed=4)
    assert select_questions(testset, sample=500) == testset


def test_tags_choose_questions(write: Write) -> None:
    testset = load(write([GOOD, GOOD | {"id": "2", "tags": ["place"]}, GOOD | {"id": "3", "tags": []}]))
    assert [question.id for question in select_questions(testset, tags=["place", "date"]).questions] == ["1", "2"]
    with pytest.raises(TestSetError, match="is tagged 'dates'; its tags: date, place"):
        select_questions(testset, tags=["dates"])


def test_ids_of_two_files_are_told_apart_by_the_files_names(write: Write) -> None:
    testset = load(write([GOOD]))
    other = replace(testset, name="other.jsonl")
    assert [question.id for question in merge_testsets([other, testset]).questions] == [
        "other.jsonl 1",
        f"{testset.name} 1",
    ]
    assert merge_testsets([other, testset]) == merge_testsets([testset, other])
    with pytest.raises(TestSetError, match="is used in two files of that name"):
        merge_testsets([testset, testset])
    assert merge_testsets([testset]) == testset


def test_two_versions_of_one_article_do_not_merge(write: Write) -> None:
    first = load(write([GOOD]))
    article = replace(first.articles[0], text="The bridge opened in 1931, people say.")
    second = TestSet("other.jsonl", "digest", (replace(first.questions[0], id="2", article=article),), (article,))
    with pytest.raises(TestSetError, match=r"'news.txt' .*is there in two versions"):
        merge_testsets([first, second])
    again = replace(first, questions=(replace(first.questions[0], id="2"),))
    assert len(merge_testsets([first, again]).questions) == 2


def test_the_digest_follows_questions_and_articles(write: Write) -> None:
    path = write([GOOD])
    before = load(path).digest
    assert load(path).digest == before
    (path.parent / "news.txt").write_text("The bridge opened in 1931. And more.", "utf-8")
    assert load(path).digest != before
