"""`sanad telegram --check`: whether token, library and model work, each tried for what it is."""

import asyncio
from time import perf_counter

from bot.bootstrap import App
from bot.telegram.runtime.serving import make_bot
from bot.types import Question
from bot.writers.models import check_model, has_model
from config.errors import BotError, NoArticles, SanadError


def check_bot(app: App) -> bool:
    """Print whether token, library and model work; returns whether all do."""
    checks = {"token": check_token, "library": _check_library, "model": _check_model}
    passed = True
    for name, check in checks.items():
        try:
            print(f"✓ {name}: {check(app)}")
        except SanadError as error:
            print(f"✗ {name}: {error}")
            passed = False
    return passed


def check_token(app: App) -> str:
    """The bot's name, if the token works. Raises: BotError."""
    from telegram.error import InvalidToken, TelegramError

    async def name() -> str:
        async with make_bot(app) as bot:
            return f"@{bot.username}"

    try:
        return asyncio.run(name())
    except InvalidToken as error:
        raise BotError("Telegram refuses the token; set TELEGRAM_BOT_TOKEN to the one that @BotFather gave.") from error
    except TelegramError as error:
        raise BotError(
            f"{app.settings.telegram.base_url!r} cannot be reached ({error}); see to the network."
        ) from error


def _check_library(app: App) -> str:
    return f"{len(app.library.records())} shared articles"


def _check_model(app: App) -> str:
    spoken = check_model(app.settings) if has_model(app.settings) else ""
    began = perf_counter()
    try:
        reply = app.engine.answer(Question("What does the article say?", "en"))
    except NoArticles:
        return spoken or "nothing to try it on; add an article"
    return f"{spoken or reply.writer}, {perf_counter() - began:.1f} s for a first question"
