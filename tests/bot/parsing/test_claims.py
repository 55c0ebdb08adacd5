"""Claims and their citations, in prose and JSON, however the stream is cut; and what is only a refusal."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parsing.claims import LONGEST, ClaimParser, is_refusal, without_refusal
from bot.types import DraftClaim

KNOWN = ("1", "2", "3", "4", "12")


def claims_of(*chunks: str) -> tuple[list[tuple[str, tuple[str, ...]]], bool]:
    stream = ClaimParser(KNOWN)
    claims = [claim for chunk in chunks for claim in stream.feed(chunk)] + stream.close()
    return [(claim.text, claim.keys) for claim in claims], stream.cut


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("انتهت الحرب [1]. وبدأ السلام [2].", [("انتهت الحرب.", "1"), ("وبدأ السلام.", "2")]),
        ("انتهت الحرب. [1] وبدأ السلام. [2]", [("انتهت الحرب.", "1"), ("وبدأ السلام.", "2")]),
        ("انتهت الحرب.[1] وبدأ السلام.[2]", [("انتهت الحرب.", "1"), ("وبدأ السلام.", "2")]),
        ("[1] First one. [2] Second one.", [("First one.", "1"), ("Second one.", "2")]),
        ("[1] First.\n[2] Second.", [("First.", "1"), ("Second.", "2")]),
        ("First.\n[1]\nSecond.\n[2]", [("First.", "1"), ("Second.", "2")]),
        ("It ended [1].Then it began [2].", [("It ended.", "1"), ("Then it began.", "2")]),
        ("- Point one [1]\n- Point two [2]", [("Point one", "1"), ("Point two", "2")]),
        ("1. Point one [1]\n2. Point two [2]", [("Point one", "1"), ("Point two", "2")]),
        (
            "It grew by 3.5 percent [1]. It fell by ٢٫٥ [2].",
            [("It grew by 3.5 percent.", "1"), ("It fell by ٢٫٥.", "2")],
        ),
        (
            "Dr. Smith left the U.S. army [1]. He rests [2][3].",
            [("Dr. Smith left the U.S. army.", "1"), ("He rests.", "2 3")],
        ),
        ("قال د. أحمد ذلك [1]. ثم غادر [2].", [("قال د. أحمد ذلك.", "1"), ("ثم غادر.", "2")]),
        ("هل انتهت؟ نعم [1]!", [("هل انتهت؟", ""), ("نعم!", "1")]),
        ('He said "yes." [2] Then he left. [3]', [('He said "yes."', "2"), ("Then he left.", "3")]),
        ("The road (opened 2015) [1] is long [2].", [("The road (opened 2015) is long.", "1 2")]),
        ("**Answer:** It is so ([1]).", [("It is so.", "1")]),
        ("Corrected answer: It is so [1].", [("It is so.", "1")]),
        ("الجواب المصحّح: افتتح عام 1932 [1].", [("افتتح عام 1932.", "1")]),
        ("الإجابة: هو كذلك [1].\n\nالمصادر:\n", [("هو كذلك.", "1")]),
        ("See https://example.com/a.html [1].", [("See https://example.com/a.html.", "1")]),
        ("[1][2]", []),
        (" \n ", []),
        ("...", []),
    ],
)
def test_a_claim_is_a_sentence_with_its_marks(output: str, expected: list[tuple[str, str]]) -> None:
    claims, cut = claims_of(output)
    assert claims == [(text, tuple(keys.split())) for text, keys in expected]
    assert not cut


@pytest.mark.parametrize("fence", ["{}", "```json\n{}\n```", "\n ```\n{}\n```"])
def test_json_is_read_like_prose(fence: str) -> None:
    body = json.dumps(
        {"claims": [{"text": 'أ "ب" {ج}.', "citations": [1]}, {"text": "Two [3]. Three.", "citations": ["2", "[4]"]}]}
    )
    claims, cut = claims_of(fence.format(body))
    assert claims == [('أ "ب" {ج}.', ("1",)), ("Two.", ("3",)), ("Three.", ("2", "4"))]
    assert not cut


def test_a_list_of_strings_is_json_too() -> None:
    claims = [('So it "is".', ("2",)), ("Then.", ("1",)), ("Last", ("3",))]
    assert claims_of('["So it \\"is\\" [2]. Then. [1]", "Last [3]"]') == (claims, False)
    assert claims_of('["It ended [1].", "And th\\u00e9n') == ([("It ended.", ("1",)), ("And thén", ())], True)


def test_a_list_of_objects_is_json_too() -> None:
    assert claims_of('[{"claim": "So it is", "source": 2}]')[0] == [("So it is", ("2",))]


@pytest.mark.parametrize(
    ("output", "last"),
    [
        ("It ended [1]. And then it", ("And then it", ())),
        ("It ended [1]. And then [2] it", ("And then it", ("2",))),
        ('{"claims":[{"text":"It ended.","citations":[1]},{"text":"And then \\"it', ('And then "it', ())),
        ('{"claims":[{"text":"It ended.","citations":[1]},{"citations":[2],"text":"And th\\', ("And th", ("2",))),
        ('{"claims":[{"text":"It ended.","citations":[1]},{"citations":[2],"text":"\\u0628\\u06', ("ب", ("2",))),
    ],
)
def test_a_claim_cut_in_the_middle_is_flagged(output: str, last: tuple[str, tuple[str, ...]]) -> None:
    claims, cut = claims_of(output)
    assert claims == [("It ended.", ("1",)), last]
    assert cut


def test_a_short_answer_that_ends_in_its_mark_is_whole() -> None:
    assert claims_of("Bogdanov [3]") == ([("Bogdanov", ("3",))], False)


def test_a_claim_comes_out_as_soon_as_the_next_one_begins() -> None:
    stream = ClaimParser(KNOWN)
    assert stream.feed("It ended [1].") == []
    assert stream.feed(" T") == [DraftClaim("It ended.", ("1",))]


PIECES = st.sampled_from(
    [
        *'aB ب.؟!\n[]()12٣-,†{}":`\\³',
        "[1]",
        " [2].",
        "(3)",
        "Dr. ",
        "3.5",
        "【1†source】",
        "؛ ",
        "```json\n",
        '{"text":"',
        '","citations":[1]}',
        "Source",
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=60), st.data())
def test_chunks_make_no_difference(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    chunks = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert claims_of(*chunks) == claims_of(text)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_a_claim_of_any_text_is_one_line_without_needless_space(text: str) -> None:
    for claim, _ in claims_of(text)[0]:
        assert claim == " ".join(claim.split())


@pytest.mark.parametrize(
    "piece", ["[", "(1", "[1,", "[s", "³", ". ", "a. ", "{", '{"text":"', "[1]", ".)", "\n", "word ", "]"]
)
def test_hostile_output_takes_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        claims_of(text)
        return time.process_time() - start

    seconds(2_000)
    assert seconds(40_000) < 12 * seconds(10_000) + 0.1


@pytest.mark.parametrize("piece", ["word ", "[1", "a.b", ")", "..", "[1] "])
def test_output_without_an_end_is_cut_and_never_kept(piece: str) -> None:
    claims, _ = claims_of(piece * 30_000)
    assert all(len(text) <= LONGEST for text, _ in claims)
    assert all(len(keys) <= len(KNOWN) for _, keys in claims)


@pytest.mark.parametrize(
    "said",
    [
        "The article does not say.",
        "The article doesn't say.",
        "Answer: The article does not say.",
        "The sentences do not mention when it was opened.",
        "The provided text does not specify this.",
        "I cannot answer this question.",
        "There is no information about that.",
        "لا يذكر المقال ذلك.",
        "المقال لا يذكر ذلك.",
        "لا تذكر الجمل متى افتتح.",
        "لا توجد معلومات عن ذلك.",
    ],
)
def test_a_refusal_is_known_in_other_words(said: str) -> None:
    assert is_refusal(said)


@pytest.mark.parametrize(
    "said",
    ["The bridge was opened in 1932.", "The king does not say.", "The article was written in 1932.", "افتتح الجسر."],
)
def test_a_statement_is_no_refusal(said: str) -> None:
    assert not is_refusal(said)


def test_what_stands_beside_a_refusal_is_kept() -> None:
    both = DraftClaim("The article does not say that it was opened by King Hussein; King Faisal opened it.", ("1",))
    assert without_refusal(both) == DraftClaim("King Faisal opened it.", ("1",))
