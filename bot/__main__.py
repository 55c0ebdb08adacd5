"""The first step of the command `sanad`: its help at once, everything else by `bot.cli.app`.

Importing Typer takes longer than all else that `sanad --help` does, so its text is kept: `make help-text` writes it.
"""

import os
import sys

HELP = "help.txt"
WIDTH = 80
"""Columns the help is written for, as Typer does for every terminal that is not narrower."""


def main() -> None:
    """Run the command line."""
    try:
        _run()
    except KeyboardInterrupt:  # so early that `bot.cli.exit` was not there yet
        os.write(2, b"sanad: Interrupted.\n")
        os._exit(130)


def _run() -> None:
    from bot.cli.exit import ending

    with ending():
        if sys.argv[1:] == ["--help"] and _is_wide():
            print(_help(), end="")
        else:
            from bot.cli.app import main

            main()


def _help() -> str:
    from pathlib import Path

    return Path(__file__).with_name(HELP).read_text("utf-8")


def _is_wide() -> bool:
    try:
        return "COLUMNS" not in os.environ and os.get_terminal_size(sys.stdout.fileno()).columns >= WIDTH
    except (OSError, ValueError):
        return True  # no terminal


if __name__ == "__main__":
    main()
