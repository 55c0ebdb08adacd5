"""A test double of a language model: an OpenAI-compatible server on loopback that says what it is told to say.

Real HTTP for the real client. For tests and for trying an interface without a model; it understands nothing.
"""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Say:
    """Stream `chunks` of text, `pause` seconds apart; `finish` is the reason for the end, `cut` breaks off without one.

    `endless` repeats the chunks until the client goes.
    """

    chunks: Sequence[str]
    pause: float = 0.0
    finish: str = "stop"
    cut: bool = False
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Fail:
    """Answer with an HTTP status and body; status 0 closes the connection without a word."""

    status: int
    body: str = '{"error": {"message": "scripted failure"}}'
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class ScriptedServer:
    """What is said next, what was asked, and how often the client went before the end."""

    script: list[Say | Fail]
    requests: list[dict[str, Any]] = field(default_factory=list)
    hung_up: int = 0
    url: str = ""


@contextmanager
def serve_script(*script: Say | Fail) -> Iterator[ScriptedServer]:
    """Run the server; each request takes the next of the script, the last one again and again."""
    state = ScriptedServer(list(script))

    class Handler(_Handler):
        scripted = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    scripted: ScriptedServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.scripted.requests.append(json.loads(body))
        script = self.scripted.script
        turn = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(turn, Fail):
            self._fail(turn)
        else:
            try:
                self._say(turn)
            except OSError:
                self.scripted.hung_up += 1

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def _fail(self, turn: Fail) -> None:
        if turn.status == 0:
            self.close_connection = True
            return
        self.send_response(turn.status)
        for name, value in turn.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(turn.body.encode())))
        self.end_headers()
        self.wfile.write(turn.body.encode())

    def _say(self, turn: Say) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        while True:
            for chunk in turn.chunks:
                self._event({"choices": [{"index": 0, "delta": {"content": chunk}, "finish_reason": None}]})
                time.sleep(turn.pause)
            if not turn.endless:
                break
        if turn.cut:
            return
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": turn.finish}]})
        usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        self._event({"choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, fields: dict[str, Any]) -> None:
        event = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "scripted"} | fields
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.flush()
