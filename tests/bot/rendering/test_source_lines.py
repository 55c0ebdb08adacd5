"""What a list of sources says of each."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.bootstrap import App, bootstrap
from bot.rendering.reply_text import source_lines, to_text
from bot.types import Answer, Citation, Question
from config.settings import load_settings
from index.text.sentences import split_sentences
from index.types import Language, Metadata
from tests.made import STORY, article_of


def test_a_citation_names_author_and_date() -> None:
    article = replace(article_of(STORY, "s"), metadata=Metadata(author="Dana\nReed", published="2024-05-03"))
    citation = Citation(article, split_sentences(article)[1], source_count=2)
    expectations: dict[Language, str] = {
        "en": f"{article.title}, sentence 2, by Dana Reed, of 2024-05-03, in 2 sources (s)",
        "ar": f"{article.title}، الجملة 2، بقلم Dana Reed، بتاريخ 2024-05-03، في 2 من المصادر (s)",
    }
    for language, expected in expectations.items():
        assert to_text(source_lines([citation], language), plain=True) == f"[1] {expected}"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """The whole application, with the smaller encoder."""
    with bootstrap(load_settings({"home": str(tmp_path / "home"), "embedding": {"provider": "light"}})) as made:
        yield made


def test_a_citation_of_an_updated_article_names_the_version(app: App) -> None:
    first = article_of(STORY, "page")
    list(app.indexer.add([first]))
    for text, versions in ((STORY, 1), (STORY + "Tickets are sold on board.", 2)):
        list(app.indexer.add([article_of(text, "page")]))
        question = Question("How many passengers does the ferry hold?", "en")
        reply = app.engine.answer(question)
        assert isinstance(reply, Answer)
        line = to_text(source_lines(reply.claims[0].citations[:1], "en"), plain=True)
        (record,) = app.library.records()
        assert record.id == first.id
        assert len(record.history) == versions - 1
        named = f", version {record.version} of {record.indexed[:10]}"
        assert (named in line) == (versions == 2)
