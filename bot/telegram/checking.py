"""`sanad telegram --check`: whether token, library and model work, each tried for what it is."""

import asyncio
from time import perf_counter

from bot.bootstrap import App
from bot.telegram.serving import make_bot
from bot.types import Question
from bot.writers.models import connected, has_model, model_name
from config.errors import BotError, NoArticles, SanadError

FEW_TOKENS = 8
"""Enough for a word: whether the model speaks at all is what is asked."""


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
    spoken = _first_words(app) if has_model(app.settings) else ""
    began = perf_counter()
    try:
        reply = app.engine.answer(Question("What does the article say?", "en"))
    except NoArticles:
        return spoken or "nothing to try it on; add an article"
    return f"{spoken or reply.writer}, {perf_counter() - began:.1f} s for a first question"


def _first_words(app: App) -> str:
    """Have the model itself say something: the engine would answer without it. Raises: BotError."""
    from llama_index.core.llms import ChatMessage

    try:
        with connected(app.settings) as model:
            written = model.stream_chat([ChatMessage("Say: yes")], max_tokens=FEW_TOKENS)
            said = "".join(part.delta or "" for part in written)
    except SanadError:
        raise
    except Exception as error:
        raise BotError(
            f"The model {model_name(app.settings)!r} does not answer ({type(error).__name__}: {error}); "
            "see to llm.base_url, llm.model and llm.api_key."
        ) from error
    if not said.strip():
        raise BotError(f"The model {model_name(app.settings)!r} answers without a word; choose another llm.model.")
    return model_name(app.settings)
