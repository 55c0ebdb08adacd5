"""The command `sanad`: reads options and sets exit statuses. What it does and prints is done elsewhere.

Our own modules are imported here, heavy libraries only by what needs them: `sanad --help` must be quick.
"""

import sys
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bot.bootstrap import App, bootstrap
from bot.cli.ask import ask_question
from bot.cli.chat import ChatSession
from bot.cli.doctor import diagnose, show_settings
from bot.cli.exit import FAILED, exit_on_error, exit_with_error
from bot.cli.library_commands import (
    export_library,
    import_library,
    index_sources,
    list_articles,
    remove_article,
    search_sentences,
    show_article,
    verify_library,
)
from bot.evaluation.command import register
from bot.evaluation.target import make_target
from bot.telegram.app import check_bot, run_bot, write_feedback
from config.settings import load_settings
from index.types import Filter, make_filter

ANSWERED, NOT_IN_THE_ARTICLE = 0, 1


class _Commands(TyperGroup):
    """The commands, without the endings that Typer has for a broken pipe and Ctrl-C: here they are `bot.cli.exit`'s."""

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Read the options; `--help` prints here."""
        try:
            return super().make_context(*args, **options)
        except (OSError, KeyboardInterrupt) as error:
            exit_with_error(error)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (OSError, KeyboardInterrupt) as error:
            exit_with_error(error)


app = typer.Typer(
    cls=_Commands,
    help="Ask articles questions in Arabic or English; every statement of an answer is quoted from them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Plain = Annotated[bool | None, typer.Option("--plain/--marks", help="Leave out direction marks; or put them in.")]
ArticleId = Annotated[str | None, typer.Option("--article", metavar="ID", help="Ask one article only.")]

Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="Only articles from 2024-05-31 or later.")]
InLanguage = Annotated[str | None, typer.Option("--language", metavar="ar|en", help="Only articles in a language.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="Only articles with a tag; may be repeated.")]


def main() -> None:
    """Run the command line; errors become one line and status 2."""
    with exit_on_error():
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal that knows no Arabic, input that is not UTF-8
        app(prog_name="sanad")


@app.command()
def index(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, web addresses, - for standard input; without any, seeds/."),
    ] = None,
    *,
    feed: Annotated[list[str] | None, typer.Option("--feed", metavar="URL", help="New entries of a feed.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Index a library again that other settings made.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what went wrong.")] = False,
) -> None:
    """Put articles into the library; what is unchanged is left alone."""
    with _open(rebuilding=rebuild) as sanad:
        failed = index_sources(sanad, sources, feeds=feed or (), rebuild=rebuild, quiet=quiet)
    raise typer.Exit(FAILED if failed else ANSWERED)


@app.command()
def articles(*, since: Since = None, language: InLanguage = None, tag: Tags = None) -> None:
    """List the articles of the library."""
    with _open() as sanad:
        list_articles(sanad, _filter(since, language, tag))


@app.command()
def show(
    article_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    sentence: Annotated[int | None, typer.Option(min=1, metavar="N", help="One sentence among its neighbours.")] = None,
) -> None:
    """Show an article: what is known of it, and its sentences, numbered."""
    with _open() as sanad:
        show_article(sanad, article_id, sentence=sentence)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="What to look for.")],
    *,
    article: ArticleId = None,
    count: Annotated[int, typer.Option("-n", min=1, max=50, help="Sentences shown.")] = 10,
    since: Since = None,
    language: InLanguage = None,
    tag: Tags = None,
) -> None:
    """Show the sentences nearest to some words, without an answer."""
    only = _filter(since, language, tag)
    with _open() as sanad:
        found = search_sentences(sanad, " ".join(words), article=article, k=count, only=only)
    raise typer.Exit(ANSWERED if found else NOT_IN_THE_ARTICLE)


@app.command()
def export(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write the whole library to one file, with checksums."""
    with _open() as sanad:
        export_library(sanad, file)


@app.command(name="import")
def import_(file: Annotated[Path, typer.Argument(help="A file that `sanad export` wrote.")]) -> None:
    """Put the articles of an exported library into this one, exactly as they were."""
    with _open() as sanad:
        import_library(sanad, file)


