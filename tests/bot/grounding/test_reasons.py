"""The reason that a claim gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grounding.agreement import added_reason
from index.text.search_form import without_marks


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("Prices rose because of the long war.", "the long war"),
        ("Prices rose due to fears of a war, the bank said.", "fears of a war, the bank said"),
        ("ارتفعت الأسعار بسبب الحرب في المنطقة.", "الحرب في المنطقة"),
        ("ارتفعت الأسعار لأنّ الحرب طالت كثيرا.", "الحرب طالت كثيرا"),
        ("Prices rose.", ""),
        ("Because Assad fell.", ""),
        ("Prices rose because the harvest failed again.", ""),
        ("Becauses and thanks are nothing like it at all.", ""),
        ("وصل إلى كينيا في عام 2015 مع عائلته.", ""),
    ],
)
def test_the_reason_is_what_follows_unless_the_sentence_says_it(claim: str, reason: str) -> None:
    assert added_reason(claim, ["Prices rose: the harvest failed again."]) == reason


@given(st.text(max_size=300), st.lists(st.text(max_size=50), max_size=3))
def test_any_text_is_read(claim: str, sentences: list[str]) -> None:
    assert added_reason(claim, sentences) in without_marks(claim)


@given(st.text(alphabet="because of لأن بسبب", max_size=3000))
def test_a_reason_is_a_part_of_its_claim(claim: str) -> None:
    assert added_reason(claim, []) in without_marks(claim)
