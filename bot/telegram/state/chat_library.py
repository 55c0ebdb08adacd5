"""The articles that one chat may see: its own and the shared ones. All ways in go through here or
`Question.spaces`.

Calls block: run them in the workshop.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.bootstrap import App
from config.errors import UnknownArticle
from index.indexing import IndexingResult
from index.library.library import Library
from index.types import Article, ArticleRecord, Sentence

SHARED = ""


@dataclass(frozen=True, slots=True)
class Shelved:
    """An article on a shelf."""

    space: str
    record: ArticleRecord

    @property
    def key(self) -> tuple[str, str]:
        """Space and id."""
        return (self.space, self.record.id)

    @property
    def own(self) -> bool:
        """Whether it was added in the chat itself."""
        return self.space != SHARED


@dataclass(frozen=True, slots=True)
class InParagraph:
    """A sentence in its paragraph."""

    article: Article
    sentence: Sentence
    paragraph: tuple[Sentence, ...]
    shared: bool


class Shelf:
    """The articles of a chat with a `space` of its own, in reading order: own ones first."""

    def __init__(self, app: App, space: str) -> None:
        self._app, self._space = app, space

    def list(self) -> list[Shelved]:
        """All articles, by title within each part."""
        return [Shelved(space, record) for space in (self._space, SHARED) for record in self._library(space).records()]

    def find(self, article_id: str) -> Shelved | None:
        """The article with exactly this id."""
        for space in (self._space, SHARED):
            library = self._library(space)
            if library.store.exists:
                with library.snapshot() as snapshot:
                    record = snapshot.find([article_id]).get(article_id)
                if record:
                    return Shelved(space, record)
        return None

    def same(self, article: Article) -> Shelved | None:
        """An own article with the same text."""
        records = self._library(self._space).records()
        return next((Shelved(self._space, record) for record in records if record.version == article.version), None)

    def count(self) -> int:
        """How many own articles there are."""
        return len(self._library(self._space).records())

    def add(self, article: Article, progress: Callable[[int, int], None]) -> IndexingResult:
        """Put an own article on the shelf."""
        return next(iter(list(self._app.indexer.add([article], space=self._space, progress=progress))))

    def remove(self, article_id: str) -> Shelved | None:
        """Take an own article away; returns what it was."""
        found = self.find(article_id)
        if found is None or not found.own:
            return None
        self._library(found.space).remove(found.record)
        return found

    def text(self, article_id: str) -> Article | None:
        """An article with its text."""
        found = self.find(article_id)
        if found is None:
            return None
        with self._library(found.space).snapshot() as snapshot:
            loaded = snapshot.load(found.record)
        return loaded.article if loaded else None

    def paragraph(self, article_id: str, position: int, text: str) -> InParagraph | None:
        """The sentence at a position, if it still says `text`, in its paragraph."""
        found = self.find(article_id)
        if found is None:
            return None
        with self._library(found.space).snapshot() as snapshot:
            loaded = snapshot.load(found.record)
        if loaded is None or position >= len(loaded.sentences) or loaded.sentences[position].text != text:
            return None
        sentence = loaded.sentences[position]
        paragraph = tuple(other for other in loaded.sentences if other.paragraph == sentence.paragraph)
        return InParagraph(loaded.article, sentence, paragraph, shared=found.space == SHARED)

    def drop(self) -> None:
        """Take away all own articles."""
        if self._space == SHARED:
            raise UnknownArticle("The shared articles are not one person's to drop; use `sanad remove`.")
        self._library(self._space).drop()

    def _library(self, space: str) -> Library:
        return self._app.library.space(space)
