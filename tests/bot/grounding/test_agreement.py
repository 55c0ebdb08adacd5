"""Whether a claim, what it quotes and the reason that it gives say what sentences say, by the bundled encoders."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grounding.agreement import EncoderAgreement, added_reason, invented_quote, parts
from config.settings import load_settings
from index.models.choose import make_encoders
from index.text.search_form import without_diacritics

LONG = (
    "Six-time Grammy winner and Academy Award nominee Lady Gaga performed the national anthem, "
    "while Academy Award winner Marlee Matlin provided American Sign Language translation."
)
SPOKE = "وأشار بوجدانوف إلى أن المحادثات “تسير بطريقة بناءة”."
SAID = 'He said "the bridge will never be closed" and left.'


@pytest.fixture(scope="module")
def agrees() -> EncoderAgreement:
    return EncoderAgreement(cache(lambda: make_encoders(load_settings({}))))


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("Marlee Matlin did the sign language.", LONG),
        ("ترجمت مارلي ماتلين النشيد إلى لغة الإشارة.", LONG),
        (
            "The bridge is 503 metres long.",
            "افتتح الجسر الملك فيصل عام 1932، ويبلغ طوله 503 أمتار، ويعمل فيه عشرة رسامين.",
        ),
    ],
)
def test_a_clause_of_a_long_sentence_is_enough(agrees: EncoderAgreement, claim: str, sentence: str) -> None:
    assert agrees(claim, [sentence])


@pytest.mark.parametrize(
    "claim", ["Whales sing to one another across whole oceans.", "ارتفعت أسعار النفط في الأسواق العالمية."]
)
def test_another_topic_is_not(agrees: EncoderAgreement, claim: str) -> None:
    assert not agrees(claim, [LONG])


def test_without_the_second_encoder_the_first_one_judges() -> None:
    chosen = load_settings({"embedding": {"second": False}})
    one = EncoderAgreement(cache(lambda: make_encoders(chosen)))
    assert one("Marlee Matlin did the sign language.", [LONG])
    assert not one("ارتفعت أسعار النفط في الأسواق العالمية.", [LONG])


def test_parts_are_few_and_long_enough() -> None:
    assert parts(["One two three, yes, four five six."]) == [
        "One two three, yes, four five six.",
        "One two three",
        "four five six.",
    ]
    assert len(parts([", ".join(f"a b c{number}" for number in range(1000))])) == 25


@pytest.mark.parametrize(
    ("claim", "source", "quote"),
    [
        ("Bogdanov said the talks are “treating it with care”.", SPOKE, "treating it with care"),
        ("قال إن المحادثات «متوقفة تماما منذ أسبوع».", SPOKE, "متوقفة تماما منذ أسبوع"),
        ('He said "the bridge will be closed soon".', SAID, "the bridge will be closed soon"),
        ("قال إن «الطقس كان جميلا في الصيف».", SAID, "الطقس كان جميلا في الصيف"),
    ],
)
def test_words_put_into_a_mouth_are_found(agrees: EncoderAgreement, claim: str, source: str, quote: str) -> None:
    assert invented_quote(claim, [source], agrees) == quote


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Bogdanov said the talks “proceed in a constructive way”.", SPOKE),
        ("قال إن المحادثات «تسير بطريقة بنّاءة».", SPOKE),
        ('He said "The bridge will never be closed."', SAID),
        ("قال إن «الجسر لن يغلق أبدا».", SAID),
        ('The song "Grey Bridge" is about it.', SAID),
        ("No quotation at all.", SAID),
        ('An open " mark', SAID),
    ],
)
def test_what_was_said_is_let_pass(agrees: EncoderAgreement, claim: str, source: str) -> None:
    assert invented_quote(claim, [source], agrees) == ""


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
    assert added_reason(claim, sentences) in without_diacritics(claim)


@given(st.text(alphabet="because of لأن بسبب", max_size=3000))
def test_a_reason_is_a_part_of_its_claim(claim: str) -> None:
    assert added_reason(claim, []) in without_diacritics(claim)
