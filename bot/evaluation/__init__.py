"""`sanad evaluate`: test sets in; metrics with intervals, comparisons and an HTML report out.

README.md here defines every metric. The engine is not known here, but for `target`, which hands people's own engine to
a run as a plain function; benchmarks hand in others.
"""
