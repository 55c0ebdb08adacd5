"""The command `sanad`, also as `python -m bot`. It only sees to an early Ctrl-C; all else is `bot.cli.app`'s."""

import os


def main() -> None:
    """Run the command line; Ctrl-C while it is still being imported ends it with one line, too."""
    try:
        # Not at the top: a Ctrl-C that comes while these are imported is to be caught here.
        from bot.cli.exit import exit_on_error

        with exit_on_error():
            from bot.cli.app import main as run

            run()
    except KeyboardInterrupt:  # so early that `bot.cli.exit` was not there yet
        os.write(2, b"sanad: Interrupted.\n")
        os._exit(130)


if __name__ == "__main__":
    main()
