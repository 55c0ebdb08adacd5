"""What a claim states and its sources do not: numbers, dates, names, contraries, addresses, across languages."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.grounding.facts import Kind
from bot.grounding.support import Unsupported, find_unsupported
from index.text.search_form import language_of
from tests.bot.grounding.examples import EXAMPLES

QUANTITIES = (Kind.NUMBER, Kind.PERCENT, Kind.CURRENCY, Kind.DATE, Kind.UNIT)


def quantities(claim: str, *sources: str) -> list[str]:
    return [fact.text for fact in find_unsupported(claim, sources) if fact.kind in QUANTITIES]


def names(claim: str, *sources: str) -> list[str]:
    return [fact.text for fact in find_unsupported(claim, sources) if fact.kind is Kind.NAME]


@pytest.mark.parametrize(
    "same",
    [
        ("346", "٣٤٦", "۳۴۶", "three hundred and forty-six", "ثلاثمئة وستة وأربعون", "ثلاث مائة وست وأربعين"),
        ("1,000 men", "1000 men", "١٬٠٠٠ رجل", "a thousand men", "one thousand men", "من ألف رجل"),
        ("3.5 million", "3.5 مليون", "٣٫٥ ملايين", "3,500,000", "3,5 مليون", "3.5m", "three and a half million"),
        ("2,500", "ألفين وخمسمئة", "two thousand five hundred", "2500", "2.500"),
        ("19", "nineteen", "تسعة عشر", "تسع عشرة", "19th", "التاسع عشر", "الـ19"),
        ("21", "twenty-one", "twenty-first", "الحادي والعشرين", "إحدى وعشرين", "XXI"),
        ("five decades", "خمسة عقود", "50 years", "خمسين عامًا"),
        ("two decades", "عقدين", "20 years", "عشرين سنة"),
        ("two-thirds", "ثلثي السكان", "ثلثا", "2/3"),
        ("three quarters", "ثلاثة أرباعهم", "3/4", "75%", "¾"),
        ("50%", "50 percent", "٥٠٪", "%50", "خمسون بالمئة", "50 في المائة", "fifty per cent", "نصف"),
        ("6½", "6.5", "six and a half", "ستة ونصف", "6 سنوات ونصف"),
        ("the 1990s", "التسعينيات", "تسعينيات القرن العشرين", "the nineties", "تسعينات القرن الماضي"),
        ("World War II", "الحرب العالمية الثانية", "the Second World War"),
        ("27 November", "November 27", "27 تشرين الثاني", "27 نوفمبر", "السابع والعشرون من نوفمبر"),
        ("27 November 2024", "27/11/2024", "11/27/2024", "2024-11-27", "٢٧ تشرين الثاني/نوفمبر ٢٠٢٤"),
        ("Thursday", "يوم الخميس", "الخميس"),
        ("Ramadan 1445", "شهر رمضان 1445"),
        ("January", "كانون الثاني", "يناير", "جانفي"),
        ("two years", "عامين", "سنتين", "سنتان", "2 years"),
        ("150,000", "مئة وخمسين ألفًا", "150 ألف", "150k"),
        ("3.2 million", "3 ملايين و200 ألف"),
        ("22338618", "22،338،618", "22,338,618", "22.338.618"),
        ("5 million dollars", "$5 million", "5 ملايين دولار", "5 million US dollars"),
    ],
)
def test_one_quantity_is_the_same_however_it_is_written(same: tuple[str, ...]) -> None:
    wrong = {(claim, source): found for claim in same for source in same if (found := quantities(claim, source))}
    assert not wrong


@pytest.mark.parametrize(
    ("claim", "source", "wrong"),
    [
        ("346 people", "364 people", "346"),
        ("ثلاثمئة وستون", "ثلاثمئة وستة", "ثلاثمئة وستون"),
        ("3.5 million", "3.5 billion", "3.5 million"),
        ("3.5 مليون", "3.5 ألف", "3.5 مليون"),
        ("50%", "50 people", "50%"),
        ("5 euros", "5 dollars", "5 euros"),
        ("27 November", "from 27 January until the end of November", "27 November"),
        ("27 تشرين الثاني", "27 تشرين الأول", "27 تشرين الثاني"),
        ("in May", "in March", "May"),
        ("on Thursday", "يوم الثلاثاء", "Thursday"),
        ("in 1872", "in 1827", "1872"),
        ("two aircraft", "سقطت أسلحة المتمردين", "two"),
        ("طائرتان و5 سفن", "طائرتان و6 سفن", "5"),
        ("World War II", "World War I", "II"),
        ("the third man", "the second man", "third"),
        ("five decades", "three decades", "five"),
        ("1" * 40, "2" * 40, "1" * 40),
    ],
)
def test_another_quantity_is_found(claim: str, source: str, wrong: str) -> None:
    assert wrong in quantities(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("One of them may go in a second.", "They go."),
        ("لست أحد الرجال أولًا", "لست من الرجال"),
        ("He was first to march both ways.", "He went."),
        ("ملايين الناس", "millions of people"),
        ("thousands of people", "2,500 people"),
        ("between 40 and 50 percent", "بين 40 و50 بالمئة"),
        ("50 percent", "40 to 50 percent"),
        ("40 percent", "40 to 50 percent"),
        ("on 28 November", "from 28 to 30 November"),
        ("1945", "1939-45"),
        ("3 soldiers fell, 5 were hurt", "3 to 5 soldiers"),
        ("5 Russian soldiers", "3 soldiers and 5 aircraft"),
        ("مارس الرياضة", "الرياضة"),
    ],
)
def test_what_is_no_other_quantity_is_let_pass(claim: str, source: str) -> None:
    assert quantities(claim, source) == []


@pytest.mark.parametrize(
    "same",
    [
        ("Mr Bogdanov", "السيد بوغدانوف", "السيد بوجدانوف", "Mr Bogdanoff"),
        ("at Bloomberg", "لدى بلومبرغ", "لدى بلومبرج"),
        ("in Tartus", "in Tartous", "في طرطوس"),
        ("in Hmeimim", "in Khmeimim", "في حميميم"),
        ("in Syria", "in the Syrian army", "في سوريا", "السوريين"),
        ("from Moscow", "من موسكو"),
        ("the United Nations", "the UN", "الأمم المتحدة", "للأمم المتحدة"),
        ("the Germans", "in Germany", "ألمانيا", "الألمان", "الألمانية"),
        ("from Vienna", "من فيينا"),
        ("by Shakespeare", "كتبها شكسبير"),
        ("the BBC", "بي بي سي"),
        ("the FBI", "the Federal Bureau of Investigation"),
        ("in New York", "في نيويورك"),
        ("by Muhammad", "by Mohammed", "لمحمد"),
    ],
)
def test_one_name_is_the_same_in_every_spelling(same: tuple[str, ...]) -> None:
    wrong = {(claim, source): found for claim in same for source in same if (found := names(claim, source))}
    assert not wrong


@pytest.mark.parametrize(
    ("claim", "source", "wrong"),
    [
        ("in Homs", "in Tartus", "Homs"),
        ("in Homs", "في طرطوس", "Homs"),
        ("في حمص", "in Tartus", "حمص"),
        ("في حمص", "في طرطوس", "حمص"),
        ("by Iraq", "by Iran", "Iraq"),
        ("بين العراق وسوريا", "بين إيران وسوريا", "العراق"),
        ("of Austria", "of Australia", "Austria"),
        ("of Morton", "of Martin", "Morton"),
        ("said Lavrov", "قال بوغدانوف", "Lavrov"),
        ("Lavrov said so.", "Bogdanov said so.", "Lavrov"),
        ("the Belgian army", "الجيش الفرنسي", "Belgian"),
    ],
)
def test_another_name_is_found(claim: str, source: str, wrong: str) -> None:
    assert names(claim, source) == [wrong]


def test_facts_come_in_the_order_of_the_claim_and_in_its_words() -> None:
    claim = "In Homs, ٣٤٦ people met on 5 May."
    expected = (
        Unsupported(Kind.NAME, "Homs"),
        Unsupported(Kind.NUMBER, "٣٤٦"),
        Unsupported(Kind.WORD, "people"),
        Unsupported(Kind.DATE, "5 May"),
    )
    assert find_unsupported(claim, ["They met."]) == expected


def test_the_question_lends_neither_names_nor_numbers_nor_words() -> None:
    claim, source = "Bogdanov met 12 old sailors.", "He met some men."
    said = [Unsupported(Kind.NAME, "Bogdanov"), Unsupported(Kind.NUMBER, "12")]
    said += [Unsupported(Kind.WORD, "old"), Unsupported(Kind.WORD, "sailors")]
    assert find_unsupported(claim, [source], question="Did Bogdanov meet 12 old sailors?") == tuple(said)


def test_several_sources_support_a_claim_together() -> None:
    assert find_unsupported("Bogdanov came on 5 May.", ["قال بوغدانوف ذلك.", "كان ذلك في الخامس من أيار."]) == ()


def test_an_arabic_word_that_the_source_lacks_is_found() -> None:
    source = "أغلقت روسيا القاعدة البحرية."
    assert find_unsupported("روسيا أغلقت قاعدتها البحرية.", [source]) == ()
    assert find_unsupported("أغلقت روسيا المدرسة البحرية.", [source]) == (Unsupported(Kind.WORD, "المدرسة"),)


def test_claims_that_are_right_raise_no_alarm() -> None:
    claims = [(claim, example.source) for example in EXAMPLES for claim in example.right]
    stated = (Kind.NUMBER, Kind.PERCENT, Kind.CURRENCY, Kind.UNIT, Kind.DATE, Kind.NAME)
    wrong = {claim: found for claim, source in claims if (found := find_unsupported(claim, [source]))}
    alarms = {claim: found for claim, found in wrong.items() if not {one.kind for one in found}.isdisjoint(stated)}
    between = [claim for claim, source in claims if language_of(claim) != language_of(source)]
    assert len(claims) >= 90
    assert alarms == {}
    assert not set(wrong) & set(between)


def test_altered_claims_are_found() -> None:
    altered = [(example.source, *wrong) for example in EXAMPLES for wrong in example.wrong]
    missed = [
        (claim, words)
        for source, claim, kind, words in altered
        if not any(
            one.kind in (kind, Kind.WORD) and (words in one.text or one.text in words)
            for one in find_unsupported(claim, [source])
        )
    ]
    assert len(altered) >= 140
    unlisted = {"شتوتغارت", "كامبريدج", "تشارلز", "ألفريد"}  # in Arabic, of names in English: told by no capital
    assert {words for _, words in missed} <= unlisted, missed


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from("aB1٢½ .,-/%$'وال بتيننمئةثلاثعشر[]()؟NIV\u200f\u064b"), max_size=80))
def test_a_text_supports_itself(text: str) -> None:
    assert find_unsupported(text, [text]) == ()


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_read(claim: str, source: str) -> None:
    for fact in find_unsupported(claim, [source]):
        assert fact.text in claim


@settings(deadline=None)
@given(st.integers(0, 10**12))
def test_digits_of_both_scripts_with_and_without_commas_are_equal(number: int) -> None:
    arabic = str(number).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert quantities(f"{number:,}", arabic) == []
    assert quantities(f"{number} men", f"{number + 1} men") == [str(number)]


@pytest.mark.parametrize(
    "piece",
    ["1", "1,", "ألف ", "ست ", "million ", "و", "Aa", "ABC ", "1/", "1-", "تسعينيات القرن ", "Bogdanov ", "بوغدانوف "],
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        find_unsupported(text, [text[:500]])
        return time.process_time() - start

    seconds(500)
    assert seconds(20_000) < 12 * seconds(5_000) + 0.1


def kinds(claim: str, source: str) -> set[Kind]:
    return {one.kind for one in find_unsupported(claim, [source])}


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("The ministry approved the plan.", "The ministry did not approve the plan."),
        ("The ministry approved the plan.", "The ministry rejected the plan."),
        ("The ministry did not approve the plan.", "The ministry approved the plan."),
        ("The ministry did not approve the plan.", "وافقت الوزارة على الخطة."),
        ("وافقت الوزارة على الخطة.", "لم توافق الوزارة على الخطة."),
        ("لم توافق الوزارة على الخطة.", "وافقت الوزارة على الخطة."),
        ("وافقت الوزارة على الخطة.", "رفضت الوزارة الخطة."),
        ("The bridge was not painted in 1990.", "طُلي الجسر عام 1990."),
        ("Prices rose in 2020.", "Prices fell in 2020."),
        ("ارتفعت الأسعار في 2020.", "انخفضت الأسعار في 2020."),
        ("No one was hurt in the fire.", "Many people were hurt in the fire."),
        ("The bridge was opened by King Faisal.", "The bridge was destroyed by King Faisal."),
        ("افتتح الملك فيصل الجسر.", "هدم الملك فيصل الجسر."),
        ("The ministry said it may build a bridge.", "The ministry has built a bridge."),
        ("He denied that he took bribes.", "He took bribes."),
        ("نفى أنه تلقى رشاوى.", "تلقى رشاوى."),
        ("The law allows smoking in parks.", "The law bans smoking in parks."),
        ("يسمح القانون بالتدخين في الحدائق.", "يمنع القانون التدخين في الحدائق."),
        ("At least 50 people died.", "At most 50 people died."),
        ("قتل أكثر من 50 شخصا.", "قتل أقل من 50 شخصا."),
        ("More than 50 people died.", "قتل أقل من 50 شخصا."),
        ("The northern wing collapsed.", "انهار الجناح الجنوبي."),
        ("The bridge opened in summer.", "The bridge opened in winter."),
        ("ولم تعلق الهيئة على التقارير.", "نعم، علّقت الهيئة على التقارير."),
        ("The bases in Syria are the only ones.", "نعم، لها مواقع غير القواعد في سوريا."),
        ("والقواعد في سوريا هي الوحيدة.", "Yes, it has bases other than those in Syria."),
        ("There is no indication as to whether the new deal includes the second channel.", "نعم، يشمل الاتفاق القناة."),
        ("لم ينشر الباحثون النتائج.", "نشر الباحثون النتائج."),
        ("The red team won the match.", "The blue team won the match."),
        ("3 soldiers and 5 aircraft fell", "5 soldiers fell"),
        ("3 soldiers and 5 aircraft fell", "three aircraft fell"),
        ("سقط ثلاثة جنود و5 طائرات", "سقط خمسة جنود"),
    ],
)
def test_the_contrary_is_found(source: str, claim: str) -> None:
    assert find_unsupported(claim, [source])


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("وافقت الوزارة على الخطة.", "The ministry rejected the plan."),
        ("Prices rose in 2020.", "انخفضت الأسعار في 2020."),
        ("The king founded the school.", "أسس الوزير المدرسة."),
    ],
)
def test_a_contrary_word_of_another_language_is_left_to_the_encoders(source: str, claim: str) -> None:
    assert find_unsupported(claim, [source]) == ()


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("The ministry rejected the plan.", "لم توافق الوزارة على الخطة."),
        ("The ministry refused to approve the plan.", "The ministry did not approve the plan."),
        ("No fewer than 50 people died.", "At least 50 people died."),
        ("Prices rose, then fell.", "Prices fell."),
        ("The prime minister resigned.", "استقال رئيس الوزراء."),
        ("The mayor resigned.", "استقال رئيس البلدية."),
        ("It is still open.", "لا يزال مفتوحا."),
        ("The bases in Syria are the only ones.", "لا، ليست لها مواقع غير القواعد في سوريا."),
        ("The only bases other than those in Iraq are there.", "The only bases other than those in Iraq are there."),
        ("له قواعد غير رسمية، وهي الوحيدة.", "له قواعد غير رسمية."),
        ("لم تعلق الهيئة على التقارير.", "الهيئة لم تعلّق على التقارير."),
        ("لم ينشر الباحثون النتائج، ثم نشروها.", "نشر الباحثون النتائج."),
        ("له ولدان وبنت واحدة.", "He has two sons and one daughter."),
        ("Nobody was hurt in the fire.", "لم يصب أحد في الحريق."),
        ("The team gave up just three points.", "لم يخسر الفريق سوى ثلاث نقاط."),
    ],
)
def test_the_same_in_other_words_is_let_pass(source: str, claim: str) -> None:
    assert find_unsupported(claim, [source]) == ()


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("The ministry did not approve the plan.", "The ministry rejected the plan."),
        ("It was built in 1971. Later it was expanded, in 2017.", "Built in 1971, it was expanded later."),
        ("Chlorophyll absorbs light.", "Plants absorb light by chlorophyll."),
        ("The ministry said it may build a bridge.", "The ministry plans to build a bridge."),
    ],
)
def test_other_words_for_the_same_cost_a_quotation(source: str, claim: str) -> None:
    assert find_unsupported(claim, [source])


def test_new_words_are_found_in_both_languages() -> None:
    source = "The bridge was opened by King Faisal."
    claim = "The bridge was opened by King Faisal because his son loved boats and wanted to fish."
    words = [one.text for one in find_unsupported(claim, [source]) if one.kind is Kind.WORD]
    assert words == ["son", "loved", "boats", "wanted", "fish"]
    assert find_unsupported("Builders built the building.", ["They build houses."])[1:] == ()


@pytest.mark.parametrize(
    ("source", "claim", "name"),
    [
        ("The book was written by Taha Hussein.", "كتب الكتاب نجيب محفوظ.", "نجيب"),
        ("A poet wrote it.", "كتبه أمين.", "أمين"),
        ("The minister Sergei Bogdanov visited Damascus.", "زار الوزير سيرغي بوغدانوف حلب.", "حلب"),
        ("زار الوزير بوغدانوف دمشق.", "زار الوزير بوغدانوف حلب.", "حلب"),
        ("The attack was in Tartus.", "الهجوم كان في حماة.", "حماة"),
        ("الهجوم كان في طرطوس.", "الهجوم كان في حماة.", "حماة"),
        ("Apple bought Beats.", "اشترت غوغل شركة بيتس.", "غوغل"),
        ("Apple bought Beats.", "Orange bought Beats.", "Orange"),
        ("أسس أحمد حسن المدرسة.", "أسس محمد حسن المدرسة.", "محمد"),
        ("أسس أحمد حسن المدرسة.", "أسس أحمد حسين المدرسة.", "حسين"),
        ("أسس أحمد حسن المدرسة.", "أسس كريم حسن المدرسة.", "كريم"),
        ("أسس أحمد حسن المدرسة.", "Ahmed Hussein founded the school.", "Hussein"),
        ("أسس أحمد حسن المدرسة.", "Mohammed Hassan founded the school.", "Mohammed"),
    ],
)
def test_a_name_that_only_looks_or_sounds_like_another_is_found(source: str, claim: str, name: str) -> None:
    assert name in [one.text for one in find_unsupported(claim, [source])]


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("أسس أحمد حسن المدرسة.", "Ahmad Hasan founded the school."),
        ("The book was written by Taha Hussein.", "كتب طه حسين الكتاب."),
        ("Naguib Mahfouz wrote it.", "كتبه نجيب محفوظ."),
        ("He lives in Hama.", "يسكن في حماة."),
        ("He is a happy and honest man.", "هو رجل سعيد وأمين."),
        ("It will cost 90 million dollars.", "It will cost US$90 million."),
    ],
)
def test_the_same_name_is_let_pass(source: str, claim: str) -> None:
    assert find_unsupported(claim, [source]) == ()


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Sami built the ferry in 1932.", "Karim built the ferry in 1932."),
        ("بنى سامي العبارة عام 1932.", "Karim built the ferry in 1932."),
        ("بنى سامي العبارة عام 1932.", "بناها عام 1932."),
        ("Karim built the ferry in 1932.", "He built the ferry in 1932."),
        ("The Hassan Bridge was opened in 1932.", "It was opened by King Faisal in 1932."),
    ],
)
def test_a_name_that_only_the_question_has_is_found(claim: str, source: str) -> None:
    found = find_unsupported(
        claim, [source], question="Did Sami or Karim build the ferry by the Hassan Bridge? هل بناها سامي؟"
    )
    assert Kind.NAME in {one.kind for one in found}


@pytest.mark.parametrize(
    "link", ["https://evil.example/login", "www.evil.example", "evil.com/x", "a.b@evil.example", "<script>", "<b>"]
)
def test_an_address_or_tag_must_be_in_the_source(link: str) -> None:
    source = "It was opened in 1932."
    assert Kind.LINK in kinds(f"It was opened in 1932, see {link} for more.", source)
    assert Kind.LINK not in kinds(f"It was opened, see {link}.", f"Opened in 1932; see {link} there.")
