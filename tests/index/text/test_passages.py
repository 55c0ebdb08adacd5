import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.passages import count_tokens, pack_passages
from index.text.sentences import split_sentences
from index.types import Article, Passage

PARAGRAPHS = [
    "أكدت روسيا الخميس أنها تتواصل مع المعارضة. وقالت إن القواعد باقية. ولم تذكر موعداً.",
    "The base was established in 2015. It has two runways.",
    "انتهى الاجتماع.",
]
TEXT = "\n".join(PARAGRAPHS)


def pack(text: str, budget: int) -> tuple[Passage, ...]:
    article = Article("a", "title", "source", text, "ar")
    return pack_passages(split_sentences(article), article, budget=budget)


def test_everything_fits_in_one_passage_or_each_paragraph_in_its_own() -> None:
    assert [passage.text for passage in pack(TEXT, 1000)] == [TEXT]
    largest = max(count_tokens(f"\n{paragraph}") for paragraph in PARAGRAPHS)
    assert [passage.text for passage in pack("\n".join(PARAGRAPHS[:1] * 3), largest)] == PARAGRAPHS[:1] * 3


def test_a_paragraph_that_fits_is_not_parted_to_fill_the_passage_before_it() -> None:
    budget = count_tokens(PARAGRAPHS[0]) + count_tokens(PARAGRAPHS[1]) - 1
    assert [passage.text for passage in pack(TEXT, budget)] == [PARAGRAPHS[0], "\n".join(PARAGRAPHS[1:])]


def test_a_sentence_over_the_budget_is_a_passage_alone() -> None:
    passages = pack("Yes. " + "Word " * 100 + ". No.", 20)
    assert [(passage.first, passage.last) for passage in passages] == [(0, 1), (1, 2), (2, 3)]


def test_no_sentences_no_passages() -> None:
    assert pack("", 100) == ()


@given(
    st.lists(st.sampled_from([*PARAGRAPHS, "\n", "\n\n", " ", "Wait... what? ", "word " * 50, "👍", "<|endoftext|>."])),
    st.integers(1, 200),
)
def test_passages_are_all_sentences_in_order_within_the_budget(parts: list[str], budget: int) -> None:
    article = Article("a", "title", "source", "".join(parts), "ar")
    sentences = split_sentences(article)
    passages = pack_passages(sentences, article, budget=budget)
    assert [number for passage in passages for number in range(passage.first, passage.last)] == [*range(len(sentences))]
    for number, passage in enumerate(passages):
        assert passage.position == number
        assert passage.first < passage.last
        assert (passage.start, passage.end) == (sentences[passage.first].start, sentences[passage.last - 1].end)
        assert passage.text == article.text[passage.start : passage.end]
        assert passage.last - passage.first == 1 or count_tokens(passage.text) <= budget


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("hello world", 2), ("<|endoftext|>", 7), ("\0 \ud800", 2)])
def test_tokens_are_those_of_o200k_base(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


def test_a_long_text_is_counted_in_linear_time() -> None:
    for unit in (" ", "a", "ا", "\n", "word "):
        assert count_tokens(unit * 1_000_000) <= 101 * (count_tokens(unit * 10_000) + 1)


def test_counting_touches_no_network_and_imports_no_llama_index(tmp_path: Path) -> None:
    program = (
        "import socket, sys\n"
        "def refuse(*_): raise SystemExit('network')\n"
        "socket.socket.connect = refuse\n"
        "from index.text.passages import count_tokens\n"
        "assert 'tiktoken' not in sys.modules\n"
        "assert count_tokens('سلام عليكم') > 1\n"
        "assert 'llama_index.core' not in sys.modules\n"
    )
    environment = {"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[3])}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
