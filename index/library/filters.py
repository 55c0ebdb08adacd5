"""Which articles of the library to look at: by date, language and tag."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from config.errors import QuestionError
from index.types import ArticleRecord


@dataclass(frozen=True, slots=True)
class Filter:
    """What an article must be: published on or after a date, in a language, with all of the tags. Falsy for any."""

    since: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.since or self.language or self.tags)

    def admits(self, record: ArticleRecord) -> bool:
        """Whether a record's article is one; an article without a date counts from the day it was indexed."""
        tags = {tag.casefold() for tag in record.metadata.tags}
        return (
            (record.metadata.published or record.indexed[:10]) >= self.since
            and self.language in ("", record.language)
            and all(tag.casefold() in tags for tag in self.tags)
        )


def make_filter(*, since: str = "", language: str = "", tags: Sequence[str] = ()) -> Filter:
    """Make a filter of what a person typed.

    Raises: QuestionError for what is no date or no language.
    """
    if since and not _is_date(since):
        raise QuestionError(f"{since!r} is no date; write it as 2024-05-31, 2024-05 or 2024.")
    if language not in ("", "ar", "en"):
        raise QuestionError(f"{language!r} is no language of articles; choose ar or en.")
    return Filter(since, language, tuple(tag.strip() for tag in tags if tag.strip()))


def _is_date(text: str) -> bool:
    """Whether a text is a day, a month or a year that there is."""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True
