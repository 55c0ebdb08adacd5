"""RSS and Atom feeds: the pages of entries that the library does not have. Fetching is `index.fetch`'s."""

from collections.abc import Collection, Iterator

from config.errors import SourceError
from index.fetch import FEED_TYPES, Fetcher
from index.readers import Unchanged, read_in_sandbox
from index.types import Article

MISNAMED = ("text/html", "text/plain")
"""What some servers call a feed; the reader tells whether it is one."""


def new_entries(url: str, fetcher: Fetcher, *, known: Collection[str]) -> Iterator[Article | SourceError | Unchanged]:
    """Yield the article of every entry whose address is not known; one that cannot be read does not stop the others.

    Raises: SourceError, when iterated, if the feed itself cannot be read.
    """
    page = fetcher.page(url, types=(*FEED_TYPES, *MISNAMED))
    feed = read_in_sandbox("feed", page.data, source=page.url, hint=page.url)
    for link in feed.text.splitlines():
        if link in known:
            yield Unchanged(link)
            continue
        try:
            yield fetcher.article(link)
        except SourceError as problem:
            yield problem
