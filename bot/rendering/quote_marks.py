"""An article's sentences in quotation marks, where they can be taken for nothing else. For display only.

JSON and the library hold the article's own characters.
"""

import re
from collections.abc import Mapping, Sequence

from index.types import Language

_Pair = tuple[str, str]
_MARKS: Mapping[Language, tuple[_Pair, _Pair]] = {"ar": (("«", "»"), ("“", "”")), "en": (("“", "”"), ("‘", "’"))}
"""What a quotation is set in, and what instead where it holds the same marks: its own letters stay as they are."""
_UNSEEN = "\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f"
_NUMBER_IN_BRACKETS = re.compile(rf"[\[［【〔]([\s{_UNSEEN}]*\d[\d\s,،;؛.–—{_UNSEEN}-]*)[\]］】〕]")


def in_marks(runs: Sequence[str], language: Language) -> tuple[str, list[str], str]:
    """The opening mark, the runs of a quotation as long as they were, and the closing mark.

    The quotation's own "[2]", which could be taken for one of our marks, becomes "(2)".
    """
    text, start, shown = _NUMBER_IN_BRACKETS.sub(r"(\1)", "".join(runs)), 0, list[str]()
    for run in runs:
        shown.append(text[start : start + len(run)])
        start += len(run)
    usual, other = _MARKS[language]
    opening, closing = other if any(mark in text for mark in usual) else usual
    return opening, shown, closing
