"""Every text that the bot could emit, judged by TDLib's own parser; and every message of ours in both languages."""

import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import Message
from bot.telegram.handlers.commands import COMMANDS
from bot.telegram.outgoing import messages, profile
from bot.telegram.outgoing.calls import keyboard
from bot.telegram.outgoing.cards import answer_buttons, cited_groups, claim_groups, context, reply_groups
from bot.telegram.outgoing.counted import counted
from bot.telegram.outgoing.origins import fit_link
from bot.telegram.outgoing.texts import MOST_UNITS, Group, Paragraph, Span, Style, pieces, plain, spoken, units
from bot.telegram.state import answers
from bot.telegram.state.answers import Cited
from bot.types import Answer, Citation, Claim, Question, Reason, Refusal
from index.types import Article, Evidence, Language, Location, Metadata, Sentence
from tests.bot.telegram.oracle import commands_in, entity_fault

LANGUAGES: tuple[Language, ...] = ("ar", "en")
STYLES: tuple[Style, ...] = ("plain", "bold", "italic", "mark")
ALPHABET = st.one_of(
    st.sampled_from("ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءٱ،؛؟ًٌٍَُِّْـ٠١٢٣ "),
    st.sampled_from(string.ascii_letters + string.digits + string.punctuation + " \n\t"),
    st.sampled_from("😀🎈👩🏽\u200d🚀🇸🇾é̳̊\u200f\u200e\u2068\u2069\u202b\u202e\u2028\ufeff\u0000\r\ufdfa\ufefb"),
    st.characters(codec="utf-8"),
)
TEXTS = st.text(ALPHABET, max_size=60)
WORDS = TEXTS.filter(lambda text: any(char.isalnum() for char in plain(text)))
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


def faults(groups: list[Group]) -> list[str]:
    return [fault for piece in pieces(groups) if (fault := entity_fault(piece.text, list(piece.entities)))]


@settings(max_examples=150, deadline=None)
@given(st.lists(claims(), min_size=1, max_size=5), st.sampled_from(LANGUAGES))
def test_an_answer_is_what_tdlib_makes_of_it_at_every_streaming_cut(said: list[Claim], language: Language) -> None:
    for cut in range(1, len(said) + 1):
        assert faults(claim_groups(said[:cut], language)) == []
    question = Question("?", language)
    assert faults(reply_groups(Answer(question, tuple(said), 0.5, "made", ()))) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(citations(), max_size=4), st.sampled_from(LANGUAGES))
def test_refusals_lists_and_paragraphs_are_what_tdlib_makes_of_them(cited: list[Citation], language: Language) -> None:
    evidence = tuple(Evidence(citation.article, citation.sentence, 1.0) for citation in cited)
    refusal = Refusal(Question("?", language), Reason.WEAK_EVIDENCE, 0.1, "made", evidence)
    assert faults(reply_groups(refusal)) == []
    kept = answers.given(refusal, asked="?", update_id=1, chat_id=1, person_id=1)
    assert faults(cited_groups(kept.cited, numbered=True)) == []
    for citation in cited:
        paragraph = [one.sentence for one in cited]
        assert faults(context(citation.article, paragraph, citation.sentence, language)) == []


@settings(max_examples=300, deadline=None)
@given(URLS)
def test_a_link_is_one_that_tdlib_takes(address: str) -> None:
    link = fit_link(address)
    assert address.startswith(link)
    assert len(link) <= 2_000
    assert faults([Group((Paragraph("en", (Span("here", "italic", link or None),)),))]) == []


def test_links_are_there_where_they_can_be_without_a_fragment_too_long() -> None:
    assert [fit_link(address) for address in ADDRESSES] == ADDRESSES
    assert {fit_link(address) for address in NO_LINKS} == {""}
    pages = [address.partition("#")[0] for address in ADDRESSES]
    assert [fit_link(f"{page}#:~:text={'word,' * 400}") for page in pages] == pages


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(LANGUAGES), TEXTS, st.sampled_from(STYLES), st.booleans(), st.integers(1, 400))),
)
def test_nothing_is_ever_left_out_however_long(paragraphs: list[tuple[Language, str, Style, bool, int]]) -> None:
    groups = [
        Group((), (Paragraph(language, (Span(plain(text) * times, style),)),))
        if quoted
        else Group((Paragraph(language, (Span(plain(text) * times, style),)),))
        for language, text, style, quoted, times in paragraphs
    ]
    made = pieces(groups)
    assert all(piece.fits and units(piece.text) <= MOST_UNITS for piece in made)
    shown = _visible("".join(piece.text for piece in made))
    assert sorted(shown) == sorted(_visible("".join(plain(text) * times for _, text, _, _, times in paragraphs)))
    assert faults(groups) == []


