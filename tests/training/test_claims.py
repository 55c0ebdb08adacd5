import random

import numpy as np
import pytest

from training import clauses, divergences, operators
from training.claims import Claim, ClaimMaker, Spelling
from training.data import Corpus
from training.divergences import Around
from training.judge_claims import judge
from training.lexicon import Lexicon
from training.parallel import Names, Parallel, language, make_pair

LEXICON = Lexicon(
    {
        "port": {"الميناء": 1.0},
        "ships": {"سفن": 1.0},
        "king": {"الملك": 1.0},
        "harbour": {"المرفأ": 1.0},
        "opened": {"افتتح": 1.0},
        "omar": {"عمر": 1.0},
        "salma": {"سلمى": 1.0},
        "saw": {"رأى": 1.0},
        "bridge": {"الجسر": 1.0},
        "الجسر": {"bridge": 1.0},
        "trade": {"التجارة": 1.0},
    }
)
NEWS = [
    ("The port opened in 1874, after the king left.", "افتتح الميناء عام 1874، بعد أن غادر الملك."),
    ("Yesterday Omar saw the bridge that Salma built.", "رأى عمر أمس الجسر الذي بنته سلمى."),
    ("Later Salma saw how Omar left the port.", "رأت سلمى لاحقا كيف غادر عمر الميناء."),
    ("The harbour had 20 ships in March, and trade rose.", "كان في المرفأ 20 سفن في مارس، وارتفعت التجارة."),
    ("The king said that trade will be good for the port.", "قال الملك إن التجارة ستكون جيدة من أجل الميناء."),
]


def pair(claim, text):
    return make_pair(claim, text, LEXICON, Names([NEWS]))


def around(seed=0):
    return Around(lambda _: None, lambda _: [], lambda _: [], random.Random(seed))


def test_a_number_changes_in_both_texts_alike():
    made = divergences.replace_number(pair(*NEWS[0]), around())
    assert made is not None
    assert "1874" not in made.claim + made.text
    number = next(word for word in made.claim.replace(",", "").split() if word.isdigit())
    assert number in made.text


def test_a_contrary_keeps_what_stands_before_and_after_it():
    made = divergences.replace_in_set(pair("Trade rose.", "وارتفعت التجارة."), around())
    assert made is not None
    assert (made.kind, made.claim, made.text) == ("contrary", "Trade fell.", "وانخفضت التجارة.")


def test_months_are_exchanged_for_months():
    made = divergences.replace_in_set(pair("It was in March.", "كان ذلك في مارس."), around())
    assert made is not None
    assert made.kind == "month"
    assert "March" not in made.claim
    assert "مارس" not in made.text


@pytest.mark.parametrize(
    ("claim", "text", "denied", "denied_text"),
    [
        ("He said it.", "قال ذلك.", "He did not say it.", "لم يقل ذلك."),
        ("She was there.", "وكانت هناك.", "She was not there.", "ولم تكن هناك."),
        ("He did not say it.", "لم يقل ذلك.", "He say it.", "يقل ذلك."),
    ],
)
def test_denied_in_both_languages(claim, text, denied, denied_text):
    made = operators.negate(pair(claim, text), around())
    assert made is not None
    assert (made.claim, made.text) == (denied, denied_text)


def test_a_shortened_claim_is_held_against_no_text_denied_elsewhere():
    whole = pair("It will rain, and Omar will leave.", "سيهطل المطر وسيغادر عمر.")
    short = whole.with_claim("It will rain.")
    assert not short.whole
    for seed in range(10):
        made = operators.negate(short, around(seed))
        assert made is None or made.claim


def test_may_is_no_will_and_the_other_way_round_is_left_open():
    made = operators.change_modality(pair("Omar will leave.", "سيغادر عمر."), around())
    assert made is not None
    assert (made.claim, made.text) == ("Omar may leave.", "قد يغادر عمر.")
    assert (made.claim_alone, made.text_alone) == (None, False)


def test_only_says_more_and_a_claim_without_it_stands():
    made = operators.bound(pair("The harbour had 20 ships.", "كان في المرفأ 20 سفن."), around(1))
    assert made is not None
    assert "only" in made.claim
    assert (made.claim_alone, made.text_alone) == (False, True)


