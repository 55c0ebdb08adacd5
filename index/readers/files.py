"""Files and folders as they lie on the disk: which are read, which are passed over and why. What is in them is not."""

import io
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from pathspec import GitIgnoreSpec

from config.errors import SourceError

MAX_BYTES = 20_000_000
"""The largest file that is read."""

KINDS = {
    ".txt": "text",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".epub": "epub",
}
"""File types and what reads them."""

IGNORE_FILE = ".sanadignore"
"""Patterns of files to pass over, as in a .gitignore, for the folder it lies in and all below."""

MAX_PATTERNS = 1000
"""Lines of an ignore file that are read."""
MAX_PATTERN = 300
"""Characters of a pattern."""
MAX_WILDCARDS = 3
"""Asterisks of a pattern, `**/` and `/**` counting once: each more may make matching fifty times slower."""
_MAX_IGNORE_BYTES = 100_000
_ASTERISKS = re.compile(r"\*\*/|/\*\*|\*")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was passed over, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file that is in the library as it is."""

    source: str


def accepted_types() -> str:
    """Return the file types that are read, for messages."""
    *most, last = KINDS
    return f"{', '.join(most)} and {last}"


def kind_of(source: str, data: bytes) -> str:
    """Return what reads these bytes: by the name's ending if that is a known one, else by how they begin."""
    if kind := KINDS.get(PurePath(source).suffix.casefold()):
        return kind
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"%pdf-"):
        return "pdf"
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    if start.startswith(b"pk\x03\x04"):
        return _kind_of_archive(data)
    return "markdown" if start.startswith((b"---\n", b"---\r\n")) else "text"  # front matter


def is_folder(path: Path) -> bool:
    """Say whether a path is a folder. Raises: SourceError if it is not there."""
    return stat.S_ISDIR(_status(path).st_mode)


def read_bytes(path: Path) -> bytes:
    """Return all bytes of a file, having looked at its kind and size first.

    Raises: SourceError.
    """
    status, shown = _status(path), printable_path(path)
    advice = f"give {accepted_types()} files or a folder of them"
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{shown!r} is not a regular file; {advice}.")
    if path.suffix and path.suffix.casefold() not in KINDS:
        raise SourceError(f"{shown!r} is of a type that is not read; {advice}.")
    check_size(status.st_size, shown)
    return _first_bytes(path, MAX_BYTES + 1)


def walk_folder(folder: Path) -> Iterator[Path | Skipped | SourceError]:
    """Yield the files under a folder that may be articles, sorted by path, and what is passed over or out of reach."""
    unreadable: list[OSError] = []
    seen: set[tuple[int, int]] = set()  # one file under two names is one article
    rules: dict[str, _IgnoreRules] = {}
    inside = folder.resolve()
    for parent, folders, names in os.walk(folder, onerror=unreadable.append):
        here = Path(parent)
        rules[parent] = _IgnoreRules(here, rules.get(str(here.parent)))
        yield from rules[parent].problems
        kept: list[str] = []
        for name in sorted(folders):
            reason = rules[parent].why_not(here / name, is_folder=True)
            if reason:
                yield Skipped(printable_path(here / name), reason)
            else:
                kept.append(name)
        folders[:] = kept
        for name in sorted(names):
            yield _file_or_why_not(here / name, rules[parent], seen, inside)
    yield from (_cannot_read(Path(error.filename), error) for error in unreadable)


def check_size(size: int, source: str) -> None:
    """Raise a SourceError for more bytes than are read."""
    if size > MAX_BYTES:
        raise SourceError(
            f"{source!r} has {size / 1e6:.1f} MB, more than the {MAX_BYTES // 1_000_000} MB that are read; split it."
        )


