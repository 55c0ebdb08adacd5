"""The nouns of the index: what an article becomes, and what a search finds.

Plain frozen data, no I/O. Offsets are half-open ranges of code points into `Article.text`.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

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
class Version:
    """A version of an article, and when it was indexed."""

    version: str
    indexed: str


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """What the library's list says of an article, without its text; `sentences` and `passages` are counts."""

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
    story: str = ""
    """Shared by articles that tell the same story in nearly the same words; "" for an article alone."""
    history: tuple[Version, ...] = ()
    """What was live before, oldest first."""


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
