import random
from itertools import pairwise

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from training.windows import choose_window, cut_sentences, cut_windows, encode

TEXT = (
    "One bird sang in the old garden. Two birds flew over the wide sea. " * 6
    + "Three birds slept until the late morning."
)


@pytest.fixture(scope="module")
def tokenizer():
    letters = sorted({*TEXT, "?"})
    found = Tokenizer(models.WordLevel({letter: number for number, letter in enumerate(letters)}, unk_token=letters[0]))
    found.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    return found


def test_sentences_cover_the_text():
    sentences = cut_sentences(TEXT)
    assert "".join(TEXT[start:end] for start, end in sentences) == TEXT
    assert len(sentences) == 13


def test_windows_overlap_by_one_sentence_and_keep_the_budget(tokenizer):
    sentences = cut_sentences(TEXT)
    windows = list(cut_windows(tokenizer, TEXT, budget=120))
    assert windows[0][0] == 0
    assert windows[-1][1] == len(TEXT)
    for (_, end), (start, _) in pairwise(windows):
        assert (start, end) in sentences
    assert all(end - start <= 120 for start, end in windows)


def test_a_chosen_window_holds_the_answer(tokenizer):
    gold = (TEXT.index("Three"), TEXT.index("Three") + 5)
    for seed in range(20):
        start, end = choose_window(tokenizer, TEXT, random.Random(seed), gold=gold, budget=100)
        assert start <= gold[0]
        assert gold[1] <= end
        assert end - start <= 100


def test_question_and_window_as_pieces(tokenizer):
    encoded = encode(tokenizer, "One?", "Two birds")
    assert encoded.ids[0] == 0
    assert len(encoded.parts) == len(encoded.ids) == 4 + 4 + 9
    assert encoded.parts.index(1) == encoded.first
    assert sum(encoded.parts) == len(encoded.offsets) == 9
    assert encoded.parts[-1] == 0
