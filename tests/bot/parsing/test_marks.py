"""Citation marks, in every form that models write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parsing.marks import parse_marks

KNOWN = ("1", "2", "3", "4", "12")


@pytest.mark.parametrize(
    ("mark", "keys"),
    [
        ("[3]", "3"),
        ("[١]", "1"),
        ("[۳]", "3"),
        ("［3］", "3"),
        ("【3】", "3"),
        ("【3†source】", "3"),
        ("[3†L1-L5]", "3"),
        ("(3)", "3"),
        ("(1, 3)", "1 3"),
        ("[1,3]", "1 3"),
        ("[1، 3]", "1 3"),
        ("[1;2]", "1 2"),
        ("[1][3]", "1 3"),
        ("[1] [3]", "1 3"),
        ("[1 and 3]", "1 3"),
        ("[١ و ٣]", "1 3"),
        ("[2-4]", "2 3 4"),
        ("[2–4]", "2 3 4"),
        ("[٢-٤]", "2 3 4"),
        ("[2 to 4]", "2 3 4"),
        ("[4-2]", "4 3 2"),
        ("[1–3, 4]", "1 2 3 4"),
        ("[^3]", "3"),
        ("³", "3"),
        ("¹²", "12"),
        ("³⁴", "3 4"),
        ("[Source 3]", "3"),
        ("[sources: 1, 2]", "1 2"),
        ("[المصدر 3]", "3"),
        ("(المصدر ٢)", "2"),
        ("[#2]", "2"),
        ("【1:0†source】", "1"),
        ("【0:3†source】", "3"),
        ("(2-4)", "2 3 4"),
        ("[see 3]", "3"),
        ("{3}", "3"),
        ("③", "3"),
        ("[1/3]", "1 3"),
        ("[1|3]", "1 3"),
        ("\\[3\\]", "3"),
        ("[03]", "3"),
        ("[9]", "9"),  # not given, and grounding must hear of it
        ("\u2068[3]\u2069", "3"),
        ("<sup>3</sup>", "3"),
        ("<sup>[1, 3]</sup>", "1 3"),
        ("<cite>2-4</cite>", "2 3 4"),
    ],
)
def test_a_mark_is_read_in_every_form(mark: str, keys: str) -> None:
    assert parse_marks(f"قال بوغدانوف {mark} ذلك", KNOWN).keys == tuple(keys.split())


@pytest.mark.parametrize(
    "text",
    [
        "(2015)",
        "(3 people)",
        "(7)",
        "[2015]",
        "[sic]",
        "[...]",
        "(2-1)",
        "[1-1000000]",
        "20 m²",
        "كم²",
        "20 m<sup>2</sup>",
        "10<sup>3</sup>",
        "<sup>th</sup>",
        "<b>3</b>",
        "I <3 it",
        "10³",
        "[]",
        "[a1]",
        "(see 3)",
    ],
)
def test_what_is_no_mark_stays_text(text: str) -> None:
    parsed = parse_marks(f"word {text} word", KNOWN)
    assert parsed.keys == ()
    assert parsed.text == f"word {text} word"


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_and_no_text_is_lost_outside_marks(text: str) -> None:
    parsed = parse_marks(text, KNOWN)
    assert len(parsed.text) <= len(text)
    if not parsed.keys:
        assert parsed.text == text
