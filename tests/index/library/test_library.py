"""The library over an embedded Chroma and over a server: the same contract."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.bootstrap import App
from config.errors import LibraryError, SettingsMismatch, UnknownArticle
from index.library.library import IndexStatus, Library
from index.library.rows import RowWriter
from index.library.schema import CollectionNames, new_record
from index.library.store import Store
from index.readers.sources import article_from_bytes
from index.types import IndexedArticle, Location
from tests import documents
from tests.made import INDEX_SETTINGS, fault, made_article, open_library


def test_what_is_committed_is_found(store: Store) -> None:
    library = Library(store, INDEX_SETTINGS)
    assert library.commit([made_article(1), made_article(2, size=7)]) == [IndexStatus.ADDED, IndexStatus.ADDED]
    assert fault(library, made_article(1)) == ""
    assert fault(library, made_article(2, size=7)) == ""
    assert [(record.title, record.sentences) for record in library.records()] == [("Article 1", 3), ("Article 2", 7)]


def test_several_are_loaded_in_one_go_and_one_that_is_gone_is_none(store: Store) -> None:
    library = Library(store, INDEX_SETTINGS)
    library.commit([made_article(1), made_article(2, size=7), made_article(3)])
    wanted = [library.resolve(made_article(number).article.id) for number in (3, 1, 2)]
    library.remove(wanted[1])
    with library.snapshot() as snapshot:
        loaded = snapshot.load_all(wanted)
        assert snapshot.load_all([]) == []
    assert [one and len(one.sentences) for one in loaded] == [3, None, 7]
    assert [one.article.id for one in loaded if one] == [wanted[0].id, wanted[2].id]


def test_unchanged_is_left_alone_and_changed_is_replaced_without_a_trace(store: Store) -> None:
    library = Library(store, INDEX_SETTINGS)
    library.commit([made_article(1), made_article(2)])
    assert library.commit([made_article(1), made_article(2, version=1)]) == [
        IndexStatus.UNCHANGED,
        IndexStatus.REPLACED,
    ]
    assert fault(library, made_article(1)) == ""
    assert fault(library, made_article(2, version=1)) == ""
    assert fault(library, made_article(2)) == "not listed"
    assert rows_of(store) == rows_of_fresh(store, [made_article(1), made_article(2, version=1)])


def test_removed_leaves_nothing_behind(store: Store) -> None:
    library = Library(store, INDEX_SETTINGS)
    library.commit([made_article(1), made_article(2)])
    library.remove(library.resolve("0" * 11 + "1"))
    assert [record.title for record in library.records()] == ["Article 2"]
    assert rows_of(store) == rows_of_fresh(store, [made_article(2)])


@pytest.mark.parametrize("times", [1, 2])
def test_what_killed_writers_left_stands_in_nobodys_way(store: Store, times: int) -> None:
    library, names = Library(store, INDEX_SETTINGS), CollectionNames(INDEX_SETTINGS.digest)
    library.commit([made_article(1)])
    for version in range(1, 1 + times):
        half = made_article(1, version=version)
        with store.session(write=True) as session:
            rows = RowWriter(session, names)
            rows.begin_writes([(library.resolve(half.article.id), new_record(half))])
            rows.add_parts([half])
    assert library.commit([made_article(2)]) == [IndexStatus.ADDED]
    assert library.commit([made_article(1, version=5)]) == [IndexStatus.REPLACED]
    assert fault(library, made_article(1, version=5)) == ""
    library.remove(library.resolve(made_article(1).article.id))
    assert [record.title for record in library.records()] == ["Article 2"]


def test_removed_is_what_is_there_by_now(store: Store) -> None:
    library = Library(store, INDEX_SETTINGS)
    library.commit([made_article(1), made_article(2)])
    seen = library.resolve(made_article(1).article.id)
    Library(store, INDEX_SETTINGS).commit([made_article(1, version=1)])
    library.remove(seen)
    assert rows_of(store) == rows_of_fresh(store, [made_article(2)])


def test_an_article_is_named_by_id_or_beginning_or_source(store: Store) -> None:
    library = Library(store, INDEX_SETTINGS)
    library.commit([made_article(0xAB0000000001), made_article(0xAC0000000001)])
    assert library.resolve("ab0000000001").title == library.resolve("ab").title
    assert library.resolve(f"made/{0xAC0000000001}").id == "ac0000000001"
    for name in ("a", "ff", ""):
        with pytest.raises(UnknownArticle, match="sanad articles"):
            library.resolve(name)


def test_more_sentences_than_chroma_takes_at_once(store: Store) -> None:
    library = Library(store, INDEX_SETTINGS)
    long = made_article(1, size=5500)
    library.commit([long])
    with library.snapshot() as snapshot:
        loaded = snapshot.load(snapshot.records()[0])
    assert loaded is not None
    assert loaded.sentences == long.sentences
    assert np.allclose(loaded.sentence_vectors, long.sentence_vectors, atol=1e-6)


def test_another_shape_is_refused_until_rebuilt(store: Store) -> None:
    Library(store, INDEX_SETTINGS).commit([made_article(1)])
    other = replace(INDEX_SETTINGS, passage_tokens=64)
    for use in (lambda: Library(store, other).records(), lambda: Library(store, other).commit([made_article(2)])):
        with pytest.raises(SettingsMismatch, match=r"passage_tokens 256 instead of 64.*sanad index --rebuild"):
            use()
    rebuilding = Library(store, other, rebuilding=True)
    assert rebuilding.outdated() == {"": [made_article(1).article]}
    rebuilding.commit([made_article(1)])
    rebuilding.drop_outdated()
    assert fault(Library(store, other), made_article(1)) == ""
    with pytest.raises(SettingsMismatch):
        Library(store, INDEX_SETTINGS).records()


def test_a_space_is_apart(store: Store) -> None:
    shared = Library(store, INDEX_SETTINGS)
    mine, yours = shared.space("u1"), shared.space("u2")
    shared.commit([made_article(1)])
    mine.commit([made_article(2)])
    yours.commit([made_article(2, version=1)])
    assert [fault(library, made_article(2)) for library in (shared, mine, yours)] == ["not listed", "", "not listed"]
    with mine.snapshot() as snapshot:
        hits = snapshot.nearest_sentences(made_article(1).sentence_vectors[0], None, k=10)
    assert {hit.article_id for hit in hits} == {made_article(2).article.id}
    mine.drop()
    assert (mine.records(), len(shared.records()), len(yours.records())) == ([], 1, 1)


@pytest.mark.parametrize("name", ["U1", "a-b", "../x", "ا", "a" * 41])
def test_a_space_has_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(LibraryError, match="cannot name a space"):
        open_library(tmp_path).space(name)


def test_a_changed_article_keeps_its_id_and_remembers_its_versions(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    for version in range(3):
        library.commit([made_article(1, version=version)])
    (record,) = library.records()
    assert record.version == made_article(1, version=2).article.version
    assert [one.version for one in record.history] == [made_article(1, version=n).article.version for n in (0, 1)]


def test_metadata_and_locations_are_stored_and_come_back(app: App) -> None:
    data = documents.page(documents.ENGLISH, title="Boats").replace(
        b"<head>", b'<head><meta name="author" content="Dana Reed"><meta property="article:tag" content="boats">'
    )
    article = article_from_bytes(data, source="a.html")
    list(app.indexer.add([article]))
    (record,) = app.library.records()
    stored = app.library.article(record)
    assert (record.metadata, record.origin, stored) == (article.metadata, article.origin, article)
    assert (record.metadata.author, record.metadata.tags) == ("Dana Reed", ("boats",))
    assert stored.location(stored.text.index("crossing")) == Location(0, 0, "Boats")


def rows_of(store: Store) -> dict[str, list[str]]:
    """All ids by collection: what is really stored."""
    with store.session() as session:
        return {name: sorted(session.make(name).get(include=[])["ids"]) for name in session.names()}


def rows_of_fresh(store: Store, articles: list[IndexedArticle]) -> dict[str, list[str]]:
    """What an empty store holds after indexing these once."""
    with store.session(write=True) as session:
        for name in session.names():
            session.drop(name)
    Library(store, INDEX_SETTINGS).commit(articles)
    return rows_of(store)
