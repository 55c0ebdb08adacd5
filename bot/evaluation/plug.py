"""The engine that people use, plugged into an evaluation: the test set's articles, in a library of their own."""

from functools import partial
from pathlib import Path
from typing import Any

from bot.bootstrap import App, bootstrap
from bot.contract import reply_json
from bot.evaluation.command import Plug, Scope
from bot.evaluation.types import Answer, Reply, TestQuestion, TestSet
from bot.types import Question
from config.errors import SourceError
from config.settings import Settings, load_settings
from index.readers import read_source
from index.types import Article

FOLDER = "evaluation"
"""Where in the data folder test sets' articles are kept, apart from people's; a second run embeds none of them."""


def connect(scope: Scope, writer: str | None) -> Plug:
    """Make the plug; nothing is opened or loaded before it is used.

    Raises: SettingsError.
    """
    settings = load_settings()
    app = bootstrap(load_settings({"home": str(settings.folder / FOLDER)}), writer=writer)

    def prepare(testset: TestSet) -> Answer:
        space = f"e{testset.digest}"
        list(app.indexer.add(testset.articles, space=space))

        def answer(question: TestQuestion) -> Reply:
            article_id = question.article.id if scope is Scope.ARTICLE else None
            asked = Question(question.question, question.language, article_id, (space,))
            return reply_json(app.engine.answer(asked))

        return answer

    return Plug(partial(_resolve, app=bootstrap(settings)), prepare, _settings(settings, scope), app.make_model)


def _resolve(reference: str, folder: Path, *, app: App) -> Article:
    """The article of a file beside the test set, or one of the library."""
    path = folder / reference
    if not path.is_file():
        return app.library.article(app.library.resolve(reference))
    found = next(iter(read_source(path)))
    if not isinstance(found, Article):
        raise found if isinstance(found, SourceError) else SourceError(f"{str(path)!r} is no article.")
    return found


def _settings(settings: Settings, scope: Scope) -> dict[str, Any]:
    """What shapes replies; where things are kept does not."""
    shaping = settings.model_dump(mode="json", include={"embedding", "passages", "retrieval", "llm"})
    return shaping | {"scope": scope.value}
