"""The methods of the Bot API server: each checks as the real one does, in its order, and changes what is there."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bot.telegram.bot_api import State

MOST_UNITS, MOST_ENTITIES, MOST_DATA = 4096, 100, 64

Params = dict[str, Any]
Method = Callable[["State", Params, dict[str, Any]], Any]


class ApiError(Exception):
    """What the server answers instead of a result."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description = code, description
        self.body: dict[str, Any] = {"description": description, **({"parameters": parameters} if parameters else {})}


def units(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _chat(state: "State", params: Params) -> dict[str, Any]:
    chat_id = params.get("chat_id")
    if chat_id in state.migrated:
        text = "Bad Request: group chat was upgraded to a supergroup chat"
        raise ApiError(400, text, migrate_to_chat_id=state.migrated[chat_id])
    if chat_id not in state.chats:
        raise ApiError(400, "Bad Request: chat not found")
    if chat_id in state.blocked:
        kicked = chat_id < 0
        raise ApiError(403, f"Forbidden: bot was {'kicked from the group chat' if kicked else 'blocked by the user'}")
    return state.chats[chat_id]


def _text(params: Params, name: str = "text") -> tuple[str, list[dict[str, Any]]]:
    text = params.get(name) or ""
    if not text.strip():
        raise ApiError(400, "Bad Request: message text is empty")
    entities = params.get("entities", [])
    for entity in entities:
        if entity["offset"] < 0 or entity["length"] <= 0 or entity["offset"] + entity["length"] > units(text):
            raise ApiError(400, "Bad Request: can't parse entities: entity beyond the end of the text")
    if units(text) > MOST_UNITS:
        raise ApiError(400, "Bad Request: message is too long")
    if len(entities) > MOST_ENTITIES:
        raise ApiError(400, "Bad Request: can't parse entities: too many entities")
    return text, entities


def _markup(params: Params) -> dict[str, Any] | None:
    markup: dict[str, Any] | None = params.get("reply_markup")
    for row in (markup or {}).get("inline_keyboard", []):
        for button in row:
            if not button.get("text"):
                raise ApiError(400, "Bad Request: can't parse inline keyboard button: text buttons are unallowed")
            if "callback_data" in button and not 0 < len(button["callback_data"].encode()) <= MOST_DATA:
                raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    return markup


def _reply(state: "State", params: Params) -> dict[str, Any]:
    reply = params.get("reply_parameters")
    if not reply:
        return {}
    replied = state.messages[params["chat_id"]].get(reply["message_id"])
    if replied is None:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise ApiError(400, "Bad Request: message to be replied not found")
    quote = reply.get("quote")
    if quote is None:
        return {"reply_to_message": replied}
    encoded, at = replied.get("text", "").encode("utf-16-le"), 2 * reply.get("quote_position", 0)
    if units(quote) > 1024 or encoded[at : at + 2 * units(quote)] != quote.encode("utf-16-le"):
        raise ApiError(400, "Bad Request: QUOTE_TEXT_INVALID")
    return {"reply_to_message": replied, "quote": {"text": quote, "position": reply.get("quote_position", 0)}}


def _thread(state: "State", params: Params) -> dict[str, Any]:
    thread = params.get("message_thread_id")
    if thread is None:
        return {}
    if thread not in state.topics[params["chat_id"]]:
        raise ApiError(400, "Bad Request: message thread not found")
    return {"message_thread_id": thread, "is_topic_message": True}


def send_message(state: "State", params: Params, bot: dict[str, Any]) -> Any:
    chat = _chat(state, params)
    text, entities = _text(params)
    message = {
        "message_id": state.next_id(),
        "date": int(time.time()),
        "chat": chat,
        "from": bot,
        "text": text,
        "entities": entities,
        **_reply(state, params),
        **_thread(state, params),
    }
    if markup := _markup(params):
        message["reply_markup"] = markup
    state.messages[chat["id"]][message["message_id"]] = message
    return _shown(message)


def _own(state: "State", params: Params) -> dict[str, Any]:
    _chat(state, params)
    message = state.messages[params["chat_id"]].get(params.get("message_id", 0))
    if message is None:
        raise ApiError(400, "Bad Request: message to edit not found")
    return message


def edit_message_text(state: "State", params: Params, _: dict[str, Any]) -> Any:
    message = _own(state, params)
    text, entities = _text(params)
    markup = _markup(params)
    if (text, entities, markup) == (message["text"], message["entities"], message.get("reply_markup")):
        text = "specified new message content and reply markup are exactly the same as a current content"
        raise ApiError(400, f"Bad Request: message is not modified: {text} and reply markup of the message")
    message.update(text=text, entities=entities, edit_date=int(time.time()))
    message.pop("reply_markup", None)
    if markup:
        message["reply_markup"] = markup
    return _shown(message)


def edit_message_reply_markup(state: "State", params: Params, _: dict[str, Any]) -> Any:
    message = _own(state, params)
    markup = _markup(params)
    if (markup or {}).get("inline_keyboard", []) == message.get("reply_markup", {}).get("inline_keyboard", []):
        raise ApiError(400, "Bad Request: message is not modified: the markup is exactly the same")
    message["reply_markup"] = markup
    return _shown(message)


def send_message_draft(state: "State", params: Params, _: dict[str, Any]) -> Any:
    chat = _chat(state, params)
    if chat["type"] != "private":
        raise ApiError(400, "Bad Request: drafts can be sent to private chats only")
    if not params.get("draft_id"):
        raise ApiError(400, "Bad Request: draft_id must be non-zero")
    text, entities = _text(params)
    state.drafts[chat["id"]].append({"draft_id": params["draft_id"], "text": text, "entities": entities})
    return True


def send_chat_action(state: "State", params: Params, _: dict[str, Any]) -> Any:
    state.actions.append(_chat(state, params)["id"])
    return True


def answer_callback_query(state: "State", params: Params, _: dict[str, Any]) -> Any:
    query = str(params.get("callback_query_id"))
    if query not in state.callbacks or state.callbacks[query] is not None:
        text = "query is too old and response timeout expired or query ID is invalid"
        raise ApiError(400, f"Bad Request: {text}")
    if units(params.get("text", "")) > 200:
        raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
    state.callbacks[query] = params.get("text", "")
    return True


def answer_inline_query(state: "State", params: Params, _: dict[str, Any]) -> Any:
    for result in params.get("results", []):
        if not 0 < len(str(result["id"]).encode()) <= 64:
            raise ApiError(400, "Bad Request: RESULT_ID_INVALID")
        content = result["input_message_content"]
        _text({"text": content["message_text"], "entities": content.get("entities", [])})
    state.inline[str(params["inline_query_id"])] = params
    return True


def get_file(state: "State", params: Params, _: dict[str, Any]) -> Any:
    path = str(params.get("file_id"))
    if path not in state.files:
        raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if len(state.files[path]) > 20 * 1024 * 1024:
        raise ApiError(400, "Bad Request: file is too big")
    return {"file_id": path, "file_unique_id": path, "file_size": len(state.files[path]), "file_path": path}


def set_webhook(state: "State", params: Params, _: dict[str, Any]) -> Any:
    if not str(params.get("url", "")).startswith("https://"):
        raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    state.webhook = dict(params)
    return True


def delete_webhook(state: "State", params: Params, _: dict[str, Any]) -> Any:
    state.webhook = {}
    if params.get("drop_pending_updates"):
        state.updates.clear()
    return True


def get_webhook_info(state: "State", _: Params, __: dict[str, Any]) -> Any:
    hook = state.webhook
    return {
        "url": hook.get("url", ""),
        "has_custom_certificate": bool(hook.get("certificate")),
        "pending_update_count": len(state.updates),
        **({"last_error_date": hook["last_error_date"], "last_error_message": "Connection refused"}
           if "last_error_date" in hook else {}),
    }  # fmt: skip


def _remember(name: str) -> Method:
    def method(state: "State", params: Params, _: dict[str, Any]) -> Any:
        state.settings[f"{name}:{params.get('language_code', '')}"] = params
        return True

    return method


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    """A message as the real server returns it: only inline buttons, and what it replies to is not nested any deeper."""
    if "inline_keyboard" not in (message.get("reply_markup") or {"inline_keyboard": []}):
        message = {key: value for key, value in message.items() if key != "reply_markup"}
    replied = message.get("reply_to_message")
    if not replied:
        return message
    return {**message, "reply_to_message": {key: value for key, value in replied.items() if key != "reply_to_message"}}


METHODS: dict[str, Method] = {
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "sendMessageDraft": send_message_draft,
    "sendChatAction": send_chat_action,
    "answerCallbackQuery": answer_callback_query,
    "answerInlineQuery": answer_inline_query,
    "getFile": get_file,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "setMyCommands": _remember("commands"),
    "setMyDescription": _remember("description"),
    "setMyShortDescription": _remember("short_description"),
}
