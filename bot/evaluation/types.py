"""The nouns of an evaluation: what a test set asks, and how an engine is plugged in. No I/O."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from config.errors import SanadError
from index.types import Article, Language


class RunError(SanadError):
    """An evaluation cannot go on, or its files are not what it needs."""


Span = tuple[int, int]
"""A half-open range of code points of the article's text."""

Piece = tuple[Span, ...]
"""One piece of gold evidence: the places where it stands, any one of which will do."""

Reply = Mapping[str, Any]
"""What `sanad ask --json` prints, parsed."""

Resolve = Callable[[str, Path], Article]
"""Finds the article a test set names: by path relative to the test set's folder, or by id.

Raises: SanadError with one clear sentence if there is none.
"""


@dataclass(frozen=True, slots=True)
class TestQuestion:
    """A question with what is known about its answer.

    `evidence` holds every piece that a complete answer rests on; none for a question the article cannot answer.
    """

    __test__: ClassVar[bool] = False  # pytest would collect it by its name

    id: str
    question: str
    language: Language
    article: Article
    answers: tuple[str, ...] = ()
    evidence: tuple[Piece, ...] = ()
    answerable: bool = True
    tags: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """Language of the question, then of the article: "ar-en" is an Arabic question on an English article."""
        return f"{self.language}-{self.article.language}"


Answer = Callable[[TestQuestion], Reply]
"""The seam to the engine: answers one question. Raises: SanadError when it could not be asked (never a refusal)."""


@dataclass(frozen=True, slots=True)
class TestSet:
    """What a file asks.

    `articles` has those nobody asks about too; `problems` says what was left out, one sentence each.
    """

    __test__: ClassVar[bool] = False

    name: str
    digest: str
    """Hash of the questions' file and of the articles: 16 hexadecimal digits."""
    questions: tuple[TestQuestion, ...]
    articles: tuple[Article, ...]
    problems: tuple[str, ...] = ()


Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""

Prepare = Callable[[TestSet, Progress], Answer]
"""Makes the engine ready for a test set: its articles can be asked, all its questions are known beforehand.

Is told whom to tell how far the articles are indexed.
"""


def identify(source: str, title: str, text: str) -> str:
    """Return the id of an article of a test set: 12 hexadecimal digits.

    It follows from the text, too, for two files of one name (x/dev.json, y/dev.json) name their articles alike.
    """
    return hashlib.sha256(f"{source}\0{title}\0{text}".encode("utf-8", "replace")).hexdigest()[:12]
