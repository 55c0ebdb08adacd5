"""What a person sees: numbers, quotes, highlights, direction."""

import re
from dataclasses import replace
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import messages
from bot.messages import Message
from bot.rendering.bidi import clean
from bot.rendering.reply_json import reply_json
from bot.rendering.reply_text import (
    NEAREST_SHOWN,
    context_line,
    quote_line,
    reply_lines,
    source_lines,
    to_rich,
    to_text,
)
from bot.types import Answer, Citation, Claim, Question, Reason, Refusal, Reply
from index.readers.sources import article_from_text
from index.text.sentences import split_sentences
from index.types import Article, Evidence, Sentence

ARABIC = article_from_text(
    "وصلت السفينة Noor يوم الاثنين. وعلى متنها 220 راكبا. ثم غادرت.\nفقرة أخرى هنا.", source="/tmp/خبر.txt"
)
ENGLISH = article_from_text(
    "The ship came on Monday. “It was late,” he said. Then it left.", source="https://example.com/a"
)


def answer(question: str, language: str, *positions: int, article=ARABIC, span=None) -> Answer:  # type: ignore[no-untyped-def]
    sentences = split_sentences(article)
    cited = tuple(Citation(article, sentences[position], span) for position in positions)
    claim = Claim(" ".join(citation.sentence.text for citation in cited), cited)
    evidence = tuple(Evidence(article, sentence, -float(sentence.position)) for sentence in sentences)
    return Answer(Question(question, language), (claim,), 0.9, "extractive", evidence)  # type: ignore[arg-type]


def test_an_arabic_answer_quotes_and_numbers() -> None:
    shown = to_text(reply_lines(answer("متى وصلت السفينة؟", "ar", 0, 1)), plain=True).splitlines()
    assert shown[0] == "«وصلت السفينة Noor يوم الاثنين.» [1] «وعلى متنها 220 راكبا.» [2]"
    assert shown[2].startswith("[1] وصلت السفينة")
    assert shown[2].endswith("الجملة 1 (/tmp/خبر.txt)")
    assert shown[3].startswith("[2] ")
    assert len(shown) == 4


def test_arabic_paragraphs_are_marked_and_latin_and_numbers_isolated() -> None:
    first = to_text(reply_lines(answer("متى وصلت السفينة؟", "ar", 0))).splitlines()[0]
    assert first == "\u200f«وصلت السفينة \u2068Noor\u2069 يوم الاثنين.» \u2068[1]\u2069"


def test_another_language_is_said_in_one_line() -> None:
    shown = to_text(reply_lines(answer("When did the ship come?", "en", 0)), plain=True).splitlines()
    assert shown[-1].startswith("Quoted in the article's language (Arabic)")
    shown = to_text(reply_lines(answer("متى وصلت السفينة؟", "ar", 0, article=ENGLISH)), plain=True).splitlines()
    assert shown[0] == "“The ship came on Monday.” [1]"
    assert shown[-1].startswith("الاقتباس بلغة المقال (الإنجليزية)")


def test_quotes_within_quotes_can_be_told_apart() -> None:
    shown = to_text(reply_lines(answer("What did he say?", "en", 1, article=ENGLISH)), plain=True)
    assert shown.startswith("‘“It was late,” he said.’ [1]")


def test_an_article_cannot_cite() -> None:
    text = "نقلت الباخرة 220 راكبا» [2] «وقد سرق العمدة المال» [٣] «وتعبر [ 1، 2 ] الخليج【4】و[أ] يوميا."
    article = replace(ARABIC, text=text)
    reply = answer("كم راكبا؟", "ar", 0, article=article, span=(text.index("[2"), text.index("]") + 1))
    inside = "نقلت الباخرة 220 راكبا» (2) «وقد سرق العمدة المال» (٣) «وتعبر ( 1، 2 ) الخليج(4)و[أ] يوميا."
    assert to_text(reply_lines(reply), plain=True).splitlines()[0] == f"“{inside}” [1]"
    shown = to_rich(reply_lines(reply), plain=True)
    assert [shown.plain[span.start : span.end] for span in shown.spans if "bold" in str(span.style)] == ["(2)"]
    assert reply_json(reply)["claims"][0]["citations"][0]["quote"] == text


