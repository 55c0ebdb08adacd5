"""What counts as a question, and the language it is refused in."""

import pytest

from bot import messages
from bot.questions import MOST_CHARACTERS, detect_language, read_question
from config.errors import QuestionError


@pytest.mark.parametrize(
    "text",
    ["", " \n", "a", "1", "1998?", "a b c?", "2+2", "x_y", "؟", "ا ب؟", "ـــ", "بـَّـ؟", "َُِّ", "\u200fا\u200d؟", "١٢٣ ؟"],
)
def test_without_a_word_there_is_no_question(text: str) -> None:
    with pytest.raises(QuestionError) as refused:
        read_question(text, language="auto")
    assert str(refused.value) == messages.QUESTION_EMPTY("ar" if "؟" in text or "ب" in text else "en")


@pytest.mark.parametrize("text", ["why", "U.S.?", "من؟", "مَـنْ؟", "ﻻ", "ﷲ", "A4 or a5?", "谁赢了?", "MI6"])
def test_one_word_of_two_letters_is_enough(text: str) -> None:
    assert read_question(f" {text}\n", language="auto").text == text


def test_where_no_letter_is_the_question_mark_tells_the_language() -> None:
    assert [detect_language(text) for text in ("؟", "ـَ ؟ 12", "12?", "ـ", "ب", "x ؟")] == [
        "ar",
        "ar",
        "en",
        "en",
        "ar",
        "en",
    ]


def test_a_question_is_shortened_by_who_asks_it() -> None:
    with pytest.raises(QuestionError, match=f"{MOST_CHARACTERS}"):
        read_question("why " * MOST_CHARACTERS, language="auto")
