"""The time a model may take: it runs only while the model is waited for, and at its end the connection is cut.

A time-out for each read does not bound an answer: a server that sends a comment, a header or half a line now and then
is never late. Sockets are found by httpcore's trace events and shut down, which wakes whoever reads from them.
"""

import socket
import threading
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

_SHORTEST = 0.02
"""Seconds between two looks at a clock that stands still."""
_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")


class Watch:
    """Seconds for one request; `expired` once they are over, `content_type` once a response has begun."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self.content_type = ""
        self._left, self._since = seconds, 0.0
        self._sockets: list[socket.socket] = []
        self._over = threading.Event()

    def __enter__(self) -> "Watch":
        threading.Thread(target=self._guard, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    @property
    def left(self) -> float:
        """Seconds that are left."""
        since = self._since
        return self._left - (monotonic() - since if since else 0.0)

    def resume(self) -> None:
        """Let the clock run."""
        self._since = monotonic()

    def pause(self) -> None:
        """Stop the clock: what was written is read now."""
        self._left, self._since = self.left, 0.0

    def hooks(self) -> dict[str, list[Any]]:
        """The event hooks of an httpx client whose connections are to be cut."""
        return {"request": [self._follow], "response": [self._note_type]}

    def _guard(self) -> None:
        while not self._over.wait(max(self.left, _SHORTEST)):
            if self._since and self.left <= 0:
                self.expired = True
                for open_socket in self._sockets:
                    with suppress(OSError):
                        open_socket.shutdown(socket.SHUT_RDWR)
                if not self._over.wait(_SHORTEST):  # a connection may just be being made
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
