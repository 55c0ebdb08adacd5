"""What a model's server did wrong → the note a person is shown. Sources: the openai client's tree of errors."""

import json

from bot.types import Note
from bot.writers import WriterFailed

_STATUS = {
    401: Note.MODEL_KEY,
    403: Note.MODEL_KEY,
    404: Note.MODEL_UNKNOWN,
    408: Note.MODEL_SLOW,
    413: Note.CONTEXT_TOO_LONG,
    429: Note.MODEL_BUSY,
    503: Note.MODEL_BUSY,
}
_CLIENT = (400, 401, 403, 404, 422)
_BAD_KEY = ("api key", "api_key", "apikey", "authentication", "unauthorized")
_NO_MODEL = ("does not exist", "not found", "unknown model", "no such model", "not exist", "invalid model")
_TOO_LONG = ("context_length", "context length", "context size", "too long", "exceed")


def explain(error: Exception) -> Note | None:
    """The note for an error raised while the model was asked; None if the fault is ours."""
    import httpx
    import openai
    import pydantic

    match error:
        case WriterFailed():
            return error.note
        case openai.APITimeoutError() | httpx.TimeoutException():
            return Note.MODEL_SLOW
        case openai.APIStatusError():
            return _of_status(error.status_code, str(error))
        case httpx.RemoteProtocolError() | httpx.ReadError():
            return Note.MODEL_CUT
        case openai.APIConnectionError() | httpx.TransportError():
            return Note.MODEL_UNREACHABLE
        case openai.APIError():
            return _of_status(500, str(error))
        case json.JSONDecodeError() | UnicodeDecodeError() | httpx.HTTPError() | httpx.StreamError():
            return Note.MODEL_FAILED
        case TypeError() | AttributeError() | KeyError() | IndexError() | pydantic.ValidationError():
            return Note.MODEL_FAILED  # the client's, over an answer that is not shaped like one
        case _:
            return None


def _of_status(status: int, said: str) -> Note:
    lower = said.lower()
    if status in _CLIENT and any(sign in lower for sign in _BAD_KEY):
        return Note.MODEL_KEY
    if status in _CLIENT and "model" in lower and any(sign in lower for sign in _NO_MODEL):
        return Note.MODEL_UNKNOWN
    if any(sign in said.lower() for sign in _TOO_LONG) and status in (400, 413, 500):
        return Note.CONTEXT_TOO_LONG
    if "content_filter" in said or "content filter" in said.lower():
        return Note.MODEL_FILTERED
    return _STATUS.get(status, Note.MODEL_FAILED)