def test_only_of_one_word_does_not_stand_on_only_of_another():
    whole = pair(
        "The harbour had 20 ships in March, and later the bridge opened.",
        "كان في المرفأ 20 سفن في شهر مارس، وبعد ذلك افتتح الجسر.",
    )
    made = [operators.bound(whole, around(seed)) for seed in range(10)]
    crossed = [one for one in made if one and one.crossed]
    assert crossed
    assert all(one.crossed not in (one.text, whole.text) for one in crossed)


def test_names_change_places_unless_they_are_joined():
    made = divergences.swap_roles(pair("Omar saw the bridge of Salma.", "رأى عمر ذلك الجسر من سلمى."), around())
    assert made is not None
    assert made.claim == "Salma saw the bridge of Omar."
    joined = pair("Omar and Salma left.", "غادر عمر وسلمى.")
    assert divergences.swap_roles(joined, around()) is None


def test_a_clause_is_dropped_where_both_say_it():
    made = clauses.drop(
        pair("The harbour had 20 ships, the bridge of Omar opened.", "كان في المرفأ 20 سفن، افتتح الجسر عمر."), around()
    )
    assert made is not None
    assert (made.claim_alone, made.text_alone) == (True, False)
    assert made.claim in ("The bridge of Omar opened.", "The harbour had 20 ships.")


def test_a_clause_that_bears_upon_the_rest_is_kept():
    assert clauses.shorter("If it rains at noon, the boats stay in the port.", random.Random(0)) == ""


def test_yes_and_no():
    assert operators.answer_first("The port opened.", yes=True) == "Yes, the port opened."
    assert operators.answer_first("لم يفتتح الميناء.", yes=False) == "لا، لم يفتتح الميناء."


def test_words_that_are_written_almost_alike():
    spelling = Spelling(["رفعت روعت رفعت روعت", "marked market marked market"])
    assert spelling.near("رفعت") == ["روعت"]
    assert spelling.near("marked") == []


def test_a_pair_can_be_turned_round():
    parallel = Parallel([NEWS], LEXICON)
    there, back = parallel.pair(0, 1, "en-ar"), parallel.pair(0, 1, "ar-en")
    assert (there.claim, there.text) == (back.text, back.claim)
    assert sorted((link.text, link.claim) for link in back.links) == sorted(
        (link.claim, link.text) for link in there.links
    )
    assert [language(text) for text in (there.claim, there.text)] == ["en", "ar"]


def test_a_portion_is_the_same_for_the_same_number_and_holds_right_and_wrong():
    maker = ClaimMaker(Corpus([], NEWS), [NEWS], LEXICON, switched=0.0)
    made = [claim for number in range(20) for claim in maker.make(number)]
    assert maker.make(3) == maker.make(3) != maker.make(4)
    for kind in ("year", "month", "roles", "modality"):
        assert {claim.carried for claim in made if claim.kind == kind} == {True, False}
    assert all(claim.carried for claim in made if claim.kind == "as it is")
    assert all(claim.direction[:2] == language(claim.claim) for claim in made if claim.kind == "as it is")


def test_figures_by_kind_at_a_threshold_that_lets_plain_claims_pass():
    right = [Claim("as it is", "en-ar", f"claim {n}", "text", carried=True, family=n) for n in range(10)]
    wrong = [Claim("roles", "en-ar", f"claim {n}", "text", carried=False, family=n) for n in range(10)]
    scores = {claim: float(n) for n, claim in enumerate([*wrong[:9], right[0], wrong[9], *right[1:]])}
    figures = judge([*right, *wrong], {"made": lambda claims: np.array([scores[one] for one in claims], np.float32)})
    table = figures["en-ar"]
    assert list(figures) == ["en-ar"]
    assert table["as it is"]["made, passed"] == 0.9
    assert table["roles"]["made, refused"] == 1.0
    assert table["roles"]["made, area"] == 0.99
    assert table["all"]["made, precision"] == 1.0
    assert (table["all"]["right"], table["all"]["wrong"]) == (10, 10)
