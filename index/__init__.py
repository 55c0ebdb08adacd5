"""Article → evidence: reading, segmentation, the library in Chroma, and the ranking of sentences."""
