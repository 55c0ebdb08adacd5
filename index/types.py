"""The nouns of the index: what an article becomes, which articles are meant, and what a search finds.

Plain frozen data, no I/O. Offsets are half-open ranges of code points into `Article.text`.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from config.errors import QuestionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Language = Literal["ar", "en"]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a source says about its article; "" where it says nothing."""

    author: str = ""
    published: str = ""
    """ISO 8601 date: 2024-12-13."""
    url: str = ""
    """Where the article can be read: http(s)."""
    tags: tuple[str, ...] = ()
    link: str = ""
    """The address it was asked for by, where it names another as its own."""


@dataclass(frozen=True, slots=True)
class Location:
    """The page (1, 2, …; 0 where there are none) and the nearest heading of the text from `start` to the next one."""

    start: int
    page: int = 0
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """A text as published, never normalised.

    `id` follows from the source and so survives a change of the text; `version` follows from the text and what the
    source says about it. `locations` are in order; once stored, they begin with sentences. `origin` names the bytes it
    was read from and how: same origin, same article. `updated` is when this version took the place of another, by ISO
    8601; "" for the first one.
    """

    id: str
    title: str
    source: str
    text: str
    language: Language
    metadata: Metadata = Metadata()
    locations: tuple[Location, ...] = field(default=(), compare=False)
    origin: str = field(default="", compare=False)
    updated: str = field(default="", compare=False)

    @property
    def version(self) -> str:
        """Hash of the title, the text and what is known of it: 16 hexadecimal digits."""
        says = replace(self.metadata, link="")
        known = f"\0{says}" if says != Metadata() else ""
        return hashlib.sha256(f"{self.title}\0{self.text}{known}".encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def location(self, offset: int) -> Location:
        """Return the page and the heading that a character of the text stands under."""
        number = bisect_right(self.locations, offset, key=lambda location: location.start)
        return self.locations[number - 1] if number else Location(0)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article: `article.text[start:end] == text`, always.

    Identity is (article_id, position), never the text: the same sentence twice is two sentences.
    """

    article_id: str
    position: int
    paragraph: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Consecutive whole sentences `first … last - 1` of one article, within a token budget."""

    article_id: str
    position: int
    first: int
    last: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence found for a question, with the scores it was ranked by (higher is better)."""

    article: Article
    sentence: Sentence
    score: float
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """A version that an article had, and when it was indexed."""

    version: str
    indexed: str


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """What the library's list of articles says of one, without its text; `sentences` and `passages` are counts."""

    id: str
    title: str
    source: str
    language: Language
    version: str
    sentences: int
    passages: int
    indexed: str
    """When it was indexed: ISO 8601, UTC."""
    metadata: Metadata = Metadata()
    origin: str = ""
    cluster: str = ""
    """Id of its cluster of near-duplicates, the id of the first article in it; "" for an article without any."""
    history: tuple[ArticleVersion, ...] = ()
    """The versions before this one, oldest first."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What an article must be: published on or after a date, in a language, with all of the tags. Falsy for any."""

    since: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.since or self.language or self.tags)

    def admits(self, record: ArticleRecord) -> bool:
        """Say whether an article passes; one without a date counts from the day it was indexed."""
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


@dataclass(frozen=True, slots=True)
class SplitArticle:
    """An article cut into sentences and passages."""

    article: Article
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]

    @property
    def texts(self) -> list[str]:
        """All texts that are embedded: the sentences', then the passages'."""
        return [sentence.text for sentence in self.sentences] + [passage.text for passage in self.passages]


@dataclass(frozen=True, eq=False)
class IndexedArticle:
    """An article with all that retrieval needs: its parts and their unit vectors, row by row."""

    article: Article
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]
    sentence_vectors: "NDArray[np.float32]"
    passage_vectors: "NDArray[np.float32]"
    second_vectors: "NDArray[np.float32] | None"
    """The second encoder's vectors of the sentences, or None where it is turned off."""

    @property
    def vectors(self) -> "tuple[NDArray[np.float32], ...]":
        """All vectors there are: of the sentences, of the passages, and the second encoder's of the sentences."""
        second = () if self.second_vectors is None else (self.second_vectors,)
        return (self.sentence_vectors, self.passage_vectors, *second)


def _is_date(text: str) -> bool:
    """Say whether a text is a day, a month or a year that there is."""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True
