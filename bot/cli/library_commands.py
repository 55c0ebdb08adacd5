"""What the commands print that look after the library: list, show, search, export, import, verify."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot import messages
from bot.bootstrap import App
from bot.cli.ask import progress_bar
from bot.questions import detect_language
from bot.rendering.bidi import clean
from bot.rendering.reply_text import one_line
from config.errors import NoArticles, QuestionError, UnknownArticle
from index.library.filters import Filter
from index.retrieval.links import link_to
from index.text.search_form import words
from index.types import Article, ArticleRecord, Evidence, Sentence

if TYPE_CHECKING:
    from rich.table import Table

NEIGHBOURS = 2
"""Sentences shown on either side of the one that was asked for."""


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
    with app.library.reading() as view:
        indexed = view.load(record)
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
        said = indexed.sentences[position]
        mark = ">" if position + 1 == sentence else " "
        print(f"{mark}{position + 1:>5}  {_place(indexed.article, said)}{_said(said)}")


def search_sentences(app: App, text: str, *, article: str | None, k: int, only: Filter) -> bool:
    """Print the k sentences nearest to some words, best first; returns whether there are any.

    Raises: QuestionError if the text has no word.
    """
    if not words(text):
        raise QuestionError(messages.SEARCH_EMPTY(detect_language(text)))
    article_id = app.library.resolve(article).id if article else None
    found = app.engine.retriever.find(text, article_id=article_id, only=only, k=k)
    for evidence in found.evidence[:k]:
        print("\n".join(_hit(evidence, found.tellings(evidence.sentence))))
    return bool(found.evidence)


def export_library(app: App, path: Path) -> None:
    """Write the library to a file."""
    from index.library.export import export_library as export

    count = export(app.library, path)
    sent = count - len(app.library.records())
    print(f"Exported {count} articles to {path}" + (f", {sent} of them sent to the bot by people" if sent else ""))


def import_library(app: App, path: Path) -> None:
    """Read an exported library into this one."""
    from index.library.export import import_library as import_

    print(f"Imported {import_(app.library, path)} articles from {path}")


def verify_library(app: App) -> bool:
    """Check and repair; returns whether all is well now."""
    from index.library.verify import verify

    well = True
    with progress_bar("Checking") as progress:
        for fault in verify(app.library, app.indexer, progress=progress):
            well = well and fault.mended
            done = "repaired" if fault.mended else "not repaired"
            print(f"{done:12}  {fault.article_id or '-':12}  {clean(fault.title)}: {fault.what}")
    print(f"{len(app.library.records())} articles checked")
    return well


def _row(record: ArticleRecord) -> list[str]:
    tags = " ".join(", ".join(clean(tag) for tag in record.metadata.tags).split())
    date = record.metadata.published or record.indexed[:10]
    title, source = (" ".join(clean(text).split()) for text in (record.title, record.source))
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
        "story": record.story,
        "sentences": str(record.sentences),
    }
    return (f"{name:10} {value}" for name, value in known.items() if value)


def _hit(evidence: Evidence, tellings: int) -> Iterator[str]:
    article, sentence = evidence.article, evidence.sentence
    yield _said(sentence)
    sources = f"  (in {tellings} sources)" if tellings > 1 else ""
    yield f"    {article.id}:{sentence.position + 1}  {_place(article, sentence)}{clean(article.title)}{sources}"
    if link := link_to(article, sentence):
        yield f"    {link}"


def _place(article: Article, sentence: Sentence) -> str:
    place = article.place(sentence.start)
    page = [f"p. {place.page}"] if place.page else []
    heading = [f"under “{one_line(place.heading)}”"] if place.heading else []
    return f"[{', '.join(page + heading)}] " if page or heading else ""


def _said(sentence: Sentence) -> str:
    return " ".join(clean(sentence.text).split())
