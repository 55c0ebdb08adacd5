"""Quotations inside a model's claims, against the bundled encoders."""

import pytest

from bot.bootstrap import bootstrap
from bot.grounding.agreement import Agreement, invented_quote
from config.settings import load_settings

SPOKE = "وأشار بوجدانوف إلى أن المحادثات “تسير بطريقة بناءة”."
SAID = 'He said "the bridge will never be closed" and left.'


@pytest.fixture(scope="module")
def agrees(tmp_path_factory: pytest.TempPathFactory) -> Agreement:
    return bootstrap(load_settings({"home": str(tmp_path_factory.mktemp("home"))})).engine.agrees


@pytest.mark.parametrize(
    ("claim", "source", "quote"),
    [
        ("Bogdanov said the talks are “treating it with care”.", SPOKE, "treating it with care"),
        ("قال إن المحادثات «متوقفة تماما منذ أسبوع».", SPOKE, "متوقفة تماما منذ أسبوع"),
        ('He said "the bridge will be closed soon".', SAID, "the bridge will be closed soon"),
        ("قال إن «الطقس كان جميلا في الصيف».", SAID, "الطقس كان جميلا في الصيف"),
    ],
)
def test_words_put_into_a_mouth_are_found(agrees: Agreement, claim: str, source: str, quote: str) -> None:
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
def test_what_was_said_is_let_pass(agrees: Agreement, claim: str, source: str) -> None:
    assert invented_quote(claim, [source], agrees) == ""
