"""Follow-ups: what leans on the turns before it, and what it becomes."""

import pytest

from bot.conversation import HISTORY_TOKENS, Conversation, is_follow_up, parse_rewritten
from bot.types import NO_USAGE, Question, Reason, Refusal, Usage
from index.text.passages import count_tokens
from index.types import Language


def asked(conversation: Conversation, text: str, language: Language = "en") -> str:
    question = conversation.understand(Question(text, language))
    conversation.remember(question, Refusal(question, Reason.WEAK_EVIDENCE, 0.1, "extractive", ()))
    return question.text


@pytest.mark.parametrize(
    "text",
    [
        "And when was it built?",
        "Why?",
        "Where is it?",
        "ومتى بُنيت؟",
        "أين هي الآن؟",
        "What did he say about that?",
        "كم يبلغ طوله؟",
    ],
)
def test_what_is_follow_up(text: str) -> None:
    assert is_follow_up(text)


@pytest.mark.parametrize(
    "text",
    [
        "Who wrote Hamlet?",
        "متى افتتح الجسر؟",
        "ما هو البناء الضوئي؟",
        "How do plants make their food?",
        "Did Bogdanov say when he would return?",
        "When the aircraft landed, where did they stand?",
        "When was the bridge of Mosul opened?",
        "من بنى قاعدة طرطوس البحرية؟",
        "How many passengers does the ferry hold?",
    ],
)
def test_what_stands_alone(text: str) -> None:
    assert not is_follow_up(text)


def test_without_a_model_the_last_question_lends_its_words() -> None:
    conversation = Conversation()
    assert asked(conversation, "Why?") == "Why?"
    assert asked(conversation, "Who built the bridge of Mosul?") == "Who built the bridge of Mosul?"
    assert asked(conversation, "And when?") == "And when? (Who built the bridge of Mosul?)"
    assert asked(conversation, "And where?") == "And where? (Who built the bridge of Mosul?)"
    conversation.forget()
    assert asked(conversation, "And when?") == "And when?"


def test_a_model_that_fails_is_done_without() -> None:
    def fail(history: str, question: Question) -> tuple[str, Usage]:
        return "", NO_USAGE

    conversation = Conversation(fail)
    asked(conversation, "Who built the bridge of Mosul?")
    assert asked(conversation, "And when?") == "And when? (Who built the bridge of Mosul?)"


def test_a_model_rewrites_with_the_history() -> None:
    seen: list[str] = []

    def rewrite(history: str, question: Question) -> tuple[str, Usage]:
        seen.append(history)
        return "When was the bridge built?\n", NO_USAGE

    conversation = Conversation(rewrite)
    asked(conversation, "Who built the bridge of Mosul?")
    assert asked(conversation, "And when?") == "When was the bridge built?"
    assert seen == ["Person: Who built the bridge of Mosul?\nAnswer: —"]


def test_history_is_bounded_by_tokens() -> None:
    seen: list[str] = []

    def rewrite(history: str, question: Question) -> tuple[str, Usage]:
        seen.append(history)
        return question.text, NO_USAGE

    conversation = Conversation(rewrite)
    for number in range(40):
        asked(conversation, f"What did minister number {number} say about the price of bread in the capital?")
    asked(conversation, "And then?")
    assert "number 39" in seen[0]
    assert count_tokens(seen[0]) <= HISTORY_TOKENS + 40


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("How long is the bridge?", "How long is the bridge?"),
        ('"How long is the bridge?"\nextra', "How long is the bridge?"),
        ("Rewritten question: How long is the bridge?", "How long is the bridge?"),
        ("**Question:** How long is the bridge?", "How long is the bridge?"),
        ("I cannot do that. As an AI, I must not.", ""),
        ("It is 503 metres long.", ""),
        ("كم يبلغ طول الجسر؟", ""),
        ("What is the capital of France?", ""),
        ("", ""),
    ],
)
def test_what_a_model_wrote_is_taken_only_if_it_is_a_question_about_what_was_said(written: str, text: str) -> None:
    said = "And how long is it? Person: When was the bridge opened? Answer: In 1932."
    assert parse_rewritten(written, said, Question("And how long is it?", "en")) == text


def test_what_a_rewriting_cost_goes_with_the_question() -> None:
    conversation = Conversation(lambda history, question: ("I will not.", Usage(5, 3, 1)))
    asked(conversation, "Who built the bridge of Mosul?")
    question = conversation.understand(Question("And when?", "en"))
    assert question.text == "And when? (Who built the bridge of Mosul?)"
    assert question.spent == Usage(5, 3, 1)
