"""Small changes that make another statement: a dual, a size, a unit, a month that moves to another year."""

import pytest

from bot.grounding.support import find_unsupported
from tests.bot.grounding.test_support import QUANTITIES


def wrong(claim: str, source: str) -> list[str]:
    return [fact.text for fact in find_unsupported(claim, [source]) if fact.kind in QUANTITIES]


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("The army lost three tanks.", "خسر الجيش دبابتين."),
        ("The tanks were lost.", "خسر الجيش دبابتين."),
        ("خسر الجيش الدبابات.", "خسر الجيش دبابتين."),
        ("خسر الجيش دبابة.", "خسر الجيش دبابتين."),
        ("أصيبت ثلاث طائرات.", "أصيبت طائرتان."),
        ("The attack hit three aircraft.", "أصاب الهجوم طائرتين."),
        ("The village has one school.", "في القرية مدرستان."),
        ("He has one son.", "له ابنان."),
        ("Some 1,200 soldiers took part.", "شارك ألفا جندي."),
        ("Some 1,200 soldiers took part.", "شارك آلاف الجنود."),
        ("Hundreds of soldiers took part.", "Thousands of soldiers took part."),
        ("Dozens of soldiers took part.", "Thousands of soldiers took part."),
        ("شارك مئات الجنود.", "شارك آلاف الجنود."),
        ("شارك عشرات الجنود.", "Hundreds of soldiers took part."),
        ("Sales doubled in 2020.", "Sales tripled in 2020."),
        ("Sales rose in 2020.", "Sales doubled in 2020."),
        ("كان هذا الفوز الأول للفريق.", "This was the team's second win."),
        ("كان هذا الفوز الثاني للفريق.", "This was the team's first win."),
        ("It was the fifth attempt.", "It was his first attempt."),
    ],
)
def test_another_small_number_is_found(source: str, claim: str) -> None:
    assert wrong(claim, source)


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("The army lost two tanks.", "خسر الجيش دبابتين."),
        ("Both tanks were lost.", "خسر الجيش دبابتين."),
        ("The minister visited Pakistan.", "زار الوزير باكستان."),
        ("Sales doubled in 2020.", "تضاعفت المبيعات في 2020."),
        ("تضاعفت المبيعات في 2020.", "Sales doubled in 2020."),
        ("شارك ألفا جندي.", "2,000 soldiers took part."),
        ("شارك ألفًا من الجنود.", "A thousand soldiers took part."),
        ("دمر الهجوم ثلاثمئة وستا وأربعين طائرة.", "The attack destroyed 346 aircraft."),
        ("قتلت خمسا وعشرين امرأة.", "She killed 25 women."),
        ("قرأ سبعا وعشرين رواية وتسعا وثلاثين قصة.", "He read 27 novels and 39 stories."),
        ("قرأ ثلاثا وعشرين رواية وأربعا وثلاثين قصة.", "He read 23 novels and 34 stories."),
    ],
)
def test_the_same_small_number_is_let_pass(source: str, claim: str) -> None:
    assert wrong(claim, source) == []


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("The road is 12 km long.", "The road is 12 miles long."),
        ("The road is 12 kilometres long.", "يبلغ طول الطريق 12 ميلا."),
        ("يبلغ طول الطريق 12 كيلومترا.", "يبلغ طول الطريق 12 مترا."),
        ("The bomb weighed 500 kilograms.", "بلغ وزن القنبلة 500 طن."),
        ("The meeting lasted three hours.", "استمر الاجتماع ثلاثة أيام."),
        ("استمر الاجتماع ساعتين.", "استمر الاجتماع يومين."),
        ("The farm has 40 square kilometres.", "The farm is 40 kilometres long."),
        ("The temperature fell to -12 degrees.", "The temperature fell to 12 degrees."),
        ("It was 30 degrees Celsius.", "It was 30 degrees Fahrenheit."),
        ("It was built in 300 BC.", "It was built in AD 300."),
        ("افتتح الجسر عام 300 قبل الميلاد.", "افتتح الجسر عام 300 ميلادية."),
        ("The talks ended at 5 pm.", "The talks ended at 5 am."),
        ("انتهت المحادثات الساعة 5 مساء.", "The talks ended at 5 am."),
        ("حكم النظام البلاد أكثر من خمسة عقود.", "The regime ruled for more than five years."),
        ("The regime ruled for five years.", "The regime ruled for five decades."),
        ("حكموا قرنين.", "They ruled for two years."),
        ("They ruled for two years.", "حكموا عقدين."),
    ],
)
def test_another_unit_is_found(source: str, claim: str) -> None:
    assert wrong(claim, source)


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("The road is 12 km long.", "يبلغ طول الطريق 12 كيلومترا."),
        ("The 12-kilometre road is closed.", "The road is 12 km long."),
        ("He is aged 25.", "عمره 25 عاما."),
        ("He is a 25-year-old man.", "عمره 25 سنة."),
        ("The temperature fell to -12 degrees.", "انخفضت الحرارة إلى 12 درجة تحت الصفر."),
        ("It was built in 300 BC.", "بني عام 300 قبل الميلاد."),
        ("It lasted two decades.", "It lasted 20 years."),
        ("The talks ended at 5 pm.", "انتهت المحادثات الساعة 5 مساء."),
        ("حكم النظام البلاد أكثر من خمسة عقود.", "The regime ruled for more than five decades."),
        ("حكم النظام البلاد أكثر من خمسة عقود.", "The regime ruled for more than 50 years."),
        ("The regime ruled for 50 years.", "حكم النظام البلاد خمسة عقود."),
        ("They ruled for two centuries.", "حكموا قرنين."),
        ("وقّع خمسة عقود.", "He signed five contracts."),
    ],
)
def test_the_same_unit_is_let_pass(source: str, claim: str) -> None:
    assert wrong(claim, source) == []


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("افتتح الجسر في آذار.", "افتتح الجسر في آب."),
        ("The bridge opened in May.", "افتتح الجسر في مارس."),
        ("The bridge opened in May.", "ظل الجسر مغلقا حتى مارس."),
        ("It opened in 1932 and closed on 5 May 1990.", "It opened on 5 May 1932."),
        ("It opened in March 1932 and closed in May 1990.", "It opened in May 1932."),
        ("افتتح في آذار 1932 وأغلق في أيار 1990.", "It opened in May 1932."),
        ("On 27 November they took Aleppo, held by others since 2016.", "They took Aleppo on 27 November 2016."),
        ("في 27 تشرين الثاني دخلوا حلب، وكانت لغيرهم منذ عام 2016.", "They entered Aleppo on November 27, 2016."),
    ],
)
def test_another_month_or_the_month_of_another_year_is_found(source: str, claim: str) -> None:
    assert wrong(claim, source)


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("It closed on 5 May 1990.", "It closed in May 1990."),
        ("In 1990 it closed on 5 May.", "It closed on 5 May 1990."),
        ("It opened on 27 November 2015.", "افتتح في ٢٧ تشرين الثاني/نوفمبر ٢٠١٥."),
        ("It opened on 27/11/2015.", "It opened in November 2015."),
    ],
)
def test_a_month_of_its_year_is_let_pass(source: str, claim: str) -> None:
    assert wrong(claim, source) == []


