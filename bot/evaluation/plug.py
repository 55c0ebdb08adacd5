"""The engine that people use, plugged into an evaluation: the test set's articles, in a library of their own."""

import os.path
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from bot.bootstrap import App, bootstrap
from bot.evaluation.command import Plug, Scope
from bot.evaluation.spaces import hold_space, space_of
from bot.evaluation.types import Answer, Progress, Reply, TestQuestion, TestSet, identify
from bot.rendering.reply_json import reply_json
from bot.types import Question
from config.errors import SourceError, UnknownArticle
from config.settings import load_settings
from index.library.library import Library
from index.readers.sources import read_source
from index.text.search_form import language_of
from index.types import Article

FOLDER = "evaluation"
"""Where in the data folder test sets' articles are kept, apart from people's, a folder for each kind of index."""


def connect(scope: Scope, writer: str | None) -> Plug:
    """Make the plug; nothing is opened or loaded before it is used.

    Raises: SettingsError.
    """
    settings = load_settings()
    people = bootstrap(settings)
    home = settings.folder / FOLDER / people.library.settings.digest
    app = bootstrap(load_settings({"home": str(home)}), writer=writer)

    def prepare(testset: TestSet, progress: Progress) -> Answer:
        space = space_of(testset.articles)
        held = hold_space(app.library, space, home)
        list(app.indexer.add(testset.articles, space=space, progress=progress))
        return _Engine(app, scope, space, held)

    return Plug(partial(_resolve, app=people), prepare, _settings(app, scope), app.make_model)


@dataclass(frozen=True)
class _Engine:
    """Answers from a space; `held` keeps the space there while questions may come.

    What language a question is in is found out as for people, whatever the test set says.
    """

    app: App
    scope: Scope
    space: str
    held: IO[bytes]

    def __call__(self, question: TestQuestion) -> Reply:
        article_id = question.article.id if self.scope is Scope.ARTICLE else None
        asked = Question(question.question, language_of(question.question), article_id, (self.space,))
        return reply_json(self.app.engine.answer(asked))


def _resolve(reference: str, folder: Path, *, app: App) -> Article:
    """The article of a file beside the test set, or one of the library."""
    path = folder / reference
    if not _is_file(path):
        return _find(reference, app.library)
    found = next(iter(read_source(path)))
    if not isinstance(found, Article):
        raise found if isinstance(found, SourceError) else SourceError(f"{str(path)!r} is no article.")
    # Named by what the test set calls it, not by where it lies: replies can be compared with those of another machine.
    source = os.path.normpath(reference)
    return replace(found, id=identify(source, found.title, found.text), source=source)


def _find(reference: str, library: Library) -> Article:
    """The article of the library; feedback also names articles that only one chat of the bot's may see."""
    try:
        return library.article(library.resolve(reference))
    except UnknownArticle:
        for name in filter(None, library.spaces()):
            with suppress(UnknownArticle):
                space = library.space(name)
                return space.article(space.resolve(reference))
        raise


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long for a file may still be asked of the library
        return False


def _settings(app: App, scope: Scope) -> dict[str, Any]:
    """What shapes replies; where things are kept does not."""
    shaping = app.settings.model_dump(mode="json", include={"embedding", "passages", "retrieval", "llm"})
    return shaping | {"scope": scope.value, "writer": app.engine.writer.name}
