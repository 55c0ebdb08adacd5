"""The articles in Chroma: stored, replaced and removed, listed, verified, exported to a file and imported again.

`library` is what others use; `store` opens Chroma safely for several processes, `schema` and `rows` say how articles
lie in its collections. How a question finds its sentences is `index.retrieval`'s, what makes vectors `index.models`'.
"""
