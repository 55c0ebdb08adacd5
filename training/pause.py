"""Long work makes room for others on the same machine: it waits while a file exists."""

import time
from pathlib import Path

_LOOK_AGAIN = 5.0


def wait(pause: Path | None) -> None:
    """Return when there is no such file."""
    while pause is not None and pause.exists():
        time.sleep(_LOOK_AGAIN)
