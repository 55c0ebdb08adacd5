"""The file of predictions: one line a question, `{"id", "reply"}`, written as the answers come, read to go on.

Beside it stands the manifest, which says what made it; replies of two different makings never share a file.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from bot.evaluation.checks import Problem, Row, parse
from bot.evaluation.lines import add_line, drop_torn_line, load_lines, open_lines
from bot.evaluation.types import Reply, RunError

SAME = ("testset", "settings", "versions")
"""What a run that goes on must have in common with the one that began."""


def manifest_path(predictions: Path) -> Path:
    """Return where the manifest of a file of predictions stands: out.jsonl → out.manifest.json."""
    return predictions.with_suffix(".manifest.json")


def load_predictions(path: Path) -> dict[str, Reply]:
    """Return replies by id.

    Raises: RunError naming the line if the file cannot be read or is no file of predictions.
    """
    replies: dict[str, Reply] = {}
    for where, row in load_lines(path, "predictions"):
        try:
            replies[row.text("id")] = row.object("reply")
        except Problem as problem:
            raise RunError(f"{where}: {problem}") from problem
    return replies


class Predictions:
    """An open file of predictions; `replies` are the finished ones."""

    def __init__(self, file: IO[bytes] | None, replies: dict[str, Reply]) -> None:
        self._file = file
        self.replies = replies

    def add(self, question_id: str, reply: Reply) -> None:
        """Keep a reply, in the file before anything else happens."""
        self.replies[question_id] = reply
        if self._file is not None:
            add_line(self._file, {"id": question_id, "reply": reply})


@contextmanager
def open_predictions(path: Path | None, manifest: Mapping[str, Any], *, fresh: bool) -> Iterator[Predictions]:
    """Open a file of predictions to add to it, alone; without a path, keep them in memory. `fresh` begins anew.

    Raises: RunError if the file holds anything else, was made by another run, is in use, or cannot be written.
    """
    if path is None:
        yield Predictions(None, {})
        return
    with open_lines(path, "predictions") as file:
        _check_ours(path)
        if fresh:
            file.truncate(0)
        drop_torn_line(file, path)
        replies = load_predictions(path)
        if replies:
            _check_same(path, manifest)
        yield Predictions(file, replies)


def load_manifest(predictions: Path) -> dict[str, Any]:
    """Return the manifest of a file of predictions.

    Raises: RunError if there is none that can be read.
    """
    path = manifest_path(predictions)
    try:
        row = Row(parse(path.read_text("utf-8")))
        for key in SAME:
            row.object(key)
    except OSError as error:
        reason = f"{error.strerror}."
        raise RunError(f"The predictions {str(predictions)!r} lack their manifest {str(path)!r}: {reason}") from error
    except (UnicodeDecodeError, Problem) as error:
        raise RunError(f"{str(path)!r} is no manifest of the predictions {str(predictions)!r}: {error}") from error
    return dict(row.fields)


def save_manifest(predictions: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a file of predictions, whole or not at all. Raises: RunError if it cannot be written."""
    path = manifest_path(predictions)
    draft = path.with_suffix(".tmp")
    try:
        draft.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", "utf-8", errors="replace")
        draft.replace(path)
    except OSError as error:
        raise RunError(f"The manifest {str(path)!r} cannot be written: {error.strerror}.") from error


def _check_ours(path: Path) -> None:
    """Refuse to touch what no run wrote: a test set or notes, named by mistake, would be cut off or added to."""
    advice = "it is left as it is; name another file."
    if path.stat().st_size:
        try:
            load_manifest(path)
        except RunError as error:
            raise RunError(f"{error} Without it this may be any file: {advice}") from error
        if not _begins_like_predictions(path):
            raise RunError(f"{str(path)!r} does not hold predictions: {advice}")
    elif manifest_path(path).exists():
        load_manifest(path)  # another program's file of that name would be written over


def _begins_like_predictions(path: Path) -> bool:
    """Say whether the first line is a prediction, or what a kill left of one."""
    with path.open("rb") as file:
        first = file.readline()
    try:
        row = Row(parse(first.decode("utf-8", "replace")))
    except Problem:
        return not first.endswith(b"\n") and b'{"id": "'.startswith(first[:8])
    return row.has("id") and isinstance(row.fields.get("reply"), Mapping)


def _check_same(path: Path, manifest: Mapping[str, Any]) -> None:
    before = load_manifest(path)
    for key in SAME:
        if before.get(key) != json.loads(json.dumps(manifest[key])):
            raise RunError(
                f"The predictions {str(path)!r} were made with another {key.removesuffix('s')}; "
                "begin anew with --fresh, or name another file."
            )
