"""Markdown text → `Document`: its front matter as title and metadata, its headings as places. The text stays as it is.

Anyone may have written the front matter (YAML between two lines `---`), so nothing is constructed from it: of the nodes
that YAML's parser makes, only scalars and flat lists of scalars are looked at, as they are written. What an alias
stands for is never unfolded.

Headings are found by the rules of CommonMark 0.31: `# …`, and lines over `===` or `---`; none in code fences. Only
lines that begin like a mark are looked at, each once; what stands over `---` and is longer than a heading is a
paragraph over a rule.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import yaml

from index.readers.document import Document, iso_date, one_line
from index.types import Location, Metadata

MOST_NESTED = 50
"""Brackets in a block; many take YAML's scanner quadratic time."""
MOST_LISTED = 20
"""Values of a list that are read."""
MOST_HEADINGS = 100_000
"""Headings of a text that are kept."""
_LONGEST_HEADING = 1000
"""Characters of a heading that are looked at."""
_MOST_AUTHORS = 5
_LONGEST_ADDRESS = 2000

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.{0,4000}?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_NAMED_DATE = re.compile(rf"(?:\b{_DAY} )?\b([^\W\d_]+(?: الثاني| ال[أا]ول)?)\.? (?:{_DAY}[,،]? )?(\d{{4}})\b")

_MARKUP = re.compile(r"[*_`#>|]+")
_MARK = re.compile(r"^ {0,3}(?:(#{1,6})[ \t]+(?=\S)|(`{3,}|~{3,})|(?:=+|-+)[ \t]*\r?$)", re.MULTILINE)
_NO_PARAGRAPH = re.compile(r"\t| {4}| {0,3}(?:[>|<]|[-*+](?:[ \t]|\Z)|\d{1,9}[.)](?:[ \t]|\Z)|([-*_])[ \t]*\1[ \t]*\1)")
"""How lines begin that are no paragraph's: code, quotations, tables, HTML, items, rules."""

_Values = Mapping[str, list[str]]
"""The texts under each name: one for a scalar, those of the list for a list."""


def markdown(text: str) -> Document:
    """Return Markdown as it is, without its front matter, with its headings as places."""
    block = _FRONT_MATTER.match(text)
    values = _values(block[1]) if block else None
    if block is None or values is None:
        return Document(text, places=tuple(_places(text)))
    text = text[block.end() :]
    return Document(text, one_line(_first(values, "title")), _metadata(values), tuple(_places(text)))


def without_markup(text: str) -> str:
    """Return Markdown on one line, without its marks and without control characters."""
    return one_line(_MARKUP.sub("", text), 2000)


def _values(block: str) -> _Values | None:
    """The values of a YAML mapping, without those that hold others; None if it is none."""
    if sum(char in "[{" for char in block) > MOST_NESTED:
        return None
    try:
        root = yaml.compose(block, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError):
        return None
    if not isinstance(root, yaml.MappingNode):
        return None
    return {key.value: _texts(value) for key, value in root.value if isinstance(key, yaml.ScalarNode)}


def _texts(node: Any) -> list[str]:
    """The text of a scalar, or those of a list's scalars; a null has none."""
    listed = node.value[:MOST_LISTED] if isinstance(node, yaml.SequenceNode) else [node]
    scalars = (one for one in listed if isinstance(one, yaml.ScalarNode))
    return [one.value for one in scalars if one.tag != "tag:yaml.org,2002:null"]


def _metadata(values: _Values) -> Metadata:
    authors = values.get("author") or values.get("authors") or []
    tags = values.get("tags") or values.get("keywords") or []
    if len(tags) == 1:
        tags = re.split("[,،]", tags[0])[:MOST_LISTED]
    return Metadata(
        one_line(", ".join(authors[:_MOST_AUTHORS])),
        _date(_first(values, "date")) or _date(_first(values, "published")),
        _address(_first(values, "url").strip()),
        tuple(filter(None, (one_line(tag, 60) for tag in tags))),
    )


def _first(values: _Values, name: str) -> str:
    return next(iter(values.get(name, ())), "")


def _date(text: str) -> str:
    """The first date in a text that begins with the year or names its month, as 2024-12-13; "" if there is none."""
    if iso := iso_date(text):
        return iso
    for before, month, after, year in _NAMED_DATE.findall(text[:100]):
        number = _months().get(month.casefold().replace("أ", "ا"))
        if number and bool(before) != bool(after):
            return iso_date(f"{int(year):04}-{number:02}-{int(before or after):02}")
    return ""


@cache
def _months() -> Mapping[str, int]:
    """Numbers of months by their English and Arabic names, both kinds of them, with a bare alif."""
    from babel.dates import get_month_names

    return {
        name.casefold().replace("أ", "ا"): number
        for locale in ("en", "ar", "ar_SY")
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=locale).items()
    }


def _address(text: str) -> str:
    """An address where a text is one that a reader can open, else ""."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    plain = len(text) <= _LONGEST_ADDRESS and text.isprintable() and " " not in text
    return text if plain and parts.scheme in ("http", "https") and parts.hostname else ""


def _places(text: str) -> Iterator[Location]:
    for start, heading in islice(_headings(text), MOST_HEADINGS):
        if shown := one_line(_MARKUP.sub("", heading)):
            yield Location(start, heading=shown)


def _headings(text: str) -> Iterator[tuple[int, str]]:
    """Yield where the line of each heading begins, and what is written there, with its marks."""
    fence, after = "", 0  # what opened the code here, and where the last mark's line ended
    for mark in _MARK.finditer(text):
        stop = text.find("\n", mark.end())
        stop = len(text) if stop < 0 else stop
        if fence:
            line = text[mark.start() : stop].strip()
            fence = fence if len(line) < len(fence) or line.strip(fence[0]) else ""
        elif mark[1]:
            yield mark.start(), text[mark.end() : min(stop, mark.end() + _LONGEST_HEADING)].strip()
        elif mark[2]:
            fence = mark[2] if mark[2][0] == "~" or "`" not in text[mark.end() : stop] else ""
        elif after < mark.start() and (over := _paragraph(text, after, mark.start())):
            yield mark.start() - len(over), over.strip()
        after = stop + 1


def _paragraph(text: str, after: int, stop: int) -> str:
    """The paragraph that ends where a line of `=` or `-` begins; "" if it is none, or too long for a heading."""
    begin = max(after, stop - _LONGEST_HEADING)
    lines = text[begin:stop].splitlines(keepends=True)
    blank = next((number for number in reversed(range(len(lines))) if lines[number].isspace()), -1)
    found = lines[blank + 1 :]
    is_whole = blank >= 0 or begin == after
    return "".join(found) if is_whole and not any(_NO_PARAGRAPH.match(line) for line in found) else ""
