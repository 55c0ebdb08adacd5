"""PDF files → documents: characters with their places (`document`), put into lines and paragraphs (`layout`).

Arabic is turned into the order in which it is read (`bidi`). Scans, which have no characters, are refused.
"""

from index.readers.pdf.document import read

__all__ = ["read"]
