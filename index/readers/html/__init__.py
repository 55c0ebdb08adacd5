"""Web pages: what of a page is its article. Fetching them is `index.readers.fetch`'s."""

from index.readers.html.page import read

__all__ = ["read"]
