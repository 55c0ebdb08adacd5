"""A file of JSON lines that grows as a run goes on: one writer, whole lines only. What a line means is others'."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from bot.evaluation.checks import Problem, Row, parse
from bot.evaluation.types import RunError


@contextmanager
def open_lines(path: Path, what: str) -> Iterator[IO[bytes]]:
    """Open a file to add lines to it, alone.

    Raises: RunError if it cannot be written, or another run is writing it.
    """
    import portalocker

    try:
        file = path.open("ab")
    except OSError as error:
        raise RunError(f"The {what} {str(path)!r} cannot be written: {error.strerror}.") from error
    with file:
        try:
            portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.LockException as error:
            raise RunError(
                f"Another run is writing the {what} {str(path)!r}; wait for it or name another file."
            ) from error
        yield file


def add_line(file: IO[bytes], fields: Mapping[str, Any]) -> None:
    """Write a line, in the file before anything else happens. Raises: RunError if the disk does not take it."""
    line = json.dumps(fields, ensure_ascii=False) + "\n"
    try:
        file.write(line.encode("utf-8", "replace"))
        file.flush()
    except OSError as error:
        raise RunError(f"{str(file.name)!r} cannot be written: {error.strerror}.") from error


def drop_torn_line(file: IO[bytes], path: Path) -> None:
    """Cut off what a kill left of a line, so that the next one starts on its own."""
    whole = path.read_bytes().rfind(b"\n") + 1
    file.truncate(whole)
    file.seek(0, os.SEEK_END)


def load_lines(path: Path, what: str) -> Iterator[tuple[str, Row]]:
    """Yield the object of each line, with where it stands as the start of a message.

    Raises: RunError naming the line if the file cannot be read.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise RunError(f"The {what} {str(path)!r} cannot be read: {error.strerror}.") from error
    for number, line in enumerate(lines, start=1):
        where = f"Line {number} of the {what} {str(path)!r}"
        try:
            yield where, Row(parse(line.decode("utf-8", "replace")))
        except Problem as problem:
            raise RunError(f"{where}: {problem}") from problem
