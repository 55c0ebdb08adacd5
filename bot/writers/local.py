"""A GGUF model in a process of our own: llama.cpp's server on a loopback port, stopped with us."""

import atexit
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from config.errors import ModelError

READY_WITHIN = 120.0
"""Seconds that loading a model may take."""

_SERVER = """
import sys, threading, xllamacpp
path, context, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.n_parallel = path, context, 1
params.hostnames, params.port = ["127.0.0.1"], port
server = xllamacpp.Server(params)
sys.stdin.read()  # ends when the process that started us does, however it ends
"""


class _Servers:
    """The servers that run, by model and context; one that has died is started again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[tuple[str, int], tuple[subprocess.Popen[bytes], str]] = {}

    def address(self, path: str, context: int) -> str:
        with self._lock:
            process, address = self._running.get((path, context), (None, ""))
            if process is None or process.poll() is not None:
                process, address = _start(path, context)
                self._running[path, context] = process, address
            return address


_SERVERS = _Servers()


def serve(path: str, *, context: int) -> str:
    """Return the address of the server for the model, started if it does not run.

    Raises: ModelError when the file, the package or the server is missing.
    """
    if not Path(path).is_file():
        raise ModelError(f"llm.path is {path!r}, which is no file; name a GGUF file.")
    try:
        import xllamacpp  # noqa: F401 - only to say clearly that it is missing
    except ImportError as error:
        raise ModelError('llm.path needs the package xllamacpp: pip install "sanad[local]".') from error
    return _SERVERS.address(path, context)


def _start(path: str, context: int) -> tuple[subprocess.Popen[bytes], str]:
    port = _free_port()
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", _SERVER, path, str(context), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C ends an answer, not the model
    )
    atexit.register(process.terminate)
    _wait(process, port, path)
    return process, f"http://127.0.0.1:{port}/v1"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    import httpx

    deadline = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    process.kill()
    raise ModelError(f"llama.cpp could not serve {path!r} within {READY_WITHIN:.0f} seconds; is it a GGUF model?")
