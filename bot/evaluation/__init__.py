"""`sanad evaluate`: test sets in; metrics with intervals, comparisons and an HTML report out.

docs/evaluation.md defines every metric. Only `target` knows the engine that people use: a run asks a plain function, so
that a benchmark can hand in another.
"""
