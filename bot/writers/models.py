"""Settings → a LlamaIndex language model, or none. How it is talked to is `bot.writers.generative`'s."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from config.settings import Settings

if TYPE_CHECKING:
    import httpx
    from llama_index.core.llms import LLM

OPENAI_MODEL = "gpt-4o-mini"


def has_model(settings: Settings) -> bool:
    """Whether the settings name a language model."""
    chosen = settings.llm
    return bool(chosen.path or chosen.base_url or chosen.api_key.get_secret_value())


def model_name(settings: Settings) -> str:
    """What the model is called in replies and logs."""
    chosen = settings.llm
    if chosen.path:
        return chosen.path.rsplit("/", 1)[-1]
    return chosen.model or ("default" if chosen.base_url else OPENAI_MODEL)


@contextmanager
def connected(settings: Settings) -> "Iterator[LLM]":
    """The model over an HTTP client of its own, closed at the end: leaving ends the request at the server, too.

    Raises: ModelError when a local model cannot be started.
    """
    import httpx

    with httpx.Client(timeout=settings.llm.timeout) as client:
        yield make_model(settings, client)


def make_model(settings: Settings, client: "httpx.Client | None" = None) -> "LLM":
    """Build the model that `settings.llm` names; nothing is connected yet.

    Raises: ModelError when a local model cannot be started.
    """
    chosen = settings.llm
    options: dict[str, Any] = {
        "model": model_name(settings),
        "api_key": chosen.api_key.get_secret_value() or "none",
        "temperature": 0.0,
        "max_tokens": chosen.max_tokens,
        "timeout": chosen.timeout,
        "max_retries": 0,
        "http_client": client,
        "additional_kwargs": {"stream_options": {"include_usage": True}},
    }
    if not (chosen.path or chosen.base_url):
        from llama_index.llms.openai import OpenAI

        return OpenAI(**options)
    from llama_index.llms.openai_like import OpenAILike

    address = chosen.base_url
    if chosen.path:
        from bot.writers.local import serve

        address = serve(chosen.path, context=chosen.context)
    return OpenAILike(api_base=address, context_window=chosen.context, is_chat_model=True, **options)
