"""Blocks become the lines of a document, each of which knows its page and its heading."""

import json

import pytest

from index.readers.document import MAX_CHARACTERS, Block, Document, Unreadable, iso_date, one_line, open_archive
from index.types import Location, Metadata
from tests import documents


def test_blocks_become_lines_with_an_empty_one_before_each_heading() -> None:
    blocks = [
        Block("A  b\n \n c ", page=1),
        Block(" \n"),
        Block("Next\npart", heading=True, page=1),
        Block("d", page=2),
    ]
    document = Document.from_blocks(blocks, title=" T\n\u200ft ")
    assert (document.text, document.title) == ("A b\nc\n\nNext\npart\nd", "T t")
    assert document.places == (Location(0, 1), Location(7, 1, "Next part"), Location(17, 2, "Next part"))
    assert document.text[17:] == "d"


def test_a_block_may_go_over_several_pages() -> None:
    document = Document.from_blocks(
        [Block("First.", page=1), Block("On and on.", page=1, page_breaks=((3, 2), (7, 3)))]
    )
    starts = [(place.page, document.text[place.start :][:3]) for place in document.places]
    assert starts == [(1, "Fir"), (2, "and"), (3, "on.")]


def test_a_document_that_is_too_long_is_refused() -> None:
    with pytest.raises(Unreadable, match="more than 10 million characters"):
        Document.from_blocks(Block("a" * (MAX_CHARACTERS // 4)) for _ in range(5))


def test_a_document_survives_as_plain_values() -> None:
    document = Document("نص", "T", Metadata("A", "2024-12-13", "https://a.example/", ("x",)), (Location(0, 1, "H"),))
    assert Document.from_dict(json.loads(json.dumps(document.as_dict()))) == document


@pytest.mark.parametrize(
    ("text", "date"),
    [("D:20241213101500Z", "2024-12-13"), ("2024-02-30, 2023-01-05", "2023-01-05"), ("13/12/2024", ""), ("", "")],
)
def test_a_date_is_read_year_first(text: str, date: str) -> None:
    assert iso_date(text) == date


def test_a_line_is_cut_and_has_no_control_characters() -> None:
    assert one_line("a\x07\u202eb\n c" + "d" * 999, 8) == "ab cdddd"


def test_an_archive_opens_unless_it_is_broken() -> None:
    with open_archive(documents.archive({"a.txt": "x"})) as archive:
        assert archive.namelist() == ["a.txt"]
    with pytest.raises(Unreadable, match="is damaged"):
        open_archive(b"PK\x03\x04")
