"""Where a run may write: found out before the first question is asked, and never over what it reads."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.evaluation.kept import marks_path
from bot.evaluation.predictions import manifest_path
from bot.evaluation.types import RunError


def check_outputs(
    *, predictions: Path | None, others: Mapping[str, Path | None], testsets: Sequence[Path], baseline: Path | None
) -> None:
    """Refuse an output that could not be written, or that would destroy a test set, the baseline or another output.

    `others` holds the outputs that are written over, by option.

    Raises: RunError.
    """
    taken = [(path, "a test set") for path in testsets]
    if baseline:
        taken += [(baseline, "the baseline"), (manifest_path(baseline), "the baseline's manifest")]
    wanted = [("--predictions", predictions), *others.items()]
    for option, path in wanted:
        if path is None:
            continue
        mine = [(path, f"what {option} writes")]
        if option == "--predictions":
            mine.append((manifest_path(path), f"the manifest that {option} writes"))
            mine.append((marks_path(path), f"the judge's marks that {option} keeps"))
        for output, what in mine:
            _check_writable(output)
            for other, its in taken:
                if _are_same(output, other):
                    raise RunError(f"{str(output)!r} is {its}, and {what} would destroy it; name another file.")
        taken += mine


def write_output(path: Path, text: str) -> None:
    """Write a file that was asked for. Raises: RunError."""
    try:
        path.write_text(text, "utf-8", errors="replace")
    except OSError as error:
        raise RunError(f"{str(path)!r} cannot be written: {error.strerror}.") from error


def _check_writable(path: Path) -> None:
    try:
        usable = path.parent.is_dir() and not path.is_dir()
    except OSError as error:  # a name that is too long, say
        raise RunError(f"{str(path)!r} cannot be written: {error.strerror}.") from error
    if not usable:
        raise RunError(f"{str(path)!r} cannot be written: name a file in a folder that is there.")


def _are_same(one: Path, other: Path) -> bool:
    """Say whether two paths are one file, by whatever names."""
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there yet
        return one.resolve() == other.resolve()
