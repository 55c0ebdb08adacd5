"""Claims that say the other way round what their sources say, names put in another's place, and addresses."""

import pytest

from bot.grounding.facts import Kind
from bot.grounding.support import find_unsupported


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
    assert find_unsupported("King Faisal opened the bridge.", [source]) == ()
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
