"""Names as values, and what looks like one."""

import pytest

from bot.grounding.facts.names import find_names, is_ordinary, read_names
from bot.grounding.facts.tokens import tokenize


def stated(claim: str, source: str) -> list[bool]:
    return [name.stated_by(read_names(source)) for _, _, name in find_names(tokenize(claim))]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Bogdanov came.", "جاء بوغدانوف."),
        ("in Germany", "في ألمانيا"),
        ("في فيينا", "in Vienna"),
        ("قال تاناغريسون", "said Tanaghrisson"),
    ],
)
def test_a_name_is_stated_in_the_other_script(claim: str, source: str) -> None:
    assert stated(claim, source) == [True]


@pytest.mark.parametrize(
    ("claim", "source"),
    [("Lavrov came.", "جاء بوغدانوف."), ("in Austria", "في ألمانيا"), ("قال تاناغريسون", "said Dinwiddie")],
)
def test_another_name_is_not(claim: str, source: str) -> None:
    assert stated(claim, source) == [False]


def test_words_are_no_names() -> None:
    assert stated("اجتمع المتمردون في المدينة القديمة.", "They met.") == []
    assert is_ordinary("minister")
    assert not is_ordinary("bogdanov")
