"""Numbers as they are read, by themselves."""

from fractions import Fraction

import pytest

from bot.grounding.facts.numbers import find_numbers
from bot.grounding.facts.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("three and a half million", {Fraction(3_500_000)}),
        ("ثلاثمئة وستة وأربعون", {Fraction(346)}),
        ("1.234", {Fraction("1.234"), Fraction(1234)}),
        ("3:30", {Fraction(7, 2)}),
        ("الثالثة والنصف", {Fraction(7, 2)}),
        ("تسعة أعشار", {Fraction(9, 10)}),
        ("طائرتان", {Fraction(2)}),
        ("Super Bowl XLIX", {Fraction(49)}),
        ("تسعينيات القرن العشرين", {Fraction(90), Fraction(1990)}),
    ],
)
def test_a_number_is_read(text: str, values: set[Fraction]) -> None:
    (number,) = find_numbers(tokenize(text))
    assert number.values == values


def test_a_half_that_is_counted_is_no_number_of_halves() -> None:
    assert [number.values for number in find_numbers(tokenize("the second half"))] == [{Fraction(2)}, {Fraction(1, 2)}]
