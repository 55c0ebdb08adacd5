"""What is found over a whole library: one of each text, with its sources, of the articles that a filter admits."""

from dataclasses import replace

import pytest

from bot.bootstrap import App
from config.errors import NoArticles
from index.retrieval.retriever import CANDIDATE_ARTICLES, _candidates
from index.types import Filter, Metadata
from tests.made import OTHER, STORY, article_of

NAMES = tuple(enumerate(("Qarn", "Little Amber", "Selwa", "Zeph", "Noor")))


def test_a_sentence_that_unlike_articles_share_is_evidence_once_with_its_number_of_sources(app: App) -> None:
    shared = "The ferry Noor holds 220 passengers, the harbour office said."
    boats = NAMES[:CANDIDATE_ARTICLES]  # sources are counted among the articles that are looked at
    rest = [" ".join(f"Boat {name} {number} {place}." for place in range(12)) for number, name in boats]
    list(app.indexer.add([article_of(f"{shared} {text}", f"paper {number}") for number, text in enumerate(rest)]))
    assert {record.cluster for record in app.library.records()} == {""}
    found = app.engine.retriever.find("How many passengers does the ferry Noor hold?")
    assert [one.sentence.text for one in found.evidence].count(shared) == 1
    assert found.source_count(found.evidence[0].sentence) == len(boats)


def test_only_sources_that_say_the_sentence_are_counted(app: App) -> None:
    list(
        app.indexer.add(
            [article_of(STORY, "short"), article_of(STORY + "The captain, Hala Rashid, was born in Selwa.", "full")]
        )
    )
    assert len({record.cluster for record in app.library.records()}) == 1
    for question, source, count in (
        ("Where was the captain Hala Rashid born?", "full", 1),
        ("How many passengers does the ferry hold?", None, 2),
    ):
        for only in (Filter(), Filter(language="en")):
            found = app.engine.retriever.find(question, only=only)
            assert source in (None, found.evidence[0].article.source)
            assert found.source_count(found.evidence[0].sentence) == count
            own = {"full": 1, "short": 2}[found.evidence[0].article.source]
            assert {found.source_count(one.sentence) for one in found.evidence} == {own, 2}


def test_a_filter_leaves_the_order_of_articles_to_the_question(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.library.library.FEW_ARTICLES", 0)  # as in a library that is not ranked whole
    texts = [f"The town of {name} counted {number} boats in the spring of its founding." for number, name in NAMES]
    list(app.indexer.add([article_of(text, f"paper {number}") for number, text in enumerate(texts)]))
    with app.library.snapshot() as snapshot:
        question = app.engine.retriever._encode("How many boats did Selwa count?")
        ordered = _candidates(snapshot, question, Filter(language="en"))
        assert ordered == _candidates(snapshot, question, Filter())
    assert snapshot.find(ordered[:1])[ordered[0]].source == "paper 2"


def test_filters_narrow_what_is_searched(app: App) -> None:
    old = article_of(STORY, "old", published="2023-06-01")
    new = replace(article_of(OTHER, "new"), metadata=Metadata(published="2024-06-01", tags=("Museums",)))
    list(app.indexer.add([old, new]))
    find = app.engine.retriever.find
    for only, source in (
        (Filter(since="2024"), "new"),
        (Filter(tags=("museums",)), "new"),
        (Filter(language="en"), None),
    ):
        sources = {evidence.article.source for evidence in find("How many passengers?", only=only).evidence}
        assert sources == {source} if source else sources == {"old", "new"}
    with pytest.raises(NoArticles, match="date, language and tags"):
        find("How many?", only=Filter(language="ar"))
