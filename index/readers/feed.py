"""An RSS or Atom feed → the addresses of its entries, one a line, in its order. Runs in the limited process.

The pages that the entries lead to are read by `index.readers.sources.read_feed`.
"""

import feedparser

from index.readers.document import Document, Unreadable, one_line


def read(data: bytes, hint: str) -> Document:
    """Read a feed fetched from the address `hint`. Raises: Unreadable."""
    feed = feedparser.parse(data, response_headers={"content-location": hint}, resolve_relative_uris=True)
    if not feed.get("version"):
        raise Unreadable("is no RSS or Atom feed; give the address of one, or leave out --feed for a page")
    links = (str(entry.get("link", "")) for entry in feed.entries)
    kept = dict.fromkeys(link for link in links if link.isprintable() and link.startswith(("http://", "https://")))
    return Document("\n".join(kept), one_line(str(feed.feed.get("title", ""))))
