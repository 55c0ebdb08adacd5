"""Whether a claim says what sentences say, by the bundled encoders."""

from functools import cache

import pytest

from bot.grounding.agreement import EncoderAgreement, parts
from config.settings import load_settings
from index.models.choose import make_encoders

LONG = (
    "Six-time Grammy winner and Academy Award nominee Lady Gaga performed the national anthem, "
    "while Academy Award winner Marlee Matlin provided American Sign Language translation."
)


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
