import random

import pytest

from training.near_misses import CONTRARIES, Ties, change_both, change_question, change_text, insert_line
from training.windows import cut_sentences
from training.words import fold, folded, shape, sound

TEXT = "The lighthouse at Salt Point was built in 1874. Its keeper was Anna Holm. The mayor opened a market in 1902 at Low Bay."
QUESTION = "When was the lighthouse at Salt Point built?"
GOLD = (TEXT.index("1874"), TEXT.index("1874") + 4)
SENTENCE = cut_sentences(TEXT)[0]


def seeds():
    return [random.Random(seed) for seed in range(30)]


def test_a_tied_change_takes_a_word_that_the_question_says():
    ties = Ties(folded(QUESTION))
    for chosen in seeds():
        changed = change_text(TEXT, GOLD, SENTENCE, ties, chosen, tied=True)
        assert changed is not None
        assert changed.text != TEXT
        assert changed.text[slice(*changed.gold)] == "1874"
        said = folded(changed.text[: changed.text.index("1874")])
        assert not folded(QUESTION) <= said | {"built"}


def test_a_change_of_words_that_do_not_tie_leaves_what_the_question_says():
    text = TEXT.replace("was built", "was quietly built")
    gold = (text.index("1874"), text.index("1874") + 4)
    pool = "It stood gladly. They went rarely."
    for chosen in seeds():
        changed = change_text(
            text, gold, cut_sentences(text)[0], Ties(folded(QUESTION)), chosen, tied=False, others=pool
        )
        assert changed is not None
        assert changed.text[slice(*changed.gold)] == "1874"
        assert {"lighthouse", "salt", "point", "built"} <= folded(changed.text)
        assert "quietly" not in changed.text


def test_the_changed_question_differs_by_one_word_of_the_same_shape():
    for chosen in seeds():
        changed = change_question(QUESTION, TEXT, chosen)
        assert changed not in (None, QUESTION)
        different = [(old, new) for old, new in zip(QUESTION.split(), changed.split(), strict=True) if old != new]
        assert len(different) == 1
        assert shape(different[0][0]) == shape(different[0][1])


def test_the_control_changes_question_and_text_alike():
    for chosen in seeds():
        made = change_both(QUESTION, TEXT, GOLD, chosen)
        assert made is not None
        question, changed = made
        assert question != QUESTION
        assert changed.text[slice(*changed.gold)] == "1874"
        assert folded(question) - {fold("When")} <= folded(changed.text)


def test_an_inserted_line_is_before_the_answer():
    changed = insert_line(TEXT, GOLD, QUESTION, cut_sentences(TEXT), random.Random(0))
    assert f"{QUESTION}\n" in changed.text
    assert changed.text[slice(*changed.gold)] == "1874"


def test_contraries_go_both_ways():
    assert CONTRARIES["first"] == "last"
    assert CONTRARIES["الأكبر" if "الأكبر" in CONTRARIES else "أكبر"] == "أصغر"


@pytest.mark.parametrize(
    ("latin", "arabic"), [("Bogdanov", "بوجدانوف"), ("Tartus", "طرطوس"), ("Margaret", "مارغريت"), ("Norman", "نورمان")]
)
def test_names_sound_alike_across_scripts(latin, arabic):
    assert sound(latin) == sound(arabic)


@pytest.mark.parametrize(
    ("one", "other"), [("المكتبة", "والمكتبة"), ("إسلام", "اسلام"), ("Ships", "ship"), ("مُدُن", "مدن")]
)
def test_bare_forms(one, other):
    assert fold(one) == fold(other)
