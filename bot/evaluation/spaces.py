"""Where a test set's articles are kept: one space of the evaluation's library for each set of articles.

A space is named by its articles, so an edited question embeds nothing again. The last few used are kept; a space is
never dropped while a run, of whatever process, is using it.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import portalocker

from index.library.library import Library
from index.types import Article

KEPT = 4
"""Spaces kept beside the one in use: people go back and forth between a few test sets."""


def space_of(articles: Sequence[Article]) -> str:
    """Return the name of the space of these articles."""
    named = "".join(sorted(f"{article.id} {article.version}\n" for article in articles))
    return f"e{hashlib.sha256(named.encode()).hexdigest()[:16]}"


def hold_space(library: Library, space: str, folder: Path) -> IO[bytes]:
    """Keep a space from being dropped for as long as the file returned is open, and drop those long unused.

    `folder` holds a file for each space: who locks it uses the space, and its time is that of the last use.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = _lock_file(folder, space).open("ab")
    portalocker.lock(held, portalocker.LockFlags.SHARED)
    os.utime(held.fileno())
    for unused in _others(library, space, folder)[KEPT:]:
        with _alone(_lock_file(folder, unused)) as alone:
            if alone:
                library.space(unused).drop()
    return held


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


def _lock_file(folder: Path, space: str) -> Path:
    return folder / f"{space}.lock"
