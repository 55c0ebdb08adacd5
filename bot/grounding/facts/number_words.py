"""The words for numbers in Arabic and English, in search form. Tables only; what they measure is `units`."""

from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

from bot.grounding.facts.tokens import FRACTIONS, word_set


class Role(Enum):
    """What a number word does to the number it stands in."""

    UNIT = auto()  # 0-9
    TEEN = auto()  # 10-19
    TEN = auto()  # 20-90
    HUNDREDS = auto()  # 200-900 in one Arabic word
    HUNDRED = auto()
    SCALE = auto()  # thousand and up
    SCALE_DUAL = auto()  # two thousand and up in one Arabic word
    PART = auto()  # a half, a quarter
    DIGITS = auto()
    WHOLE = auto()  # stands alone: twice, the nineties


@dataclass(frozen=True, slots=True)
class NumberWord:
    """One word: its role and value."""

    role: Role
    value: Fraction


def _row(role: Role, first: int, step: int, words: str) -> dict[str, NumberWord]:
    """Return a table: a space parts one number from the next, "/" the forms of one number."""
    return {
        form: NumberWord(role, Fraction(first + step * place))
        for place, forms in enumerate(words.split())
        for form in forms.split("/")
    }


_ENGLISH = (
    _row(Role.UNIT, 0, 1, "zero one/first two/second three/third four/fourth five/fifth six/sixth seven/seventh")
    | _row(Role.UNIT, 8, 1, "eight/eighth nine/ninth")
    | _row(Role.TEEN, 10, 1, "ten/tenth eleven/eleventh twelve/twelfth thirteen/thirteenth fourteen/fourteenth")
    | _row(Role.TEEN, 15, 1, "fifteen/fifteenth sixteen/sixteenth seventeen/seventeenth eighteen/eighteenth")
    | _row(Role.TEEN, 19, 1, "nineteen/nineteenth")
    | _row(Role.TEN, 20, 10, "twenty/twentieth thirty/thirtieth forty/fortieth fifty/fiftieth sixty/sixtieth")
    | _row(Role.TEN, 70, 10, "seventy/seventieth eighty/eightieth ninety/ninetieth")
    | _row(Role.HUNDRED, 100, 1, "hundred/hundredth")
    | _row(Role.SCALE, 1000, 1, "thousand/thousandth")
    | _row(Role.SCALE, 10**6, 1, "million/millionth")
    | _row(Role.SCALE, 10**9, 1, "billion/billionth")
    | _row(Role.SCALE, 10**12, 1, "trillion")
    | _row(Role.SCALE, 12, 1, "dozen")
    | _row(Role.WHOLE, 20, 10, "twenties thirties forties fifties sixties seventies eighties nineties")
    | _row(Role.WHOLE, 1, 1, "once/single twice/both/pair/couple/double/doubled/dual/duo thrice/triple/tripled/trio")
    | _row(Role.WHOLE, 4, 1, "quadruple/quadrupled")
    | {"half": NumberWord(Role.PART, Fraction(1, 2)), "quarter": NumberWord(Role.PART, Fraction(1, 4))}
)
_ARABIC = (
    _row(Role.UNIT, 0, 1, "صفر واحد/واحده/احد/احدي/حادي/حاديه")
    | _row(Role.UNIT, 2, 1, "اثنان/اثنين/اثنتان/اثنتين/اثنا/اثني/اثنتا/اثنتي/ثاني/ثانيه/ثان")
    | _row(Role.UNIT, 3, 1, "ثلاث/ثلاثه/ثلاثا/ثالث/ثالثه")
    | _row(Role.UNIT, 4, 1, "اربع/اربعه/اربعا/رابع/رابعه خمس/خمسه/خمسا/خامس/خامسه ست/سته/ستا/سادس/سادسه")
    | _row(Role.UNIT, 7, 1, "سبع/سبعه/سبعا/سابع/سابعه")
    | _row(Role.UNIT, 8, 1, "ثمان/ثماني/ثمانيه/ثمانيا/ثامن/ثامنه تسع/تسعه/تسعا/تاسع/تاسعه")
    | _row(Role.TEEN, 10, 1, "عشر/عشره/عشرا/عاشر/عاشره")
    | _row(Role.TEN, 20, 10, "عشرون/عشرين ثلاثون/ثلاثين اربعون/اربعين خمسون/خمسين ستون/ستين سبعون/سبعين")
    | _row(Role.TEN, 80, 10, "ثمانون/ثمانين تسعون/تسعين")
    | _row(Role.HUNDRED, 100, 1, "مئه/مائه")
    | _row(Role.HUNDREDS, 200, 100, "مئتان/مئتين/مائتان/مائتين/مئتا/مئتي/مائتا/مائتي ثلاثمئه/ثلاثمائه اربعمئه/اربعمائه")
    | _row(
        Role.HUNDREDS, 500, 100, "خمسمئه/خمسمائه ستمئه/ستمائه سبعمئه/سبعمائه ثمانمئه/ثمانمائه/ثمانيمئه تسعمئه/تسعمائه"
    )
    | _row(Role.SCALE, 1000, 1, "الف/الفا")
    | _row(Role.SCALE, 10**6, 1, "مليون/مليونا")
    | _row(Role.SCALE, 10**9, 1, "مليار/مليارا/بليون/بليونا")
    | _row(Role.SCALE, 10**12, 1, "تريليون/ترليون")
    | _row(Role.SCALE_DUAL, 1000, 1, "الفان/الفين/الفي")
    | _row(Role.SCALE_DUAL, 10**6, 1, "مليونان/مليونين/مليوني")
    | _row(Role.SCALE_DUAL, 10**9, 1, "ملياران/مليارين/ملياري")
    | _row(Role.WHOLE, 20, 10, "عشرينيات/عشرينات ثلاثينيات/ثلاثينات اربعينيات/اربعينات خمسينيات/خمسينات")
    | _row(Role.WHOLE, 60, 10, "ستينيات/ستينات سبعينيات/سبعينات ثمانينيات/ثمانينات تسعينيات/تسعينات")
    | _row(
        Role.WHOLE,
        1,
        1,
        "اول/اولي كلا/كلتا/كلاهما/كلتاهما/كليهما/كلتيهما/زوج/زوجي/ضعف/ضعفي/مزدوج/مزدوجه/ثنائي/ثنائيه/"
        "تضاعف/تضاعفت/يتضاعف/تتضاعف/ضاعف/ضاعفت/يضاعف/مضاعف/مضاعفه",
    )
    | _row(Role.WHOLE, 3, 1, "ثلاثي/ثلاثيه رباعي/رباعيه")
    | {form: NumberWord(Role.PART, Fraction(2, 3)) for form in ("ثلثي", "ثلثا", "ثلثين", "ثلثان")}
    | {
        "نصف": NumberWord(Role.PART, Fraction(1, 2)),
        "نصفا": NumberWord(Role.PART, Fraction(1, 2)),
        "ثلث": NumberWord(Role.PART, Fraction(1, 3)),
        "ربع": NumberWord(Role.PART, Fraction(1, 4)),
    }
)
_SIGNS = {
    FRACTIONS[sign]: NumberWord(Role.PART, Fraction(over, under))
    for sign, over, under in (("½", 1, 2), ("¼", 1, 4), ("¾", 3, 4), ("⅓", 1, 3), ("⅔", 2, 3))
}
_PARTS_OF_THEM = {
    part + whose: word for part, word in _ARABIC.items() if word.role is Role.PART for whose in ("ه", "ها", "هم")
}
NUMBER_WORDS: dict[str, NumberWord] = _ENGLISH | _ARABIC | _SIGNS | _PARTS_OF_THEM