def test_claims_stay_with_their_quotes_when_an_answer_is_split() -> None:
    said = []
    for number in range(12):
        text = f"Sentence {number} 😀 " + "كلمة " * 120
        article = Article("a", "T", "s", text, "ar")
        sentence = Sentence("a", number, 0, 0, len(text), text)
        said.append(Claim(f"Claim {number} is here.", (Citation(article, sentence),)))
    made = pieces(claim_groups(said, "en"))
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
    (piece,) = pieces(claim_groups([claim], "ar"))
    assert piece.text.startswith("\u200f«استخدم نموذج \u2068GPT-4\u2069 في التجربة» \u2068[1]\u2069")


MESSAGES = {name: value for name, value in {**vars(messages), **vars(profile)}.items() if isinstance(value, Message)}
MESSAGES |= {f"COMMANDS {name}": value for name, value in profile.COMMANDS.items()}


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_says_the_same_in_both_languages(name: str) -> None:
    message = MESSAGES[name]
    fields = [
        [field for _, field, _, _ in string.Formatter().parse(text) if field] for text in (message.ar, message.en)
    ]
    assert sorted(fields[0]) == sorted(fields[1])
    values: dict[str, Any] = dict.fromkeys(fields[0], "x < y & ش")
    made = {language: pieces([Group(tuple(spoken(message, language, **values)))]) for language in LANGUAGES}
    assert set(commands_in(made["ar"][0].text)) == set(commands_in(made["en"][0].text))
    for piece in (*made["ar"], *made["en"]):
        assert not entity_fault(piece.text, list(piece.entities))
    assert any("\u0600" <= char <= "\u06ff" for char in message.ar) or not any(char.isalpha() for char in message.en)
    assert not any("\u0600" <= char <= "\u06ff" for char in message.en)


def test_menus_are_within_telegrams_limits_and_every_command_is_there() -> None:
    assert set(profile.COMMANDS) < set(COMMANDS)
    for name, text in profile.COMMANDS.items():
        assert all(1 <= len(text(language)) <= 256 for language in LANGUAGES)
        assert f"/{name}" in messages.HELP("ar")
        assert f"/{name}" in messages.HELP("en")
    assert all(len(profile.DESCRIPTION(language)) <= 512 for language in LANGUAGES)
    assert all(len(profile.ABOUT(language)) <= 120 for language in LANGUAGES)


def test_every_part_of_a_quote_too_long_for_a_message_has_its_mark() -> None:
    text = "A sentence without an end, " * 400
    article = Article("0123456789ab", "T", "file.txt", text, "en")
    long = Claim("It is long.", (Citation(article, Sentence(article.id, 0, 0, 0, len(text), text)),))
    short = Sentence(article.id, 1, 0, 0, 5, "Short")
    groups = claim_groups([long, Claim("It is short.", (Citation(article, short),))], "en")
    parts = pieces(groups)
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
    cited = Cited("0123456789ab", "T", language, 0, text, 0)
    assert f"{shown} — " in pieces(cited_groups([cited], numbered=False))[0].text


def test_numbers_have_the_right_nouns() -> None:
    forms = {n: (counted(n, messages.ARTICLES_HAD)("ar"), counted(n, messages.ARTICLES_HAD)("en")) for n in range(121)}
    assert forms[1] == ("مقال واحد", "1 article")
    assert forms[2] == ("مقالان", "2 articles")
    assert {forms[n][0].split()[1] for n in (3, 10, 103)} == {"مقالات"}
    assert {forms[n][0].split()[1] for n in (11, 20, 99, 111)} == {"مقالًا"}
    assert {forms[n][0].split()[1] for n in (100, 101, 102)} == {"مقال"}
    assert counted(300, messages.QUESTIONS)("ar") == "300 سؤال"
    assert counted(2, messages.QUESTIONS)("ar") == "سؤالين"


def test_buttons_fit_into_64_bytes() -> None:
    from bot.telegram.state.answers import Given

    cited = tuple(Cited("0123456789ab", "T", "ar", 0, "x", 0) for _ in range(200))
    answer = Given(2**53, -(2**52), 2**52, 0.0, "?", "ar", True, "", cited, "?")
    markup = keyboard(answer_buttons(answer))
    assert markup is not None
    buttons = [button for row in markup["inline_keyboard"] for button in row]
    assert len(buttons) <= 100
    assert all(len(button["callback_data"].encode()) <= 64 for button in buttons)


def _visible(text: str) -> str:
    return "".join(char for char in text if not char.isspace() and char not in "\u200f\u2068\u2069")
