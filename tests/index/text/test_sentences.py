import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.sentences import BOUND, LONG, split_sentences
from index.types import Article

SEEDS = Path(__file__).parents[3] / "seeds"


def article(text: str) -> Article:
    return Article("a", "title", "source", text, "ar")


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in split_sentences(article(text))]


# Each case is the sentences a person would count; they are joined by a space and must come apart again.
PROSE = [
    # Arabic end marks and quotes
    ["هل سافر المتنبي إلى مصر؟", "نعم.", "ثم غادرها؛ وعاد إلى حلب."],
    ["وأضاف: “القواعد لا تزال موجودة”.", "“لم يتم اتخاذ أي قرار بعد.”", "ثم غادر القاعة."],
    ["قال الوزير: «سنعود غداً.»", "ثم صمت."],
    ["قال: «هل من جديد؟»", "فأجابه: «لا!»", "وانتهى اللقاء."],
    ['صرّح المتحدث بأن "المحادثات مستمرة".', 'وأكد أن "النتائج ستعلن قريباً."', "ولم يزد."],
    ["انتهت المباراة بالتعادل!", "هل يصدق أحد ذلك؟!", "لا أظن."],
    ["اعتُقل ثلاثة أشخاص (بينهم صحفي).", "وأُفرج عن اثنين (الخميس.)", "ولم تعلق الشرطة."],
    ["فاز الفريق (!) بالكأس ثم هبط (؟) في الموسم التالي.", "أمر غريب."],
    ["یہ پہلا جملہ ہے۔", "یہ دوسرا ہے۔"],
    # Arabic abbreviations, initials, eras
    ["قال د. أحمد زويل إن البحث مستمر.", "ونال الجائزة."],
    ["أشرف أ.د. محمود حسن على الرسالة.", "ونوقشت في القاهرة."],
    ["حضر م. سامي وأ. ليلى الاجتماع.", "واعتذر د . كمال عن الحضور."],
    ["القرن 3 ق.م. كان زمن حروب.", "وانتهى بقيام دولة جديدة."],
    ["كتبت بين عامي 500 ق.م. و300 ق.م. في أثينا.", "ثم ضاعت."],
    ["سقطت بغداد سنة 656 هـ.", "وكان ذلك حدثاً كبيراً."],
    ["نُشر سنة 1412 هـ. الموافق 1992 م. في بيروت.", "ونفدت طبعته."],
    ["توفي عام 632م.", "ودفن في المدينة."],
    ["انظر ص. 45 من الكتاب، ط. دار الشروق.", "ففيه التفصيل."],
    ["ترجم جون سي. ميسنجر الكتاب.", "وراجعه جورج آر. آر. مارتن."],
    ["نقلت ذلك قناة بي بي سي.", "تابع الملايين الخبر."],
    ["كتبه ج. أ. هوبسون سنة 1902.", "ونال شهرة."],
    # numbers, dates, addresses
    ["ارتفعت الأسعار بنسبة 3.5 في المئة.", "وبلغ التضخم ٣٫٥٪ في مايو.", "وكان ٢٫١٪."],
    ["وقع الهجوم في 27.11.2024.", "وبعد 10 أيام سقطت المدينة."],
    ["بلغ العدد 1.250.000 نسمة عام 2016.", "ثم تراجع."],
    ["التفاصيل على www.example.com/a.b?q=1.2 وموقع example.org.", "زوروا الموقع."],
    ["راسلونا على news.desk@example.co.uk أو اتصلوا بنا.", "نرد خلال يوم."],
    ["يعمل البرنامج على Node.js و.NET معاً.", "وهو مجاني."],
    # ellipses
    ["تردد قليلاً... ثم وافق على العرض.", "وغادر."],
    ["قال: «لا أعرف…»", "وأغلق الباب."],
    ["Wait... what?", "I thought you had left.", "Well..."],
    ["He looked at the map and said nothing...", "The storm had come."],
    ["“I am here to . . . submit cheerfully,” he said.", "Nobody laughed."],
    # English abbreviations and initials
    ["J. K. Rowling wrote it.", "Dr. Watson and Mr. Holmes read it."],
    ["Apple Inc. said on Monday it would appeal.", "Shares of Apple Inc. CEO Tim Cook fell."],
    ["He works for Acme Corp.", "The company is small."],
    ["It opened at 5 p.m.", "The doors were late.", "At 7 a.m. Monday it closed."],
    ["The U.S. Senate voted on Friday.", "He left the U.S.", "In May he returned."],
    ["Use a strong verb, e.g. Run or i.e. The one you like.", "See Fig. 3, No. 5 and p. 12."],
    ["It passed on Jan. 5 and again in Sept. 2019.", "He was born in May.", "Is that so?"],
    ["Brown v. Board of Education changed that.", "George W. Bush did not.", "Plan B.", "It failed."],
    ["She earned a Ph.D. in physics.", "Martin Luther King Jr. was there.", "J. A. Smith was not."],
    ["No.", "The answer is 42."],
    # English numbers, quotes, brackets, marks without a space
    ["Sales rose 3.5 million to $1,250.75.", "In 2016.", "It fell by .5 percent."],
    ['"Why?" he asked.', '"Because," she said.', "“Yahoo! is a company,” he added."],
    ["She said: 'It is over.'", "(He had known.)", "It was late."],
    ["The town was burnt.[1]", "It was rebuilt.[2][3]", "Many left.[citation needed]", "Some stayed."],
    ["It costs 5 euros (about $6.).", "That is cheap."],
    ["**It is bold.**", "_It is not._", "The end."],
    ["Read example.com/a.b and v2.0.1 of main.py.", "Then stop."],
    # both languages in one text
    ["أعلنت شركة OpenAI Inc. إطلاق GPT-4.", "وقالت The Verge إن النموذج أسرع."],
    ["The word “سلام” means peace.", "وتعني السلام."],
]


