"""The encoders: which one, and how texts become vectors. What vectors are worth is `index.retrieval`'s."""
