"""A bot in a process of its own, to be killed.

`python -m tests.bot.telegram.process HOME URL FILE_URL CLAIMS SECONDS WORDS HOLD`

The engine is a slow one that makes so many claims.
"""

import sys

from bot.bootstrap import bootstrap
from bot.telegram.app import run_bot
from config.settings import load_settings
from tests.bot.telegram.bot_api import TOKEN
from tests.bot.telegram.engines import slow

if __name__ == "__main__":
    home, url, file_url, claims, seconds, words, hold = sys.argv[1:]
    telegram = {"token": TOKEN, "base_url": url, "base_file_url": file_url, "public": True}
    limits = {"questions_per_minute": 1000}
    app = bootstrap(load_settings({"home": home, "telegram": {**telegram, **limits}}))
    run_bot(slow(app, claims=int(claims), seconds=float(seconds), words=int(words), hold=float(hold)))
