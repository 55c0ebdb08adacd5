"""Near-duplicate articles are one source of evidence, with their number."""

import pytest

from bot.bootstrap import App
from index.library.duplicates import near_duplicates, shingles
from tests import documents
from tests.made import OTHER, STORY, article_of


def test_the_same_story_is_cited_once_with_its_number_of_sources(app: App) -> None:
    copies = [article_of(STORY + f"Reported by paper {number}.", f"paper {number}") for number in range(3)]
    list(app.indexer.add([*copies[:1], article_of(OTHER, "museum")]))
    list(app.indexer.add(copies[1:]))
    stories = {record.source: record.cluster for record in app.library.records()}
    assert stories == {f"paper {n}": copies[0].id for n in range(3)} | {"museum": ""}
    found = app.engine.retriever.find("How many passengers does the ferry hold?")
    assert len({evidence.article.id for evidence in found.evidence} & {copy.id for copy in copies}) == 1
    assert found.source_count(found.evidence[0].sentence) == 3


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
    assert near_duplicates(shingles(one), shingles(other)) is same
    assert near_duplicates(shingles(other), shingles(one)) is same
