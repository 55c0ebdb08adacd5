"""The engine that people use, as the target of an evaluation: the test set's articles, in a library of their own.

The articles of a test set are one space of that library, named by them, so an edited question embeds nothing again. The
last few used are kept; a space is never dropped while a run, of whatever process, is using it.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Any

import portalocker

from bot.bootstrap import App, bootstrap
from bot.evaluation.run import AnswerQuestion, EvaluationTarget, Progress, SearchScope
from bot.evaluation.scoring import ReplyJson
from bot.evaluation.testset import TestQuestion, TestSet, make_article_id
from bot.rendering.reply_json import reply_json
from bot.types import Question
from config.errors import SourceError, UnknownArticle
from config.settings import load_settings
from index.library.library import Library
from index.readers.sources import read_source
from index.text.search_form import language_of
from index.types import Article

FOLDER = "evaluation"
"""Where in the data folder test sets' articles are kept, apart from people's, a folder for each shape of library."""


KEPT_SPACES = 4
"""How many spaces are kept beside the one in use: people go back and forth between a few test sets."""


def make_target(scope: SearchScope, writer: str | None) -> EvaluationTarget:
    """Make the target; nothing is opened or loaded before it is used.

    Raises: SettingsError.
    """
    settings = load_settings()
    people = bootstrap(settings)
    home = settings.folder / FOLDER / people.library.settings.digest
    app = bootstrap(load_settings({"home": str(home)}), writer=writer)

    def prepare(testset: TestSet, progress: Progress) -> AnswerQuestion:
        space = space_of(testset.articles)
        held = hold_space(app.library, space, home)
        list(app.indexer.add(testset.articles, space=space, progress=progress))
        return _Engine(app, scope, space, held)

    def close() -> None:
        app.close()
        people.close()

    resolve = partial(_resolve, app=people)
    return EvaluationTarget(resolve, prepare, _settings(app, scope), app.make_model, close)


def space_of(articles: Sequence[Article]) -> str:
    """Return the name of the space of these articles."""
    named = "".join(sorted(f"{article.id} {article.version}\n" for article in articles))
    return f"e{hashlib.sha256(named.encode()).hexdigest()[:16]}"


def hold_space(library: Library, space: str, folder: Path) -> IO[bytes]:
    """Keep a space from being dropped for as long as the file returned is open, and drop those long unused.

    `folder` holds a file for each space: who locks it uses the space, and its time is that of the last use.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = (folder / f"{space}.lock").open("ab")
    portalocker.lock(held, portalocker.LockFlags.SHARED)
    os.utime(held.fileno())
    for unused in _others(library, space, folder)[KEPT_SPACES:]:
        with _alone(folder / f"{unused}.lock") as alone:
            if alone:
                library.space(unused).drop()
    return held


@dataclass(frozen=True)
class _Engine:
    """Answers from a space; `held` keeps the space there while questions may come.

    What language a question is in is found out as for people, whatever the test set says.
    """

    app: App
    scope: SearchScope
    space: str
    held: IO[bytes]

    def __call__(self, question: TestQuestion) -> ReplyJson:
        article_id = question.article.id if self.scope is SearchScope.ARTICLE else None
        asked = Question(question.question, language_of(question.question), article_id, (self.space,))
        return reply_json(self.app.engine.answer(asked))


def _resolve(reference: str, folder: Path, *, app: App) -> Article:
    """Read the article of a file beside the test set, or find it in the library."""
    path = folder / reference
    if not _is_file(path):
        return _find(reference, app.library)
    found = next(iter(read_source(path)))
    if not isinstance(found, Article):
        raise found if isinstance(found, SourceError) else SourceError(f"{str(path)!r} is no article.")
    # Named by what the test set calls it, not by where it lies: replies can be compared with those of another machine.
    source = os.path.normpath(reference)
    return replace(found, id=make_article_id(source, found.title, found.text), source=source)


def _find(reference: str, library: Library) -> Article:
    """Find an article of the library; feedback also names articles that only one chat of the bot's may see."""
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


def _settings(app: App, scope: SearchScope) -> dict[str, Any]:
    """Return the settings that shape replies; where things are kept does not."""
    shaping = app.settings.model_dump(mode="json", include={"embedding", "passages", "retrieval", "llm"})
    return shaping | {"scope": scope.value, "writer": app.engine.writer.name}


def _others(library: Library, space: str, folder: Path) -> list[str]:
    """Return the other spaces of evaluations, last used first; on a server, those made from this folder."""
    times = {path.stem: path.stat().st_mtime for path in folder.glob("e*.lock")}
    found = [name for name in library.spaces() if name.startswith("e") and name != space]
    ours = [name for name in found if name in times or library.store.embedded]
    return sorted(ours, key=lambda name: times.get(name, 0), reverse=True)


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Lock a space for ourselves; False if somebody uses it."""
    with path.open("ab") as file:
        try:
            portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.LockException:
            yield False
            return
        yield True
