"""Files, pages, feeds and books → `Article`s: `sources` reads what a person names, one module each reads a format.

Formats that strangers may have made to harm their reader (html, pdf, docx, epub, feed) are read in a limited process of
its own: `sandbox` is our end of it, `worker` the other. Cutting an article into sentences is `index.text`'s, storing it
`index.indexing`'s and `index.library`'s.
"""