@pytest.mark.parametrize("sentences", PROSE, ids=lambda sentences: sentences[0][:30])
def test_prose_comes_apart_as_a_person_would_take_it(sentences: list[str]) -> None:
    assert texts(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("انتهت الحرب.وقال الوزير ذلك.", ["انتهت الحرب.", "وقال الوزير ذلك."]),
        ("نال الجائزة في الأدب .كتب بعدها روايات.", ["نال الجائزة في الأدب .", "كتب بعدها روايات."]),
        ("القواعد موجودة.“لم يتم شيء”.", ["القواعد موجودة.", "“لم يتم شيء”."]),
        ("من هو؟لا أحد يعرف.", ["من هو؟", "لا أحد يعرف."]),
        ("It was over.The men left.", ["It was over.", "The men left."]),
        ("انتهى الأمر . ثم غادر .", ["انتهى الأمر .", "ثم غادر ."]),
    ],
)
def test_a_forgotten_or_misplaced_space_hides_no_end(text: str, sentences: list[str]) -> None:
    assert texts(text) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("# عنوان المقال\n\nفقرة أولى\nفقرة ثانية", ["# عنوان المقال", "فقرة أولى", "فقرة ثانية"]),
        (
            "- first item\n- second item. It goes on\n* third",
            ["- first item", "- second item.", "It goes on", "* third"],
        ),
        ("1. First thing. Done.\n2. Second thing", ["1. First thing.", "Done.", "2. Second thing"]),
        ("أ. البند الأول.\nب. البند الثاني.", ["أ. البند الأول.", "ب. البند الثاني."]),
        ("Two points. 1. Act now. 2. Wait.", ["Two points.", "1. Act now.", "2. Wait."]),
        ("| name | year |\n|---|---|\n| Homs | 2016 |", ["| name | year |\n|---|---|", "| Homs | 2016 |"]),
        ("1.\nThe first chapter.\n***\nIt ends", ["1.\nThe first chapter.\n***", "It ends"]),
        ("***\nIt begins.", ["***\nIt begins."]),
        ("He won. . ”", ["He won. . ”"]),
        (
            "قفا نبك من ذكرى حبيب ومنزل\nبسقط اللوى بين الدخول فحومل",
            ["قفا نبك من ذكرى حبيب ومنزل", "بسقط اللوى بين الدخول فحومل"],
        ),
        ("One line\r\nanother\rand\u2028more", ["One line", "another", "and", "more"]),
        ("", []),
        (" \n\t\n", []),
    ],
)
def test_lines_lists_tables_and_fragments(text: str, sentences: list[str]) -> None:
    assert texts(text) == sentences


WRAPPED = [
    ["THE BASE"],
    [
        "The air base was established in the summer of 2015 and lies close to the port, on land that had been a farm.",
        "It was built in a few months by engineers under Col. A. B. Ivanov, who later wrote about it in his memoirs.",
        "The second runway came two years later.",
    ],
    ["- it has two runways and a tower that was finished in 2017, when the old one was taken down at last"],
    ["- it has a port"],
    [
        "قال الدكتور إن البحث الذي بدأ قبل عشر سنوات لم ينته بعد وإن نتائجه ستنشر في العام المقبل في مجلة علمية.",
        "وذكر أن التمويل كاف لعامين آخرين على الأقل وأن الفريق يعمل منذ الصيف الماضي في مختبر جديد.",
    ],
]