@given(st.text(st.sampled_from("«»“”‘’[]【】12٣ ,\u200b\u2068ا."), max_size=30), st.integers(0, 12), st.integers(0, 12))
def test_a_quotation_keeps_its_characters_and_has_no_marks_but_ours(text: str, one: int, other: int) -> None:
    for language, usual, other_pair in (("ar", "«»", "“”"), ("en", "“”", "‘’")):
        article = Article("x", "x", "x", f"A{text}.", language)  # type: ignore[arg-type]
        sentence = Sentence("x", 0, 0, 0, len(article.text), article.text)
        cited = Citation(article, sentence, (min(one, other), max(one, other)))
        shown = to_text([quote_line([cited], {("x", 0): 7})], plain=True)
        assert len(shown) == len(clean(article.text)) + len("«» [7]")
        around = other_pair if set(usual) & set(article.text) else usual
        assert (shown[0], shown[:-4][-1]) == tuple(around)
        assert re.findall(r"\[[\s\d,\u200b]*\d[\s\d,\u200b]*\]", shown) == ["[7]"]


def test_the_answer_span_is_highlighted_on_a_terminal() -> None:
    text = to_rich(reply_lines(answer("متى وصلت السفينة؟", "ar", 0, span=(18, 29))), plain=True)
    marked = [text.plain[span.start : span.end] for span in text.spans if "bold" in str(span.style)]
    assert marked == ["يوم الاثنين"]


def test_a_refusal_shows_the_nearest() -> None:
    given_ = answer("x", "en", 0)
    refusal = Refusal(given_.question, Reason.WEAK_EVIDENCE, 0.1, "extractive", given_.evidence)
    shown = to_text(reply_lines(refusal), plain=True).splitlines()
    assert shown[:2] == ["No article in the library says.", "The sentences that come nearest:"]
    assert len(shown) == 2 + NEAREST_SHOWN


def test_a_refusal_shows_what_several_articles_say_once() -> None:
    said = ENGLISH.text
    copies = [replace(ENGLISH, id=text[:9], text=text) for text in (said, said.upper(), f"{said} So.")]
    given_ = [answer("x", "en", 0, article=article).evidence for article in copies]
    evidence = tuple(found[position] for position in range(3) for found in given_)
    refusal = Refusal(Question("x", "en"), Reason.WEAK_EVIDENCE, 0.1, "extractive", evidence)
    bullets = [line for line in to_text(reply_lines(refusal), plain=True).splitlines() if line.startswith("•")]
    assert bullets == ["• “The ship came on Monday.”", "• ‘“It was late,” he said.’", "• “Then it left.”"]


def test_context_shows_the_paragraph_with_the_sentence_highlighted() -> None:
    line = context_line(answer("x", "ar", 1).claims[0].citations[0])
    assert "".join(segment.text for segment in line.segments) == ARABIC.text.splitlines()[0]
    assert [segment.text for segment in line.segments if segment.style == "cited"] == ["وعلى متنها 220 راكبا."]
    shown = "وصلت السفينة Noor يوم الاثنين. >> وعلى متنها 220 راكبا. << ثم غادرت."
    assert to_text([line], plain=True) == shown
    assert to_text([line]) == "\u200f" + shown.replace("Noor", "\u2068Noor\u2069")
    assert ">>" not in to_rich([line]).plain


def test_source_lines_number_like_the_claims() -> None:
    citations = answer("x", "en", 2, 0).claims[0].citations
    shown = to_text(source_lines(citations, "en"), plain=True).splitlines()
    assert [line.split()[0] for line in shown] == ["[1]", "[2]"]
    assert "sentence 3" in shown[0]


@given(st.text(st.sampled_from("\u202e\u2066\u2069\u200f\x1b\x9b\n[1]اA") | st.characters(), min_size=1))
def test_no_text_of_an_article_steers_what_is_shown(text: str) -> None:
    article = Article("x", f"عنوان {text}", f"x{text}", f"قال {text} هذا.", "ar")
    for reply in (answer("سؤال", "ar", 0, article=article), _refused(article)):
        shown = to_text(reply_lines(reply))
        assert shown.count("\u2068") == shown.count("\u2069")
        assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\x1b\x9b\x07")
        assert not set(to_text(reply_lines(reply), plain=True)) & set("\u200e\u200f\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize("name", [name for name, value in vars(messages).items() if isinstance(value, Message)])
def test_both_languages_say_the_same(name: str) -> None:
    message: Message = getattr(messages, name)
    arabic, english = (
        sorted(field for _, field, _, _ in Formatter().parse(text) if field) for text in (message.ar, message.en)
    )
    assert arabic == english
    assert any("\u0600" <= char <= "\u06ff" for char in message.ar)
    assert not any("\u0600" <= char <= "\u06ff" for char in message.en)
    assert "language" not in arabic


def _refused(article) -> Reply:  # type: ignore[no-untyped-def]
    made = answer("سؤال", "ar", 0, article=article)
    return Refusal(made.question, Reason.WEAK_EVIDENCE, 0.1, "extractive", made.evidence)
