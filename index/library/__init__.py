"""The articles in Chroma: stored, listed, exported. How a question finds its sentences is `index.retrieval`'s."""
