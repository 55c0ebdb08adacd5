"""Texts → vectors: which encoder the settings choose, the bundled models themselves, and the vectors of single words.

What the vectors are worth for a question is `index.retrieval`'s, where they are stored `index.library`'s.
"""
