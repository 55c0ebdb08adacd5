"""How much an Arabic word looks like a foreign name, by the letters it is made of: Arabic has no capitals to tell.

A sum of learned weights, in name_shapes.txt beside this file, which says how it was made and how well it does.
"""

from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

FILE = Path(str(files(__package__))) / "name_shapes.txt"
INTERCEPT = "*"
_SIZES = (2, 3, 4)
_ENDINGS = ("يين", "يون", "يه", "ي", "ين", "ون", "ات", "ان", "تين", "تان", "ها", "هم")
"""Endings of plurals, duals and adjectives, which look foreign where they follow a word that does not."""
_SHORTEST, _LONGEST = 4, 40


def groups(word: str) -> set[str]:
    """Return the groups of two to four letters of a word in search form, with "_" for its ends."""
    padded = f"_{word}_"
    return {padded[start : start + size] for size in _SIZES for start in range(len(padded) - size + 1)}


@lru_cache(maxsize=50_000)
def name_likeness(word: str) -> float:
    """Return the log odds that an Arabic word in search form is a foreign name; 0 is even."""
    word = word[:_LONGEST]
    stems = [word, *(word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= _SHORTEST)]
    return min(map(_sum, stems))


def _sum(word: str) -> float:
    weights = _weights()
    return weights[INTERCEPT] + sum(weights.get(group, 0.0) for group in groups(word))


@cache
def _weights() -> dict[str, float]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in lines if not line.startswith("#"))
    return {group: float(weight) for group, weight in pairs}
