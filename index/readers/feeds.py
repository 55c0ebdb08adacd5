"""RSS and Atom feeds: the pages of entries that the library does not have. Fetching is `index.readers.fetch`'s."""

from collections.abc import Collection, Iterator

from config.errors import SourceError
from index.readers.fetch import FEED_TYPES, Fetcher
from index.readers.sources import Read, Skipped, Unchanged, read_in_sandbox

MISNAMED = ("text/html", "text/plain")
"""What some servers call a feed; the reader tells whether it is one."""
MAX_ENTRIES = 200
"""The most entries of a feed that are fetched, from its beginning."""


def new_entries(url: str, fetcher: Fetcher, *, known: Collection[str]) -> Iterator[Read]:
    """Yield the article of every entry whose address is not known; one that cannot be read does not stop the others.

    Entries after the first `MAX_ENTRIES` come as `Skipped`.

    Raises: SourceError, when iterated, if the feed itself cannot be read.
    """
    page = fetcher.page(url, types=(*FEED_TYPES, *MISNAMED))
    feed = read_in_sandbox("feed", page.data, source=page.url, hint=page.url)
    for number, link in enumerate(feed.text.splitlines()):
        if link in known:
            yield Unchanged(link)
            continue
        if number >= MAX_ENTRIES:
            yield Skipped(link, f"after the first {MAX_ENTRIES} entries of its feed")
            continue
        try:
            yield fetcher.article(link)
        except SourceError as problem:
            yield problem
