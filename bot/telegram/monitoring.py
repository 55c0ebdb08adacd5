"""What an operator sees of the running bot: logs, counters for Prometheus, and /health.

Logs are one JSON object a line on standard error, without the token, and without texts unless the settings say so.
"""

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from config.errors import BotError

if TYPE_CHECKING:
    from structlog.typing import EventDict
    from tornado.httpserver import HTTPServer


FEWEST_WORDS = 4
"""Characters of an error's own words that are looked for in another library's message."""
SILENT_AFTER = 200.0
"""Seconds without a word from Telegram after which the bot counts as cut off; a webhook is asked about each minute."""


class _Log:
    """The bot's events, by structlog, which loads a library for terminals: only a bot that runs imports it."""

    def __getattr__(self, name: str) -> Any:
        import structlog

        return getattr(structlog.get_logger("sanad.telegram"), name)


log = _Log()


def describe_error(error: BaseException) -> dict[str, str]:
    """What went wrong, what caused it (<<) and where, without the errors' own words: they may quote a person's text."""
    chain = list(_chain(error))
    kinds, places = (type(one).__name__ for one in chain), map(_where, chain)
    return {"error": " << ".join(kinds), "where": " << ".join(place for place in places if place)}


def configure_logs(token: str, *, texts: bool = False) -> None:
    """Send our events and the libraries' warnings to standard error; the token is masked wherever it occurs.

    Errors are reduced to what `describe_error` says of them, unless `texts` may be logged.
    """
    import structlog

    def masked(_: object, __: str, line: str) -> str:
        for spelt in (token, quote(token, safe="")):
            line = line.replace(spelt, "***")
        return line

    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info if texts else _reduced,
        structlog.processors.JSONRenderer(ensure_ascii=False),
        masked,
    ]
    handler = logging.StreamHandler(sys.stderr)
    if not texts:
        handler.addFilter(_without_words)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("sanad").setLevel(logging.INFO)
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what caused it, what caused that."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))


def _error_of(given: object) -> BaseException | None:
    """The error that `exc_info` names: itself, as the triple of `sys.exc_info`, or the one being handled."""
    if isinstance(given, tuple):
        given = given[1]
    elif given and not isinstance(given, BaseException):
        given = sys.exc_info()[1]
    return given if isinstance(given, BaseException) else None


def _reduced(_: object, __: str, event: "EventDict") -> "EventDict":
    """The event with its error described, and no trace or stack."""
    error = _error_of(event.pop("exc_info", None))
    for name in ("stack_info", "exception", "stack"):
        event.pop(name, None)
    return {**event, **describe_error(error)} if error else event


def _without_words(record: logging.LogRecord) -> bool:
    """Take errors' own words out of another library's message: those it names, or that are being handled."""
    if isinstance(record.msg, dict):  # an event of ours
        return True
    given = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
    named = (one for one in (record.msg, *given) if isinstance(one, BaseException))
    errors = [_error_of(record.exc_info), sys.exc_info()[1], *named]
    try:
        message = record.getMessage()
        for error in (one for first in errors for one in _chain(first)):
            message = _named_only(message, error)
    except Exception as error:  # noqa: BLE001 – whatever its arguments do, logging would print them
        message = f"a message that cannot be shown ({type(error).__name__})"
    if record.exc_info:  # what follows represents what failed, with its arguments
        message = re.split(r"[\n(]", message, maxsplit=1)[0]
    record.msg, record.args = message, ()
    return True


def _named_only(message: str, error: BaseException) -> str:
    held = (*error.args, *vars(error).values())  # JSON's errors hold what was read
    for words in (repr(error), str(error), *map(str, held)):
        if len(words) >= FEWEST_WORDS:
            message = message.replace(words, type(error).__name__)
    return message


class Metrics:
    """Counters of what happened since the start, and when Telegram last answered."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()
        self.updates = Counter("sanad_updates", "Updates received", ["kind"], registry=self.registry)
        self.replies = Counter("sanad_replies", "Questions by outcome", ["outcome"], registry=self.registry)
        self.calls = Counter("sanad_calls", "Calls of the Bot API by outcome", ["outcome"], registry=self.registry)
        self.articles = Counter("sanad_articles", "Articles received by outcome", ["outcome"], registry=self.registry)
        self.seconds = Histogram("sanad_answer_seconds", "Seconds from update to reply", registry=self.registry)
        self.backlog = Gauge("sanad_backlog", "Updates that are not done", registry=self.registry)
        self.last_contact = time.monotonic()

    def note_contact(self) -> None:
        """Note that Telegram answered."""
        self.last_contact = time.monotonic()

    @property
    def healthy(self) -> bool:
        """Whether Telegram answered lately."""
        return time.monotonic() - self.last_contact < SILENT_AFTER


def serve_metrics(metrics: Metrics, port: int) -> "HTTPServer":
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
            state: dict[str, Any] = {
                "healthy": metrics.healthy,
                "silent": round(time.monotonic() - metrics.last_contact, 1),
            }
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
