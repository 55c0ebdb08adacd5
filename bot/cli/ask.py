"""`sanad ask`: one question, one reply, as text or JSON. Question after question is `bot.cli.chat`'s."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from bot import messages
from bot.bootstrap import App
from bot.questions import read_question
from bot.rendering.reply_json import reply_json
from bot.rendering.reply_text import StyledLine, reply_lines, to_rich, to_text
from bot.types import EVERYTHING, Answer
from config.errors import NoArticles, UnknownArticle
from index.types import Filter, Language


def ask_question(
    app: App, text: str, *, article: str | None, evidence: int | None, only: Filter, as_json: bool
) -> bool:
    """Answer and print; returns whether there was an answer."""
    question = replace(read_question(text, language=app.settings.interface.language), only=only)
    with errors_in(question.language, article, only=only):
        if article is not None:
            question = replace(question, article_id=app.library.resolve(article).id)
        reply = app.engine.answer(question, evidence=evidence)
    if as_json:
        print(json.dumps(reply_json(reply), ensure_ascii=False, indent=2))
    else:
        print_lines(reply_lines(reply), plain=app.settings.interface.plain)
    return isinstance(reply, Answer)


@contextmanager
def errors_in(language: Language, article: str | None, *, only: Filter = EVERYTHING) -> Iterator[None]:
    """Say what a person may meet while asking in the person's language; what a filter leaves out it says itself."""
    try:
        yield
    except UnknownArticle:
        raise UnknownArticle(messages.UNKNOWN_ARTICLE(language, article_id=article)) from None
    except NoArticles as error:
        raise NoArticles(str(error) if only else messages.NO_ARTICLES(language)) from None


def print_lines(paragraphs: Iterable[StyledLine], *, plain: bool) -> None:
    """Print paragraphs as they come, each one line to copy: with styles where a terminal has them, else as text."""
    if sys.stdout.isatty():
        from rich.console import Console

        console = Console(highlight=False)
        if console.color_system:
            for paragraph in paragraphs:
                console.print(to_rich([paragraph], plain=plain), soft_wrap=True)
            return
    for paragraph in paragraphs:
        print(to_text([paragraph], plain=plain), flush=True)
