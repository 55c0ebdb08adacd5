"""The library beyond adding and asking: stories, versions, filters."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.bootstrap import App, bootstrap
from bot.rendering.reply_text import source_lines, to_text
from bot.types import Answer, Citation, Question
from config.errors import NoArticles, QuestionError
from config.settings import load_settings
from index.library.duplicates import runs_of, same_story
from index.library.filters import Filter, make_filter
from index.readers.sources import article_from_bytes, article_from_text
from index.retrieval.links import link_to
from index.retrieval.retriever import CANDIDATE_ARTICLES, _candidates
from index.text.sentences import split_sentences
from index.types import Article, Language, Metadata, Place
from tests import documents
from tests.made import made_article, open_library

STORY = (
    "A ferry that runs entirely on batteries began sailing on Monday between Port Selwa and Little Amber. "
    "It makes the crossing in 35 minutes and holds 220 passengers. "
    "The region paid a third of the cost, and fares do not change before 2026. "
)
OTHER = (
    "The museum of Selwa shows forty paintings by a fisherman who never sold one in his life. "
    "His daughter found them under a boat in 1962 and gave them to the town in the same year. "
)


NAMES = tuple(enumerate(("Qarn", "Little Amber", "Selwa", "Zeph", "Noor")))


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """The whole application, with the smaller encoder."""
    with bootstrap(load_settings({"home": str(tmp_path / "home"), "embedding": {"provider": "light"}})) as app:
        yield app


def told(text: str, source: str, *, published: str = "", url: str = "") -> Article:
    return replace(article_from_text(text, source=source), metadata=Metadata(published=published, url=url))


def test_the_same_story_is_cited_once_with_its_number_of_sources(app: App) -> None:
    copies = [told(STORY + f"Reported by paper {number}.", f"paper {number}") for number in range(3)]
    list(app.indexer.add([*copies[:1], told(OTHER, "museum")]))
    list(app.indexer.add(copies[1:]))
    stories = {record.source: record.story for record in app.library.records()}
    assert stories == {f"paper {n}": copies[0].id for n in range(3)} | {"museum": ""}
    found = app.engine.retriever.find("How many passengers does the ferry hold?")
    assert len({evidence.article.id for evidence in found.evidence} & {copy.id for copy in copies}) == 1
    assert found.tellings(found.evidence[0].sentence) == 3


def test_a_sentence_that_unlike_articles_share_is_evidence_once_with_its_number_of_sources(app: App) -> None:
    shared = "The ferry Noor holds 220 passengers, the harbour office said."
    boats = NAMES[:CANDIDATE_ARTICLES]  # sources are counted among the articles that are looked at
    rest = [" ".join(f"Boat {name} {number} {place}." for place in range(12)) for number, name in boats]
    list(app.indexer.add([told(f"{shared} {text}", f"paper {number}") for number, text in enumerate(rest)]))
    assert {record.story for record in app.library.records()} == {""}
    found = app.engine.retriever.find("How many passengers does the ferry Noor hold?")
    assert [one.sentence.text for one in found.evidence].count(shared) == 1
    assert found.tellings(found.evidence[0].sentence) == len(boats)


def test_only_sources_that_say_the_sentence_are_counted(app: App) -> None:
    list(app.indexer.add([told(STORY, "short"), told(STORY + "The captain, Hala Rashid, was born in Selwa.", "full")]))
    assert len({record.story for record in app.library.records()}) == 1
    for question, source, count in (
        ("Where was the captain Hala Rashid born?", "full", 1),
        ("How many passengers does the ferry hold?", None, 2),
    ):
        for only in (Filter(), Filter(language="en")):
            found = app.engine.retriever.find(question, only=only)
            assert source in (None, found.evidence[0].article.source)
            assert found.tellings(found.evidence[0].sentence) == count
            own = {"full": 1, "short": 2}[found.evidence[0].article.source]
            assert {found.tellings(one.sentence) for one in found.evidence} == {own, 2}


def test_a_filter_leaves_the_order_of_articles_to_the_question(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.library.snapshot.FEW_ARTICLES", 0)  # as in a library that is not ranked whole
    texts = [f"The town of {name} counted {number} boats in the spring of its founding." for number, name in NAMES]
    list(app.indexer.add([told(text, f"paper {number}") for number, text in enumerate(texts)]))
    with app.library.reading() as view:
        question = app.engine.retriever._encode("How many boats did Selwa count?")
        ordered = _candidates(view, question, Filter(language="en"))
        assert ordered == _candidates(view, question, Filter())
    assert view.find(ordered[:1])[ordered[0]].source == "paper 2"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (STORY, STORY, True),
        (STORY, STORY.upper().replace(".", " –"), True),
        (STORY, "Agency. " + STORY + OTHER[:60], True),
        (STORY + OTHER, OTHER, True),
        (STORY, OTHER, False),
        (STORY, STORY + OTHER * 9 + " ".join(f"word{n}" for n in range(400)), False),
        ("Same words.", "Same words", True),
        ("Same words.", "Some words.", False),
        (" ".join(documents.ARABIC), " ".join(documents.ARABIC).replace("أ", "ا").replace("ة", "ه"), True),
    ],
)
def test_what_counts_as_the_same_story(one: str, other: str, *, same: bool) -> None:
    assert same_story(runs_of(one), runs_of(other)) is same
    assert same_story(runs_of(other), runs_of(one)) is same


def test_a_changed_article_keeps_its_id_and_remembers_its_versions(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    for version in range(3):
        library.commit([made_article(1, version=version)])
    (record,) = library.records()
    assert record.version == made_article(1, version=2).article.version
    assert [one.version for one in record.history] == [made_article(1, version=n).article.version for n in (0, 1)]


def test_facts_and_places_are_stored_and_come_back(app: App) -> None:
    data = documents.page(documents.ENGLISH, title="Boats").replace(
        b"<head>", b'<head><meta name="author" content="Dana Reed"><meta property="article:tag" content="boats">'
    )
    article = article_from_bytes(data, source="a.html")
    list(app.indexer.add([article]))
    (record,) = app.library.records()
    stored = app.library.article(record)
    assert (record.metadata, record.origin, stored) == (article.metadata, article.origin, article)
    assert (record.metadata.author, record.metadata.tags) == ("Dana Reed", ("boats",))
    assert stored.place(stored.text.index("crossing")) == Place(0, 0, "Boats")


def test_filters_narrow_what_is_searched(app: App) -> None:
    old = told(STORY, "old", published="2023-06-01")
    new = replace(told(OTHER, "new"), metadata=Metadata(published="2024-06-01", tags=("Museums",)))
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
    for wrong in ({"since": "May"}, {"since": "2024-13-45"}, {"since": "2024-13"}, {"language": "fr"}):
        with pytest.raises(QuestionError):
            make_filter(**wrong)


def test_a_citation_names_author_and_date() -> None:
    article = replace(told(STORY, "s"), metadata=Metadata(author="Dana\nReed", published="2024-05-03"))
    citation = Citation(article, split_sentences(article)[1], tellings=2)
    expectations: dict[Language, str] = {
        "en": f"{article.title}, sentence 2, by Dana Reed, of 2024-05-03, in 2 sources (s)",
        "ar": f"{article.title}، الجملة 2، بقلم Dana Reed، بتاريخ 2024-05-03، في 2 من المصادر (s)",
    }
    for language, expected in expectations.items():
        assert to_text(source_lines([citation], language), plain=True) == f"[1] {expected}"


def test_a_citation_of_an_updated_article_names_the_version(app: App) -> None:
    first = told(STORY, "page")
    list(app.indexer.add([first]))
    for text, versions in ((STORY, 1), (STORY + "Tickets are sold on board.", 2)):
        list(app.indexer.add([told(text, "page")]))
        question = Question("How many passengers does the ferry hold?", "en")
        reply = app.engine.answer(question)
        assert isinstance(reply, Answer)
        line = to_text(source_lines(reply.claims[0].citations[:1], "en"), plain=True)
        (record,) = app.library.records()
        assert record.id == first.id
        assert len(record.history) == versions - 1
        named = f", version {record.version} of {record.indexed[:10]}"
        assert (named in line) == (versions == 2)


def test_a_link_leads_to_the_sentence() -> None:
    article = told(STORY, "s", url="https://a.example/b#c")
    sentences = split_sentences(article)
    assert link_to(told(STORY, "s", url="javascript:alert(1)"), sentences[1]) == ""
    assert link_to(article, sentences[1]) == (
        "https://a.example/b#:~:text=It%20makes%20the%20crossing%20in,minutes%20and%20holds%20220%20passengers."
    )
    short = told("Well-known, and so on.", "s", url="https://a.example/")
    assert link_to(short, split_sentences(short)[0]).endswith("#:~:text=Well%2Dknown%2C%20and%20so%20on.")
    assert link_to(replace(article, metadata=Metadata()), sentences[0]) == ""
    paged = replace(article, places=(Place(0, 1), Place(sentences[1].start, 2)))
    assert link_to(paged, sentences[1]) == "https://a.example/b#page=2"
