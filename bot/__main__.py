"""The first step of the command `sanad`, also as `python -m bot`: its help at once, all else by `bot.cli.app`.

Importing the command takes .6 s, so what `sanad --help` prints is kept: `make help-text` writes it.
"""

import os
import sys
from pathlib import Path

HELP = "help.txt"
WIDTH = 80
"""Columns the help is written for, as Typer does for every terminal that is not narrower."""


def main() -> None:
    """Run the command line; Ctrl-C while it is still being imported ends it with one line, too."""
    try:
        # Not at the top: a Ctrl-C that comes while these are imported is to be caught here.
        from bot.cli.exit import exit_on_error

        with exit_on_error():
            if sys.argv[1:] == ["--help"] and _is_wide():
                print(Path(__file__).with_name(HELP).read_text("utf-8"), end="")
                return
            from bot.cli.app import main as run

            run()
    except KeyboardInterrupt:  # so early that `bot.cli.exit` was not there yet
        os.write(2, b"sanad: Interrupted.\n")
        os._exit(130)


def _is_wide() -> bool:
    try:
        return "COLUMNS" not in os.environ and os.get_terminal_size(sys.stdout.fileno()).columns >= WIDTH
    except (OSError, ValueError):
        return True  # no terminal


if __name__ == "__main__":
    main()
