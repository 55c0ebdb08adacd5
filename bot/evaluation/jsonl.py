"""JSON records from files that people name: checked by pydantic, each problem told in one sentence.

Also files of JSON lines that grow as a run goes on: one writer, whole lines only. What a record means is its reader's.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Annotated, Any, Generic, TypeVar

import portalocker
from pydantic import BeforeValidator, Field, Strict, TypeAdapter, ValidationError

from config.errors import EvaluationError

T = TypeVar("T")


def _replace_half_characters(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


String = Annotated[str, Strict(), BeforeValidator(_replace_half_characters)]
"""Any text. Half surrogate pairs, which no file can hold, become "?", so that offsets stay right."""

Text = Annotated[String, Field(pattern=r"\S")]
"""A text that is not blank."""

WholeNumber = Annotated[int, Strict()]

Amount = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]
"""A number that is not negative."""

Probability = Annotated[float, Strict(), Field(ge=0, le=1)]

Flag = Annotated[bool, Strict()]

_EXPECTED = {
    "bool_type": "true or false",
    "dataclass_type": "a JSON object",
    "dict_type": "a JSON object",
    "float_type": "a number",
    "int_type": "a whole number",
    "mapping_type": "a JSON object",
    "model_type": "a JSON object",
    "string_pattern_mismatch": "a text that is not empty",
    "string_type": "a text",
    "too_short": "a list that is not empty",
    "tuple_type": "a list",
}
"""What a value should have been, by pydantic's kinds of error; of other kinds pydantic's own words are good enough."""


class RecordError(Exception):
    """What is wrong with one record; its text completes "Line 3 of 'x.jsonl': "."""


def parse_json(data: str | bytes) -> Any:
    """Parse JSON, in UTF-8 if it is bytes.

    Raises: RecordError saying where it breaks.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        return json.loads(text)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        place = f"line {line}, byte {error.start}" if b"\n" in error.object else f"byte {error.start} of the line"
        raise RecordError(f"it is not UTF-8 text ({place}); save the file as UTF-8.") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}" if "\n" in text else f"column {error.colno}"
        raise RecordError(f"this is not valid JSON ({error.msg}, {place}).") from error
    except (RecursionError, ValueError) as error:
        raise RecordError("this JSON is nested too deeply or has a number that is too long.") from error


def read_record(kind: type[T], value: Any) -> T:
    """Return a JSON value as a `kind`, a pydantic model or a dataclass whose fields have the types above.

    Raises: RecordError naming the field that is wrong, and what stands there.
    """
    try:
        record: T = _adapter(kind).validate_python(value)  # type: ignore[arg-type] # to mypy, type[T] is not hashable
    except ValidationError as error:
        raise RecordError(_sentence(error, kind)) from error
    return record


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _sentence(error: ValidationError, kind: type) -> str:
    """Say what is wrong with the first field that is."""
    details = error.errors(include_url=False)
    # A slip in the name of a field also leaves that field missing: the slip is what a person can put right.
    first = next((one for one in details if one["type"] == "extra_forbidden"), details[0])
    name = next((part for part in reversed(first["loc"]) if isinstance(part, str)), None)
    found = show_value(first["input"])
    if first["type"] == "extra_forbidden":
        return f"there is no field {show_value(name)}; the fields are {', '.join(sorted(kind.__annotations__))}."
    if first["type"] == "missing":
        return f"{name!r} is missing in {found}."
    expected = _EXPECTED.get(first["type"]) or first["msg"].removeprefix("Input should be ")
    return f"expected {expected}, found {found}." if name is None else f"{name!r} must be {expected}, found {found}."


def show_value(value: Any) -> str:
    """Show a value in a message: short, and in JSON's own words."""
    if value is None:
        return "nothing"
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 60 else shown[:57] + "…"


@contextmanager
def file_errors(name: str, done: str) -> Iterator[None]:
    """Turn an OSError inside into an EvaluationError: "NAME cannot be DONE: No such file or directory."

    `done` is "read" or "written".
    """
    try:
        yield
    except OSError as error:
        raise EvaluationError(f"{name} cannot be {done}: {error.strerror}.") from error


class JsonlFile(Generic[T]):
    """An open file of JSON lines that grows, or without a file a stand-in that keeps nothing."""

    def __init__(self, file: IO[bytes] | None, records: Sequence[T]) -> None:
        self._file = file
        self.records = records
        """What was there when it was opened."""

    def append(self, fields: Mapping[str, Any]) -> None:
        """Write a line, in the file before anything else happens.

        Raises: EvaluationError if the disk does not take it.
        """
        if self._file is None:
            return
        line = json.dumps(fields, ensure_ascii=False) + "\n"
        with file_errors(repr(str(self._file.name)), "written"):
            self._file.write(line.encode("utf-8", "replace"))
            self._file.flush()


@contextmanager
def open_jsonl(
    path: Path | None, what: str, kind: type[T], *, fresh: bool, check: Callable[[Path], None]
) -> Iterator[JsonlFile[T]]:
    """Open a file to add lines to it, alone; without a path, nothing is kept. `fresh` begins it anew.

    `what` it is stands in messages ("predictions"). `check` is called before anything is changed, and raises if the
    file is not ours.

    Raises: EvaluationError if it cannot be written, another run is writing it, or a line is no `kind`.
    """
    if path is None:
        yield JsonlFile(None, ())
        return
    name = f"{what} {str(path)!r}"
    with file_errors(f"The {name}", "written"):
        file = path.open("ab")
    with file:
        try:
            portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.LockException as error:
            raise EvaluationError(f"Another run is writing the {name}; wait for it or name another file.") from error
        check(path)
        if fresh:
            file.truncate(0)
        _drop_torn_line(file, path)
        yield JsonlFile(file, tuple(load_jsonl(path, what, kind)))


def load_jsonl(path: Path, what: str, kind: type[T]) -> Iterator[T]:
    """Yield the record of each line.

    Raises: EvaluationError naming the line if the file cannot be read or holds anything else.
    """
    with file_errors(f"The {what} {str(path)!r}", "read"):
        lines = path.read_bytes().splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            yield read_record(kind, parse_json(line.decode("utf-8", "replace")))
        except RecordError as error:
            raise EvaluationError(f"Line {number} of the {what} {str(path)!r}: {error}") from error


def _drop_torn_line(file: IO[bytes], path: Path) -> None:
    """Cut off what a kill left of a line, so that the next one starts on its own."""
    whole = path.read_bytes().rfind(b"\n") + 1
    file.truncate(whole)
    file.seek(0, os.SEEK_END)