# Scales that are a number only after one: "3 ملايين", but "ملايين الناس" is no number.
PLURAL_SCALES: dict[str, Fraction] = {
    **dict.fromkeys(("hundreds", "مئات"), Fraction(100)),
    **dict.fromkeys(("thousands", "الاف"), Fraction(10**3)),
    **dict.fromkeys(("millions", "ملايين"), Fraction(10**6)),
    **dict.fromkeys(("billions", "مليارات", "بلايين"), Fraction(10**9)),
    **dict.fromkeys(("trillions", "تريليونات"), Fraction(10**12)),
}
GLUED_SCALES: dict[str, Fraction] = {
    "k": Fraction(10**3),
    **dict.fromkeys(("m", "mn"), Fraction(10**6)),
    **dict.fromkeys(("b", "bn"), Fraction(10**9)),
    "tn": Fraction(10**12),
}
DENOMINATORS: dict[str, int] = {
    **dict.fromkeys(("half", "halves", "انصاف"), 2),
    **dict.fromkeys(("third", "thirds", "اثلاث"), 3),
    **dict.fromkeys(("quarter", "quarters", "fourths", "ارباع"), 4),
    **dict.fromkeys(("fifth", "fifths", "اخماس"), 5),
    **dict.fromkeys(("sixth", "sixths", "اسداس"), 6),
    **dict.fromkeys(("seventh", "sevenths", "اسباع"), 7),
    **dict.fromkeys(("eighth", "eighths", "اثمان"), 8),
    **dict.fromkeys(("ninth", "ninths", "اتساع"), 9),
    **dict.fromkeys(("tenth", "tenths", "اعشار"), 10),
}
# Plurals of a size that is not counted: "thousands of soldiers".
SIZES: dict[str, int] = {
    **dict.fromkeys(("tens", "dozens", "عشرات"), 10),
    **dict.fromkeys(("hundreds", "مئات", "مءات"), 100),
    **dict.fromkeys(("thousands", "الاف", "الوف"), 1000),
    **dict.fromkeys(("millions", "ملايين"), 10**6),
    **dict.fromkeys(("billions", "مليارات", "بلايين"), 10**9),
}
# Words that give a number to a source but, alone, hold a claim to none: "one of them", "ربع النهائي", "first he said".
VAGUE = word_set(
    """
    one once single both pair couple double dual duo triple quadruple trio quarter zero صفر واحد واحده احد
    احدي كلا كلتا كلاهما كلتاهما كليهما كلتيهما زوج زوجي ضعف ضعفي مزدوج مزدوجه ثنائي ثنائيه تضاعف تضاعفت يتضاعف تتضاعف
    ضاعف ضاعفت يضاعف مضاعف مضاعفه ثلاثي ثلاثيه رباعي رباعيه
    ربع ثان first second hundred thousand million billion dozen اول اولي ثانيه الف الفا
    """
)
# What stands before a vague word that does state its number.
FIRM_BEFORE = word_set("a one the world per من نحو حوالي زهاء قرابه")
DEFINITE_ORDINALS = word_set("الاول الاولي الثانيه والاول والاولي والثانيه")
# Other words that only look like a number with a preposition: "لست" is "I am not", not "for six".
NO_NUMBERS = word_set("لست فلست كمئه")
# Nouns whose plural is broken, so that ـان and ـين after them make two of them and never many.
DUAL_NOUNS = word_set(
    """
    عام شهر يوم اسبوع قرن عقد بلد طرف جانب فريق حزب كتاب هجوم انفجار مركز برنامج مشروع قسم نوع جزء شكل خط طريق نهر
    بحر جبل مطار منزل بيت باب صاروخ قمر هدف شوط لقب كاس عنصر سبب شرط حل اتجاه اتفاق قرار قانون تقرير فيلم رقم جنس
    قطب رجل ولد شخص جندي ملك رئيس وزير طفل طبيب شاعر قائد زعيم شقيق صديق حليف صندوق مصدر مصنع متحف ملعب موسم نصف ربع
    مقعد منصب موقع نظام جيش حصن قصر جسر برج سد ميل قدم متر كيلومتر طن رطل دولار حرف فصل مجلد عمل حدث بند فرع وجه حقل
    ابن بنت ولد بئر كوكب نجم قطار قارب زورق طابق مبني مستوي سلاح
    لاجئ مصرع حادث تحد شارع حي ضلع طرد نبي رسول مذهب شعب لون نص لغز
    مثال
    """
)
# ـتين and ـتان that are no dual of a noun in ـة or ـت.
NO_DUALS = word_set(
    """
    ستين بساتين ثابتين صامتين مثبتين ملتفتين مؤقتين موقتين ميتين متفاوتين متشتتين ارجنتين بوتين روتين بروتين نيكوتين
    كيراتين لاتين مارتين كريستين فالنتين كوينتين قسطنتين كونستانتين اوغستين جستين جوستين بستان فستان كتان بهتان ختان
    شتان تيتان كابتان قبطان سلاتين تاتين ياتين موتين مانهاتان كوينتان بريتان كاتان ايتان ناتان بوتان
    """
)
# Duals that end like Pakistan.
NO_LANDS = word_set("مدرستان مؤسستان جلستان رئيستان كنيستان دراستان سياستان منافستان ممارستان")
