"""How the command ends when something went wrong: one line, and a status that no answer has.

Status 1 says that the article does not say, so nothing else may end with it. Imports little, and only the standard
library: whoever presses Ctrl-C in the first moment must find this in place.
"""

import _thread
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from config.errors import SanadError

FAILED, INTERRUPTED = 2, 130


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Turn whatever is raised inside into a line on standard error and the end of the process."""
    try:
        _fill_streams()
        sys.unraisablehook = _press_again
        try:
            yield
        finally:
            sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - beyond is only Python, which ends with 1
        exit_with_error(error)


def _press_again(lost: Any) -> None:
    """Let a Ctrl-C come again that came where Python can raise nothing, as while it forgets the lock of an import."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        with suppress(RuntimeError):  # no thread can start: Python is ending by itself
            _thread.start_new_thread(_interrupt, (_thread.get_ident(),))
    else:
        sys.__unraisablehook__(lost)


def _interrupt(thread: int) -> None:
    time.sleep(0.01)  # what could not raise has returned by then
    signal.pthread_kill(thread, signal.SIGINT)


def _fill_streams() -> None:
    """Read nothing from, and write nowhere to, what the shell has closed."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - as long as the process
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def exit_with_error(error: BaseException) -> NoReturn:
    """Say what went wrong and leave; of an error that is not ours all is shown."""
    match error:
        case KeyboardInterrupt():
            _interrupted()
        case SanadError():
            _say(str(error))
        case BrokenPipeError():
            _drop_output()  # whoever read it has gone; there is nobody to tell
        case OSError(filename=None) if not isinstance(error, (ConnectionError, TimeoutError)):
            _drop_output()
            _say(f"The output cannot be written ({error.strerror or error}); free some space, or send it elsewhere.")
        case OSError(filename=str(path), strerror=reason):
            _say(f"{path!r} cannot be used ({reason}); check the path.")
        case UnicodeEncodeError(reason="surrogates not allowed"):
            near = error.object[max(0, error.start - 20) : error.end + 20]
            _say(f"{near!r} is not UTF-8 text; check how it is spelled, or write it in UTF-8.")
        case _:
            _show(error)
    raise SystemExit(FAILED)


def exit_now(status: int) -> NoReturn:
    """Go at once: Python would wait for threads that still load a model, or abort in them."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    os._exit(status)


def _interrupted() -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # pressed twice is pressed once
    _say("Interrupted.")
    exit_now(INTERRUPTED)


def _say(sentence: str) -> None:
    with suppress(OSError, ValueError, AttributeError):  # standard error may be closed, or full
        sys.stderr.write(f"sanad: {sentence}\n")
        sys.stderr.flush()


def _show(error: BaseException) -> None:
    traceback.print_exception(error)


def _drop_output() -> None:
    """Send what is left in the buffer nowhere, or Python would complain of it when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
