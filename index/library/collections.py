"""Which collections a library has: their names follow from the settings that shape their rows."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from index.library.store import Session
from index.text.sentences import SEGMENTATION_VERSION
from index.types import Language

SCHEMA = 2
SPACE = re.compile(r"[a-z0-9]{0,40}")
"""What a space may be called; "" is the library everyone shares."""

_CATALOG = re.compile(rf"sanad-(?P<digest>[0-9a-f]{{8}})(?:-(?P<space>{SPACE.pattern}))?-articles")
LANGUAGES: tuple[Language, ...] = ("ar", "en")


@dataclass(frozen=True)
class IndexSettings:
    """The settings that shape stored rows; a library made with some cannot be read with others."""

    embedding: str
    second: str
    passage_tokens: int
    segmentation: int = SEGMENTATION_VERSION
    schema: int = SCHEMA

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the collection's metadata."""
        return asdict(self)

    @property
    def digest(self) -> str:
        """8 hexadecimal digits that name these settings."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()[:8]


class CollectionNames:
    """The collections of one space of a library: `sanad-DIGEST[-SPACE]-…`.

    Sentences lie apart by language, so that none crowds the other out.
    """

    def __init__(self, digest: str, space: str = "") -> None:
        self.digest, self.space = digest, space
        prefix = f"sanad-{digest}-{space}" if space else f"sanad-{digest}"
        self.articles = f"{prefix}-articles"
        self.journal = f"{prefix}-journal"
        self.passages = f"{prefix}-passages"
        self.sentences = {language: f"{prefix}-sentences-{language}" for language in LANGUAGES}
        self.second = {language: f"{prefix}-second-{language}" for language in LANGUAGES}
        self.all = (self.journal, self.passages, *self.sentences.values(), *self.second.values(), self.articles)

    def make(self, session: Session, settings: IndexSettings) -> None:
        """Make the collections that are not there, the list of articles last."""
        for name in self.all[:-1]:
            session.make(name)
        session.make(self.articles, metadata=settings.as_dict())


def catalogs(session: Session) -> list[CollectionNames]:
    """Every space of every library in the store, whatever its settings."""
    matches = (_CATALOG.fullmatch(name) for name in session.names())
    return [CollectionNames(match["digest"], match["space"] or "") for match in matches if match]
