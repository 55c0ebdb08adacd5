"""Who may touch an embedded Chroma folder, and when: many readers or one writer, across processes.

Chroma's embedded client is made for one process. A process that has a folder open does not find in its searches what
another added, and a write through such a stale handle loses vectors for good. So every use is bracketed by a lock on a
file beside the database, and a token in that file changes with every write: whoever finds another token than the one
it opened with must open again.
"""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import portalocker

from config.errors import LibraryError

_TOKEN_DIGITS = 16
_SHARED = portalocker.LockFlags.SHARED | portalocker.LockFlags.NON_BLOCKING
_EXCLUSIVE = portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING


class Gate:
    """A readers-writer lock on `folder`, fair to writers: everyone queues at a turnstile first.

    One holder at a time within a process (`index.library.store` sees to that). `timeout` is in seconds.
    """

    def __init__(self, folder: Path, *, timeout: float = 60.0) -> None:
        self._folder, self._timeout = folder, timeout
        self._door = self._open("library.lock")
        self._turnstile = self._open("turnstile.lock")

    @contextmanager
    def hold(self, *, write: bool) -> Iterator[None]:
        """Hold off writers, or everyone.

        Raises: LibraryError when no turn comes within the timeout.
        """
        deadline = time.monotonic() + self._timeout
        self._lock(self._turnstile, _EXCLUSIVE, deadline)
        try:
            self._lock(self._door, _EXCLUSIVE if write else _SHARED, deadline)
        finally:
            portalocker.unlock(self._turnstile)
        try:
            yield
        finally:
            portalocker.unlock(self._door)

    def token(self) -> bytes:
        """The mark of the last write; only while holding."""
        return os.pread(self._door, _TOKEN_DIGITS, 0)

    def announce(self) -> bytes:
        """Change the mark, before the first change of a write; only while holding for writing."""
        token = secrets.token_hex(_TOKEN_DIGITS // 2).encode()
        os.pwrite(self._door, token, 0)
        return token

    def close(self) -> None:
        """Give the files back."""
        os.close(self._door)
        os.close(self._turnstile)

    def _open(self, name: str) -> int:
        return os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def _lock(self, file: int, flags: portalocker.LockFlags, deadline: float) -> None:
        pause = 0.0005
        while True:
            try:
                portalocker.lock(file, flags)
            except portalocker.AlreadyLocked:
                if time.monotonic() > deadline:
                    raise LibraryError(
                        f"Another process has held the library in {str(self._folder)!r} "
                        f"for {self._timeout:.0f} seconds; end it, or try again later."
                    ) from None
                time.sleep(pause)
                pause = min(2 * pause, 0.02)
            else:
                return
