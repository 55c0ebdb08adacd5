"""What the plain commands of `sanad` do and print. Parsing and exit statuses are `bot.cli.app`'s."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Timer

from bot import messages
from bot.bootstrap import App
from bot.questions import read_question
from bot.rendering.bidi import clean
from bot.rendering.reply_json import reply_json
from bot.rendering.reply_text import Line, reply_lines, to_rich, to_text
from bot.types import EVERYTHING, Answer
from config.errors import NoArticles, SourceError, UnknownArticle
from config.settings import load_settings, origins
from index.indexing import Indexed, Progress
from index.library.filters import Filter
from index.library.library import Change
from index.readers.sources import STANDARD_INPUT, Read, Skipped, Unchanged, read_source
from index.types import Article, Language

SKIPPED_SHOWN = 20
SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def index_sources(
    app: App, sources: Sequence[str] | None, *, feeds: Sequence[str] = (), rebuild: bool, quiet: bool
) -> int:
    """Index files, folders, addresses and the new entries of feeds; returns how many could not be read."""
    if not (sources or feeds or rebuild):
        sources = [str(SEEDS)]
    with nullcontext() if _are_typed(sources or ()) else progress_bar("Reading"):
        found = _read_all(app, sources or (), feeds)
    with progress_bar("Indexing") as progress:
        if rebuild:
            _report(app.indexer.rebuild(progress=progress), quiet=quiet)
        _report(app.indexer.add(found.articles, progress=progress), quiet=quiet)
    if not quiet:
        _report_rest(found)
    for problem in found.problems:
        print(f"sanad: {problem}", file=sys.stderr)
    return len(found.problems)


def remove_article(app: App, name: str) -> None:
    """Remove an article named by its id, the beginning of it, or its source."""
    record = app.library.resolve(name)
    app.library.remove(record)
    print(f"Removed {record.id}  {clean(record.title)}")


def ask_question(
    app: App, text: str, *, article: str | None, evidence: int | None, only: Filter, as_json: bool
) -> bool:
    """Answer and print; returns whether there was an answer."""
    question = replace(read_question(text, language=app.settings.interface.language), only=only)
    with in_language(question.language, article, only=only):
        if article is not None:
            question = replace(question, article_id=app.library.resolve(article).id)
        reply = app.engine.answer(question, evidence=evidence)
    if as_json:
        print(json.dumps(reply_json(reply), ensure_ascii=False, indent=2))
    else:
        show(reply_lines(reply), plain=app.settings.interface.plain)
    return isinstance(reply, Answer)


@contextmanager
def in_language(language: Language, article: str | None, *, only: Filter = EVERYTHING) -> Iterator[None]:
    """Say what a person may meet while asking in the person's language; what a filter leaves out it says itself."""
    try:
        yield
    except UnknownArticle:
        raise UnknownArticle(messages.UNKNOWN_ARTICLE(language, article_id=article)) from None
    except NoArticles as error:
        raise NoArticles(str(error) if only else messages.NO_ARTICLES(language)) from None


def show(paragraphs: Iterable[Line], *, plain: bool) -> None:
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


def show_settings() -> None:
    """Print every setting, masked where secret, and where it came from."""
    settings = load_settings()
    for key, value, origin in origins(settings):
        print(f"{key} = {value!r}  ({origin})")
    print(f"data folder: {settings.folder}")


@dataclass(frozen=True, slots=True)
class _Found:
    """What sources gave."""

    articles: list[Article] = field(default_factory=list)
    problems: list[SourceError] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unchanged: list[Unchanged] = field(default_factory=list)

    def add(self, read: Read) -> None:
        match read:
            case Article():
                self.articles.append(read)
            case Skipped():
                self.skipped.append(read)
            case Unchanged():
                self.unchanged.append(read)
            case SourceError():
                self.problems.append(read)


def _read_all(app: App, sources: Sequence[str], feeds: Sequence[str]) -> _Found:
    from index.readers.feeds import new_entries
    from index.readers.fetch import Fetcher

    fetcher = Fetcher(allowed_hosts=app.settings.fetch.allowed_hosts)
    records = app.library.records()
    origins_by_source = {record.source: record.origin for record in records}
    links = {address for record in records for address in (record.metadata.url, record.metadata.link) if address}
    found = _Found()
    for reading in (
        *(read_source(source, known=origins_by_source, fetcher=fetcher) for source in sources),
        *(new_entries(feed, fetcher, known=links) for feed in feeds),
    ):
        try:
            for read in reading:
                found.add(read)
        except SourceError as problem:
            found.problems.append(problem)
    return found


def _are_typed(sources: Sequence[str]) -> bool:
    """Whether a person types one of the sources, which a bar would write over."""
    return STANDARD_INPUT in sources and sys.stdin.isatty()


def _report_rest(found: _Found) -> None:
    """Say what was left as it is and what was passed over, with the reasons."""
    if found.unchanged:
        print(f"{Change.UNCHANGED:9}  {len(found.unchanged)} already in the library")
    for skipped in found.skipped[:SKIPPED_SHOWN]:
        print(f"{'skipped':9}  {clean(skipped.path)}  ({skipped.reason})")
    for reason, count in Counter(skipped.reason for skipped in found.skipped[SKIPPED_SHOWN:]).items():
        print(f"{'skipped':9}  {count} more  ({reason})")


def _report(changes: Iterable[Indexed], *, quiet: bool) -> None:
    for indexed in changes:
        if not quiet:
            article = indexed.article
            print(f"{indexed.change:9}  {article.id}  {clean(article.title)}")


def _no_progress(_done: int, _total: int) -> None:
    """Show nothing."""


@contextmanager
def progress_bar(doing: str) -> Iterator[Progress]:
    """A bar on a terminal, once the work has taken a second; silence elsewhere.

    It moves to and fro until the work says how far it is. Lines printed meanwhile stay whole: above the bar where they
    go to a terminal, and where they are redirected to otherwise.
    """
    if not sys.stderr.isatty():
        yield _no_progress
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    console = Console(stderr=True, soft_wrap=True)
    with Bar(console=console, transient=True, redirect_stdout=sys.stdout.isatty()) as bar:
        task = bar.add_task(doing, total=None, visible=False)
        late = Timer(1, bar.update, (task,), {"visible": True})
        late.start()
        try:
            yield lambda done, total: bar.update(task, completed=done, total=total)
        finally:
            late.cancel()
