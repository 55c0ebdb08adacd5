"""Measurements, run by hand: `make benchmark-…` prints tables. Not part of the installed program."""
