"""How the library grows: `python -m benchmarks.library [--articles N] [--files N] [--lines N]`.

1. Adding one article to a library of 0, 1,000, … N articles: the same each time.
2. `sanad index FOLDER`, the command itself, over N small files: the first time, again, and again over one file, which
   is what starting up costs. Settings (as SANAD_EMBEDDING__PROVIDER=light) are those of the environment.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bot.bootstrap import bootstrap
from config.settings import load_settings
from index.library.library import Library
from index.library.store import Store
from index.readers.sources import Unchanged, read_source
from tests.made import INDEX_SETTINGS, made_article

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
    parser.add_argument("--lines", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _growing(Path(folder), options.articles)
    with tempfile.TemporaryDirectory() as folder:
        _again(Path(folder), options.files, options.lines)


def _growing(folder: Path, most: int) -> None:
    library = Library(Store(folder), INDEX_SETTINGS)
    library.commit([made_article(10**6)])  # opens everything
    stored, first = 0, 0.0
    print("articles   adding one (ms)   ratio")
    for size in (0, most // 10, most):
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


def _again(folder: Path, files: int, lines: int) -> None:
    texts = folder / "texts"
    texts.mkdir()
    for number in range(files):
        said = (SENTENCES[n % len(SENTENCES)].format(number + n, n) for n in range(lines))
        (texts / f"{number:05}.txt").write_text(f"Report {number}\n\n" + "\n".join(said), encoding="utf-8")
    first, again = _index(folder, texts), statistics.median(_index(folder, texts) for _ in range(3))
    start = statistics.median(_index(folder, texts / "00000.txt") for _ in range(3))
    rest = _looking(folder, texts)
    print(f"\n{f'{files} files of {lines} sentences':36} first (s)   again (s)   times faster")
    print(f"{'the command':36} {first:>9.1f} {again:>11.2f} {first / again:>14.0f}")
    label, rest_first = f"without starting up ({start:.2f} s)", first - start
    print(f"{label:36} {rest_first:>9.1f} {rest:>11.2f} {rest_first / rest:>14.0f}")


def _looking(folder: Path, texts: Path) -> float:
    """Seconds that a started program takes to see that no file has changed."""
    library = bootstrap(load_settings({"home": str(folder / "home")})).library
    library.records()  # opens everything
    began = time.perf_counter()
    known = {record.source: record.origin for record in library.records()}
    assert all(isinstance(read, Unchanged) for read in read_source(texts, known=known))  # noqa: S101
    return time.perf_counter() - began


def _index(folder: Path, source: Path) -> float:
    """Seconds that the command takes."""
    environment = {**os.environ, "SANAD_HOME": str(folder / "home")}
    began = time.perf_counter()
    command = [str(Path(sys.executable).with_name("sanad")), "index", "--quiet", str(source)]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
