"""The limited process that reads files nobody vouches for: `python -m index.readers.worker`, started by `sandbox`.

For every document a fresh child is forked, with limits on memory, time, files and processes: what one document does to
its reader, the next does not meet. Requests and replies are frames: a line of JSON with a size, and as many bytes.
"""

import contextlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO

from index.readers.document import Document, Unreadable

MEMORY = 1 << 30
"""Bytes of address space a document may take to read."""
SECONDS = 60
"""Seconds of processor time a document may take to read."""
MAX_REPLY = 100_000_000
"""Bytes of a document as JSON that are sent back."""

Reader = Callable[[bytes, str], Document]
"""The function `read` of the module that is named as the kind of document: bytes and a hint → document."""


def main() -> None:
    """Answer requests until standard input ends."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while line := source.readline():
        request = json.loads(line)
        data = source.read(request["size"])
        reader = import_module(f"index.readers.{request['kind']}").read  # in this process: children inherit it
        reply, ending = _in_a_child(reader, data, request["hint"])
        sink.write(json.dumps({"ending": ending, "size": len(reply)}).encode() + b"\n" + reply)
        sink.flush()


def _in_a_child(reader: Reader, data: bytes, hint: str) -> tuple[bytes, str]:
    """What a child says of the data, and how it ended: "done", "memory", "time" or "crash"."""
    output, its_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(output)
        status = 1
        with contextlib.suppress(BaseException), os.fdopen(its_end, "wb") as sink:
            status = _read(reader, data, hint, sink)
        os._exit(status)
    os.close(its_end)
    with os.fdopen(output, "rb") as pipe:
        reply = pipe.read(MAX_REPLY)
    _, status = os.waitpid(child, 0)
    return reply, _ending(status)


def _ending(status: int) -> str:
    if os.WIFSIGNALED(status):
        return "time" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else "crash"
    return {0: "done", 3: "memory"}.get(os.WEXITSTATUS(status), "crash")


def _read(reader: Reader, data: bytes, hint: str, sink: BinaryIO) -> int:
    """Write what a reader makes of the data; returns the exit status."""
    _limit()
    try:
        sink.write(json.dumps(_answer(reader, data, hint)).encode())
        sink.flush()
    except MemoryError:
        return 3
    return 0


def _answer(reader: Reader, data: bytes, hint: str) -> dict[str, Any]:
    """The document, or why there is none, as plain values."""
    try:
        return reader(data, hint).as_dict()
    except Unreadable as refusal:
        return {"refusal": str(refusal)}
    except RecursionError:
        return {"refusal": "is nested too deeply to be read; save it in a simpler form"}
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # parsers fail in every way there is; the process ends here anyway
        return {"refusal": f"is damaged ({type(error).__name__}); open it in its program and save it again"}


def _limit() -> None:
    """Take away what reading does not need."""
    for limited, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_NPROC, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # some systems know no such limit, or set a lower one
            resource.setrlimit(limited, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))


if __name__ == "__main__":
    main()
