"""A feed is the addresses of its entries, in its order."""

import pytest

from index.readers.document import Unreadable
from index.readers.feed import read
from tests import documents


def test_a_feed_gives_the_addresses_of_its_entries_each_once() -> None:
    links = [
        "https://a.example/1",
        "http://b.example/2",
        "javascript:alert(1)",
        "https://a.example/1",
        "ftp://c.example/",
    ]
    assert read(documents.feed(links), "https://a.example/feed").text.splitlines() == links[:2]


def test_addresses_are_completed_by_where_the_feed_is_from() -> None:
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><link href="/1"/></entry></feed>'
    document = read(atom, "https://a.example/feed")
    assert (document.title, document.text) == ("F", "https://a.example/1")


def test_what_is_no_feed_is_refused() -> None:
    with pytest.raises(Unreadable, match="no RSS or Atom feed"):
        read(documents.page(["It sails."]), "https://a.example/")
