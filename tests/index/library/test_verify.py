"""What is stored stays what its article says: damage is found and mended, and what is read better is stored again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.bootstrap import App, bootstrap
from config.errors import LibraryError
from config.settings import load_settings
from index.library.export import export_library
from index.library.library import Library
from index.library.store import Store
from index.library.verify import Fault, verify
from index.readers.sources import read_source
from index.types import Article, ArticleRecord, IndexedArticle, Place
from tests import documents
from tests.index.library.test_duplicates import OTHER, STORY, told
from tests.index.library.test_library import rows_of
from tests.made import SHAPE, fault, made_article


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """The whole application, with the smaller encoder."""
    with bootstrap(load_settings({"home": str(tmp_path / "home"), "embedding": {"provider": "light"}})) as app:
        yield app


def test_verification_finds_and_mends_every_kind_of_damage(app: App) -> None:
    library = app.library
    articles = [told(STORY, "a"), told(OTHER, "b"), told(STORY * 2 + OTHER * 2, "c"), told(OTHER.upper(), "d")]
    list(app.indexer.add(articles))
    assert faults(app) == []
    before = library.records()
    with library.store.session(write=True) as session:
        (catalog,) = [session.make(name) for name in session.names() if name.endswith("-articles")]
        (sentences,) = [session.make(name) for name in session.names() if name.endswith("-sentences-en")]
        keys = {record.source: f"{record.id}.{record.version}" for record in before}
        vectors = np.ones((1, 512), np.float32)
        sentences.delete(ids=[f"{keys['a']}.0"])
        sentences.update(ids=[f"{keys['b']}.0"], documents=["Another text."], embeddings=vectors)
        sentences.add(ids=["0123456789ab.0123456789abcdef.0"], embeddings=vectors, documents=["x"])
        catalog.update(ids=[articles[3].id], documents=["Another text."], embeddings=vectors)
    found = {one.title[:12]: one for one in faults(app)}
    assert {title: (one.what.split(";")[0][:24], one.mended) for title, one in found.items()} == {
        STORY[:12]: ("some of its sentences, p", True),
        OTHER[:12]: ("its sentences or passage", True),
        OTHER.upper()[:12]: ("its text is damaged", False),
        "": ("1 rows belonged to no ar", True),
    }
    assert [one.title[:12] for one in faults(app)] == [OTHER.upper()[:12]]
    assert library.records() == before


def test_verification_finds_vectors_of_other_texts(app: App) -> None:
    texts = [STORY, OTHER, STORY * 2 + OTHER * 2, OTHER.upper()]
    list(app.indexer.add([told(text, f"paper {number}") for number, text in enumerate(texts)]))
    before = [view_of(app, record) for record in app.library.records()]
    for kind in ("-sentences-en", "-passages", "-second-en"):
        with app.library.store.session(write=True) as session:
            (collection,) = [session.make(name) for name in session.names() if name.endswith(kind)]
            rows = collection.get(include=["embeddings"])
            collection.update(ids=rows["ids"], embeddings=np.asarray(rows["embeddings"])[::-1])
        found = faults(app)
        assert {(one.what, one.mended) for one in found} == {("its vectors were those of other texts", True)}
        assert faults(app) == []
    for indexed, record in zip(before, app.library.records(), strict=True):
        assert np.allclose(view_of(app, record).sentence_vectors, indexed.sentence_vectors, atol=1e-6)


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_what_verification_says_of_a_damaged_text_helps(app: App, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(f"# Boats\n\n{STORY}", encoding="utf-8")
    assert index(app, path) == ["added"]
    before, indexed = app.library.records(), view_of(app, app.library.records()[0])
    with app.library.store.session(write=True) as session:
        (catalog,) = [session.make(name) for name in session.names() if name.endswith("-articles")]
        catalog.update(ids=[before[0].id], documents=["Another text."], embeddings=np.ones((1, 512), np.float32))
    assert index(app, path) == []
    with pytest.raises(LibraryError, match=rf"{before[0].id}.*sanad verify"):
        export_library(app.library, tmp_path / "library.sanad")
    assert not (tmp_path / "library.sanad").exists()
    assert [one.what for one in faults(app)] == ["its text is damaged; index its source again"]
    assert index(app, path) == ["renewed"]
    assert faults(app) == []
    assert app.library.records() == before
    assert view_of(app, before[0]).article.places == indexed.article.places
    assert index(app, path) == []
    assert export_library(app.library, tmp_path / "library.sanad") == 1


def test_what_verification_mends_from_the_text_gets_its_headings_back(app: App, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"# Boats\n\n{STORY}", encoding="utf-8")
    index(app, path)
    (before,) = app.library.records()
    places = view_of(app, before).article.places
    with app.library.store.session(write=True) as session:
        (passages,) = [session.make(name) for name in session.names() if name.endswith("-passages")]
        passages.delete(ids=[f"{before.id}.{before.version}.0"])
    assert [one.mended for one in faults(app)] == [True]
    assert index(app, path) == ["renewed"]
    assert (app.library.records(), view_of(app, before).article.places) == ([before], places)


def test_a_file_of_the_same_text_is_read_once_more_and_no_oftener(app: App, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(documents.page(documents.ENGLISH, title="Boats"))
    assert index(app, path) == ["added"]
    (before,) = app.library.records()
    path.write_bytes(path.read_bytes() + b"<!-- printed today -->")
    assert index(app, path) == ["unchanged"]
    (after,) = app.library.records()
    assert after.origin != before.origin
    assert replace(after, origin=before.origin) == before
    assert index(app, path) == []


def test_better_headings_reach_the_stored_article_which_is_no_new_version(app: App) -> None:
    article = replace(told(STORY + OTHER, "page"), origin="2:aa")
    list(app.indexer.add([article, told(OTHER, "alone")]))
    (before,) = [record for record in app.library.records() if record.id == article.id]
    vectors = view_of(app, before).sentence_vectors
    better = replace(article, origin="3:aa", places=(Place(0, 1, "Boats"), Place(len(STORY), 2, "Art")))
    assert [one.change for one in app.indexer.add([better])] == ["renewed"]
    (after,) = [record for record in app.library.records() if record.id == article.id]
    assert after == replace(before, origin="3:aa")
    stored = view_of(app, after)
    assert [stored.article.place(one.start) for one in stored.sentences] == [
        *([Place(0, 1, "Boats")] * 3),
        *([Place(len(STORY), 2, "Art")] * 2),
    ]
    assert np.allclose(stored.sentence_vectors, vectors, atol=1e-6)
    assert faults(app) == []
    assert [one.change for one in app.indexer.add([better])] == ["unchanged"]


def test_an_article_now_taken_for_another_language_leaves_nothing_behind(app: App) -> None:
    article = told(STORY, "page")
    list(app.indexer.add([replace(article, language="ar")]))
    assert [one.change for one in app.indexer.add([article])] == ["renewed"]
    assert faults(app) == []
    assert [record.language for record in app.library.records()] == ["en"]


def test_a_live_version_is_stored_again_without_a_trace_on_either_store(store: Store) -> None:
    library, one = Library(store, SHAPE), made_article(1)
    library.commit([one, made_article(2)])
    (before,), rows = [record for record in library.records() if record.id == one.article.id], rows_of(store)
    again = replace(one, article=replace(one.article, origin="3:aa", places=(Place(0, 4, "Boats"),)))
    assert library.renew(again) == "renewed"
    assert (library.find([before.id]), rows_of(store)) == ({before.id: replace(before, origin="3:aa")}, rows)
    assert library.article(library.find([before.id])[before.id]).place(0) == Place(0, 4, "Boats")
    assert fault(library, one) == ""
    library.put_origins({before.id: ""})
    assert library.find([before.id]) == {before.id: before}


def index(app: App, path: Path) -> list[str]:
    """What becomes of the files that are read at all."""
    known = {record.source: record.origin for record in app.library.records()}
    articles = [read for read in read_source(path, known=known) if isinstance(read, Article)]
    return [str(one.change) for one in app.indexer.add(articles)]


def view_of(app: App, record: ArticleRecord) -> IndexedArticle:
    indexed = app.library.load(record)
    assert indexed is not None
    return indexed


def faults(app: App) -> list[Fault]:
    return list(verify(app.library, app.indexer, progress=lambda _done, _total: None))
