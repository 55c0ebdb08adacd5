"""The language model of the settings: which it is, how it is reached, how long it may take, and what its failures mean.

It is any LlamaIndex `LLM`: OpenAI's, one behind an OpenAI-compatible server, or a GGUF file that llama.cpp's server
serves in a process of our own. What is asked of it, and what becomes of its output, is `bot.writers.generative`'s.
"""

import atexit
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.types import Note
from bot.writers import WriterFailed
from config.errors import ModelError, SanadError
from config.settings import Settings

if TYPE_CHECKING:
    import httpx
    from llama_index.core.llms import LLM

OPENAI_MODEL = "gpt-4o-mini"
CHECK_TOKENS = 8
"""Most tokens that a model writes to show that it works: enough for a word."""
LOADED_WITHIN = 120.0
"""Seconds that loading a local model may take."""

_LEAST_TIMEOUT = 0.05
_SHORTEST_WAIT = 0.02
"""Seconds between two looks at a clock that stands still."""
_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")

_STATUS_NOTES = {
    401: Note.MODEL_KEY,
    403: Note.MODEL_KEY,
    404: Note.MODEL_UNKNOWN,
    408: Note.MODEL_SLOW,
    413: Note.CONTEXT_TOO_LONG,
    429: Note.MODEL_BUSY,
    503: Note.MODEL_BUSY,
}
_CLIENT_ERRORS = (400, 401, 403, 404, 422)
_BAD_KEY = ("api key", "api_key", "apikey", "authentication", "unauthorized")
_NO_MODEL = ("does not exist", "not found", "unknown model", "no such model", "not exist", "invalid model")
_TOO_LONG = ("context_length", "context length", "context size", "too long", "exceed")

_SERVER = """
import sys, threading, xllamacpp
path, context, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.n_parallel = path, context, 1
params.hostnames, params.port = ["127.0.0.1"], port
server = xllamacpp.Server(params)
sys.stdin.read()  # ends when the process that started us does, however it ends
"""


