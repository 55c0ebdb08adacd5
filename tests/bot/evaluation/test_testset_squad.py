"""Reading SQuAD files: articles of contexts, offsets put right, and what is wrong with a file."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.jsonl import RecordError
from bot.evaluation.testset import TestQuestion, TestSet, load_testset, merge_testsets, read_squad
from config.errors import SourceError
from index.types import Article


def load(path: Path) -> TestSet:
    def resolve(reference: str, folder: Path) -> Article:
        raise SourceError(f"{reference!r} in {str(folder)!r}: SQuAD files name no articles.")

    return load_testset(path, resolve=resolve)


def squad(*paragraphs: dict[str, Any], **more: Any) -> str:
    return json.dumps({"version": "2.0", "data": [{"title": "The_bridge", "paragraphs": list(paragraphs)} | more]})


def ask(number: int, *answers: tuple[str, int], **more: Any) -> dict[str, Any]:
    given = [{"text": text, "answer_start": start} for text, start in answers]
    return {"id": f"q{number}", "question": f"Question {number}?", "answers": given} | more


def questions(text: str) -> list[TestQuestion]:
    return [item for _, item in read_squad(text, "set.json") if isinstance(item, TestQuestion)]


def test_contexts_of_a_title_form_one_article_with_right_offsets() -> None:
    text = squad(
        {"context": "It opened in 1931.", "qas": [ask(1, ("1931", 13))]},
        {"context": "Nobody asks here.", "qas": []},
        {"context": "The hero is المتنبي.", "qas": [ask(2, ("المتنبي", 12)), ask(3, is_impossible=True)]},
    )
    found = questions(text)
    article = found[0].article
    assert article.text == "It opened in 1931.\n\nNobody asks here.\n\nThe hero is المتنبي."
    assert article.title == "The bridge"
    assert [article.text[start:end] for q in found for piece in q.evidence for start, end in piece] == [
        "1931",
        "المتنبي",
    ]
    assert [question.answerable for question in found] == [True, True, False]


def test_a_title_that_is_given_again_is_the_same_article() -> None:
    entries = [
        {"title": "The_bridge", "paragraphs": [{"context": "It opened in 1931.", "qas": [ask(1, ("1931", 13))]}]},
        {"title": "Elsewhere", "paragraphs": [{"context": "It was 1947.", "qas": [ask(2, ("1947", 7))]}]},
        {
            "title": "The bridge",
            "paragraphs": [{"context": "It is red.", "qas": [ask(3, ("red", 6)), ask(4, ("no", 0))]}],
        },
        {"paragraphs": [{"context": "No title.", "qas": []}]},
        {"paragraphs": [{"context": "None here.", "qas": []}]},
    ]
    found = list(read_squad(json.dumps({"data": entries}), "set.json"))
    articles = [item.text for _, item in found if isinstance(item, Article)]
    assert articles == ["It opened in 1931.\n\nIt is red.", "It was 1947.", "No title.", "None here."]
    asked = [item for _, item in found if isinstance(item, TestQuestion)]
    assert {q.id: q.article.text[start:end] for q in asked for piece in q.evidence for start, end in piece} == {
        "q1": "1931",
        "q3": "red",
        "q2": "1947",
    }
    assert [where for where, item in found if isinstance(item, RecordError)] == ["Title 3 of 'set.json', question 2"]


def test_several_answers_are_places_of_one_piece() -> None:
    text = squad(
        {"context": "In 1931 it opened, on 3 May 1931.", "qas": [ask(1, ("1931", 3), ("3 May 1931", 22), ("1931", 3))]}
    )
    (question,) = questions(text)
    assert question.answers == ("1931", "3 May 1931")
    assert question.evidence == (((3, 7), (22, 32)),)


def test_questions_may_be_in_another_language_than_the_contexts() -> None:
    row = ask(1, ("1931", 13), question="متى افتتح الجسر؟")
    (question,) = questions(squad({"context": "It opened in 1931.", "qas": [row]}))
    assert question.direction == "ar-en"


def test_plausible_answers_of_impossible_questions_are_no_evidence() -> None:
    row = ask(1, ("1931", 13), is_impossible=True, plausible_answers=[{"text": "1931", "answer_start": 13}])
    (question,) = questions(squad({"context": "It opened in 1931.", "qas": [row]}))
    assert (question.answers, question.evidence, question.answerable) == ((), (), False)


@pytest.mark.parametrize(("answer", "start"), [("1931", 0), ("1931", -5), ("1931", 10_000), ("in  1931", 10)])
def test_published_offsets_that_miss_are_put_right(answer: str, start: int) -> None:
    (question,) = questions(squad({"context": "It opened in 1931.", "qas": [ask(1, (answer, start))]}))
    (((first, last),),) = question.evidence
    assert question.article.text[first:last].endswith("1931")


@pytest.mark.parametrize(
    ("paragraph", "sentence"),
    [
        ({"context": "It opened.", "qas": [ask(1, ("never", 0))]}, "the answer 'never' does not occur"),
        ({"context": "It opened.", "qas": [{"id": "q1", "answers": []}]}, "'question' is missing in {"),
        ({"context": 7, "qas": []}, "'context' must be a text"),
        ({"context": "It opened.", "qas": 7}, "'qas' must be a list"),
        ({"context": "…", "qas": []}, "there is no text in its contexts"),
        ({"context": "It opened.", "qas": [ask(1, ("It", 0), is_impossible="no")]}, "must be true or false"),
    ],
)
def test_what_is_wrong_in_squad_is_named(paragraph: dict[str, Any], sentence: str) -> None:
    problems = [
        (where, item) for where, item in read_squad(squad(paragraph), "set.json") if isinstance(item, RecordError)
    ]
    assert len(problems) == 1
    assert problems[0][0].startswith("Title 1 of 'set.json'")
    assert sentence in str(problems[0][1])


def test_squad_loads_from_a_file_and_counts_articles_without_questions(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    entries = [
        json.loads(squad({"context": f"Year {i} was good.", "qas": [ask(i, ("good", 11))][: i % 2]}))["data"][0]
        | {"title": f"Year {i}"}
        for i in range(4)
    ]
    path.write_text(json.dumps({"data": entries}), "utf-8")
    testset = load(path)
    assert (len(testset.questions), len(testset.articles)) == (2, 4)


KEYS = st.sampled_from(("title", "paragraphs", "context", "qas", "id", "question", "answers", "text", "answer_start"))
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)


@given(
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
    )
)
def test_any_json_is_read_or_refused(value: Any) -> None:
    for where, item in read_squad(json.dumps({"data": [value]}), "set.json"):
        assert where
        assert isinstance(item, RecordError | Article | TestQuestion)


def test_two_files_of_one_name_keep_their_own_articles(tmp_path: Path) -> None:
    contexts = {"x": "It opened in 1931.", "y": "It was built of stone and opened in 1947."}
    for number, (folder, context) in enumerate(contexts.items()):
        (tmp_path / folder).mkdir()
        row = ask(number, (context[-5:-1], len(context) - 5))
        (tmp_path / folder / "dev.json").write_text(squad({"context": context, "qas": [row]}), "utf-8")
    merged = merge_testsets([load(tmp_path / folder / "dev.json") for folder in contexts])
    articles = {article.id: article for article in merged.articles}
    assert [articles[question.article.id].text for question in merged.questions] == list(contexts.values())
    for question in merged.questions:
        (((start, end),),) = question.evidence
        assert articles[question.article.id].text[start:end] == question.answers[0]
