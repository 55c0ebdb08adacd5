"""Every message of ours in both languages, and numbers with their nouns."""

import string
from typing import Any

import pytest

from bot.messages import Message
from bot.telegram.handlers.commands import COMMANDS
from bot.telegram.outgoing import messages
from bot.telegram.outgoing.messages import counted
from bot.telegram.outgoing.texts import (
    Section,
    localize,
    split_into_messages,
)
from index.types import Language
from tests.bot.telegram.oracle import commands_in, entity_fault

LANGUAGES: tuple[Language, ...] = ("ar", "en")


MESSAGES = {name: value for name, value in {**vars(messages)}.items() if isinstance(value, Message)}
MESSAGES |= {f"COMMANDS {name}": value for name, value in messages.MENU.items()}


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_says_the_same_in_both_languages(name: str) -> None:
    message = MESSAGES[name]
    fields = [
        [field for _, field, _, _ in string.Formatter().parse(text) if field] for text in (message.ar, message.en)
    ]
    assert sorted(fields[0]) == sorted(fields[1])
    values: dict[str, Any] = dict.fromkeys(fields[0], "x < y & ش")
    made = {
        language: split_into_messages([Section(tuple(localize(message, language, **values)))]) for language in LANGUAGES
    }
    assert set(commands_in(made["ar"][0].text)) == set(commands_in(made["en"][0].text))
    for piece in (*made["ar"], *made["en"]):
        assert not entity_fault(piece.text, list(piece.entities))
    assert any("\u0600" <= char <= "\u06ff" for char in message.ar) or not any(char.isalpha() for char in message.en)
    assert not any("\u0600" <= char <= "\u06ff" for char in message.en)


def test_menus_are_within_telegrams_limits_and_every_command_is_there() -> None:
    assert set(messages.MENU) < set(COMMANDS)
    for name, text in messages.MENU.items():
        assert all(1 <= len(text(language)) <= 256 for language in LANGUAGES)
        assert f"/{name}" in messages.HELP("ar")
        assert f"/{name}" in messages.HELP("en")
    assert all(len(messages.BOT_DESCRIPTION(language)) <= 512 for language in LANGUAGES)
    assert all(len(messages.BOT_SHORT_DESCRIPTION(language)) <= 120 for language in LANGUAGES)


def test_numbers_have_the_right_nouns() -> None:
    forms = {n: (counted(n, messages.ARTICLES_HAD)("ar"), counted(n, messages.ARTICLES_HAD)("en")) for n in range(121)}
    assert forms[1] == ("مقال واحد", "1 article")
    assert forms[2] == ("مقالان", "2 articles")
    assert {forms[n][0].split()[1] for n in (3, 10, 103)} == {"مقالات"}
    assert {forms[n][0].split()[1] for n in (11, 20, 99, 111)} == {"مقالًا"}
    assert {forms[n][0].split()[1] for n in (100, 101, 102)} == {"مقال"}
    assert counted(300, messages.QUESTIONS)("ar") == "300 سؤال"
    assert counted(2, messages.QUESTIONS)("ar") == "سؤالين"
