"""A library written to one file and read back: exactly, and never from a file that is damaged or forged."""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.errors import LibraryError, SettingsMismatch
from index.library.export import ROOM, export_library, import_library
from tests.index.library.test_library import rows_of
from tests.made import SHAPE, fault, made_article, open_library


def test_an_exported_library_is_restored_exactly(tmp_path: Path) -> None:
    library, file = open_library(tmp_path / "one"), tmp_path / "library.sanad"
    articles = [made_article(number) for number in range(5)]
    library.commit(articles)
    library.commit([made_article(1, version=1)])
    library.space("u1").commit([made_article(7)])
    assert export_library(library, file) == 6
    other = open_library(tmp_path / "two")
    assert import_library(other, file) == 6
    assert other.records() == library.records()
    assert rows_of(other.store) == rows_of(library.store)
    assert fault(other, made_article(1, version=1)) == fault(other.space("u1"), made_article(7)) == ""
    assert import_library(other, file) == 6
    assert rows_of(other.store) == rows_of(library.store)


def test_a_damaged_or_foreign_export_changes_nothing(tmp_path: Path) -> None:
    library, file = open_library(tmp_path / "one"), tmp_path / "library.sanad"
    library.commit([made_article(number) for number in range(3)])
    export_library(library, file)
    plain = gzip.decompress(file.read_bytes())
    changed = plain.replace(b"Sentence 1", b"Sentence 9", 1)
    lines = plain.splitlines(keepends=True)
    other = open_library(tmp_path / "two")
    for data in (
        *(
            b"",
            b"junk",
            file.read_bytes()[:-20],
            gzip.compress(b"{}\n"),
            gzip.compress(b"[]\n"),
            gzip.compress(changed),
        ),
        gzip.compress(b"".join(lines[:-1])),
        gzip.compress(b"".join([*lines[:1], *lines[2:]])),
    ):
        file.write_bytes(data)
        with pytest.raises(LibraryError, match="damaged"):
            import_library(other, file)
    file.write_bytes(gzip.compress(plain))
    with pytest.raises(SettingsMismatch, match="other settings"):
        import_library(open_library(tmp_path / "three", shape=replace(SHAPE, passage_tokens=99)), file)
    with pytest.raises(LibraryError, match="no file"):
        import_library(other, tmp_path / "none")
    assert other.records() == []


Forge = Callable[[dict[str, Any]], object]


def forged(plain: bytes, forge: Forge) -> bytes:
    """An export of which one article was changed, with the right checksum."""
    lines = [json.loads(line) for line in plain.splitlines()[:-1]]
    forge(lines[1])
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    return gzip.compress(data + json.dumps({"sha256": hashlib.sha256(data).hexdigest()}).encode() + b"\n")


def vectors_of(rows: int, columns: int, value: float) -> dict[str, Any]:
    data = np.full((rows, columns), value, "<f4")
    return {"shape": [rows, columns], "data": base64.b64encode(data.tobytes()).decode()}


@pytest.mark.parametrize(
    "forge",
    [
        lambda one: one.update(id="../../etc"),
        lambda one: one.update(id=7),
        lambda one: one.update(space="../x"),
        lambda one: one.update(space=["u1"]),
        lambda one: one["record"].update(language="xx"),
        lambda one: one["record"].update(passages=9),
        lambda one: one["record"].update(indexed=None),
        lambda one: one["record"].update(source="\ud800"),
        lambda one: one["record"].update(history="[[]]"),
        lambda one: one["record"].update(surplus=1),
        lambda one: one["sentences"][0].__setitem__(1, -5),
        lambda one: one["sentences"][0].__setitem__(2, 10**9),
        lambda one: one["sentences"][0].__setitem__(2, 3.5),
        lambda one: one["sentences"].reverse(),
        lambda one: one["passages"][0].__setitem__(1, 99),
        lambda one: one.update(places=[{"start": 10**9, "page": 1, "heading": ""}]),
        lambda one: one.update(places=[{"start": 0, "page": 1, "heading": None}]),
        lambda one: one.update(sentence_vectors=vectors_of(3, 384, float("nan"))),
        lambda one: one.update(sentence_vectors=vectors_of(3, 384, 1.0)),
        lambda one: one.update(sentence_vectors=vectors_of(2, 384, 384**-0.5)),
        lambda one: one.update(sentence_vectors=vectors_of(3, 9, 1 / 3), passage_vectors=vectors_of(1, 9, 1 / 3)),
        lambda one: one.update(second_vectors=None),
        lambda one: one.update(text=["a"]),
    ],
)
def test_a_forged_export_changes_nothing(tmp_path: Path, forge: Forge) -> None:
    library, file = open_library(tmp_path / "one"), tmp_path / "library.sanad"
    library.commit([made_article(number) for number in range(3)])
    export_library(library, file)
    plain = gzip.decompress(file.read_bytes())
    other = open_library(tmp_path / "two")
    file.write_bytes(forged(plain, forge))
    with pytest.raises(LibraryError, match="damaged"):
        import_library(other, file)
    assert not other.store.exists


def test_an_export_that_unpacks_without_end_is_refused_though_it_is_whole(tmp_path: Path) -> None:
    library, file = open_library(tmp_path / "one"), tmp_path / "library.sanad"
    library.commit([made_article(1)])
    export_library(library, file)
    head, article, _ = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    data = head + article.replace(b"{", b"{" + b" " * (ROOM + 50_000_000), 1)
    seal = json.dumps({"sha256": hashlib.sha256(data).hexdigest()}).encode() + b"\n"
    file.write_bytes(gzip.compress(data + seal))
    other = open_library(tmp_path / "two")
    with pytest.raises(LibraryError, match="damaged"):
        import_library(other, file)
    assert other.records() == []


def test_an_article_of_one_sentence_over_and_over_comes_back(tmp_path: Path) -> None:
    library, file = open_library(tmp_path / "one"), tmp_path / "library.sanad"
    made = made_article(1, size=500)
    vectors = np.repeat(made.sentence_vectors[:1], 500, axis=0)
    library.commit([replace(made, sentence_vectors=vectors)])
    export_library(library, file)
    assert import_library(open_library(tmp_path / "two"), file) == 1


def test_what_is_exported_twice_is_the_same_bytes(tmp_path: Path) -> None:
    library = open_library(tmp_path / "one")
    library.commit([made_article(number) for number in range(3)])
    for name in ("a", "b"):
        export_library(library, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    data = forged(gzip.decompress((tmp_path / "a").read_bytes()), lambda _one: None)
    (tmp_path / "a").write_bytes(data)
    assert import_library(open_library(tmp_path / "two"), tmp_path / "a") == 3
