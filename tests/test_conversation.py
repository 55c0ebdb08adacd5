"""Follow-ups: what leans on the turns before it, and what it becomes."""

import pytest

from bot.conversation import HISTORY_TOKENS, Conversation, points_back
from bot.types import Note, Question, Reason, Refusal
from bot.writers import WriterFailed
from index.passages import count_tokens
from index.types import Language


def asked(conversation: Conversation, text: str, language: Language = "en") -> str:
    question = conversation.understand(Question(text, language))
    conversation.remember(question, Refusal(question, Reason.WEAK_EVIDENCE, 0.1, "extractive", ()))
    return question.text


@pytest.mark.parametrize(
    "text",
    ["And when was it built?", "Why?", "Where is it?", "ومتى بُنيت؟", "أين هي الآن؟", "What did he say about that?"],
)
def test_what_points_back(text: str) -> None:
    assert points_back(text)


@pytest.mark.parametrize(
    "text",
    ["When was the bridge of Mosul opened?", "من بنى قاعدة طرطوس البحرية؟", "How many passengers does the ferry hold?"],
)
def test_what_stands_alone(text: str) -> None:
    assert not points_back(text)


def test_without_a_model_the_last_question_lends_its_words() -> None:
    conversation = Conversation()
    assert asked(conversation, "Why?") == "Why?"
    assert asked(conversation, "Who built the bridge of Mosul?") == "Who built the bridge of Mosul?"
    assert asked(conversation, "And when?") == "And when? (Who built the bridge of Mosul?)"
    assert asked(conversation, "And where?") == "And where? (Who built the bridge of Mosul?)"
    conversation.forget()
    assert asked(conversation, "And when?") == "And when?"


def test_a_model_that_fails_is_done_without() -> None:
    def fail(history: str, question: Question) -> str:
        raise WriterFailed(Note.MODEL_BUSY)

    conversation = Conversation(fail)
    asked(conversation, "Who built the bridge of Mosul?")
    assert asked(conversation, "And when?") == "And when? (Who built the bridge of Mosul?)"


def test_a_model_rewrites_with_the_history() -> None:
    seen: list[str] = []

    def rewrite(history: str, question: Question) -> str:
        seen.append(history)
        return "When was the bridge built?\n"

    conversation = Conversation(rewrite)
    asked(conversation, "Who built the bridge of Mosul?")
    assert asked(conversation, "And when?") == "When was the bridge built?"
    assert seen == ["Person: Who built the bridge of Mosul?\nAnswer: —"]


def test_history_is_bounded_by_tokens() -> None:
    seen: list[str] = []

    def rewrite(history: str, question: Question) -> str:
        seen.append(history)
        return question.text

    conversation = Conversation(rewrite)
    for number in range(40):
        asked(conversation, f"What did minister number {number} say about the price of bread in the capital?")
    asked(conversation, "And then?")
    assert "number 39" in seen[0]
    assert count_tokens(seen[0]) <= HISTORY_TOKENS + 40
