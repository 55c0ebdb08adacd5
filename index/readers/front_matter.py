"""What a Markdown file says of its article at its head, in YAML → its title and `Metadata`. Not its headings.

Anyone may have written it, so nothing is constructed from it: of the nodes that YAML's parser makes, only scalars and
flat lists of scalars are looked at, as they are written. What an alias stands for is never unfolded.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from index.readers.document import iso_date, one_line
from index.types import Metadata

MOST_NESTED = 50
"""Brackets in a block; many take YAML's scanner quadratic time."""
MOST_LISTED = 20
"""Values of a list that are read."""
_MOST_AUTHORS = 5
_LONGEST_ADDRESS = 2000

_BLOCK = re.compile(r"---[ \t]*\r?\n(.{0,4000}?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_NAMED_DATE = re.compile(rf"(?:\b{_DAY} )?\b([^\W\d_]+(?: الثاني| ال[أا]ول)?)\.? (?:{_DAY}[,،]? )?(\d{{4}})\b")

Values = Mapping[str, list[str]]
"""The texts under each name: one for a scalar, those of the list for a list."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the head of a text says, and where the text itself begins: 0 where there is no head."""

    begins: int = 0
    title: str = ""
    metadata: Metadata = field(default_factory=Metadata)


def front_matter(text: str) -> FrontMatter:
    """Return what a Markdown text says of itself between two lines `---`."""
    block = _BLOCK.match(text)
    values = _values(block[1]) if block else None
    if block is None or values is None:
        return FrontMatter()
    return FrontMatter(block.end(), one_line(_first(values, "title")), _metadata(values))


def _values(block: str) -> Values | None:
    """The values of a YAML mapping, without those that hold others; None if it is none."""
    import yaml

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
    import yaml

    listed = node.value[:MOST_LISTED] if isinstance(node, yaml.SequenceNode) else [node]
    scalars = (one for one in listed if isinstance(one, yaml.ScalarNode))
    return [one.value for one in scalars if one.tag != "tag:yaml.org,2002:null"]


def _metadata(values: Values) -> Metadata:
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


def _first(values: Values, name: str) -> str:
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
