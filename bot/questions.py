"""What a person typed → a `Question`, or one clear sentence why not."""

from bot import messages
from bot.types import Question
from config.errors import QuestionError
from config.settings import LanguageChoice
from index.text.search_form import language_of, search_form, words
from index.types import Language

MOST_CHARACTERS = 2_000
LEAST_LETTERS = 2
"""Of one word at least; signs written on or between Arabic letters are none."""


def read_question(text: str, *, language: LanguageChoice, article_id: str | None = None) -> Question:
    """Make a question of the text; `language` auto answers in the language it is asked in.

    Raises: QuestionError when it has no word of LEAST_LETTERS or is longer than MOST_CHARACTERS.
    """
    stripped = text.strip()
    spoken = detect_language(stripped[:MOST_CHARACTERS]) if language == "auto" else language
    if not any(sum(map(str.isalpha, word)) >= LEAST_LETTERS for word in words(stripped)):
        raise QuestionError(messages.QUESTION_EMPTY(spoken))
    if len(stripped) > MOST_CHARACTERS:
        raise QuestionError(messages.QUESTION_TOO_LONG(spoken, length=len(stripped), limit=MOST_CHARACTERS))
    return Question(stripped, spoken, article_id)


def detect_language(text: str) -> Language:
    """The language of what a person typed, by its question mark where it has no letter."""
    if any(map(str.isalpha, search_form(text))):
        return language_of(text)
    return "ar" if "؟" in text else "en"
