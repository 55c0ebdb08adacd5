"""The command `sanad`: reads options, prints, sets exit statuses. What it does is done elsewhere.

Nothing heavy is imported before a command runs: `sanad --help` must be quick.
"""

import sys
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from bot.cli.exit import FAILED, end, ending
from bot.evaluation.command import register
from bot.evaluation.run import EvaluationTarget, SearchScope

if TYPE_CHECKING:
    from bot.bootstrap import App
    from index.types import Filter

ANSWERED, NOT_IN_THE_ARTICLE = 0, 1


class _Commands(TyperGroup):
    """The commands, without the endings that Typer has for a broken pipe and Ctrl-C: here they are `bot.cli.exit`'s."""

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Read the options; `--help` prints here."""
        try:
            return super().make_context(*args, **options)
        except (OSError, KeyboardInterrupt) as error:
            end(error)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (OSError, KeyboardInterrupt) as error:
            end(error)


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
    with ending():
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal that knows no Arabic, input that is not UTF-8
        app()


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
    from bot.cli.ask import index_sources

    failed = index_sources(_app(rebuilding=rebuild), sources, feeds=feed or (), rebuild=rebuild, quiet=quiet)
    raise typer.Exit(FAILED if failed else ANSWERED)


@app.command()
def articles(*, since: Since = None, language: InLanguage = None, tag: Tags = None) -> None:
    """List the articles of the library."""
    from bot.cli.library_commands import list_articles

    list_articles(_app(), _filter(since, language, tag))


@app.command()
def show(
    article_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    sentence: Annotated[int | None, typer.Option(min=1, metavar="N", help="One sentence among its neighbours.")] = None,
) -> None:
    """Show an article: what is known of it, and its sentences, numbered."""
    from bot.cli.library_commands import show_article

    show_article(_app(), article_id, sentence=sentence)


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
    from bot.cli.library_commands import search_sentences

    found = search_sentences(_app(), " ".join(words), article=article, k=count, only=_filter(since, language, tag))
    raise typer.Exit(ANSWERED if found else NOT_IN_THE_ARTICLE)


@app.command()
def export(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write the whole library to one file, with checksums."""
    from bot.cli.library_commands import export_library

    export_library(_app(), file)


@app.command(name="import")
def import_(file: Annotated[Path, typer.Argument(help="A file that `sanad export` wrote.")]) -> None:
    """Put the articles of an exported library into this one, exactly as they were."""
    from bot.cli.library_commands import import_library

    import_library(_app(), file)


@app.command()
def verify() -> None:
    """Check every stored sentence, passage and vector against its article, and repair what is wrong."""
    from bot.cli.library_commands import verify_library

    raise typer.Exit(ANSWERED if verify_library(_app()) else FAILED)


@app.command()
def remove(article_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Take an article out of the library."""
    from bot.cli.ask import remove_article

    remove_article(_app(), article_id)


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
    from bot.cli.ask import ask_question

    text = sys.stdin.read() if question == "-" else question
    only = _filter(since, language, tag)
    answered = ask_question(_app(plain=plain), text, article=article, evidence=evidence, only=only, as_json=as_json)
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
    from bot.cli.chat import Chat

    chatting = Chat(_app(plain=plain), article=article, only=_filter(since, language, tag))
    raise typer.Exit(ANSWERED if chatting.run() else FAILED)


@app.command()
def doctor() -> None:
    """Check versions, data folder, library and model, each with what to do."""
    from bot.cli.doctor import diagnose

    raise typer.Exit(ANSWERED if diagnose() else FAILED)


@app.command()
def config() -> None:
    """Show the settings in force and where each came from."""
    from bot.cli.ask import show_settings

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
    from bot.telegram.app import check_bot, run_bot

    files = {"certificate": certificate and str(certificate), "key": key and str(key)}
    given = {"port": port, "path": path, "secret": secret, **files}
    options = {f"webhook_{name}": value for name, value in given.items() if value is not None}
    app_ = _app(telegram=options)
    if check:
        raise typer.Exit(ANSWERED if check_bot(app_) else FAILED)
    run_bot(app_, webhook=webhook, take_over=take_over)


feedback = typer.Typer(help="What people thought of the Telegram bot's answers.", no_args_is_help=True)
app.add_typer(feedback, name="feedback")


@feedback.command("export")
def export_feedback(
    file: Annotated[Path | None, typer.Argument(help="A .jsonl file; without one, standard output.")] = None,
) -> None:
    """Write judged answers as a test set, one question a line."""
    from bot.telegram.app import write_feedback

    write_feedback(_app(), file)


def _evaluation_target(scope: SearchScope, writer: str | None) -> EvaluationTarget:
    from bot.evaluation.target import make_target

    return make_target(scope, writer)


register(app, _evaluation_target)


def _filter(since: str | None, language: str | None, tags: list[str] | None) -> "Filter":
    from index.types import make_filter

    return make_filter(since=since or "", language=language or "", tags=tags or ())


def _app(
    *, rebuilding: bool = False, plain: bool | None = None, telegram: "Mapping[str, object] | None" = None
) -> "App":
    from bot.bootstrap import bootstrap
    from config.settings import load_settings

    options = {"telegram": telegram or {}, "interface": {} if plain is None else {"plain": plain}}
    return bootstrap(load_settings(options), rebuilding=rebuilding)
