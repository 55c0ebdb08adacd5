"""Words that meet by meaning or by sound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models.encoder import SentenceEncoder
from index.models.words import SentenceWords, WordEncoder, WordVectors, rarity, spelled_words
from index.text.search_form import search_form
from index.text.translit import LEAST, NEAR, SAME, SoundTable, latin_names, skeletons


@pytest.fixture(scope="module")
def encoder() -> WordEncoder:
    return WordEncoder(SentenceEncoder().encode)


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


def test_spelled_words_keep_the_letters_and_drop_tashkeel() -> None:
    assert spelled_words("افتُتِحَت المدرسةُ في 1,963\u200f إلى Café") == [
        "افتتحت",
        "المدرسة",
        "في",
        "1,963",
        "إلى",
        "café",
    ]


def test_a_translation_meets_its_word_and_no_other(encoder: WordEncoder) -> None:
    table = SentenceWords.of(
        ["The river is wide.", "The king died.", ""], lambda: frozenset[str]().__contains__, encoder
    )
    question = SentenceEncoder().encode(["نهر", "ملك"])

    matches = table.matches(question, {})

    assert matches.argmax(axis=1).tolist() == [0, 1]
    assert matches[:, 2].tolist() == [0, 0]
    assert matches[0, 0] > 0.5 > matches[0, 1]


def test_a_name_meets_by_sound_what_it_does_not_by_meaning(encoder: WordEncoder) -> None:
    table = SentenceWords.of(["They met Kuechly there."], lambda: {"kuechly"}.__contains__, encoder)
    question = SentenceEncoder().encode(["كوتشلي"])

    assert table.matches(question, {})[0, 0] < SAME
    assert table.matches(question, {0: "كوتشلي"})[0, 0] == pytest.approx(SAME)


def test_a_word_met_everywhere_tells_little() -> None:
    weights = rarity(np.array([[1, 1, 1, 1], [0, 1, 0, 0]], np.float32))

    assert weights[0] < weights[1] / 5


def test_eight_bits_are_enough() -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 512)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    assert WordVectors.of(vectors).similarity(vectors[:5]) == pytest.approx(vectors[:5] @ vectors.T, abs=0.01)


@given(st.text(max_size=40))
def test_skeletons_of_any_text_are_consonants(text: str) -> None:
    for word in [*spelled_words(text), *search_form(text).split()]:
        for skeleton in skeletons(search_form(word)) if search_form(word) else ():
            assert len(skeleton) >= LEAST
            assert set(skeleton) <= set("bfkgstdlmnr")