@pytest.mark.parametrize("width", [45, 60, 72, 80, 100])
def test_lines_wrapped_at_a_width_are_one_paragraph(width: int) -> None:
    text = "\n\n".join(textwrap.fill(" ".join(paragraph), width) for paragraph in WRAPPED)
    sentences = split_sentences(article(text))
    assert [" ".join(sentence.text.split()) for sentence in sentences] == [
        sentence for paragraph in WRAPPED for sentence in paragraph
    ]
    expected = [number for number, paragraph in enumerate(WRAPPED) for _ in paragraph]
    assert [sentence.paragraph for sentence in sentences] == expected


def test_a_year_that_a_wrapped_line_starts_with_is_no_item_number() -> None:
    filler = "The harbour was closed to all ships again in the winter of"
    text = f"{filler}\n2015. It was opened for good after the great storm of May\n2016. Ships came."
    assert [sentence.split()[-1] for sentence in texts(text)] == ["2015.", "2016.", "came."]


def test_short_lines_are_not_taken_for_wrapped_ones() -> None:
    headlines = [
        "موسكو تؤكد تواصلها مع المعارضة في دمشق للحفاظ على قواعدها",
        "انخفاض أسعار النفط لليوم الثالث",
        "Storm closes the northern harbour and the old railway line to the city",
        "Two held after a fire in the market hall",
        "فوز المنتخب في المباراة الافتتاحية للبطولة",
    ]
    assert texts("\n".join(headlines)) == headlines


def test_a_long_sentence_is_cut_at_a_semicolon_a_very_long_one_at_a_comma_an_endless_one_at_a_space() -> None:
    clause = "وقال المتحدث باسم الوزارة كلاماً كثيراً عن الموضوع"
    short = f"{clause}؛ {clause}."
    assert texts(short) == [short]
    assert all(text.endswith(("؛", ".")) for text in texts("؛ ".join([clause] * 16) + "."))
    fits = "، ".join([clause] * 16) + "."
    assert LONG < len(fits) <= BOUND
    assert texts(fits) == [fits]
    assert all(text.endswith(("،", ".")) for text in texts("، ".join([clause] * 40) + "."))
    endless = texts("كلمة " * 1000)
    assert len(endless) > 5
    assert all(text.startswith("كلمة") and text.endswith("كلمة") and len(text) <= BOUND for text in endless)


def test_a_cut_inside_a_word_does_not_part_a_letter_from_its_marks() -> None:
    family = "👩\u200d👧\u200d👦"
    for text in ("بَّ" * 2000, "e\u0301" * 2000, family * 1000, f"a{family * 1000}"):
        parts = texts(text)
        assert "".join(parts) == text
        assert not any(part[0] in "\u064e\u0651\u0301\u200d" or part[-1] == "\u200d" for part in parts)


def test_the_seed_article_has_28_sentences() -> None:
    """Its source has a full stop in the middle of a sentence ("وريفها. حمص"); it is counted as printed."""
    paths = sorted(SEEDS.glob("*.txt"))
    counts = [len(texts(path.read_text(encoding="utf-8"))) for path in paths]
    assert 28 in counts


ALPHABET = st.one_of(
    st.sampled_from(list("..!?؟…؛،,:;\"'“”«»()[]*-#1٣aBوالدمه \u0640\u064e\n\r\t\u200f\u200d\u2067👍\x00\x85\u2028")),
    st.sampled_from(
        ["قال د. ", "ق.م.", "U.S. ", "3.5", "example.com/a.b ", "[1]", ". . .", "\n\n", "1. ", "هـ. وكان "]
    ),
    st.characters(),
)
TEXTS = st.lists(ALPHABET, max_size=80).map("".join)


@given(st.one_of(TEXTS, st.builds(lambda text, times: text * times, TEXTS, st.integers(1, 200))))
def test_sentences_are_ordered_exact_bounded_and_lose_nothing(text: str) -> None:
    sentences = split_sentences(article(text))
    position = 0
    for number, sentence in enumerate(sentences):
        assert sentence.position == number
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.text == sentence.text.strip() != ""
        assert len(sentence.text) <= BOUND
        assert sentence.start >= position
        assert not text[position : sentence.start].strip()
        position = sentence.end
    assert not text[position:].strip()
    paragraphs = [sentence.paragraph for sentence in sentences]
    assert paragraphs == sorted(paragraphs)


@pytest.mark.parametrize("unit", [".", "a", '"(', ". ", ".a", ".(", "\n.", "1.\n", "؟", "د. ", "[", ".[", "a\n", "ا، "])
def test_time_grows_with_the_length_of_the_text_only(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        start = time.process_time()
        split_sentences(article(text))
        return time.process_time() - start

    assert seconds(80_000) < 20 * max(seconds(10_000), 0.01)
