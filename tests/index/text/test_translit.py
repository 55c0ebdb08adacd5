"""Names that are written in two scripts meet by their sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models.words import spelled_words
from index.text.search_form import search_form
from index.text.translit import LEAST, NEAR, SAME, SoundTable, latin_names, skeletons


@pytest.mark.parametrize(
    ("arabic", "latin"),
    [
        ("بانثرز", "panthers"),
        ("لوثر", "luther"),
        ("جاكسونفيل", "jacksonville"),
        ("النورمان", "normans"),
        ("والهوغونوت", "huguenots"),
        ("فريسنو", "fresno"),
        ("تشرشل", "churchill"),
    ],
)
def test_a_name_is_found_by_its_sound_from_both_sides(arabic: str, latin: str) -> None:
    assert SoundTable.of([(latin, 7)]).find(arabic) == {7: SAME}
    assert SoundTable.of([(arabic, 7)]).find(latin) == {7: SAME}


@pytest.mark.parametrize(("arabic", "latin"), [("باريس", "london"), ("علي", "ali"), ("١٩٣١", "1931"), ("", "")])
def test_other_names_and_short_ones_are_not(arabic: str, latin: str) -> None:
    assert SoundTable.of([(latin, 7)]).find(search_form(arabic)) == {}


def test_one_consonant_more_is_still_near() -> None:
    (surely,) = SoundTable.of([("newcastle", 0)]).find("نيوكاسل").values()

    assert 0 < surely < SAME


@given(*[st.text("bdfklmnrst", min_size=LEAST, max_size=6)] * 2)
def test_near_are_those_with_the_same_consonants_but_one(one: str, other: str) -> None:
    def without_one(word: str) -> set[str]:
        return {word[:place] + word[place + 1 :] for place in range(len(word)) if len(word) > LEAST}

    first, second = (skeletons(word + "a") for word in (one, other))  # a vowel: no s at the end is a plural's
    near = any(
        without_one(a) & ({b} | without_one(b)) or without_one(b) & {a}
        for a in first
        for b in second
        if min(len(a), len(b)) > LEAST
    )
    expected = {1: SAME} if first & second else {1: NEAR} if near else {}
    assert SoundTable.of([(other + "a", 1)]).find(one + "a") == expected


def test_names_are_capitalised_words_after_the_first() -> None:
    assert latin_names("Who led Carolina's defence?", after_first=True) == {"carolina"}
    assert latin_names("Fresno is a city", after_first=False) == {"fresno"}


@given(st.text(max_size=40))
def test_skeletons_of_any_text_are_consonants(text: str) -> None:
    for word in [*spelled_words(text), *search_form(text).split()]:
        for skeleton in skeletons(search_form(word)) if search_form(word) else ():
            assert len(skeleton) >= LEAST
            assert set(skeleton) <= set("bfkgstdlmnr")