@app.command()
def verify() -> None:
    """Check every stored sentence, passage and vector against its article, and repair what is wrong."""
    with _open() as sanad:
        well = verify_library(sanad)
    raise typer.Exit(ANSWERED if well else FAILED)


@app.command()
def remove(article_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Take an article out of the library."""
    with _open() as sanad:
        remove_article(sanad, article_id)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question; - reads it from standard input.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reply as JSON.")] = False,
    article: ArticleId = None,
    evidence: Annotated[int | None, typer.Option(min=1, max=50, help="Sentences of evidence.")] = None,
    since: Since = None,
    language: InLanguage = None,
    tag: Tags = None,
    plain: Plain = None,
) -> None:
    """Answer a question. Exits with 0 answered, 1 the article does not say, 2 an error."""
    text = sys.stdin.read() if question == "-" else question
    only = _filter(since, language, tag)
    with _open(plain=plain) as sanad:
        answered = ask_question(sanad, text, article=article, evidence=evidence, only=only, as_json=as_json)
    raise typer.Exit(ANSWERED if answered else NOT_IN_THE_ARTICLE)


@app.command()
def chat(
    *,
    article: ArticleId = None,
    since: Since = None,
    language: InLanguage = None,
    tag: Tags = None,
    plain: Plain = None,
) -> None:
    """Ask question after question; piped in, one a line."""
    only = _filter(since, language, tag)
    with _open(plain=plain) as sanad:
        well = ChatSession(sanad, article=article, only=only).run()
    raise typer.Exit(ANSWERED if well else FAILED)


@app.command()
def doctor() -> None:
    """Check versions, data folder, library and model, each with what to do."""
    raise typer.Exit(ANSWERED if diagnose() else FAILED)


@app.command()
def config() -> None:
    """Show the settings in force and where each came from."""
    show_settings()


@app.command()
def telegram(
    *,
    check: Annotated[bool, typer.Option("--check", help="Only say whether token, library and model work.")] = False,
    webhook: Annotated[
        str | None, typer.Option(metavar="URL", help="Have updates sent to this address instead of polling.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port that the webhook listens on.")] = None,
    path: Annotated[str | None, typer.Option(help="Path that it listens on, if a proxy changes it.")] = None,
    secret: Annotated[str | None, typer.Option(help="Secret that Telegram repeats with every update.")] = None,
    certificate: Annotated[Path | None, typer.Option(exists=True, help="A self-signed certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(exists=True, help="The certificate's key (PEM).")] = None,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Receive the updates that another process's webhook receives now.")
    ] = False,
) -> None:
    """Be a Telegram bot, with the token TELEGRAM_BOT_TOKEN, until told to end."""
    files = {"certificate": certificate and str(certificate), "key": key and str(key)}
    given = {"port": port, "path": path, "secret": secret, **files}
    options = {f"webhook_{name}": value for name, value in given.items() if value is not None}
    with _open(telegram=options) as sanad:
        if check:
            raise typer.Exit(ANSWERED if check_bot(sanad) else FAILED)
        run_bot(sanad, webhook=webhook, take_over=take_over)


feedback = typer.Typer(help="What people thought of the Telegram bot's answers.", no_args_is_help=True)
app.add_typer(feedback, name="feedback")


@feedback.command("export")
def export_feedback(
    file: Annotated[Path | None, typer.Argument(help="A .jsonl file; without one, standard output.")] = None,
) -> None:
    """Write judged answers as a test set, one question a line."""
    with _open() as sanad:
        write_feedback(sanad, file)


register(app, make_target)


def _filter(since: str | None, language: str | None, tags: list[str] | None) -> Filter:
    return make_filter(since=since or "", language=language or "", tags=tags or ())


def _open(*, rebuilding: bool = False, plain: bool | None = None, telegram: Mapping[str, object] | None = None) -> App:
    """Everything put together as settings and options say, to be closed at the end of the command."""
    options = {"telegram": telegram or {}, "interface": {} if plain is None else {"plain": plain}}
    return bootstrap(load_settings(options), rebuilding=rebuilding)
