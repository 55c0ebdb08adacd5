"""Who may use the bot: the operator, whom the operator named, or everyone."""

from collections.abc import Set as AbstractSet

from config.settings import TelegramSettings


def admitted(settings: TelegramSettings, *, person_id: int, chat_ids: AbstractSet[int]) -> bool:
    """Whether a person may use the bot in a chat; a group that became a supergroup has had several ids."""
    return (
        settings.public
        or person_id == settings.operator != 0
        or person_id in settings.allowed_users
        or not chat_ids.isdisjoint(settings.allowed_chats)
    )
