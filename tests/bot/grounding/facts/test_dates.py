"""Dates as values: what one gives, another states."""

import pytest

from bot.grounding.facts import Date, Facts, read_facts


def dates(text: str) -> Facts:
    return read_facts(text)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("It closed on 5 May 1990.", Date(1990, 5, 5)),
        ("It closed on 5 May 1990.", Date(None, 5)),
        ("It closed on 5 May 1990.", Date(1990, 5)),
        ("أغلق في الخامس من أيار 1990.", Date(1990, 5, 5)),
        ("27/11/2024", Date(2024, 11, 27)),
        ("In 1990 it closed on 5 May.", Date(1990, 5, 5)),
        ("من 27 إلى 30 نوفمبر", Date(None, 11, 27)),
        ("رمضان 1445", Date(1445, 21)),
        ("on Thursday", Date(name="day 3")),
    ],
)
def test_a_date_is_stated(text: str, date: Date) -> None:
    assert date.stated_by(dates(text).dates)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("It closed on 5 May 1990.", Date(1991, 5, 5)),
        ("It closed on 5 May 1990.", Date(1990, 5, 6)),
        ("On 5 May it closed, as others since 1990.", Date(1990, 5, 5)),
        ("It may close.", Date(None, 5)),
    ],
)
def test_another_date_is_not(text: str, date: Date) -> None:
    assert not date.stated_by(dates(text).dates)
