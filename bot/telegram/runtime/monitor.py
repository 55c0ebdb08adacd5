"""Counters for Prometheus, and /health, on a loopback port."""

import json
import time
from typing import TYPE_CHECKING, Any

from config.errors import BotError

if TYPE_CHECKING:
    from tornado.httpserver import HTTPServer

SILENT_AFTER = 200.0
"""Seconds without a word from Telegram after which the bot counts as cut off; a webhook is asked about each minute."""


class Metrics:
    """What happened since the start; `backlog` is asked of whoever knows it."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()
        self.updates = Counter("sanad_updates", "Updates received", ["kind"], registry=self.registry)
        self.replies = Counter("sanad_replies", "Questions by outcome", ["outcome"], registry=self.registry)
        self.calls = Counter("sanad_calls", "Calls of the Bot API by outcome", ["outcome"], registry=self.registry)
        self.articles = Counter("sanad_articles", "Articles received by outcome", ["outcome"], registry=self.registry)
        self.seconds = Histogram("sanad_answer_seconds", "Seconds from update to reply", registry=self.registry)
        self.backlog = Gauge("sanad_backlog", "Updates that are not done", registry=self.registry)
        self.heard = time.monotonic()

    def hear(self) -> None:
        """Note that Telegram answered."""
        self.heard = time.monotonic()

    @property
    def healthy(self) -> bool:
        """Whether Telegram was heard lately."""
        return time.monotonic() - self.heard < SILENT_AFTER


def serve(metrics: Metrics, port: int) -> "HTTPServer":
    """Listen on the loopback port; 503 from /health when Telegram has long been silent.

    Raises: BotError if the port cannot be had.
    """
    from prometheus_client import generate_latest
    from tornado.web import Application, RequestHandler

    class Shown(RequestHandler):
        def get(self) -> None:
            self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.write(generate_latest(metrics.registry))

    class Health(RequestHandler):
        def get(self) -> None:
            state: dict[str, Any] = {"healthy": metrics.healthy, "silent": round(time.monotonic() - metrics.heard, 1)}
            self.set_status(200 if metrics.healthy else 503)
            self.set_header("Content-Type", "application/json")
            self.write(json.dumps(state))

    application = Application([("/metrics", Shown), ("/health", Health)], log_function=lambda _: None)
    try:
        return application.listen(port, address="127.0.0.1")
    except OSError as error:
        raise BotError(
            f"The port {port} for /metrics and /health cannot be used ({error.strerror}); set telegram.monitor_port."
        ) from error
