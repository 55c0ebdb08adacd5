"""What is read again is stored again only where it is read better."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from bot.bootstrap import App
from index.types import Location
from tests import documents
from tests.index.library.test_verify import faults, index, loaded
from tests.made import OTHER, STORY, article_of


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
    article = replace(article_of(STORY + OTHER, "page"), origin="2:aa")
    list(app.indexer.add([article, article_of(OTHER, "alone")]))
    (before,) = [record for record in app.library.records() if record.id == article.id]
    vectors = loaded(app, before).sentence_vectors
    better = replace(article, origin="3:aa", locations=(Location(0, 1, "Boats"), Location(len(STORY), 2, "Art")))
    assert [one.status for one in app.indexer.add([better])] == ["renewed"]
    (after,) = [record for record in app.library.records() if record.id == article.id]
    assert after == replace(before, origin="3:aa")
    stored = loaded(app, after)
    assert [stored.article.location(one.start) for one in stored.sentences] == [
        *([Location(0, 1, "Boats")] * 3),
        *([Location(len(STORY), 2, "Art")] * 2),
    ]
    assert np.allclose(stored.sentence_vectors, vectors, atol=1e-6)
    assert faults(app) == []
    assert [one.status for one in app.indexer.add([better])] == ["unchanged"]


def test_an_article_now_taken_for_another_language_leaves_nothing_behind(app: App) -> None:
    article = article_of(STORY, "page")
    list(app.indexer.add([replace(article, language="ar")]))
    assert [one.status for one in app.indexer.add([article])] == ["renewed"]
    assert faults(app) == []
    assert [record.language for record in app.library.records()] == ["en"]