DAYS = "وفي غضون 10 أيام فقط، استولى المتمردون على حلب وحماة وريفها."


@pytest.mark.parametrize("claim", ["سقط في الهجوم 10 أشخاص.", "Ten people fell in Aleppo.", "They took 10 towns."])
def test_a_number_that_measures_counts_nothing(claim: str) -> None:
    assert wrong(claim, DAYS)


@pytest.mark.parametrize("claim", ["They took Aleppo in ten days.", "Ten long days were enough.", "It took 10."])
def test_a_number_with_its_unit_is_let_pass(claim: str) -> None:
    assert wrong(claim, DAYS) == []
    assert wrong("They took 10 towns.", DAYS + " They took 10 towns.") == []


@pytest.mark.parametrize(
    "same",
    [
        ("at 3:30", "الساعة الثالثة والنصف", "3:30"),
        ("1500 kg", "1.5 t", "طن ونصف", "طنًا ونصفًا", "1.5 tonnes", "a ton and a half"),
        ("90%", "تسعة أعشار السكان", "nine tenths", "90 في المئة"),
        ("90 minutes", "an hour and a half", "ساعة ونصف"),
        ("300 BC", "300 قبل الميلاد", "300 ق.م"),
        ("1445 AH", "1445 هـ", "1445 للهجرة"),
        ("48 hours", "two days", "يومين"),
    ],
)
def test_one_quantity_is_the_same_in_every_unit(same: tuple[str, ...]) -> None:
    assert not {(claim, source): found for claim in same for source in same if (found := wrong(claim, source))}


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("عام 1445 هـ", "in AD 1445"),
        ("in 1445 AH", "1445 CE"),
        ("in 300 BC", "in 300 CE"),
        ("in 300 BC", "عام 300 ميلادية"),
        ("in 300 BC", "in 300"),
        ("1.5 t", "1500 t"),
        ("3:30", "3:15"),
    ],
)
def test_another_era_or_size_is_found(source: str, claim: str) -> None:
    assert wrong(claim, source)
