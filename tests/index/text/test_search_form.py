"""Spellings made equal and mapped back, languages told apart, words and their stems."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.search_form import (
    SearchText,
    embedding_text,
    language_of,
    search_form,
    snowball_stem,
    stems,
    without_article,
    words,
)
from index.types import Language

TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            list("اأإآٱىيیکةهـًٌٍَُِّْٰ\u0653\u0654\u0655وءٓٔ٣۳٫٬ﻻﷲﷺ \u200f\u200b\u2067\n\t\x00éÉßİıaZ.'’-ﬁ²👍\ud800")
        ),
        st.characters(),
    ),
    max_size=60,
).map("".join)


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        ("ﻻ", "لا"),
        ("ﷲ", "الله"),
        ("ﻣﺤﻤﺪ", "محمد"),
        ("كِتَابٌ مُؤَسَّسيّ", "كتاب مؤسسي"),
        ("هٰذا", "هذا"),
        ("العـــربية", "العربيه"),
        ("أحمد إبراهيم آمنة ٱلكتاب", "احمد ابراهيم امنه الكتاب"),
        ("ا\u0653ل و\u0654 ي\u0654", "ال ؤ ئ"),
        ("مستشفى", "مستشفي"),
        ("کتاب فارسی", "كتاب فارسي"),
        ("٣٤٦ و۳۴۶ و٣٫٥ و١٬٠٠٠", "346 و346 و3.5 و1,000"),
        ("\u200fسو\u200bريا\u2069", "سوريا"),
        ("Café ERDOĞAN İstanbul ı ﬁne Straße", "cafe erdogan istanbul i fine strasse"),
        ("don’t – 2015—2016", "don't - 2015-2016"),
        ("a\u00a0 \n\tb", "a b"),
        ("", ""),
    ],
)
def test_search_form_makes_spellings_equal(raw: str, form: str) -> None:
    assert search_form(raw) == form


@given(TEXTS)
def test_search_form_is_idempotent_and_the_same_with_its_map(raw: str) -> None:
    form = search_form(raw)
    assert search_form(form) == form
    assert SearchText.of(raw).form == form


@given(TEXTS, st.data())
def test_raw_spans_are_valid_monotone_and_fold_to_what_was_matched(raw: str, data: st.DataObject) -> None:
    text = SearchText.of(raw)
    assert len(text.starts) == len(text.ends) == len(text.form)
    assert list(text.starts) == sorted(text.starts)
    assert list(text.ends) == sorted(text.ends)
    if not text.form:
        return
    start = data.draw(st.integers(0, len(text.form) - 1))
    end = data.draw(st.integers(start + 1, len(text.form)))
    raw_start, raw_end = text.raw_span(start, end)
    assert 0 <= raw_start < raw_end <= len(raw)
    assert text.form[start:end] in search_form(raw[raw_start:raw_end])


def test_a_raw_span_holds_the_marks_of_its_last_letter_and_whole_ligatures() -> None:
    raw = "قال: كِتَابٌ، و\ufdf2."
    text = SearchText.of(raw)
    found = text.form.index("كتاب")
    start, end = text.raw_span(found, found + 4)
    assert raw[start:end] == "كِتَابٌ"
    found = text.form.index("لله")
    start, end = text.raw_span(found, found + 2)
    assert raw[start:end] == "\ufdf2"


@pytest.mark.parametrize(("start", "end"), [(-1, 1), (0, 4), (2, 2), (2, 1)])
def test_a_raw_span_outside_the_form_is_refused(start: int, end: int) -> None:
    with pytest.raises(IndexError):
        SearchText.of("abc").raw_span(start, end)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ما هو GPT-4 من OpenAI؟", "ar"),
        ("من هو Donald Trump؟", "ar"),
        ("ما هي عاصمة United States of America؟", "ar"),
        ("متى تأسست The New York Times?", "ar"),
        ("OpenAI ما هي؟", "ar"),
        ("روسيا", "ar"),
        ("ﻣﺎ ﻫﻮ", "ar"),
        ("What does البنتاغون mean?", "en"),
        ("Who is بشار الأسد?", "en"),
        ("When was قاعدة حميميم الجوية founded", "en"),
        ("Russia", "en"),
        ("fin el qa3da?", "en"),
        ("Что такое НАТО?", "en"),
        ("2016", "en"),
        ("؟", "en"),
        ("", "en"),
    ],
)
def test_language_is_that_of_the_frame(text: str, language: str) -> None:
    assert language_of(text) == language


def test_names_in_the_other_script_do_not_change_the_language_of_an_article() -> None:
    assert (
        language_of("أعلنت Microsoft Corporation وGoogle Cloud Platform شراكة جديدة في مجال الحوسبة السحابية. " * 9)
        == "ar"
    )
    assert language_of("The word سلام and the phrase أهلا وسهلا are greetings known all over the region. " * 9) == "en"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.5 ٣٫٥ 3,5", ["3.5", "3.5", "3.5"]),
        ("1,000 ١٬٠٠٠٬٠٠٠ 1.000.000 1,234.5", ["1000", "1000000", "1000000", "1234.5"]),
        ("27.11.2024 10:30 2015–2016 50%", ["27", "11", "2024", "10", "30", "2015", "2016", "50"]),
        ("U.S. US e.g. p.m.", ["us", "us", "eg", "pm"]),
        ("Russia's Russia’s don't", ["russia", "russia", "don't"]),
        ("GPT-4 F16 covid19 2000s", ["gpt", "4", "f16", "covid19", "2000", "s"]),
        ("بـGPT عام2016 و«القواعد»", ["ب", "gpt", "عام", "2016", "و", "القواعد"]),
        ("", []),
    ],
)
def test_words_and_numbers(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    "same",
    [
        "القواعد والقواعد للقواعد بالقواعد قواعد",
        "العسكرية عسكرية والعسكريّة",
        "الرئيس للرئيس رئيس",
        "running runs run",
        "Bases base BASES",
    ],
)
def test_forms_of_a_word_have_one_stem(same: str) -> None:
    assert len(set(stems(same))) == 1


@pytest.mark.parametrize(
    ("word", "language", "stemmed"),
    [("running", "en", "run"), ("المدرسون", "ar", "مدرس"), ("كتابهم", "ar", "كتاب"), ("running", "ar", "running")],
)
def test_a_word_has_a_stem_in_each_language(word: str, language: Language, stemmed: str) -> None:
    assert snowball_stem(word, language) == stemmed


def test_threads_stem_at_the_same_time_as_one_does_alone() -> None:
    vocabulary = [f"{left}{right}" for left in ("running", "الكاتب", "bases", "مدرس") for right in range(2000)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda word: snowball_stem.__wrapped__(word, "en"), vocabulary * 2))
    assert found == [snowball_stem(word, "en") for word in vocabulary] * 2


def test_stems_stand_for_the_words_one_by_one_and_keep_short_ones() -> None:
    text = "الله والده اللون running 3.5"
    assert len(stems(text)) == len(words(text))
    assert stems("الله")[0] == "الله"
    assert stems("Albert Alps") == stems("albert alps")


@given(TEXTS)
def test_embedding_text_is_one_clean_line(raw: str) -> None:
    text = embedding_text(raw)
    text.encode("utf-8")
    assert not any(char < " " or char in "\u0640\u200b\u200f\u2067\ufeff" for char in text)
    assert text == " ".join(text.split())
    assert embedding_text(text) == text


def test_embedding_text_keeps_the_wording() -> None:
    assert embedding_text("\u200fقالَ:\x00 «الســلامُ عليكم»\n (GPT-4) Café…") == "قال: «السلام عليكم» (GPT-4) Café…"


@pytest.mark.parametrize("unit", ["a.", "1,", "a'", "1.000", "وَ\u0654", "ا\u0300", " \u200b", "ﷺ"])
def test_time_grows_with_the_length_of_the_text_only(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        start = time.process_time()
        words(text)
        SearchText.of(text)
        return time.process_time() - start

    assert seconds(80_000) < 20 * max(seconds(10_000), 0.01)


@pytest.mark.parametrize(
    ("word", "bare"),
    [
        ("الكتاب", "كتاب"),
        ("والكتاب", "كتاب"),
        ("للكتاب", "كتاب"),
        ("رسالتهم", "رسالتهم"),
        ("عالميه", "عالميه"),
        ("الم", "الم"),
    ],
)
def test_only_a_leading_article_is_stripped(word: str, bare: str) -> None:
    assert without_article(word) == bare
