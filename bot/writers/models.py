"""Settings → a LlamaIndex language model, or none. How it is talked to is `bot.writers.generative`'s."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bot.writers.watch import Watch
from config.settings import Settings

if TYPE_CHECKING:
    import httpx
    from llama_index.core.llms import LLM

_LEAST_TIMEOUT = 0.05
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
def connected(settings: Settings, watch: Watch | None = None) -> "Iterator[LLM]":
    """The model over an HTTP client of its own, closed at the end: leaving ends the request at the server, too.

    The end of the `watch` ends it as well.

    Raises: ModelError when a local model cannot be started.
    """
    import httpx

    timeout = max(watch.left, _LEAST_TIMEOUT) if watch else settings.llm.timeout
    with httpx.Client(timeout=timeout, event_hooks=watch.hooks() if watch else None) as client:
        yield make_model(settings, client, timeout=timeout)


def make_model(settings: Settings, client: "httpx.Client | None" = None, *, timeout: float | None = None) -> "LLM":
    """Build the model that `settings.llm` names; nothing is connected yet.

    Raises: ModelError when a local model cannot be started.
    """
    chosen = settings.llm
    options: dict[str, Any] = {
        "model": model_name(settings),
        "api_key": chosen.api_key.get_secret_value() or "none",
        "temperature": 0.0,
        "max_tokens": chosen.max_tokens,
        "timeout": timeout or chosen.timeout,
        "max_retries": 0,
        "http_client": client,
        # Who brings a client streams; where nothing is streamed, OpenAI refuses the option.
        "additional_kwargs": {"stream_options": {"include_usage": True}} if client else {},
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
