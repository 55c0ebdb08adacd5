"""Article → evidence: reading, segmentation, the library in Chroma, and the ranking of sentences.

It knows nothing of answers, prompts or interfaces: those are `bot`'s.
"""
