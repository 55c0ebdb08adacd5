"""Fuzzing of the readers; see `__main__`."""
