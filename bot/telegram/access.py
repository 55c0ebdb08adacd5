"""Who may use the bot: the operator, whom the operator named, or everyone."""

from config.settings import Telegram


def admitted(settings: Telegram, *, person_id: int, chat_id: int) -> bool:
    """Whether a person may use the bot in a chat."""
    return (
        settings.public
        or person_id == settings.operator != 0
        or person_id in settings.allowed_users
        or chat_id in settings.allowed_chats
    )
