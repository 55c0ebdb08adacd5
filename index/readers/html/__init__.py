"""Web pages → documents: what of a page is its article (`page`), and what it has but does not show (`hidden`).

E-books are made of such pages and share how they are parsed and cut into blocks. Fetching pages is
`index.readers.fetch`'s.
"""

from index.readers.html.page import blocks, decode_page, parse, read

__all__ = ["blocks", "decode_page", "parse", "read"]
