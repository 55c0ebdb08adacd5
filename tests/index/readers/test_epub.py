"""A book is read in its order."""

from index.readers.sources import article_from_bytes
from tests import documents
from tests.documents import ENGLISH


def test_a_book_is_read_in_its_order_with_what_is_known_of_it() -> None:
    pages = [documents.page([text], title=f"Chapter {number}") for number, text in enumerate(ENGLISH)]
    extra = "<dc:creator>Sam Okoro</dc:creator><dc:subject>boats</dc:subject>"
    article = article_from_bytes(documents.book(pages, title="Boats", extra=extra), source="a.epub")
    assert [line for line in article.text.split("\n") if line][1::2] == list(ENGLISH)
    assert (article.title, article.metadata.author, article.metadata.published, article.metadata.tags) == (
        *("Boats", "Dana Reed, Sam Okoro", "2019-04-05", ("boats",)),
    )
    assert article.location(article.text.index(ENGLISH[2])).heading == "Chapter 2"
