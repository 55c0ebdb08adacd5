"""Claims in another language than the question's, also where it shares the letters of Arabic or English."""

import json
from pathlib import Path

import pytest

from bot.grounding.language import is_in
from index.types import Language

SOURCE = "The Hassan Bridge was opened in 1932 by King Faisal."


@pytest.mark.parametrize(
    ("claim", "language"),
    [
        ("桥梁于1932年开放。", "en"),
        ("Мост был открыт в 1932 году.", "en"),
        ("Die Brücke wurde 1932 von König Faisal eröffnet.", "en"),
        ("die brücke wurde 1932 eröffnet.", "en"),
        ("Le pont fut inauguré en 1932 par le roi.", "en"),
        ("el puente se abrió en 1932.", "en"),
        ("Il ponte è stato inaugurato nel 1932.", "en"),
        ("De brug werd in 1932 door de koning geopend.", "en"),
        ("افتتح جسر حسن عام 1932.", "en"),
        ("The bridge was opened in 1932.", "ar"),
        ("پل حسن در سال ۱۹۳۲ افتتاح شد.", "ar"),
        ("حسن در سال ۱۹۳۲ افتتاح شد.", "ar"),
        ("یہ پل 1932 میں کھولا گیا۔", "ar"),
        ("افتتح جسر حسن عام 1932 by the King on a sunny day.", "ar"),
        ("The attack was launched from the province of Edلب.", "en"),
        ("يمكن لل药师 أن يبيع الأدوية المخصصة للمرضى فقط.", "ar"),
        ("The bridge was opened by King Фейсал in 1932.", "en"),
    ],
)
def test_another_language_is_seen(claim: str, language: Language) -> None:
    assert not is_in(claim, language, [SOURCE])


@pytest.mark.parametrize(
    ("claim", "language", "source"),
    [
        ("3.07.", "ar", SOURCE),
        ("اختير الـiPhone هاتف العام.", "ar", SOURCE),
        ("Charles de Gaulle led France.", "en", SOURCE),
        ("King Faisal", "en", SOURCE),
        ("1932", "en", SOURCE),
        ("Ten painters use 40 tons.", "en", SOURCE),
        ("Le Monde was founded in Paris.", "en", SOURCE),
        ("He wrote la vie en rose.", "en", "He wrote la vie en rose in 1945."),
        ("يعمل فيه عشرة دهانين من الموصل.", "ar", SOURCE),
        ("كتب GPT-4 النص في The New York Times.", "ar", SOURCE),
        ("يسكن في گرگان.", "ar", "ولد في گرگان."),
        ("It is called 药师 in Chinese.", "en", "Its Chinese name is 药师 (yaoshi)."),
        ("The number π and ʿAbd al-Malik are in it.", "en", SOURCE),
    ],
)
def test_the_language_of_the_question_is_let_pass(claim: str, language: Language, source: str) -> None:
    assert is_in(claim, language, [source])


def test_questions_of_the_shipped_sets_are_in_their_languages() -> None:
    lines = (Path("seeds") / "questions.jsonl").read_text("utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in lines if line.strip()]
    assert len(asked) > 20
    wrong = [text for text in asked if not (is_in(text, "en", []) or is_in(text, "ar", []))]
    assert wrong == []
