"""The articles that one chat may see, its own and the shared ones; and that nothing of deleted ones stays on the disk.

All ways to articles go through here or `Question.spaces`. Calls block: run them in a worker pool.
"""

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.bootstrap import App
from bot.telegram.state.chats import ArticleKey
from config.errors import LibraryError, UnknownArticle
from index.indexing import IndexingResult
from index.library.library import Library
from index.library.store import Store
from index.types import Article, ArticleRecord, Sentence

SHARED = ""
"""The part of the library that everybody sees."""
LAST_DELETION = "traces"
"""Note of when something was last deleted that left traces in the library's files."""
LONGEST_COMPACTION = 300
"""Seconds that it may take; nobody reads the library meanwhile."""
_FOLDER = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What Chroma calls the folder of a collection's vectors: the id in its table of segments."""
_CLI = "import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(sys.argv)"


@dataclass(frozen=True, slots=True)
class ChatArticle:
    """An article that a chat may see."""

    space: str
    record: ArticleRecord

    @property
    def key(self) -> ArticleKey:
        """Which article it is."""
        return ArticleKey(self.space, self.record.id)

    @property
    def own(self) -> bool:
        """Whether it was added in the chat itself."""
        return self.space != SHARED


@dataclass(frozen=True, slots=True)
class SentenceInParagraph:
    """A sentence in its paragraph."""

    article: Article
    sentence: Sentence
    paragraph: tuple[Sentence, ...]
    shared: bool


class ChatLibrary:
    """The articles of a chat with a `space` of its own, in reading order: own ones first."""

    def __init__(self, app: App, space: str) -> None:
        self._app, self._space = app, space

    def articles(self) -> list[ChatArticle]:
        """All articles, by title within each part."""
        return [
            ChatArticle(space, record) for space in (self._space, SHARED) for record in self._library(space).records()
        ]

    def find(self, article_id: str) -> ChatArticle | None:
        """The article with exactly this id."""
        for space in (self._space, SHARED):
            library = self._library(space)
            if library.store.exists:
                with library.snapshot() as snapshot:
                    record = snapshot.find([article_id]).get(article_id)
                if record:
                    return ChatArticle(space, record)
        return None

    def find_same_text(self, article: Article) -> ChatArticle | None:
        """An own article with the same text."""
        records = self._library(self._space).records()
        return next((ChatArticle(self._space, record) for record in records if record.version == article.version), None)

    def is_full(self, article_id: str, most: int) -> bool:
        """Whether an article, unless it is an own one already, would be more than may be there."""
        known = self.find(article_id)
        return (known is None or not known.own) and len(self._library(self._space).records()) >= most

    def add(self, article: Article, progress: Callable[[int, int], None]) -> IndexingResult:
        """Index an own article."""
        (indexed,) = self._app.indexer.add([article], space=self._space, progress=progress)
        return indexed

    def remove(self, article_id: str) -> ChatArticle | None:
        """Remove an own article; returns what it was."""
        found = self.find(article_id)
        if found is None or not found.own:
            return None
        self._library(found.space).remove(found.record)
        return found

    def remove_all(self) -> None:
        """Remove all own articles."""
        if self._space == SHARED:
            raise UnknownArticle("The shared articles are not one person's to drop; use `sanad remove`.")
        self._library(self._space).drop()

    def load(self, article_id: str) -> Article | None:
        """An article with its text."""
        found = self.find(article_id)
        if found is None:
            return None
        with self._library(found.space).snapshot() as snapshot:
            loaded = snapshot.load(found.record)
        return loaded.article if loaded else None

    def sentence(self, article_id: str, position: int, text: str) -> SentenceInParagraph | None:
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
        return SentenceInParagraph(loaded.article, sentence, paragraph, shared=found.space == SHARED)

    def _library(self, space: str) -> Library:
        return self._app.library.space(space)


def erase_traces(store: Store) -> None:
    """Have Chroma purge and rewrite its file, while no process uses it: nothing deleted stays readable there.

    Chroma logs what it is given before it indexes it, and SQLite overwrites what is freed only in time. Chroma's own
    `vacuum` does both; the folders of collections that are gone it leaves, so those we remove. Its server keeps house
    itself.

    Raises: LibraryError.
    """
    if not (store.embedded and store.exists):
        return
    vacuum = ["vacuum", "--path", store.where, "--force", "--timeout", str(LONGEST_COMPACTION)]
    with store.session(write=True):
        try:
            subprocess.run(  # noqa: S603 – our own command
                [sys.executable, "-c", _CLI, *vacuum], check=True, capture_output=True, timeout=LONGEST_COMPACTION
            )
            _drop_orphans(Path(store.where))
        except (OSError, sqlite3.Error, subprocess.SubprocessError) as error:
            raise LibraryError(f"The library in {store.where!r} could not be compacted; see to the disk.") from error
    store.close()  # what was open is of the file as it was


def _drop_orphans(folder: Path) -> None:
    address = f"{(folder / 'chroma.sqlite3').absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        live = {row[0] for row in database.execute("SELECT id FROM segments")}
    for one in folder.iterdir():
        if one.is_dir() and _FOLDER.fullmatch(one.name) and one.name not in live:
            shutil.rmtree(one, ignore_errors=True)
