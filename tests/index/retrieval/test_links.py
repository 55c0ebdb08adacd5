"""Where links to sentences lead."""

from dataclasses import replace
from urllib.parse import unquote

import pytest

from index.readers.sources import article_from_bytes
from index.retrieval.links import link_to
from index.text.sentences import split_sentences
from index.types import Article, Location, Metadata
from tests import documents
from tests.documents import ARABIC, ENGLISH
from tests.made import STORY, article_of

PAGE = "https://a.example/b"


def published(paragraph: str, url: str = PAGE, kind: str = ".html") -> Article:
    data = documents.word([paragraph]) if kind == ".docx" else paragraph.encode()
    return replace(article_from_bytes(data, source=f"a{kind}"), metadata=Metadata(url=url))


def links_of(article: Article) -> list[str]:
    return [link_to(article, sentence) for sentence in split_sentences(article)]


def table(*cells: str) -> str:
    return f"<table><tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr></table>"


@pytest.mark.parametrize("longest", ["The ferry Noor", ENGLISH[0], ARABIC[0], "الباخرة نور"])
def test_a_link_to_a_tables_row_names_words_that_stand_together_on_the_page(longest: str) -> None:
    article = published(table("2022", longest, "410"))
    assert article.text == f"2022 | {longest} | 410"
    links = [unquote(link.removeprefix(f"{PAGE}#:~:text=")) for link in links_of(article)]
    assert longest.startswith(links[0].partition(",")[0])
    assert all("|" not in link for link in links)


@pytest.mark.parametrize("name", ["b.docx", "b.EPUB?x=1", "b.pdf"])
def test_a_link_to_a_file_names_no_words(name: str) -> None:
    assert set(links_of(published(ENGLISH[0], f"https://a.example/{name}", ".docx"))) == {f"https://a.example/{name}"}
    assert all("#:~:text=" in link for link in links_of(published(f"<p>{ENGLISH[0]}</p>", "https://a.example/docx")))


def test_a_link_leads_to_the_sentence() -> None:
    article = article_of(STORY, "s", url="https://a.example/b#c")
    sentences = split_sentences(article)
    assert link_to(article_of(STORY, "s", url="javascript:alert(1)"), sentences[1]) == ""
    assert link_to(article, sentences[1]) == (
        "https://a.example/b#:~:text=It%20makes%20the%20crossing%20in,minutes%20and%20holds%20220%20passengers."
    )
    short = article_of("Well-known, and so on.", "s", url="https://a.example/")
    assert link_to(short, split_sentences(short)[0]).endswith("#:~:text=Well%2Dknown%2C%20and%20so%20on.")
    assert link_to(replace(article, metadata=Metadata()), sentences[0]) == ""
    paged = replace(article, locations=(Location(0, 1), Location(sentences[1].start, 2)))
    assert link_to(paged, sentences[1]) == "https://a.example/b#page=2"