def printable_path(path: Path) -> str:
    """Return a path as text that can be stored and printed: what is no UTF-8, controls or hides is escaped."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return _UNSEEN.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


class _IgnoreRules:
    """The ignore files that hold in a folder: its own and those above, up to the one that was asked for.

    `problems` says what of its own cannot be used; the rest holds.
    """

    def __init__(self, folder: Path, above: "_IgnoreRules | None") -> None:
        self._above, self._folder = above, folder
        self.problems: list[SourceError] = []
        self._spec = self._read(folder / IGNORE_FILE)

    def why_not(self, path: Path, *, is_folder: bool = False) -> str:
        """Why a path is passed over; "" if it is not."""
        if path.name.startswith("."):
            return "hidden"
        if is_folder and path.is_symlink():
            return "a link to a folder"
        if self._is_ignored(path, is_folder=is_folder):
            return f"ignored by {IGNORE_FILE}"
        if not is_folder and path.suffix.casefold() not in KINDS:
            return "not a type that is read"
        return ""

    def _read(self, path: Path) -> GitIgnoreSpec | None:
        try:
            lines = _pattern_lines(path)
        except SourceError as problem:
            self.problems.append(problem)
            return None
        reasons = [_why_not_used(line) for line in lines]
        self.problems += (
            SourceError(
                f"{printable_path(path)!r} has a bad pattern in line {number} ({reason}); write it as in a .gitignore."
            )
            for number, reason in enumerate(reasons, 1)
            if reason
        )
        used = [line for line, reason in zip(lines, reasons, strict=True) if not reason]
        return GitIgnoreSpec.from_lines(used) if used else None

    def _is_ignored(self, path: Path, *, is_folder: bool) -> bool:
        relative = path.relative_to(self._folder).as_posix() + ("/" if is_folder else "")
        mine = self._spec.check_file(relative).include if self._spec else None
        if mine is not None:
            return mine
        return bool(self._above and self._above._is_ignored(path, is_folder=is_folder))


def _pattern_lines(path: Path) -> list[str]:
    """The lines of an ignore file, none if it is not there. Raises: SourceError if it is none, or too long."""
    shown = printable_path(path)
    if not os.path.lexists(path):
        return []
    if not stat.S_ISREG(_status(path).st_mode):
        raise SourceError(f"{shown!r} is not a regular file; write patterns into it as in a .gitignore.")
    data = _first_bytes(path, _MAX_IGNORE_BYTES + 1)
    lines = data.decode("utf-8", "replace").splitlines()
    if len(data) > _MAX_IGNORE_BYTES or len(lines) > MAX_PATTERNS:
        raise SourceError(f"{shown!r} has more than the {MAX_PATTERNS} patterns that are read; write fewer.")
    return lines


def _why_not_used(pattern: str) -> str:
    """Why a pattern cannot be used; "" if it can."""
    if len(pattern) > MAX_PATTERN:
        return f"it has more than {MAX_PATTERN} characters"
    if len(_ASTERISKS.findall(pattern)) > MAX_WILDCARDS:
        return f"it has more than {MAX_WILDCARDS} asterisks"
    try:
        GitIgnoreSpec.from_lines([pattern])
    except ValueError as error:
        return str(error)
    return ""


def _file_or_why_not(
    path: Path, rules: _IgnoreRules, seen: set[tuple[int, int]], inside: Path
) -> Path | Skipped | SourceError:
    if reason := rules.why_not(path):
        return Skipped(printable_path(path), reason)
    try:
        status = _status(path)
    except SourceError as problem:
        return problem
    if path.is_symlink() and not path.resolve().is_relative_to(inside):
        return Skipped(printable_path(path), "a link out of the folder")
    if (status.st_dev, status.st_ino) in seen:
        return Skipped(printable_path(path), "the same file under another name")
    seen.add((status.st_dev, status.st_ino))
    return path


def _kind_of_archive(data: bytes) -> str:
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return "text"
    return "docx" if "word/document.xml" in names else "epub" if "META-INF/container.xml" in names else "text"


def _first_bytes(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise _cannot_read(path, error) from error


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except FileNotFoundError as error:
        raise SourceError(f"There is no file or folder {printable_path(path)!r}; check the path.") from error
    except (OSError, ValueError) as error:
        raise _cannot_read(path, error) from error


def _cannot_read(path: Path, error: OSError | ValueError) -> SourceError:
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    return SourceError(f"{printable_path(path)!r} cannot be read: {reason}; check the path and its permissions.")
