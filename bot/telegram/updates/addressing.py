"""Is a message meant for the bot, and what does it say: commands, mentions and replies, in private and in groups."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.telegram.handlers.commands import COMMANDS
from bot.telegram.outgoing.texts import units

if TYPE_CHECKING:
    import telegram


@dataclass(frozen=True, slots=True)
class Addressed:
    """What was said to the bot: a command and what follows it, or a text. `shift` is where the text begins, UTF-16."""

    text: str
    command: str | None = None
    shift: int = 0


def is_question(text: str) -> bool:
    """Whether a text asks, by its end."""
    return text.rstrip().endswith(("?", "؟"))


def addressed(message: "telegram.Message", username: str, bot_id: int, *, private: bool) -> Addressed | None:
    """What the message says to the bot; None if it is not meant."""
    text = message.text or message.caption or ""
    if message.text and text.startswith("/"):
        return _command(text, username, private=private)
    if private:
        return Addressed(text)
    mention = f"@{username}"
    if mention.casefold() in text.casefold():
        return _without(text, mention)
    replied = message.reply_to_message
    if replied and replied.from_user and replied.from_user.id == bot_id:
        return Addressed(text)
    return None


def _command(text: str, username: str, *, private: bool) -> Addressed | None:
    """The command, if it is ours: in a group, one that names nobody and that we do not know is another bot's."""
    word, *rest = text.split(maxsplit=1)
    name, _, meant = word[1:].casefold().partition("@")
    ours = meant == username.casefold() if meant else private or name in COMMANDS
    said = rest[0] if rest else ""
    return Addressed(said, name, shift=units(text) - units(said)) if ours else None


def _without(text: str, mention: str) -> Addressed:
    """The text without a mention at its beginning or end, or with the one inside it left out."""
    start = text.casefold().index(mention.casefold())
    before, after = text[:start], text[start + len(mention) :]
    if before.strip():
        return Addressed((before.rstrip() + " " + after.lstrip()).strip())
    said = after.lstrip()
    return Addressed(said, shift=units(text) - units(said))
