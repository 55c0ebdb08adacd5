"""Exact match and F1: the raw ones are the official SQuAD script's, the normalised ones forgive spelling."""

import collections
import random
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.scoring import contains, exact_match, f1, normalised_tokens, squad_tokens

# The definitions of evaluate-v2.0.py (Rajpurkar et al. 2018), written out as published.


def normalize_answer(s: str) -> str:
    def remove_articles(text: str) -> str:
        return re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text)

    def remove_punc(text: str) -> str:
        exclude = set(string.punctuation)
        return "".join(ch for ch in text if ch not in exclude)

    return " ".join(remove_articles(remove_punc(s.lower())).split())


def compute_f1(a_gold: str, a_pred: str) -> float:
    gold_toks = normalize_answer(a_gold).split()
    pred_toks = normalize_answer(a_pred).split()
    common = collections.Counter(gold_toks) & collections.Counter(pred_toks)
    num_same = sum(common.values())
    if len(gold_toks) == 0 or len(pred_toks) == 0:
        return int(gold_toks == pred_toks)
    if num_same == 0:
        return 0
    precision = 1.0 * num_same / len(pred_toks)
    recall = 1.0 * num_same / len(gold_toks)
    return (2 * precision * recall) / (precision + recall)


WORDS = [
    "the",
    "a",
    "an",
    "The",
    "cat",
    "cat's",
    "U.S.",
    "and-the",
    "1,931",
    "41",
    "قاعدة",
    "القاعدة",
    "!",
    "“",
    "thé",
    "\u00a0",
]


def phrase(generator: random.Random) -> str:
    return " ".join(generator.choices(WORDS, k=generator.randrange(7)))


def test_raw_scores_agree_with_the_published_definition() -> None:
    generator = random.Random(5)
    for _ in range(5_000):
        answer, golds = phrase(generator), [phrase(generator) for _ in range(generator.randrange(1, 4))]
        expected = max(float(normalize_answer(answer) == normalize_answer(gold)) for gold in golds)
        assert exact_match(answer, golds, squad_tokens) == expected
        assert f1(answer, golds, squad_tokens) == pytest.approx(max(compute_f1(gold, answer) for gold in golds))


@given(st.text(), st.text())
def test_raw_scores_agree_on_any_text(answer: str, gold: str) -> None:
    assert exact_match(answer, [gold], squad_tokens) == float(normalize_answer(answer) == normalize_answer(gold))
    assert f1(answer, [gold], squad_tokens) == pytest.approx(compute_f1(gold, answer))


@pytest.mark.parametrize(
    ("answer", "gold"),
    [
        ("القاعدة الجوّية", "قاعده جوية"),
        ("وكالة إنترفاكس", "الوكالة انترفاكس"),
        ("٢٧ تشرين الثاني", "27 تشرين الثاني"),
        ("The Coastal Bank", "coastal bank"),
        ("1,931", "1931"),
        ("ﻻ", "لا"),
    ],
)
def test_spelling_does_not_count_when_normalised(answer: str, gold: str) -> None:
    assert exact_match(answer, [gold], normalised_tokens) == 1
    assert f1(answer, [gold], normalised_tokens) == 1


@pytest.mark.parametrize(
    ("answer", "gold", "expected"),
    [
        ("لألمانيا", "ألمانيا", 1),
        ("وبألمانيا", "ألمانيا", 1),
        ("لأحمد", "أحمد", 1),
        ("والألمان", "الألمان", 1),
        ("للألمان", "الألمان", 1),
        ("ﻷلمانيا", "ألمانيا", 1),  # a presentation form of لأ
        ("ا\u0654لمانيا", "ألمانيا", 1),  # a hamza of its own
        ("والدين", "الدين", 0),  # parents, not religion
        ("الوالدين", "والدين", 1),
        ("والدته", "والدة", 0),
        ("والدولة", "الدولة", 1),
        ("كأس", "أس", 0),
        ("إلهام", "هام", 0),
        ("آلام", "ام", 0),
    ],
)
def test_the_article_is_taken_off_where_it_is_one(answer: str, gold: str, expected: float) -> None:
    assert f1(answer, [gold], normalised_tokens) == expected


def test_words_that_only_look_as_if_they_had_an_article_stay_whole() -> None:
    assert normalised_tokens("ألمانيا إلكتروني والدته والدين كأس") == ("المانيا", "الكتروني", "والدته", "والدين", "كاس")
    assert normalised_tokens("أَلْمَانْيَا ألـمانيا") == ("المانيا", "المانيا")


def test_letters_of_the_article_inside_a_word_stay() -> None:
    assert normalised_tokens("مقال عالمية رسالتهم خالدون") == ("مقال", "عالميه", "رسالتهم", "خالدون")
    assert normalised_tokens("الجمال والقواعد بالسفن") == ("جمال", "قواعد", "سفن")


def test_another_answer_does_not_match() -> None:
    assert f1("طرطوس", ["حميميم"], normalised_tokens) == 0
    assert f1("قاعدة طرطوس", ["قاعدة حميميم"], normalised_tokens) == 0.5
    assert exact_match("", ["x"], squad_tokens) == f1("", ["x"], squad_tokens) == 0


def test_containment_is_by_whole_words() -> None:
    assert contains("It opened in 1931.", ["1931", "never"], normalised_tokens) == 1
    assert contains("It opened in 19311.", ["1931"], normalised_tokens) == 0
    assert contains("فرّ إلى موسكو", ["الى موسكو"], normalised_tokens) == 1
