"""Lines and paragraphs of a page, without what belongs to the page."""

from index.readers.sources import article_from_bytes
from tests import documents
from tests.documents import ENGLISH


def test_the_number_of_a_lone_page_is_left_out_and_a_number_that_ends_its_text_is_not() -> None:
    for text in ("The harbour gate that the mayor opened on Monday was number", "In all there were"):
        article = article_from_bytes(documents.printed([f"{text} 1"]), source="a.pdf")
        assert "Page 1" not in article.text
        assert article.text.endswith(f"{text} 1")
    lines = [f"Line {number} of the last page of this text." for number in range(40)]
    article = article_from_bytes(documents.printed([*lines, "1"]), source="a.pdf")
    assert article.text.endswith(f"{lines[-1]} 1")


def test_a_line_of_an_arabic_paragraph_may_hold_a_number_alone() -> None:
    for last in ("2010.", "example.com.", "٢٠١٠."):
        text = f"وقد زاد عدد السكان زيادة كبيرة في السنوات الأخيرة، بعد أن كان قليلا في عام {last}"
        data = documents.arabic_print((text,), way="shapes as seen", width=len(text) - 1)
        assert article_from_bytes(data, source="a.pdf").text == text


def test_a_printed_pdf_loses_headers_and_joins_lines_and_pages() -> None:
    paragraphs = documents.varied(ENGLISH)
    article = article_from_bytes(documents.printed(paragraphs), source="a.pdf")
    assert article.text.split("\n") == ["Heading", *paragraphs]
    assert {place.heading for place in article.locations} == {"Heading"}
    assert [place.page for place in article.locations] == [1, 2]
    assert (article.title, article.metadata.author) == ("Printed", "Dana Reed")
