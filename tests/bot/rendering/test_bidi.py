"""Direction marks: in where they help, out where text is matched or copied."""

from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.bidi import FSI, PDI, RLM, clean, isolate, isolate_latin, paragraph_mark

MARKS = (
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b\u2060\u2063\ufff9\U000e0041"
)
TEXTS = st.text(st.sampled_from(f"{MARKS}\x00\x07\x1b\x85\x9b\ud800اب جGP-4 [1]\n\t«»") | st.characters())


def test_latin_runs_are_isolated_whole_and_marks_are_not() -> None:
    assert isolate_latin("استخدم نموذج GPT-4 Turbo في 2024") == f"استخدم نموذج {FSI}GPT-4 Turbo{PDI} في 2024"
    assert isolate_latin("نقلت وكالة (Interfax) عن") == f"نقلت وكالة ({FSI}Interfax{PDI}) عن"
    assert isolate_latin("لا شيء هنا") == "لا شيء هنا"


def test_only_an_arabic_paragraph_is_marked() -> None:
    assert (paragraph_mark("ar"), paragraph_mark("en")) == (RLM, "")


@given(TEXTS)
def test_clean_text_steers_nothing(text: str) -> None:
    cleaned = clean(text)
    assert not set(cleaned) & set(MARKS)
    assert all(char in "\n\t" or not (ord(char) < 32 or 127 <= ord(char) < 160) for char in cleaned)
    assert clean(cleaned) == cleaned
    cleaned.encode()


@given(TEXTS)
def test_isolates_are_balanced_and_come_off_again(text: str) -> None:
    cleaned = clean(text)
    shown = isolate(isolate_latin(cleaned))
    assert shown.count(FSI) == shown.count(PDI)
    assert clean(shown) == cleaned
