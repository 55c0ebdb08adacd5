"""The rule within one language: content words, operators beside them, and their order."""

import pytest

from bot.grounding.facts import Kind
from bot.grounding.support import find_unsupported

BASE = "The base at Tartus, built by the Soviet Union in 1971 and expanded in 2017, became a strategic point."
QAIDA = "أصبحت قاعدة طرطوس، التي بناها الاتحاد السوفييتي عام 1971 ووسعتها عام 2017، نقطة استراتيجية."
LIFE = "He was born in Basra in 1940 and died in Mosul in 1999."


@pytest.mark.parametrize(
    ("source", "claim", "year"),
    [
        (BASE, "The base was expanded in 1971.", "1971"),
        (BASE, "The Soviet Union built the base in 2017.", "2017"),
        (QAIDA, "وُسّعت قاعدة طرطوس في عام 1971.", "1971"),
        (QAIDA, "بنى الاتحاد السوفييتي قاعدة طرطوس عام 2017.", "2017"),
        (LIFE, "He was born in 1999.", "1999"),
        (LIFE, "He died in Mosul in 1940.", "1940"),
    ],
)
def test_the_year_of_another_clause_is_found(source: str, claim: str, year: str) -> None:
    assert Kind.ORDER in {one.kind for one in find_unsupported(claim, [source])}, year


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        (BASE, "The base was built in 1971."),
        (BASE, "It was expanded in 2017."),
        (BASE, "In 1971."),
        (BASE, "It was built by the Soviet Union in 1971 and expanded in 2017."),
        (QAIDA, "بنى الاتحاد السوفييتي قاعدة طرطوس عام 1971."),
        (QAIDA, "وسّعت قاعدة طرطوس عام 2017."),
        (QAIDA, "أصبحت قاعدة طرطوس نقطة استراتيجية عام 2017."),
        (LIFE, "He was born in Basra in 1940."),
        ("In 1971 they built it, and in 2017 Russia expanded it.", "Russia expanded it in 2017."),
        (
            "It opened in 1932 after the last workers finished it in 1931.",
            "It opened in 1932 after workers finished it.",
        ),
    ],
)
def test_the_year_of_its_clause_is_let_pass(source: str, claim: str) -> None:
    assert find_unsupported(claim, [source]) == ()


