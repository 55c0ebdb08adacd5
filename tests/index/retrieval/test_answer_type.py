"""The mark inside a quoted sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retrieval.answer_type import find_span


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("كم عدد سكان المدينة؟", "يبلغ عدد سكانها ٣٫٥ مليون نسمة.", "٣٫٥ مليون"),
        ("How many bridges cross the river?", "Since 1950, twelve bridges cross it.", "twelve"),
        ("How many people live there?", "About 1,200 people live in 3 villages.", "1,200"),
        ("What percentage voted?", "Of 300 members, 62 % voted.", "62 %"),
        ("ما هي نسبة المشاركة؟", "بلغت المشاركة 45 في المئة بين 300 ناخب.", "45 في المئة"),
        ("متى افتتح المتحف؟", "افتُتِح المتحف في 27 نوفمبر 2016 بحضور الوزير.", "27 نوفمبر 2016"),
        ("When did the war end?", "The war ended on 11 November 1918 in France.", "11 November 1918"),
        ("What year was it built?", "Work began in May 1902 after long talks.", "1902"),
        ("When did it move, after 1902?", "Built in 1902, it moved in 1931.", "1931"),
        ("Who designed the tower?", "The tower was designed by Gustave Eiffel for a fair.", "Gustave Eiffel"),
        ("من صمم البرج؟", "The tower was designed by Gustave Eiffel for a fair.", "Gustave Eiffel"),
    ],
)
def test_the_answer_is_marked(question: str, sentence: str, answer: str) -> None:
    found = find_span(question, sentence)

    assert found is not None
    assert sentence[slice(*found)] == answer


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When did it open?", "It was founded in 1902 and opened in 1931."),  # which of the two?
        ("What was built when the war ended in 1918?", "A bridge was built in 1919."),  # wants no date
        ("How many goals did he score?", "He scored 5 in spring and 7 in autumn."),
        ("How many were there?", "There was one problem."),  # "one" is not always a number
        ("Who won?", "Paris welcomed Anna Smith and Peter Jones."),
        ("من فاز؟", "فاز أحمد علي بالسباق."),  # no capitals to go by
        ("Why did it close?", "It closed in 1931."),
        ("متى؟", ""),
    ],
)
def test_no_mark_rather_than_a_wrong_one(question: str, sentence: str) -> None:
    assert find_span(question, sentence) is None


@given(st.text(max_size=80), st.text(max_size=200))
def test_any_text_gives_a_range_inside_the_sentence_or_none(question: str, sentence: str) -> None:
    for asked in (question, f"How many {question}", f"متى {question}", f"Who {question}"):
        found = find_span(asked, sentence)
        assert found is None or 0 <= found[0] < found[1] <= len(sentence)
