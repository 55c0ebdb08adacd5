"""What a person typed → a `Question`, or one clear sentence why not."""

from typing import Literal

from bot import messages
from bot.types import Question
from config.errors import QuestionError
from index.text import language_of
from index.types import Language

MOST_CHARACTERS = 2_000


def read_question(text: str, *, language: Literal["auto", "ar", "en"], article_id: str | None = None) -> Question:
    """Make a question of the text; `language` auto answers in the language it is asked in.

    Raises: QuestionError when it is empty or longer than MOST_CHARACTERS.
    """
    stripped = text.strip()
    spoken = _language(stripped[:MOST_CHARACTERS]) if language == "auto" else language
    if not any(character.isalnum() for character in stripped):
        raise QuestionError(messages.QUESTION_EMPTY(spoken))
    if len(stripped) > MOST_CHARACTERS:
        raise QuestionError(messages.QUESTION_TOO_LONG(spoken, length=len(stripped), limit=MOST_CHARACTERS))
    return Question(stripped, spoken, article_id)


def _language(text: str) -> Language:
    if any(character.isalpha() for character in text):
        return language_of(text)
    return "ar" if "؟" in text else "en"
