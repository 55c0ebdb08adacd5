"""A web server on loopback whose answers a test lays down."""

import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from index.readers.fetch import Fetcher

Reply = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    replies: dict[str, Reply]
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.headers["Host"] + self.path)
        self.close_connection = True
        self.replies[self.path](self)

    def log_message(self, *_: object) -> None:
        pass


class Site:
    """A server whose answers a test lays down; every name leads to it unless the test says otherwise."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[str] = []
        handler = type("Bound", (Handler,), {"replies": self.replies, "asked": self.asked})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.port = self.server.server_address[1]
        self.names: dict[str, Sequence[str]] = {}
        self.lookups: list[str] = []

    def url(self, path: str, host: str = "news.example") -> str:
        return f"http://{host}:{self.port}{path}"

    def resolve(self, host: str, _port: int) -> Sequence[str]:
        self.lookups.append(host)
        return self.names.get(host, ["127.0.0.1"])

    def fetcher(self, *hosts: str, seconds: float = 10) -> Fetcher:
        return Fetcher(allowed_hosts=hosts or ("news.example",), resolver=self.resolve, seconds=seconds)


def reply(
    body: bytes | str, content_type: str = "text/html; charset=utf-8", status: int = 200, **headers: str
) -> Reply:
    data = body.encode() if isinstance(body, str) else body

    def send(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(data)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return send


def redirect(to: str) -> Reply:
    return reply(b"", status=302, Location=to)


def chunks(content_type: str, chunk: bytes, *, pause: float = 0, times: int = 10**6) -> Reply:
    def send(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        try:
            for _ in range(times):
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                time.sleep(pause)
        except OSError:
            return

    return send
