"""JSON records from files that people name, each problem in one sentence; and files of JSON lines that grow.

A growing file has one writer and whole lines only. What a record means is its reader's.
"""

import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from config.errors import EvaluationError
from index.types import Language


class RecordError(Exception):
    """What is wrong with one piece of a test set; its text completes "Line 3 of 'x.jsonl': "."""


def parse_json(text: str) -> Any:
    """Parse JSON.

    Raises: RecordError saying where it breaks.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}" if "\n" in text else f"column {error.colno}"
        raise RecordError(f"this is not valid JSON ({error.msg}, {place}).") from error
    except (RecursionError, ValueError) as error:
        raise RecordError("this JSON is nested too deeply or has a number that is too long.") from error


class Row:
    """A JSON object whose fields are taken out by kind; each method raises `RecordError` for a value of another kind.

    Half surrogate pairs, which no file can hold, become "?", so that offsets stay right.
    """

    def __init__(self, value: Any) -> None:
        if not isinstance(value, Mapping):
            raise RecordError(f"expected a JSON object, found {show_value(value)}.")
        self._fields = value

    @property
    def fields(self) -> Mapping[str, Any]:
        """The object itself."""
        return self._fields

    def has(self, name: str) -> bool:
        """Say whether there is such a field."""
        return name in self._fields

    def refuse_unknown(self, known: Set[str]) -> None:
        """Raise for a field that is not known: more often a slip than meant to be passed over."""
        unknown = sorted(set(self._fields) - known)
        if unknown:
            raise RecordError(f"there is no field {show_value(unknown[0])}; the fields are {', '.join(sorted(known))}.")

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self._fields.get(name)
        if not isinstance(value, str) or not value.strip():
            raise RecordError(f"{name!r} must be a text that is not empty, found {show_value(value)}.")
        return _whole(value)

    def string(self, name: str) -> str:
        """Any text, also an empty one."""
        value = self._fields.get(name)
        if not isinstance(value, str):
            raise RecordError(f"{name!r} must be a text, found {show_value(value)}.")
        return _whole(value)

    def integer(self, name: str) -> int:
        """A whole number."""
        value = self._fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise RecordError(f"{name!r} must be a whole number, found {show_value(value)}.")
        return value

    def integers(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers; nothing is an empty list."""
        values = self._fields.get(name)
        return tuple(Row({name: value}).integer(name) for value in ([] if values is None else self._list(name)))

    def number(self, name: str, *, low: float, high: float = math.inf) -> float:
        """A number in [low, high]."""
        value = self._fields.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise RecordError(f"{name!r} must be a number from {low} to {high}, found {show_value(value)}.")
        return float(value)

    def numbers(self, name: str) -> dict[str, float]:
        """An object of numbers that are not negative; no such field is an empty one."""
        fields = self._fields.get(name, {})
        if not isinstance(fields, Mapping):
            raise RecordError(f"{name!r} must be an object of numbers, found {show_value(fields)}.")
        return {key: Row(fields).number(key, low=0) for key in fields}

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self._fields.get(name, default)
        if not isinstance(value, bool):
            raise RecordError(f"{name!r} must be true or false, found {show_value(value)}.")
        return value

    def language(self, name: str, *, default: Language) -> Language:
        """A language we speak."""
        value = self._fields.get(name, default)
        if value not in ("ar", "en"):
            raise RecordError(f"{name!r} must be 'ar' or 'en', found {show_value(value)}.")
        return cast(Language, value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, none of them empty; no such field is an empty list."""
        return tuple(Row({name: value}).text(name) for value in self._list(name))

    def quotes(self, name: str) -> tuple[tuple[str, ...], ...]:
        """A list of texts or of lists of texts; a lone text is a list of one."""
        return tuple(
            Row({name: value}).texts(name) if isinstance(value, list) and value else (Row({name: value}).text(name),)
            for value in self._list(name)
        )

    def object(self, name: str) -> Mapping[str, Any]:
        """An object, unread."""
        return Row(self._fields.get(name)).fields

    def rows(self, name: str) -> list["Row"]:
        """A list of objects."""
        return [Row(value) for value in self._list(name)]

    def _list(self, name: str) -> Sequence[Any]:
        value = self._fields.get(name, [])
        if not isinstance(value, list):
            raise RecordError(f"{name!r} must be a list, found {show_value(value)}.")
        return value


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def show_value(value: Any) -> str:
    """Show a value in a message: short, and in JSON's own words."""
    if value is None:
        return "nothing"
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 60 else shown[:57] + "…"


@contextmanager
def open_jsonl(path: Path, what: str) -> Iterator[IO[bytes]]:
    """Open a file to add lines to it, alone.

    Raises: EvaluationError if it cannot be written, or another run is writing it.
    """
    import portalocker

    try:
        file = path.open("ab")
    except OSError as error:
        raise EvaluationError(f"The {what} {str(path)!r} cannot be written: {error.strerror}.") from error
    with file:
        try:
            portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.LockException as error:
            raise EvaluationError(
                f"Another run is writing the {what} {str(path)!r}; wait for it or name another file."
            ) from error
        yield file


def append_line(file: IO[bytes], fields: Mapping[str, Any]) -> None:
    """Write a line, in the file before anything else happens. Raises: EvaluationError if the disk does not take it."""
    line = json.dumps(fields, ensure_ascii=False) + "\n"
    try:
        file.write(line.encode("utf-8", "replace"))
        file.flush()
    except OSError as error:
        raise EvaluationError(f"{str(file.name)!r} cannot be written: {error.strerror}.") from error


def drop_torn_line(file: IO[bytes], path: Path) -> None:
    """Cut off what a kill left of a line, so that the next one starts on its own."""
    whole = path.read_bytes().rfind(b"\n") + 1
    file.truncate(whole)
    file.seek(0, os.SEEK_END)


def load_jsonl(path: Path, what: str) -> Iterator[tuple[str, Row]]:
    """Yield the object of each line, with where it stands as the start of a message.

    Raises: EvaluationError naming the line if the file cannot be read.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise EvaluationError(f"The {what} {str(path)!r} cannot be read: {error.strerror}.") from error
    for number, line in enumerate(lines, start=1):
        where = f"Line {number} of the {what} {str(path)!r}"
        try:
            yield where, Row(parse_json(line.decode("utf-8", "replace")))
        except RecordError as problem:
            raise EvaluationError(f"{where}: {problem}") from problem
