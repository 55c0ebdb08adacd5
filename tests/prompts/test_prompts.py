"""Prompt files: both languages, the variables of their step, and no model called with a wrong one."""

import pytest

from bot.types import Fault
from config.errors import PromptError
from prompts import FAILURES, REFUSALS, VARIABLES, Language, load, parse

LANGUAGES: tuple[Language, ...] = ("ar", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", VARIABLES)
def test_every_step_has_a_prompt_in_both_languages(name: str, language: Language) -> None:
    values = {variable: f"<{variable} $question $$ ${{x}}>" for variable in VARIABLES[name]}
    messages = load(name, language=language).fill(**values)
    whole = messages.system + messages.user
    assert len(messages.example) == (0 if name == "followup" else 2)
    assert all(value in whole for value in values.values())


@pytest.mark.parametrize("name", VARIABLES)
def test_the_language_rule_comes_last_and_in_its_language(name: str) -> None:
    assert "English" in load(name, language="en").user.template.splitlines()[-1]
    assert "العربية" in load(name, language="ar").user.template.splitlines()[-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_model_is_told_the_refusal_to_the_letter(language: Language) -> None:
    prompt = load("answer", language=language)
    assert REFUSALS[language] in prompt.fill(evidence="", question="", refusal=REFUSALS[language]).system


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_a_line(language: Language) -> None:
    assert set(FAILURES[language]) == set(Fault)


def test_an_unknown_step_is_an_error() -> None:
    with pytest.raises(PromptError, match="poem"):
        load("poem", language="ar")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# system\nRead $history\n# user\nAnswer", r"lack \$question"),
        ("# system\nRead $history\n# user\n$question $answer", r"unknown \$answer"),
        ("# system\nRead $history\n# user\n$question $sources $answer", r"unknown \$answer, \$sources"),
        ("# user\n$question\n# system\n$history", "must have a part"),
        ("# system\n$history $question", "must have a part"),
        ("# system\n\n# user\n$history $question", "must have a part"),
        ("# system\n$history\n# example\nWhy?\n# user\n$question", "must have a part"),
        ("# system\n$history\n# answer\nSo.\n# example\nWhy?\n# user\n$question", "must have a part"),
        ("Hello\n# system\n$history\n# user\n$question", "no other text"),
        ("# system\nIt costs $5, $history\n# user\n$question", "begins no variable"),
    ],
)
def test_a_file_with_wrong_parts_or_variables_fails_when_it_is_read(text: str, complaint: str) -> None:
    with pytest.raises(PromptError, match=complaint):
        parse(text, name="followup", language="en")


def test_an_example_stands_before_the_users_turn_as_it_is() -> None:
    prompt = parse(
        "# system\n$history\n# example\nWhy $$?\n# answer\nSo.\n# user\n$question", name="followup", language="en"
    )
    assert prompt.fill(history="h", question="q").example == ("Why $$?", "So.")


def test_a_missing_or_unknown_value_fails_before_any_model_is_called() -> None:
    prompt = load("followup", language="en")
    with pytest.raises(PromptError, match=r"lack \$history"):
        prompt.fill(question="Why?")
    with pytest.raises(PromptError, match=r"unknown \$title"):
        prompt.fill(question="Why?", history="", title="x")
