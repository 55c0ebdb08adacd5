"""PDF files: glyphs on pages as paragraphs in the order they are read. Scans have none and are refused."""

from index.readers.pdf.document import read

__all__ = ["read"]
