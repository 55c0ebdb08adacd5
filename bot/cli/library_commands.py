"""The commands that fill and look after the library: index, list, show, search, remove, export, import, verify."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

from bot import messages
from bot.bootstrap import App
from bot.questions import detect_language
from bot.rendering.bidi import clean
from bot.rendering.reply_text import one_line
from config.errors import NoArticles, QuestionError, SourceError, UnknownArticle
from index.indexing import IndexingResult, Progress
from index.library import export
from index.library.library import IndexStatus
from index.library.verify import verify
from index.readers.sources import STANDARD_INPUT, Skipped, SourceResult, Unchanged, read_feed, read_source
from index.retrieval.links import link_to
from index.text.search_form import words
from index.types import Article, ArticleRecord, Evidence, Filter, Sentence

if TYPE_CHECKING:
    from rich.table import Table

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
"""What is indexed where nothing is named."""
SKIPPED_SHOWN = 20
NEIGHBOURS = 2
"""Sentences shown on either side of the one that was asked for."""


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


def list_articles(app: App, only: Filter) -> None:
    """Print a table of the articles: on a terminal with borders, elsewhere one line each."""
    records = [record for record in app.library.records() if only.admits(record)]
    if not records:
        raise NoArticles("No article is of that date, language and tags." if only else messages.NO_ARTICLES("en"))
    if sys.stdout.isatty():
        from rich.console import Console

        Console(highlight=False).print(_table(records))
        return
    for record in records:
        article_id, language, sentences, date, title, source, tags = _row(record)
        marked = f"  [{tags}]" if tags else ""
        print(f"{article_id}  {language}  {sentences:>5}  {date}  {title}  ({source}){marked}")


def show_article(app: App, name: str, *, sentence: int | None) -> None:
    """Print what is known of an article and its sentences, or one of them among its neighbours."""
    record = app.library.resolve(name)
    with app.library.snapshot() as snapshot:
        indexed = snapshot.load(record)
    if indexed is None:
        raise UnknownArticle(f"The article {record.id!r} is not whole; run `sanad verify`.")
    if sentence is None:
        print("\n".join(_about(record)), end="\n\n")
        shown = range(len(indexed.sentences))
    elif sentence > len(indexed.sentences):
        raise UnknownArticle(
            f"The article {record.id!r} has {len(indexed.sentences)} sentences and none numbered {sentence}."
        )
    else:
        shown = range(max(0, sentence - 1 - NEIGHBOURS), min(len(indexed.sentences), sentence + NEIGHBOURS))
    for position in shown:
        stored = indexed.sentences[position]
        mark = ">" if position + 1 == sentence else " "
        print(f"{mark}{position + 1:>5}  {_location(indexed.article, stored)}{one_line(stored.text)}")


def search_sentences(app: App, text: str, *, article: str | None, k: int, only: Filter) -> bool:
    """Print the k sentences nearest to some words, best first; returns whether there are any.

    Raises: QuestionError if the text has no word.
    """
    if not words(text):
        raise QuestionError(messages.SEARCH_EMPTY(detect_language(text)))
    article_id = app.library.resolve(article).id if article else None
    found = app.engine.retriever.find(text, article_id=article_id, only=only, k=k)
    for evidence in found.evidence[:k]:
        print("\n".join(_result_lines(evidence, found.source_count(evidence.sentence))))
    return bool(found.evidence)


def remove_article(app: App, name: str) -> None:
    """Remove an article named by its id, the beginning of it, or its source."""
    record = app.library.resolve(name)
    app.library.remove(record)
    print(f"Removed {record.id}  {clean(record.title)}")


def export_library(app: App, path: Path) -> None:
    """Write the library to a file."""
    count = export.export_library(app.library, path)
    sent = count - len(app.library.records())
    print(f"Exported {count} articles to {path}" + (f", {sent} of them sent to the bot by people" if sent else ""))


def import_library(app: App, path: Path) -> None:
    """Read an exported library into this one."""
    print(f"Imported {export.import_library(app.library, path)} articles from {path}")


def verify_library(app: App) -> bool:
    """Check and repair; returns whether all is well now."""
    well = True
    with progress_bar("Checking") as progress:
        for damage in verify(app.library, app.indexer, progress=progress):
            well = well and damage.repaired
            done = "repaired" if damage.repaired else "not repaired"
            print(f"{done:12}  {damage.article_id or '-':12}  {clean(damage.title)}: {damage.description}")
    print(f"{len(app.library.records())} articles checked")
    return well


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


@dataclass(frozen=True, slots=True)
class _ReadSources:
    """What sources gave."""

    articles: list[Article] = field(default_factory=list)
    problems: list[SourceError] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unchanged: list[Unchanged] = field(default_factory=list)

    def add(self, read: SourceResult) -> None:
        match read:
            case Article():
                self.articles.append(read)
            case Skipped():
                self.skipped.append(read)
            case Unchanged():
                self.unchanged.append(read)
            case SourceError():
                self.problems.append(read)


def _read_all(app: App, sources: Sequence[str], feeds: Sequence[str]) -> _ReadSources:
    from index.readers.fetch import Fetcher  # builds on a library that only addresses need

    fetcher = Fetcher(allowed_hosts=app.settings.fetch.allowed_hosts)
    records = app.library.records()
    origins_by_source = {record.source: record.origin for record in records}
    links = {address for record in records for address in (record.metadata.url, record.metadata.link) if address}
    found = _ReadSources()
    for reading in (
        *(read_source(source, known=origins_by_source, fetcher=fetcher) for source in sources),
        *(read_feed(feed, fetcher, known=links) for feed in feeds),
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


def _report_rest(found: _ReadSources) -> None:
    """Say what was left as it is and what was passed over, with the reasons."""
    if found.unchanged:
        print(f"{IndexStatus.UNCHANGED:9}  {len(found.unchanged)} already in the library")
    for skipped in found.skipped[:SKIPPED_SHOWN]:
        print(f"{'skipped':9}  {clean(skipped.path)}  ({skipped.reason})")
    for reason, count in Counter(skipped.reason for skipped in found.skipped[SKIPPED_SHOWN:]).items():
        print(f"{'skipped':9}  {count} more  ({reason})")


def _report(changes: Iterable[IndexingResult], *, quiet: bool) -> None:
    for indexed in changes:
        if not quiet:
            article = indexed.article
            print(f"{indexed.status:9}  {article.id}  {clean(article.title)}")


def _row(record: ArticleRecord) -> list[str]:
    date = record.metadata.published or record.indexed[:10]
    title, source, tags = map(one_line, (record.title, record.source, ", ".join(record.metadata.tags)))
    return [record.id, record.language, str(record.sentences), date, title, source, tags]


def _table(records: list[ArticleRecord]) -> "Table":
    """One line for each article: what one types or compares is whole, title, source and tags make way for it."""
    from rich.table import Column, Table
    from rich.text import Text

    whole = [Column(name, no_wrap=True) for name in ("ID", "", "Sentences", "Date")]
    whole[0].min_width = max(len(record.id) for record in records)
    table = Table(*whole, "Title", "Source", "Tags")
    for record in records:
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in _row(record)))
    return table


def _about(record: ArticleRecord) -> Iterator[str]:
    about = record.metadata
    known = {
        "id": record.id,
        "title": clean(record.title),
        "source": clean(record.source),
        "language": record.language,
        "author": clean(about.author),
        "published": about.published,
        "url": clean(about.url),
        "tags": ", ".join(clean(tag) for tag in about.tags),
        "version": f"{record.version}, indexed {record.indexed}",
        "earlier": ", ".join(f"{one.version} ({one.indexed[:10]})" for one in reversed(record.history)),
        "story": record.cluster,
        "sentences": str(record.sentences),
    }
    return (f"{name:10} {value}" for name, value in known.items() if value)


def _result_lines(evidence: Evidence, source_count: int) -> Iterator[str]:
    article, sentence = evidence.article, evidence.sentence
    yield one_line(sentence.text)
    sources = f"  (in {source_count} sources)" if source_count > 1 else ""
    yield f"    {article.id}:{sentence.position + 1}  {_location(article, sentence)}{clean(article.title)}{sources}"
    if link := link_to(article, sentence):
        yield f"    {link}"


def _location(article: Article, sentence: Sentence) -> str:
    place = article.location(sentence.start)
    page = [f"p. {place.page}"] if place.page else []
    heading = [f"under “{one_line(place.heading)}”"] if place.heading else []
    return f"[{', '.join(page + heading)}] " if page or heading else ""


def _no_progress(_done: int, _total: int) -> None:
    """Show nothing."""
