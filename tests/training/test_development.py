"""Cases of development data in SQuAD's form, made up here: `training.development`."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from training.development import FILES, Workshop, load_sources, make_cases
from training.learning import measure_all

PARAGRAPHS = (
    "The bridge was opened in 1932. It is long.",
    "It was opened in 1932. The long bridge is in the north.",
)
KINDS = {"whole": True, "far": False, "near": False, "cut": True, "cut-near": False, "cut-far": False}
"""Whether a case of the kind can be answered."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in FILES.values():
        articles = [_article(f"{name} {number}") for number in range(2)]
        (tmp_path / name).write_text(json.dumps({"data": articles}), "utf-8")
    return tmp_path


def _nothing_new(texts: list[str]) -> NDArray[np.float32]:
    assert not texts
    return np.zeros((0, 512), np.float32)


def _article(title: str) -> dict[str, object]:
    asked = {"id": title, "question": "When was the bridge opened?"}
    answer = {"text": "1932", "answer_start": PARAGRAPHS[0].index("1932")}
    paragraphs = [{"context": text, "qas": []} for text in PARAGRAPHS]
    return {"title": title, "paragraphs": [paragraphs[0] | {"qas": [asked | {"answers": [answer]}]}, paragraphs[1]]}


def test_every_question_is_put_to_its_article_to_another_and_to_parts_of_both(data: Path, tmp_path: Path) -> None:
    cases = make_cases(load_sources(data), Workshop(tmp_path / "vectors"))
    assert {case.kind for case in cases} == set(KINDS)
    assert all(case.answerable == KINDS[case.kind] for case in cases)
    measured = measure_all(cases)
    assert [len(one.columns) for one in measured] == [len(case.gold) for case in cases]


def test_vectors_are_made_once(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources, folder = load_sources(data), tmp_path / "vectors"
    make_cases(sources, Workshop(folder))
    again = Workshop(folder)
    for kept in (again.passages, again.queries, again.second, again.words):
        monkeypatch.setattr(kept, "_encode", _nothing_new)
    make_cases(sources, again)


def test_a_missing_file_is_named_with_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"xquad-dev.ar-ar.json.*github.com"):
        load_sources(tmp_path)
