"""The library over an embedded Chroma and over a server: the same contract."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from config.errors import LibraryError, SettingsMismatch, StoreUnreachable, UnknownArticle
from index.library import records, rows
from index.library.collections import Names
from index.library.library import Change, Library
from index.library.store import Store
from index.types import IndexedArticle
from tests.made import SHAPE, fault, made_article, open_library


def test_what_is_committed_is_found(store: Store) -> None:
    library = Library(store, SHAPE)
    assert library.commit([made_article(1), made_article(2, size=7)]) == [Change.ADDED, Change.ADDED]
    assert fault(library, made_article(1)) == ""
    assert fault(library, made_article(2, size=7)) == ""
    assert [(record.title, record.sentences) for record in library.records()] == [("Article 1", 3), ("Article 2", 7)]


def test_several_are_loaded_in_one_go_and_one_that_is_gone_is_none(store: Store) -> None:
    library = Library(store, SHAPE)
    library.commit([made_article(1), made_article(2, size=7), made_article(3)])
    wanted = [library.resolve(made_article(number).article.id) for number in (3, 1, 2)]
    library.remove(wanted[1])
    with library.reading() as view:
        loaded = view.load_all(wanted)
        assert view.load_all([]) == []
    assert [one and len(one.sentences) for one in loaded] == [3, None, 7]
    assert [one.article.id for one in loaded if one] == [wanted[0].id, wanted[2].id]


def test_unchanged_is_left_alone_and_changed_is_replaced_without_a_trace(store: Store) -> None:
    library = Library(store, SHAPE)
    library.commit([made_article(1), made_article(2)])
    assert library.commit([made_article(1), made_article(2, version=1)]) == [Change.UNCHANGED, Change.REPLACED]
    assert fault(library, made_article(1)) == ""
    assert fault(library, made_article(2, version=1)) == ""
    assert fault(library, made_article(2)) == "not listed"
    assert rows_of(store) == rows_of_fresh(store, [made_article(1), made_article(2, version=1)])


def test_removed_leaves_nothing_behind(store: Store) -> None:
    library = Library(store, SHAPE)
    library.commit([made_article(1), made_article(2)])
    library.remove(library.resolve("0" * 11 + "1"))
    assert [record.title for record in library.records()] == ["Article 2"]
    assert rows_of(store) == rows_of_fresh(store, [made_article(2)])


@pytest.mark.parametrize("times", [1, 2])
def test_what_killed_writers_left_stands_in_nobodys_way(store: Store, times: int) -> None:
    library, names = Library(store, SHAPE), Names(SHAPE.digest)
    library.commit([made_article(1)])
    for version in range(1, 1 + times):
        half = made_article(1, version=version)
        with store.session(write=True) as session:
            rows.journal(session, names, [(library.resolve(half.article.id), records.record_of(half))])
            rows.add_parts(session, names, [half])
    assert library.commit([made_article(2)]) == [Change.ADDED]
    assert library.commit([made_article(1, version=5)]) == [Change.REPLACED]
    assert fault(library, made_article(1, version=5)) == ""
    library.remove(library.resolve(made_article(1).article.id))
    assert [record.title for record in library.records()] == ["Article 2"]


def test_removed_is_what_is_there_by_now(store: Store) -> None:
    library = Library(store, SHAPE)
    library.commit([made_article(1), made_article(2)])
    seen = library.resolve(made_article(1).article.id)
    Library(store, SHAPE).commit([made_article(1, version=1)])
    library.remove(seen)
    assert rows_of(store) == rows_of_fresh(store, [made_article(2)])


def test_an_article_is_named_by_id_or_beginning_or_source(store: Store) -> None:
    library = Library(store, SHAPE)
    library.commit([made_article(0xAB0000000001), made_article(0xAC0000000001)])
    assert library.resolve("ab0000000001").title == library.resolve("ab").title
    assert library.resolve(f"made/{0xAC0000000001}").id == "ac0000000001"
    for name in ("a", "ff", ""):
        with pytest.raises(UnknownArticle, match="sanad articles"):
            library.resolve(name)


def test_more_sentences_than_chroma_takes_at_once(store: Store) -> None:
    library = Library(store, SHAPE)
    long = made_article(1, size=5500)
    library.commit([long])
    with library.reading() as view:
        loaded = view.load(view.records()[0])
    assert loaded is not None
    assert loaded.sentences == long.sentences
    assert np.allclose(loaded.sentence_vectors, long.sentence_vectors, atol=1e-6)


def test_another_shape_is_refused_until_rebuilt(store: Store) -> None:
    Library(store, SHAPE).commit([made_article(1)])
    other = replace(SHAPE, passage_tokens=64)
    for use in (lambda: Library(store, other).records(), lambda: Library(store, other).commit([made_article(2)])):
        with pytest.raises(SettingsMismatch, match=r"passage_tokens 256 instead of 64.*sanad index --rebuild"):
            use()
    rebuilding = Library(store, other, rebuilding=True)
    assert rebuilding.outdated() == {"": [made_article(1).article]}
    rebuilding.commit([made_article(1)])
    rebuilding.drop_outdated()
    assert fault(Library(store, other), made_article(1)) == ""
    with pytest.raises(SettingsMismatch):
        Library(store, SHAPE).records()


def test_a_space_is_apart(store: Store) -> None:
    shared = Library(store, SHAPE)
    mine, yours = shared.space("u1"), shared.space("u2")
    shared.commit([made_article(1)])
    mine.commit([made_article(2)])
    yours.commit([made_article(2, version=1)])
    assert [fault(library, made_article(2)) for library in (shared, mine, yours)] == ["not listed", "", "not listed"]
    with mine.reading() as view:
        hits = view.nearest(made_article(1).sentence_vectors[0], None, k=10)
    assert {hit.article_id for hit in hits} == {made_article(2).article.id}
    mine.drop()
    assert (mine.records(), len(shared.records()), len(yours.records())) == ([], 1, 1)


@pytest.mark.parametrize("name", ["U1", "a-b", "../x", "ا", "a" * 41])
def test_a_space_has_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(LibraryError, match="cannot name a space"):
        open_library(tmp_path).space(name)


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match=r"127\.0\.0\.1:9"):
        open_library(tmp_path, url="http://127.0.0.1:9").records()


@pytest.mark.parametrize("url", ["localhost:8000", "http://127.0.0.1:99999", "http://[::1", "http://"])
def test_an_address_that_is_none_is_named(tmp_path: Path, url: str) -> None:
    with pytest.raises(LibraryError, match=r"no http\(s\) address; write http://HOST:PORT"):
        open_library(tmp_path, url=url).records()


@pytest.mark.parametrize(
    "url",
    [
        "http://me:hunter2@127.0.0.1:9",
        "http://127.0.0.1:9/base",
        "http://127.0.0.1:9/?key=hunter2",
        "http://127.0.0.1:9#hunter2",
    ],
)
def test_an_address_of_which_a_part_would_be_lost_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(LibraryError, match="only host and port can be used; write http://HOST:PORT") as raised:
        open_library(tmp_path, url=url).records()
    assert "hunter2" not in str(raised.value)


def test_what_stands_in_a_folders_place_is_to_be_moved_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    (tmp_path / "odd" / "library.lock").mkdir(parents=True)
    for folder, advice in (
        (tmp_path / "file", "File exists.*a file stands where a folder must be: move it away"),
        (tmp_path / "file" / "library", "Not a directory.*a file stands where a folder must be: move it away"),
        (tmp_path / "odd", "Is a directory.*a folder stands where a file must be: move it away"),
    ):
        with pytest.raises(LibraryError, match=f"{advice}, or set SANAD_HOME"):
            open_library(folder).commit([made_article(1)])


@pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_corrupt_folder_is_named(tmp_path: Path, damage: bytes) -> None:
    library = open_library(tmp_path)
    library.commit([made_article(1)])
    library.close()
    (tmp_path / "chroma.sqlite3").write_bytes(damage)
    again = open_library(tmp_path)
    said = []
    for _ in range(2):
        with pytest.raises(LibraryError, match="move the folder away and index again") as raised:
            again.records()
        said.append(str(raised.value))
    assert said[0] == said[1]


def test_a_library_put_back_opens_in_the_same_process(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    library.commit([made_article(1)])
    library.close()
    whole = (tmp_path / "chroma.sqlite3").read_bytes()
    (tmp_path / "chroma.sqlite3").write_bytes(b"not a database at all")
    for _ in range(2):
        with pytest.raises(LibraryError, match="move the folder away and index again"):
            library.records()
    (tmp_path / "chroma.sqlite3").write_bytes(whole)
    assert fault(library, made_article(1)) == ""


def test_two_stores_of_one_process_see_each_other(tmp_path: Path) -> None:
    first, second = (open_library(tmp_path) for _ in range(2))
    for number in range(6):
        (first, second)[number % 2].commit([made_article(number)])
        assert fault(first, made_article(number)) == fault(second, made_article(number)) == ""


def rows_of(store: Store) -> dict[str, list[str]]:
    """All ids by collection: what is really stored."""
    with store.session() as session:
        return {name: sorted(session.make(name).get(include=[])["ids"]) for name in session.names()}


def rows_of_fresh(store: Store, articles: list[IndexedArticle]) -> dict[str, list[str]]:
    """What an empty store holds after indexing these once."""
    with store.session(write=True) as session:
        for name in session.names():
            session.drop(name)
    Library(store, SHAPE).commit(articles)
    return rows_of(store)
