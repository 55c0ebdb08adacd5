"""Every text that the bot could emit, judged by TDLib's own parser."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.outgoing.texts import (
    MOST_UNITS,
    CitedSentence,
    Paragraph,
    Section,
    Style,
    TextRun,
    cited_sections,
    claim_sections,
    paragraph_sections,
    reply_sections,
    sanitize,
    split_into_messages,
    utf16_length,
    valid_link,
)
from bot.telegram.state import chats as answers
from bot.telegram.state.chats import StoredAnswer
from bot.types import Answer, Citation, Claim, Question, Reason, Refusal
from index.types import Article, Evidence, Language, Location, Metadata, Sentence
from tests.bot.telegram.engines import whole_answer
from tests.bot.telegram.oracle import entity_fault, links_in

LANGUAGES: tuple[Language, ...] = ("ar", "en")


STYLES: tuple[Style, ...] = ("plain", "bold", "italic", "mark")


ALPHABET = st.one_of(
    st.sampled_from("ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءٱ،؛؟ًٌٍَُِّْـ٠١٢٣ "),
    st.sampled_from(string.ascii_letters + string.digits + string.punctuation + " \n\t"),
    st.sampled_from("😀🎈👩🏽\u200d🚀🇸🇾é̳̊\u200f\u200e\u2068\u2069\u202b\u202e\u2028\ufeff\u0000\r\ufdfa\ufefb"),
    st.characters(codec="utf-8"),
)


TEXTS = st.text(ALPHABET, max_size=60)


WORDS = TEXTS.filter(lambda text: any(char.isalnum() for char in sanitize(text)))


LONG = st.tuples(TEXTS, st.sampled_from([1, 1, 1, 40])).map(lambda drawn: drawn[0] * drawn[1])


ADDRESSES = [
    "https://example.org/page#top",
    "http://www.example.org:8080/a?b=c&d=%20e",
    "https://جريدة.مثال/خبر-اليوم",
    "https://example.org/" + "a" * 1_900,
]


NO_LINKS = [
    "",
    "file.txt",
    "https://example.org/" + "a" * 3_000,
    "http://localhost/page",
    "http://[::1]/page",
    "http://[example.org/page",
    "https://user:secret@example.org/",
    "https://example.org:99999/",
    "https://example.org:0/",
    "https://example.org:/",
    "https://exa mple.org/",
    "https://ex%61mple.org/",
    "https://example.org/a b\n<c>",
    "https://./",
    "https:///page",
    "javascript://example.org/%0aalert(1)",
]


URLS = st.one_of(
    st.sampled_from([*ADDRESSES, *NO_LINKS]),
    st.tuples(st.sampled_from(["http://", "https://", "https://a.", "https://example.org"]), TEXTS).map("".join),
)


@st.composite
def citations(draw: st.DrawFn) -> Citation:
    text = draw(WORDS)
    start = draw(st.integers(0, len(text)))
    span = draw(st.one_of(st.none(), st.just((start, draw(st.integers(start, len(text)))))))
    about = Metadata(draw(LONG), draw(st.one_of(st.sampled_from(["", "2024-12-13"]), TEXTS)), draw(URLS))
    article = Article(
        *("0123456789ab", draw(LONG), "file.txt", text, draw(st.sampled_from(LANGUAGES)), about),
        locations=(Location(0, draw(st.integers(0, 9)), draw(LONG)),),
        updated=draw(st.sampled_from(["", "2025-01-02T03:04:05+00:00"])),
    )
    sentence = Sentence(article.id, draw(st.integers(0, 9)), 0, 0, len(text), text)
    return Citation(article, sentence, span, source_count=draw(st.integers(1, 3)))


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    cited = tuple(draw(st.lists(citations(), min_size=1, max_size=3)))
    quotation = " ".join(citation.sentence.text for citation in cited)
    return Claim(draw(st.one_of(st.just(quotation), WORDS)), cited)


def faults(sections: list[Section]) -> list[str]:
    return [
        fault for piece in split_into_messages(sections) if (fault := entity_fault(piece.text, list(piece.entities)))
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(claims(), min_size=1, max_size=5), st.sampled_from(LANGUAGES))
def test_an_answer_is_what_tdlib_makes_of_it_at_every_streaming_cut(said: list[Claim], language: Language) -> None:
    for cut in range(1, len(said) + 1):
        assert faults(claim_sections(said[:cut], language)) == []
    question = Question("?", language)
    assert faults(reply_sections(Answer(question, tuple(said), 0.5, "made", ()))) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(citations(), max_size=4), st.sampled_from(LANGUAGES))
def test_refusals_lists_and_paragraphs_are_what_tdlib_makes_of_them(cited: list[Citation], language: Language) -> None:
    evidence = tuple(Evidence(citation.article, citation.sentence, 1.0) for citation in cited)
    refusal = Refusal(Question("?", language), Reason.WEAK_EVIDENCE, 0.1, "made", evidence)
    assert faults(reply_sections(refusal)) == []
    kept = answers.StoredAnswer.from_reply(refusal, asked="?", update_id=1, chat_id=1, person_id=1)
    assert faults(cited_sections(kept.cited, numbered=True)) == []
    for citation in cited:
        paragraph = [one.sentence for one in cited]
        assert faults(paragraph_sections(citation.article, paragraph, citation.sentence, language)) == []


@settings(max_examples=300, deadline=None)
@given(URLS)
def test_a_link_is_one_that_tdlib_takes(address: str) -> None:
    link = valid_link(address)
    assert address.startswith(link)
    assert len(link) <= 2_000
    assert faults([Section((Paragraph("en", (TextRun("here", "italic", link or None),)),))]) == []


def test_links_are_there_where_they_can_be_without_a_fragment_too_long() -> None:
    assert [valid_link(address) for address in ADDRESSES] == ADDRESSES
    assert {valid_link(address) for address in NO_LINKS} == {""}
    pages = [address.partition("#")[0] for address in ADDRESSES]
    assert [valid_link(f"{page}#:~:text={'word,' * 400}") for page in pages] == pages


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(LANGUAGES), TEXTS, st.sampled_from(STYLES), st.booleans(), st.integers(1, 400))),
)
def test_nothing_is_ever_left_out_however_long(paragraphs: list[tuple[Language, str, Style, bool, int]]) -> None:
    sections = [
        Section((), (Paragraph(language, (TextRun(sanitize(text) * times, style),)),))
        if quoted
        else Section((Paragraph(language, (TextRun(sanitize(text) * times, style),)),))
        for language, text, style, quoted, times in paragraphs
    ]
    made = split_into_messages(sections)
    assert all(piece.fits and utf16_length(piece.text) <= MOST_UNITS for piece in made)
    shown = _visible("".join(piece.text for piece in made))
    assert sorted(shown) == sorted(_visible("".join(sanitize(text) * times for _, text, _, _, times in paragraphs)))
    assert faults(sections) == []


def test_claims_stay_with_their_quotes_when_an_answer_is_split() -> None:
    said = []
    for number in range(12):
        text = f"Sentence {number} 😀 " + "كلمة " * 120
        article = Article("a", "T", "s", text, "ar")
        sentence = Sentence("a", number, 0, 0, len(text), text)
        said.append(Claim(f"Claim {number} is here.", (Citation(article, sentence),)))
    made = split_into_messages(claim_sections(said, "en"))
    assert len(made) > 1
    for piece in made:
        claimed = [number for number in range(12) if f"Claim {number} is" in piece.text]
        bare = piece.text.replace("\u2068", "").replace("\u2069", "")
        assert claimed == [number for number in range(12) if f"Sentence {number} " in bare]
        assert claimed == [number for number in range(12) if f"[{number + 1}]" in piece.text]


def test_marks_and_latin_words_are_isolated_in_arabic() -> None:
    sentence = "استخدم نموذج GPT-4 في التجربة"
    article = Article("a", "T", "s", sentence, "ar")
    claim = Claim(sentence, (Citation(article, Sentence("a", 0, 0, 0, len(sentence), sentence)),))
    (piece,) = split_into_messages(claim_sections([claim], "ar"))
    assert piece.text.startswith("\u200f«استخدم نموذج \u2068GPT-4\u2069 في التجربة» \u2068[1]\u2069")


def test_every_part_of_a_quote_too_long_for_a_message_has_its_mark() -> None:
    text = "A sentence without an end, " * 400
    article = Article("0123456789ab", "T", "file.txt", text, "en")
    long = Claim("It is long.", (Citation(article, Sentence(article.id, 0, 0, 0, len(text), text)),))
    short = Sentence(article.id, 1, 0, 0, 5, "Short")
    sections = claim_sections([long, Claim("It is short.", (Citation(article, short),))], "en")
    parts = split_into_messages(sections)
    assert len(parts) > 2
    for piece in parts[1:]:
        quoted = [one for one in piece.entities if one["type"] == "expandable_blockquote"]
        begins = piece.text.encode("utf-16-le")[2 * quoted[0]["offset"] :].decode("utf-16-le")
        assert begins.startswith(("\u2068[1]\u2069 … ", "\u2068[2]\u2069"))


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("We came.", "en", "“We came.”"),
        ("“We came.”", "en", "‘“We came.”’"),
        ("Costs rose [2] twice [١].", "en", "“Costs rose (2) twice (١).”"),
        ("“We came,” he said.", "en", "‘“We came,” he said.’"),
        ("He said: “We came.”", "en", "‘He said: “We came.”’"),
        ("«جئنا»، قال الرجل.", "ar", "“«جئنا»، قال الرجل.”"),
        ("جئنا.", "ar", "«جئنا.»"),
    ],
)
def test_a_quotes_own_marks_are_told_from_ours(text: str, language: Language, shown: str) -> None:
    cited = CitedSentence("0123456789ab", "T", language, 0, text, 0)
    assert f"{shown} — " in split_into_messages(cited_sections([cited], numbered=False))[0].text


def _visible(text: str) -> str:
    return "".join(char for char in text if not char.isspace() and char not in "\u200f\u2068\u2069")


def test_names_too_long_are_shortened_and_a_link_too_long_leads_to_the_page() -> None:
    long, url = "A heading without an end " * 300, "https://example.org/" + "a" * 1_980
    text = "The words of this very sentence are " + "extraordinarily " * 5 + "long, and so is its end in this article."
    article = Article("0123456789ab", long, "s", text, "en", Metadata(long, "", url), (Location(0, 0, long),))
    answer = whole_answer(article)
    kept = StoredAnswer.from_reply(answer, asked="?", update_id=1, chat_id=1, person_id=1)
    for sections in (claim_sections(answer.claims, "en"), cited_sections(kept.cited, numbered=True)):
        (piece,) = split_into_messages(sections)
        (link,) = links_in({"text": piece.text, "entities": piece.entities})
        assert link[0].count("…") == 3
        assert len(link[0]) < 700
        assert link[1] == url
