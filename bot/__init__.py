"""Question → reply → person: writers, grounding, and the interfaces."""
