"""Arabic as it is seen from left to right, in the order it is read."""

import re

import pytest

from index.readers.pdf.bidi import reading_order


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("يبرع", "عربي"),
        (".2016 ماع", "عام 2016."),
        ("GPT-4 جذومن مدختسا", "استخدم نموذج GPT-4"),
        ("abc def", "abc def"),
        ("ab بج cd", "ab جب cd"),
        ("٣٫٥ ةبسن", "نسبة ٣٫٥"),
    ],
)
def test_what_is_seen_from_left_to_right_is_read(seen: str, read: str) -> None:
    rtl = not re.match("a", seen)
    assert reading_order(list(seen), rtl=rtl) == read