@pytest.mark.parametrize(
    ("source", "claim", "kind"),
    [
        ("Google bought YouTube in 2006.", "YouTube bought Google in 2006.", Kind.ORDER),
        ("The bridge was opened by King Faisal.", "King Faisal was opened by the bridge.", Kind.OPPOSITE),
        ("King Faisal opened the bridge.", "King Faisal was opened by the bridge.", Kind.OPPOSITE),
        ("هزم صلاح الدين الفرنجة في حطين.", "هزم الفرنجة صلاح الدين في حطين.", Kind.ORDER),
        ("هزم صلاح الدين الفرنجة في حطين.", "الفرنجة هزموا صلاح الدين في حطين.", Kind.ORDER),
        ("Two soldiers were killed and five were wounded.", "Two soldiers were wounded.", Kind.ORDER),
        ("قتل ثلاثة جنود وأصيب سبعة آخرون.", "أصيب ثلاثة جنود.", Kind.ORDER),
        ("A ticket costs 8 dollars instead of 6 dollars.", "A ticket costs 6 dollars.", Kind.OPPOSITE),
        ("It holds 220 passengers and 18 cars.", "It holds 18 passengers and 220 cars.", Kind.ORDER),
        ("Karim built the ferry and Sami burned the dam.", "Karim burned the dam.", Kind.ORDER),
        ("It opened in the first half of 1999.", "It opened in the second half of 1999.", Kind.NUMBER),
        ("بلغت الأرباح ذروتها في النصف الأول من العام.", "بلغت الأرباح ذروتها في النصف الثاني من العام.", Kind.NUMBER),
        ("The soldiers were killed.", "The soldiers were wounded.", Kind.WORD),
        ("It closed after the war.", "It closed before the war.", Kind.OPPOSITE),
        ("It was shut until 1988.", "It was shut since 1988.", Kind.OPPOSITE),
        ("All members except Brandt voted.", "All members voted.", Kind.OPPOSITE),
        ("وافق جميع الأعضاء إلا ثلاثة على القانون.", "وافق جميع الأعضاء على القانون.", Kind.OPPOSITE),
        ("Ten people came.", "Only ten people came.", Kind.OPPOSITE),
        ("جاء 10 أشخاص.", "جاء 10 أشخاص فقط.", Kind.OPPOSITE),
        ("They came with their families.", "They came without their families.", Kind.OPPOSITE),
        ("جاؤوا مع عائلاتهم.", "جاؤوا بلا عائلاتهم.", Kind.OPPOSITE),
        ("He fled from Syria.", "He fled to Syria.", Kind.OPPOSITE),
        ("فر الأسد من سوريا.", "فر الأسد إلى سوريا.", Kind.OPPOSITE),
        ("They plan to turn it into a museum.", "They turned it into a museum.", Kind.OPPOSITE),
        ("Some residents are not pleased.", "All residents are not pleased.", Kind.WORD),
        ("An employee sued the firm.", "An employer sued the firm.", Kind.WORD),
        ("خسر الجيش دبابتين.", "خسر الجيش طائرتين.", Kind.WORD),
    ],
)
def test_what_a_source_does_not_say_is_found(source: str, claim: str, kind: Kind) -> None:
    assert kind in {one.kind for one in find_unsupported(claim, [source])}


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("In 1971 they built the bridge.", "They built the bridge in 1971."),
        ("They built the bridge in 1971.", "In 1971, they built the bridge."),
        ("Paris is the capital of France.", "The capital of France is Paris."),
        ("هزم صلاح الدين الفرنجة في حطين.", "صلاح الدين هزم الفرنجة في حطين."),
        ("أسس الخليفة المنصور بغداد سنة 762.", "بغداد أسسها الخليفة المنصور سنة 762."),
        ("He enforces the law.", "He enforced the law."),
        ("وصل الوفد إلى حلب.", "يصل الوفد إلى حلب."),
        ("The Federal Bureau of Investigation closed the case.", "The FBI closed the case."),
        ("The talks began after the war.", "The talks began."),
        ("Only ten people came.", "Ten people came."),
        ("Before dawn, workers of the port went home.", "Workers of the port went home."),
    ],
)
def test_what_a_source_says_is_let_pass(source: str, claim: str) -> None:
    assert find_unsupported(claim, [source]) == ()


def test_a_clause_may_come_from_each_sentence() -> None:
    sources = ["The ferry began sailing on Monday.", "It holds 18 cars."]
    assert find_unsupported("The ferry began sailing on Monday and holds 18 cars.", sources) == ()
    assert find_unsupported("It holds 18 cars, the ferry began on Monday, cars sailing.", sources)
    fled = ["Assad fled.", "The rebels took Aleppo."]
    assert find_unsupported("Assad took Aleppo.", fled)
    assert find_unsupported("The ferry holds 18 cars.", sources) == ()


def test_a_word_of_the_question_may_name_and_not_assert() -> None:
    source = ["A return ticket now costs 8 dollars."]
    asked = "What is the amount for a return ticket?"
    assert find_unsupported("The amount for a return ticket is 8 dollars.", source, question=asked) == ()
    assert find_unsupported("The amount for a return ticket is 8 dollars.", source)
    lost = "Who lost the war of 1756?"
    assert find_unsupported("France lost the war of 1756.", ["France won the war of 1756."], question=lost)


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("A storm damaged the pier in October.", "The pier was damaged by a storm in October."),
        ("The pier was damaged by a storm.", "A storm damaged the pier."),
    ],
)
def test_a_passive_of_what_a_source_says_costs_a_quotation(source: str, claim: str) -> None:
    assert find_unsupported(claim, [source])
