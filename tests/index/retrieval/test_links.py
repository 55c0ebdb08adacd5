"""Where links to sentences lead that stand in tables or in files; the rest is in `test_shelf`."""

from dataclasses import replace
from urllib.parse import unquote

import pytest

from index.readers.sources import article_from_bytes
from index.retrieval.links import link_to
from index.text.sentences import split_sentences
from index.types import Article, Metadata
from tests import documents
from tests.documents import ARABIC, ENGLISH

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
