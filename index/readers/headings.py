"""Where headings of a Markdown text stand, by the rules of CommonMark 0.31: `# …`, and lines over `===` or `---`.

In code fences there are none. Only lines that begin like a mark are looked at, each once; what stands over `---` and is
longer than a heading is a paragraph over a rule.
"""

import re
from collections.abc import Iterator

LONGEST = 1000
"""Characters of a heading that are looked at."""

_MARK = re.compile(r"^ {0,3}(?:(#{1,6})[ \t]+(?=\S)|(`{3,}|~{3,})|(?:=+|-+)[ \t]*\r?$)", re.MULTILINE)
_OTHER = re.compile(r"\t| {4}| {0,3}(?:[>|<]|[-*+](?:[ \t]|\Z)|\d{1,9}[.)](?:[ \t]|\Z)|([-*_])[ \t]*\1[ \t]*\1)")
"""How lines begin that are no paragraph's: code, quotations, tables, HTML, items, rules."""


def headings(text: str) -> Iterator[tuple[int, str]]:
    """Yield where the line of each heading begins, and what is written there, with its marks."""
    fence, after = "", 0  # what opened the code here, and where the last mark's line ended
    for mark in _MARK.finditer(text):
        stop = text.find("\n", mark.end())
        stop = len(text) if stop < 0 else stop
        if fence:
            fence = "" if _closes(text[mark.start() : stop], fence) else fence
        elif mark[1]:
            yield mark.start(), text[mark.end() : min(stop, mark.end() + LONGEST)].strip()
        elif mark[2]:
            fence = mark[2] if _opens(mark[2], text[mark.end() : stop]) else ""
        elif after < mark.start() and (over := _paragraph(text, after, mark.start())):
            yield mark.start() - len(over), over.strip()
        after = stop + 1


def _paragraph(text: str, after: int, stop: int) -> str:
    """The paragraph that ends where a line of `=` or `-` begins; "" if it is none, or too long for a heading."""
    begin = max(after, stop - LONGEST)
    lines = text[begin:stop].splitlines(keepends=True)
    blank = next((number for number in reversed(range(len(lines))) if lines[number].isspace()), -1)
    found = lines[blank + 1 :]
    is_whole = blank >= 0 or begin == after
    return "".join(found) if is_whole and not any(_OTHER.match(line) for line in found) else ""


def _opens(fence: str, rest: str) -> bool:
    return fence[0] == "~" or "`" not in rest


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return len(mark) >= len(fence) and not mark.strip(fence[0])
