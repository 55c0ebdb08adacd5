"""Words that meet by meaning or by sound, and their vectors on disk."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.models.encoder import SentenceEncoder
from index.models.words import SentenceWords, WordEncoder, WordStore, WordVectors, rarity, spelled_words
from index.text.translit import SAME


@pytest.fixture(scope="module")
def encoder() -> WordEncoder:
    return WordEncoder(SentenceEncoder().encode)


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


class Counting:
    """The bundled encoder, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._encoder = SentenceEncoder()

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return self._encoder.encode(texts)


@pytest.fixture(scope="module")
def encode() -> Counting:
    return Counting()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "not there yet" / "words.sqlite3"


def test_what_one_process_encoded_another_need_not(encode: Counting, path: Path) -> None:
    words = ["bridge", "جسر", "bridge", "1932"]
    made = WordEncoder(encode, WordStore(path)).encode(words)
    encode.asked.clear()
    again = WordEncoder(encode, WordStore(path)).encode([*words, "river"])
    assert encode.asked == ["river"]
    assert (again.floats[:4] == made.floats).all()


def test_learned_words_are_met_without_an_encoder(encode: Counting, path: Path) -> None:
    WordEncoder(encode, WordStore(path)).learn(["The bridge was opened.", "It was long."])
    encode.asked.clear()
    WordEncoder(encode, WordStore(path)).encode(["the", "bridge", "was", "opened", "it", "long"])
    assert not encode.asked


def test_words_of_questions_are_not_written_down(encode: Counting, path: Path) -> None:
    WordEncoder(encode, WordStore(path)).encode_beside(["Where is it?"], ["where", "is", "it"])
    assert not path.exists()


def test_the_file_does_not_say_which_words_it_holds_and_is_its_owners(encode: Counting, path: Path) -> None:
    WordEncoder(encode, WordStore(path)).learn(["Confidential"])
    files = list(path.parent.iterdir())
    assert not any(b"onfidential" in file.read_bytes() for file in files)
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


@pytest.mark.parametrize("content", [b"not a database, but a letter of some length " * 99, b"SQLite format 3\0" * 99])
def test_a_file_that_is_none_of_ours_is_done_without(encode: Counting, path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert WordEncoder(encode, WordStore(path)).encode(["bridge"]).vectors.shape == (1, 512)
    assert path.read_bytes() == content


def test_so_is_a_file_that_is_locked_and_a_folder_that_cannot_be(encode: Counting, path: Path, tmp_path: Path) -> None:
    store = WordStore(path)
    WordEncoder(encode, store).learn(["bridge"])
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert WordEncoder(encode, store).encode(["locked"]).vectors.shape == (1, 512)
    (tmp_path / "file").touch()
    assert WordEncoder(encode, WordStore(tmp_path / "file" / "words")).encode(["bridge"]).vectors.shape == (1, 512)


def test_a_full_file_takes_in_no_more(encode: Counting, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = WordStore(path)
    WordEncoder(encode, store).learn(["bridge"])
    monkeypatch.setattr("index.models.words.MOST_BYTES", 10)
    WordEncoder(encode, store).learn(["river"])
    assert set(store.find(["bridge", "river"])) == {"bridge"}


@given(st.dictionaries(st.text(), st.binary()))
def test_what_is_kept_is_found(tmp_path_factory: pytest.TempPathFactory, kept: dict[str, bytes]) -> None:
    store = WordStore(tmp_path_factory.mktemp("words") / "words.sqlite3")
    store.keep(kept)
    assert store.find([*kept, "another word"]) == kept