class TimeLimit:
    """Seconds for one request. They pass only while the model is waited for; at their end the connection is cut.

    `expired` says whether they are over, `content_type` is the response's once it has begun. A time-out for each read
    would not bound an answer: a server that sends a comment, a header or half a line now and then is never late.
    Sockets are found by httpcore's trace events and shut down, which wakes whoever reads from them.
    """

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self.content_type = ""
        self._remaining, self._since = seconds, 0.0
        self._sockets: list[socket.socket] = []
        self._over = threading.Event()

    def __enter__(self) -> "TimeLimit":
        threading.Thread(target=self._guard, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    @property
    def remaining(self) -> float:
        """Seconds that are left."""
        since = self._since
        return self._remaining - (time.monotonic() - since if since else 0.0)

    def resume(self) -> None:
        """Let the clock run."""
        self._since = time.monotonic()

    def pause(self) -> None:
        """Stop the clock: what was written is read now."""
        self._remaining, self._since = self.remaining, 0.0

    def hooks(self) -> dict[str, list[Any]]:
        """The event hooks of an httpx client whose connections are to be cut."""
        return {"request": [self._follow], "response": [self._note_type]}

    def _guard(self) -> None:
        while not self._over.wait(max(self.remaining, _SHORTEST_WAIT)):
            if self._since and self.remaining <= 0:
                self.expired = True
                for open_socket in self._sockets:
                    with suppress(OSError):
                        open_socket.shutdown(socket.SHUT_RDWR)
                if not self._over.wait(_SHORTEST_WAIT):  # a connection may just be being made
                    continue

    def _follow(self, request: "httpx.Request") -> None:
        request.extensions = {**request.extensions, "trace": self._trace}

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        if event in _CONNECTED:
            found = info["return_value"].get_extra_info("socket")
            if found is not None:
                self._sockets.append(found)

    def _note_type(self, response: "httpx.Response") -> None:
        self.content_type = response.headers.get("content-type", "")


def has_model(settings: Settings) -> bool:
    """Whether the settings name a language model."""
    chosen = settings.llm
    return bool(chosen.path or chosen.base_url or chosen.api_key.get_secret_value())


def model_name(settings: Settings) -> str:
    """What the model is called in replies and logs."""
    chosen = settings.llm
    if chosen.path:
        return chosen.path.rsplit("/", 1)[-1]
    return chosen.model or ("default" if chosen.base_url else OPENAI_MODEL)


@contextmanager
def connect_model(settings: Settings, limit: TimeLimit | None = None) -> "Iterator[LLM]":
    """The model over an HTTP client of its own, closed at the end: leaving ends the request at the server, too.

    The end of the `limit` ends it as well.

    Raises: ModelError when a local model cannot be started.
    """
    import httpx

    timeout = max(limit.remaining, _LEAST_TIMEOUT) if limit else settings.llm.timeout
    with httpx.Client(timeout=timeout, event_hooks=limit.hooks() if limit else None) as client:
        yield make_model(settings, client, timeout=timeout)


def make_model(settings: Settings, client: "httpx.Client | None" = None, *, timeout: float | None = None) -> "LLM":
    """Build the model that `settings.llm` names; nothing is connected yet.

    Raises: ModelError when a local model cannot be started.
    """
    chosen = settings.llm
    options: dict[str, Any] = {
        "model": model_name(settings),
        "api_key": chosen.api_key.get_secret_value() or "none",
        "temperature": 0.0,
        "max_tokens": chosen.max_tokens,
        "timeout": timeout or chosen.timeout,
        "max_retries": 0,
        "http_client": client,
        # Who brings a client streams; where nothing is streamed, OpenAI refuses the option.
        "additional_kwargs": {"stream_options": {"include_usage": True}} if client else {},
    }
    if not (chosen.path or chosen.base_url):
        from llama_index.llms.openai import OpenAI

        return OpenAI(**options)
    from llama_index.llms.openai_like import OpenAILike

    address = serve_local_model(chosen.path, context=chosen.context) if chosen.path else chosen.base_url
    return OpenAILike(api_base=address, context_window=chosen.context, is_chat_model=True, **options)


def check_model(settings: Settings) -> str:
    """Have the model write a word, and return its name: the engine would answer without it, and only say why.

    Raises: ModelError where it writes nothing, or none is configured.
    """
    from llama_index.core.llms import ChatMessage

    name = model_name(settings)
    try:
        with connect_model(settings) as model:
            written = model.stream_chat([ChatMessage("Say: yes")], max_tokens=CHECK_TOKENS)
            said = "".join(part.delta or "" for part in written)
    except SanadError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise ModelError(
            f"The model {name!r} does not answer ({reason}); see to llm.base_url, llm.model and llm.api_key."
        ) from error
    if not said.strip():
        raise ModelError(f"The model {name!r} answers without a word; choose another llm.model.")
    return name


def note_for(error: Exception) -> Note | None:
    """What a person is told of an error raised while the model was asked; None if the fault is ours.

    Source: the openai client's tree of errors.
    """
    import httpx
    import openai
    import pydantic

    match error:
        case WriterFailed():
            return error.note
        case openai.APITimeoutError() | httpx.TimeoutException():
            return Note.MODEL_SLOW
        case openai.APIStatusError():
            return _note_for_status(error.status_code, str(error))
        case httpx.RemoteProtocolError() | httpx.ReadError():
            return Note.MODEL_CUT
        case openai.APIConnectionError() | httpx.TransportError():
            return Note.MODEL_UNREACHABLE
        case openai.APIError():
            return _note_for_status(500, str(error))
        case json.JSONDecodeError() | UnicodeDecodeError() | httpx.HTTPError() | httpx.StreamError():
            return Note.MODEL_FAILED
        case TypeError() | AttributeError() | KeyError() | IndexError() | pydantic.ValidationError():
            return Note.MODEL_FAILED  # the client's, over an answer that is not shaped like one
        case _:
            return None


def _note_for_status(status: int, message: str) -> Note:
    lower = message.lower()
    if status in _CLIENT_ERRORS and any(sign in lower for sign in _BAD_KEY):
        return Note.MODEL_KEY
    if status in _CLIENT_ERRORS and "model" in lower and any(sign in lower for sign in _NO_MODEL):
        return Note.MODEL_UNKNOWN
    if status in (400, 413, 500) and any(sign in lower for sign in _TOO_LONG):
        return Note.CONTEXT_TOO_LONG
    if "content_filter" in lower or "content filter" in lower:
        return Note.MODEL_FILTERED
    return _STATUS_NOTES.get(status, Note.MODEL_FAILED)


class _LocalServers:
    """llama.cpp's servers on loopback ports, by model and context; one that has died is started again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[tuple[str, int], tuple[subprocess.Popen[bytes], str]] = {}

    def address(self, path: str, context: int) -> str:
        """Where the model is served, once it is loaded."""
        with self._lock:
            process, address = self._running.get((path, context), (None, ""))
            if process is None or process.poll() is not None:
                process, address = _start_server(path, context)
                self._running[path, context] = process, address
            return address

    def stop(self, path: str, context: int) -> None:
        """End the model's server, if it runs."""
        with self._lock:
            process, _ = self._running.pop((path, context), (None, ""))
        if process is not None:
            atexit.unregister(process.terminate)
            with process:
                process.terminate()


_LOCAL_SERVERS = _LocalServers()


def serve_local_model(path: str, *, context: int) -> str:
    """Return the address of the server for a GGUF file, started if it does not run. It ends with this process.

    Raises: ModelError when the file, the package or the server is missing.
    """
    if not Path(path).is_file():
        raise ModelError(f"llm.path is {path!r}, which is no file; name a GGUF file.")
    try:
        import xllamacpp  # noqa: F401 - only to say clearly that it is missing
    except ImportError as error:
        raise ModelError(
            f"llm.path needs the package xllamacpp; run {sys.executable} -m pip install xllamacpp."
        ) from error
    return _LOCAL_SERVERS.address(path, context)


def stop_local_model(settings: Settings) -> None:
    """End the server of the settings' local model, if it runs; the next question starts it again."""
    _LOCAL_SERVERS.stop(settings.llm.path, settings.llm.context)


def _start_server(path: str, context: int) -> tuple[subprocess.Popen[bytes], str]:
    port = _free_port()
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", _SERVER, path, str(context), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C ends an answer, not the model
    )
    atexit.register(process.terminate)
    _wait_until_loaded(process, port, path)
    return process, f"http://127.0.0.1:{port}/v1"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_loaded(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    import httpx

    deadline = time.monotonic() + LOADED_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    process.kill()
    raise ModelError(f"llama.cpp could not serve {path!r} within {LOADED_WITHIN:.0f} seconds; is it a GGUF model?")
