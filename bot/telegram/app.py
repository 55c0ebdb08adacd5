"""`sanad telegram`: runs the bot until it is told to end. Putting it together is `bot.telegram.runtime.serving`'s."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.bootstrap import App
from bot.telegram.runtime.serving import serve, token_of
from bot.telegram.state.database import DATABASE
from config.errors import BotError


def run_bot(app: App, *, webhook: str | None = None, take_over: bool = False) -> None:
    """Run until SIGTERM or Ctrl-C; `take_over` the updates that Telegram sends to another process's webhook.

    Raises: BotError.
    """
    from bot.telegram.runtime.logs import configure_logs

    configure_logs(token_of(app), texts=app.settings.telegram.log_texts)
    with alone(app.settings.folder):
        asyncio.run(_until_told(app, webhook, take_over=take_over))
    if any(thread.name == "workshop" for thread in threading.enumerate()):
        sys.stderr.flush()
        os._exit(0)  # a thread hangs in a model; all that matters is on disk


def write_feedback(app: App, file: Path | None) -> None:
    """Write what people thought of answers as a test set (bot/evaluation/testset.schema.json).

    Raises: BotError if there is no database, or the file is there already or cannot be written.
    """
    import json

    from bot.telegram.state.answers import feedback
    from bot.telegram.state.database import Database

    path = app.settings.folder / DATABASE
    if not path.exists():
        raise BotError(f"There is no feedback: {str(path)!r} is not there; run `sanad telegram` first.")
    database = Database(path)
    text = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in feedback(database))
    database.close()
    if file is None:
        sys.stdout.write(text)
        return
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError as error:
        raise BotError(f"{str(file)!r} is there already, perhaps with somebody's work; name another file.") from error
    except OSError as error:
        raise BotError(f"{str(file)!r} cannot be written: {error.strerror}.") from error


async def _until_told(app: App, webhook: str | None, *, take_over: bool) -> None:
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    await serve(app, ended, webhook=webhook, take_over=take_over)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only bot of the data folder.

    Raises: BotError if another one runs.
    """
    import portalocker

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BotError(
            f"The data folder {str(folder)!r} cannot be made ({error.strerror}); set SANAD_HOME to another."
        ) from error
    lock = portalocker.Lock(folder / "telegram.lock", timeout=0, flags=portalocker.LOCK_EX | portalocker.LOCK_NB)
    try:
        lock.acquire()
    except OSError as error:
        raise BotError(f"The data folder {str(folder)!r} cannot be used ({error.strerror}); see to it.") from error
    except portalocker.exceptions.LockException as error:
        raise BotError(f"A bot already runs with the data folder {str(folder)!r}; stop it first.") from error
    try:
        yield
    finally:
        lock.release()
