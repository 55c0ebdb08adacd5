"""How the library grows: `python -m benchmarks.library [--articles N] [--files N] [--embedded N]`.

1. Adding one article to a library of 0, 1,000, … N articles: the same each time.
2. Indexing a folder again whose files have not changed, against the first time. The first time is measured over
   some files (`--embedded`) with the bundled encoder; the others are stored with made-up vectors, because what is
   measured is the second time.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from bot.bootstrap import bootstrap
from config.settings import load_settings
from index.library import Library
from index.readers import read_source
from index.sentences import split_sentences
from index.store import Store
from index.types import Article, IndexedArticle, Passage
from tests.made import SHAPE, made_article

SENTENCES = (
    "The harbour of Selwa {} opened its {} gate on a Monday, and the mayor cut a blue ribbon in front of the crowd.",
    "In {} the town counted {} boats, most of them built of cedar by the Okoro family.",
    "أعلنت بلدية المدينة {} أن المشروع {} سيبدأ في الربيع بعد موافقة المجلس على الميزانية.",
    "Nobody knows who painted door number {} green; house {} has been white since 1931.",
)
ADDED = 7
"""Articles added one by one at each size; the median counts."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.library")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--embedded", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _growing(Path(folder), options.articles)
    with tempfile.TemporaryDirectory() as folder:
        _again(Path(folder), options.files, options.embedded)


def _growing(folder: Path, most: int) -> None:
    library = Library(Store(folder), SHAPE)
    library.commit([made_article(10**6)])  # opens everything
    stored, first = 0, 0.0
    print("articles   adding one (ms)   ratio")
    for size in (0, most // 10, most // 2, most):
        while stored < size:
            library.commit([made_article(number, size=6) for number in range(stored, min(stored + 100, size))])
            stored = min(stored + 100, size)
        seconds = statistics.median(_timed_adds(library, size))
        first = first or seconds
        print(f"{size:>8}   {1000 * seconds:>15.1f}   {seconds / first:>5.2f}", flush=True)


def _timed_adds(library: Library, size: int) -> Iterator[float]:
    for number in range(ADDED):
        article = made_article(2 * 10**6 + size + 2 * number, size=6)
        began = time.perf_counter()
        library.commit([article])
        yield time.perf_counter() - began


def _again(folder: Path, files: int, embedded: int) -> None:
    texts = folder / "texts"
    texts.mkdir()
    for number in range(files):
        lines = (SENTENCES[n % 4].format(number + n, n) for n in range(12))
        (texts / f"{number:05}.txt").write_text(f"Report {number}\n\n" + "\n".join(lines), encoding="utf-8")
    app = bootstrap(load_settings({"home": folder / "home"}))
    articles = [read for read in read_source(texts) if isinstance(read, Article)]
    began = time.perf_counter()
    list(app.indexer.add(articles[:embedded]))
    first = (time.perf_counter() - began) / embedded * files
    for start in range(embedded, files, 100):
        app.library.commit([_made_up(article) for article in articles[start : start + 100]])
    began = time.perf_counter()
    origins = {record.source: record.origin for record in app.library.records()}
    changed = [read for read in read_source(texts, known=origins) if isinstance(read, Article)]
    list(app.indexer.add(changed))
    again = time.perf_counter() - began
    assert not changed  # noqa: S101  # else the number below means nothing
    print(f"\n{files} files: first time {first:.0f} s (measured over {embedded}), again {again:.2f} s,", end=" ")
    print(f"{first / again:.0f} times faster")


def _made_up(article: Article) -> IndexedArticle:
    sentences = split_sentences(article)
    random = np.random.default_rng(len(article.text))
    vectors = [random.normal(size=(len(sentences), size)).astype(np.float32) for size in (384, 512)]
    unit = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in vectors]
    passage = Passage(article.id, 0, 0, len(sentences), 0, len(article.text), article.text)
    return IndexedArticle(replace(article), sentences, (passage,), unit[0], unit[0][:1], unit[1])


if __name__ == "__main__":
    main()
