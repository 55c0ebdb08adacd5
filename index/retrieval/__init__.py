"""Question → ranked evidence, and the confidence that it answers. What is stored is `index.library`'s."""
