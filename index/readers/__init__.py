"""Files, pages, feeds and books → `Article`s. What becomes of an article is `index.indexing`'s."""
