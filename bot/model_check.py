"""Whether the configured language model speaks at all: the engine would answer without it, and say only why."""

from bot.bootstrap import App
from bot.writers.models import connected, model_name
from config.errors import ModelError, SanadError

FEW_TOKENS = 8
"""Enough for a word."""


def try_model(app: App) -> str:
    """Have the model say something, and return its name.

    Raises: ModelError where it does not, or none is configured.
    """
    from llama_index.core.llms import ChatMessage

    name = model_name(app.settings)
    try:
        with connected(app.settings) as model:
            written = model.stream_chat([ChatMessage("Say: yes")], max_tokens=FEW_TOKENS)
            said = "".join(part.delta or "" for part in written)
    except SanadError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise ModelError(
            f"The model {name!r} does not answer ({reason}); see to llm.base_url, llm.model and llm.api_key."
        ) from error
    if not said.strip():
        raise ModelError(f"The model {name!r} answers without a word; choose another llm.model.")
    return name
