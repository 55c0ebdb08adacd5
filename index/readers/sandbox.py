"""Reads a document in a limited process of its own, and kills that process when it hangs.

What runs there is `index.readers.worker`. It has neither our environment (no keys) nor our memory; what it sends back
is checked like any other input.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from index.readers.document import Document, Unreadable

SECONDS = 70.0
"""Wall-clock seconds a document may take; the worker itself limits processor time and memory."""
WORKERS = 2

_ENDINGS = {
    "memory": "needs more memory to be read than is allowed; it may be an archive made to exhaust it; split it",
    "time": "takes too long to be read; split it, or save it in a simpler form",
    "crash": "made its reader crash; it is damaged: open it in its program and save it again",
}


class Sandbox:
    """A few worker processes, started when needed and kept. Safe to share between threads."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._idle: list[_Worker] = []
        self._places = threading.BoundedSemaphore(WORKERS)

    def read(self, kind: str, data: bytes, *, hint: str = "") -> Document:
        """Read a document of a kind the worker knows; `hint` is the reader's (a charset, an address).

        Raises: Unreadable, also when the reader hangs, crashes or takes too much.
        """
        with self._places:
            worker = self._take()
            try:
                reply, ending = worker.ask(kind, data, hint, self._seconds)
            except BaseException:
                worker.kill()
                raise
            self._idle.append(worker)
        return _document(reply, ending)

    def close(self) -> None:
        """End the workers; a later `read` starts new ones."""
        while self._idle:
            self._idle.pop().kill()

    def _take(self) -> "_Worker":
        while self._idle:
            with contextlib.suppress(IndexError):
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                worker.kill()
        return _Worker()


SANDBOX = Sandbox()
"""The one every reader of this process uses; it starts nothing before it is asked."""


def _document(reply: bytes, ending: str) -> Document:
    if ending != "done":
        raise Unreadable(_ENDINGS.get(ending, _ENDINGS["crash"]))
    try:
        values: dict[str, Any] = json.loads(reply)
        refusal = values.get("refusal")
        read = None if refusal else Document.from_dict(values)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(_ENDINGS["crash"]) from error
    if read is None:
        raise Unreadable(str(refusal))
    return read


class _Worker:
    """One worker process and the pipes to it."""

    def __init__(self) -> None:
        environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
        self._process = subprocess.Popen(  # our own module, no input in the arguments
            [sys.executable, "-s", "-P", "-m", "index.readers.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment,
            start_new_session=True,
        )
        self._owner = os.getpid()

    @property
    def alive(self) -> bool:
        """Whether it runs and is ours: a forked process must not share its pipes."""
        return self._owner == os.getpid() and self._process.poll() is None

    def ask(self, kind: str, data: bytes, hint: str, seconds: float) -> tuple[bytes, str]:
        """Send a document; return the reply and how its reader ended. Raises: Unreadable."""
        assert self._process.stdin  # noqa: S101  # a pipe, see above
        deadline = time.monotonic() + seconds
        header = json.dumps({"kind": kind, "hint": hint, "size": len(data)}).encode() + b"\n"
        try:
            self._process.stdin.write(header + data)
            self._process.stdin.flush()
            head, _, rest = self._receive(b"", deadline, until=None).partition(b"\n")
            frame = json.loads(head)
            return self._receive(rest, deadline, until=frame["size"]), frame["ending"]
        except (OSError, ValueError, KeyError) as error:
            raise Unreadable(_ENDINGS["crash"]) from error

    def kill(self) -> None:
        """End it with everything it started."""
        if self._owner == os.getpid():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()

    def _receive(self, begun: bytes, deadline: float, *, until: int | None) -> bytes:
        """Bytes up to a length, or up to the end of a line."""
        assert self._process.stdout  # noqa: S101  # a pipe, see above
        pipe, received, waiting = self._process.stdout.fileno(), bytearray(begun), select.poll()
        waiting.register(pipe, select.POLLIN)
        while (b"\n" not in received) if until is None else (len(received) < until):
            if not waiting.poll(1000 * max(0.0, deadline - time.monotonic())):
                raise Unreadable(_ENDINGS["time"])
            chunk = os.read(pipe, 1 << 20)
            if not chunk:
                raise Unreadable(_ENDINGS["crash"])
            received += chunk
        return bytes(received)
