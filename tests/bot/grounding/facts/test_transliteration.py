"""Names in Latin and in Arabic letters."""

import pytest

from bot.grounding.facts.transliteration import sounds_alike
from index.text.search_form import search_form


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        ("Eisenhower", "أيزنهاور"),
        ("Churchill", "تشرشل"),
        ("Versailles", "فرساي"),
        ("Muhammad", "محمد"),
        ("Xavier", "كزافييه"),
    ],
)
def test_names_sound_alike_in_both_scripts(latin: str, arabic: str) -> None:
    assert sounds_alike(search_form(latin), search_form(arabic))


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [("Homs", "حماس"), ("Bogdanov", "لافروف"), ("Paris", "برلين"), ("Kant", "كان"), ("Mali", "مالطا")],
)
def test_other_names_do_not(latin: str, arabic: str) -> None:
    assert not sounds_alike(search_form(latin), search_form(arabic))
