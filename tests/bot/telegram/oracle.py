"""TDLib's own entity parser as the judge of every text: what it makes of a text must be what was sent.

Two of its functions, both without network: `parseTextEntities`, which the official server calls, on the text with its
entities written as HTML; and `parseMarkdown`, which cleans a text with entities as the server cleans a message.
"""

import html
import json
from typing import Any

from tdjson import td_execute

TAGS = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "expandable_blockquote": ("<blockquote expandable>", "</blockquote>"),
    "text_link": ('<a href="{url}">', "</a>"),
}
NAMES = {
    "bold": "textEntityTypeBold",
    "italic": "textEntityTypeItalic",
    "expandable_blockquote": "textEntityTypeExpandableBlockQuote",
    "text_link": "textEntityTypeTextUrl",
}
MARKDOWN = ("**", "__", "``", "`", "||", "~~", "](")
"""What `parseMarkdown` would take for markup."""


def entity_fault(text: str, entities: list[dict[str, Any]]) -> str:
    """What TDLib would change about the message; empty if nothing."""
    if text != text.strip():
        return f"white space around {text!r}"
    wanted = sorted(_key(NAMES[one["type"]], one["offset"], one["length"]) for one in entities)
    parsed = _execute("parseTextEntities", text=_html(text, entities), parse_mode={"@type": "textParseModeHTML"})
    if parsed["@type"] == "error" or parsed["text"] != text or _keys(parsed) != wanted:
        return f"as HTML: {parsed} instead of {text!r} {wanted}"
    if not any(mark in text for mark in MARKDOWN):
        parsed = _execute("parseMarkdown", text={"@type": "formattedText", "text": text, "entities": _typed(entities)})
        if parsed["@type"] == "error" or parsed["text"] != text or not set(wanted) <= set(_keys(parsed)):
            return f"cleaned: {parsed} instead of {text!r} {wanted}"
    return ""


def commands_in(text: str) -> list[str]:
    """The commands that a person could tap in a text."""
    found = _execute("getTextEntities", text=text)["entities"]
    encoded = text.encode("utf-16-le")
    return [
        encoded[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le")
        for one in found
        if one["type"]["@type"] == "textEntityTypeBotCommand"
    ]


def _html(text: str, entities: list[dict[str, Any]]) -> str:
    encoded = text.encode("utf-16-le")
    at: dict[int, list[tuple[int, int, str]]] = {}
    for number, one in enumerate(sorted(entities, key=lambda one: (one["offset"], -one["length"]))):
        opening, closing = TAGS[one["type"]]
        opening = opening.format(url=html.escape(one.get("url", "")))
        at.setdefault(one["offset"], []).append((1, number, opening))
        at.setdefault(one["offset"] + one["length"], []).append((0, -number, closing))
    parts, last = [], 0
    for position in sorted(at):
        parts.append(html.escape(encoded[2 * last : 2 * position].decode("utf-16-le"), quote=False))
        parts += [tag for _, _, tag in sorted(at[position])]
        last = position
    return "".join(parts) + html.escape(encoded[2 * last :].decode("utf-16-le"), quote=False)


def _typed(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "@type": "textEntity",
            "offset": one["offset"],
            "length": one["length"],
            "type": {"@type": NAMES[one["type"]], **({"url": one["url"]} if "url" in one else {})},
        }
        for one in entities
    ]


def _keys(parsed: dict[str, Any]) -> list[tuple[str, int, int]]:
    return sorted(_key(one["type"]["@type"], one["offset"], one["length"]) for one in parsed["entities"])


def _key(name: str, offset: int, length: int) -> tuple[str, int, int]:
    return (name, offset, length)


def _execute(request: str, **values: Any) -> dict[str, Any]:
    answer = td_execute(json.dumps({"@type": request, **values}).encode())
    parsed: dict[str, Any] = json.loads(answer) if answer else {}
    return parsed


_execute("setLogVerbosityLevel", new_verbosity_level=0)


def links_in(message: dict[str, Any]) -> list[tuple[str, str]]:
    """The words and addresses of a message's links."""
    encoded = message.get("text", message.get("message_text", "")).encode("utf-16-le")
    return [
        (encoded[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le"), one["url"])
        for one in message["entities"]
        if one["type"] == "text_link"
    ]
