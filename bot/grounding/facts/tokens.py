"""A text as tokens in search form that know how they were written; the forms a word is compared in; function words.

What a token means is for the modules beside this one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.text.search_form import SearchText, is_arabic, stem


def word_set(text: str) -> frozenset[str]:
    """Return the words of a table, which white space parts."""
    return frozenset(text.split())


_ARABIC = "\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c9"
_TOKEN = re.compile(
    r"[0-9]{1,3}(?:،[0-9]{3})+(?![0-9])"  # the Arabic comma between thousands
    r"|[0-9]+(?:[.,][0-9]+)*"
    rf"|[{_ARABIC}]+"
    r"|(?:[a-z]\.){2,}"  # u.s.
    rf"|[^\W\d_{_ARABIC}]+(?:'[^\W\d_{_ARABIC}]+)*"
    r"|[^\w\s]"
)
# Unicode's search form of "6½" is "61⁄2": its fractions are kept whole, under characters that mean nothing else.
FRACTIONS = {"½": "\ue000", "¼": "\ue001", "¾": "\ue002", "⅓": "\ue003", "⅔": "\ue004"}
_FRACTIONS = str.maketrans(FRACTIONS)
_OPENERS = frozenset('.!?:;"“”«»([{*•؟؛…')


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign: `text[start:end]` as written, `form` as it is matched."""

    form: str
    start: int
    end: int
    capital: bool
    upper: bool
    mixed: bool
    """It has a capital after its first letter, as an acronym or a brand has: NATO, BSkyB."""
    opens: bool
    """It stands where English writes a capital anyway: first in a sentence, after a quotation mark or a bracket."""
    tanwin: bool
    """It is written with the accusative ending of an Arabic noun, which foreign names do not take."""
    glued: bool
    """No white space stands before it."""

    @property
    def arabic(self) -> bool:
        """Whether it is a word in Arabic script."""
        return is_arabic(self.form)

    @property
    def number(self) -> bool:
        """Whether it is digits."""
        return self.form[0].isdecimal()

    @property
    def word(self) -> bool:
        """Whether it is a word in any script."""
        return self.form[0].isalpha()

    @property
    def bare(self) -> str:
        """Its form without an English possessive ending."""
        return self.form.removesuffix("'s").removesuffix("'")


def tokenize(text: str) -> list[Token]:
    """Return the tokens of `text` in order; linear in the text."""
    search = SearchText.of(text.translate(_FRACTIONS))
    tokens: list[Token] = []
    opens, end = True, -1
    for found in _TOKEN.finditer(search.form):
        start, stop = search.raw_span(found.start(), found.end())
        raw = text[start:stop]
        form = found[0].replace(".", "") if found[0][0].isalpha() else found[0]
        form = form.replace("،", ",") if len(form) > 1 else form
        capital, upper, mixed = raw[0].isupper(), raw.isupper(), any(map(str.isupper, raw[1:]))
        tokens.append(Token(form, start, stop, capital, upper, mixed, opens, "\u064b" in raw, start == end))
        opens = form in _OPENERS or (form == "-" and opens)
        end = stop
    return tokens


def mostly_arabic(tokens: Sequence[Token]) -> bool:
    """Say whether more than half of the words are in Arabic script."""
    return sum(token.arabic for token in tokens) * 2 > sum(token.word for token in tokens)


def without_clitics(word: str) -> Iterator[str]:
    """Yield an Arabic word of the search form as it is, then without its conjunction, preposition and article."""
    for bare in [word, word[1:]] if word[:1] in ("و", "ف") else [word]:
        yield bare
        if bare[:2] in ("لل", "ال"):
            yield bare[2:]
        if bare[:1] in ("ب", "ل", "ك"):
            yield bare[1:]
        if bare[:1] in ("ب", "ل", "ك") and bare[1:3] == "ال":
            yield bare[3:]


_PREFIXES = word_set("ا ت ي ن م س سي ست است يست تست مست مت يت تت ان ين تن من لي لت") | {""}
_SUFFIXES = word_set(
    "ها هم هما نا ه ا ي ت ات ان ون ين وا تا يه يا يات يون يين ته تها تهم اته اتها اتهم وه وها وي ويه اني"
) | {""}
WEAK = str.maketrans("", "", "اويءئؤ")
"""Takes away the letters that come and go in the forms of a root."""

_IRREGULAR = """
build built | write wrote written writing | win won winning winner | take took taken | fall fell fallen | rise rose
risen rising | begin began begun | hold held | lead led | make made | find found | buy bought | sell sold sale | fight
fought | teach taught | go went gone | grow grew grown growth | leave left | give gave given gift | say said | tell
told | send sent | spend spent | lose lost loss | meet met | run ran | come came | know knew known | think thought
thinking | bring brought | catch caught | drive drove driven | speak spoke spoken speech | break broke broken | choose
chose chosen choice | die died death dead | live lived life alive | shoot shot | sing sang sung song | sink sank sunk
| swim swam | throw threw thrown | wear wore worn | draw drew drawn | eat ate eaten | feel felt | fly flew flown
flight | forget forgot | get got gotten | hide hid hidden | keep kept | lay laid | lie lay lain | lend lent | pay paid
payment | ride rode | ring rang | see saw seen sight | seek sought | shake shook | shine shone | sit sat | sleep slept
| stand stood | steal stole stolen | strike struck | swear swore | sweep swept | tear tore torn | wake woke | weave
wove woven | understand understood | arise arose | bear bore born borne birth | bind bound | bite bit | blow blew
blown | breed bred | deal dealt | dig dug | feed fed | flee fled | forbid forbade forbidden | freeze froze frozen |
hang hung | learn learned learnt | mean meant | sew sewn | show showed shown | shrink shrank shrunk | slide slid |
spring sprang sprung | stick stuck | swing swung | weep wept | wind wound | withdraw withdrew withdrawn
withdrawal | man men | woman women | child children | foot feet | tooth teeth | high height | long length | wide width
| deep depth | strong strength | weigh weight | succeed success successful | decide decision decisive |
defend defence defense | produce production product | receive receipt reception | describe description | destroy
destruction | explain explanation | permit permission | extend extension extensive extent | believe belief | prove
proof | advise advice | analyse analyze analysis | marry marriage | arrive arrival | invade invasion |
divide division | conclude conclusion | expand expansion | include inclusion | collide collision | assume assumption |
absorb absorption | deny denial | refuse refusal | approve approval | propose proposal | acquire acquisition | require
requirement | inquire inquiry | solve solution | resolve resolution | evolve evolution | vary
variety various variation | france french | old age aged | annual annually year yearly years | cost costs price
"""
_BASES = {form: forms.split()[0] for forms in _IRREGULAR.replace("\n", " ").split("|") for form in forms.split()}
_DERIVES = word_set(
    "s es e ed d ing ings er ers or ors r rs al ally ly y ity ment ments ion ions ation ations ition ive ively able "
    "ably ist ists ism ern ic ical ically ian ians an ans ance ence ant ent ants ents ary ery ness ous ously"
) | {""}
"""Endings of English words that one root takes; "less" and "ee" turn it into something else."""
_ROOT = 5
"""Letters that derived English words share at least: enforce, enforcement."""


@lru_cache(maxsize=50_000)
def english_keys(form: str) -> frozenset[str]:
    """Return what forms of an English word have in common; two words are forms of one if they share a key."""
    whole = frozenset({form, stem(form), stem(_BASES.get(form, form))})
    if form.endswith(("ee", "ees")):  # an employee is no employer
        return whole
    return whole | frozenset(f"{form[:size]}-" for size in range(_ROOT, len(form) + 1) if form[size:] in _DERIVES)


@lru_cache(maxsize=50_000)
def arabic_keys(form: str) -> frozenset[str]:
    """Return what forms of an Arabic word have in common: its stems, and the consonants that can be its root."""
    bares = [bare for bare in without_clitics(form) if len(bare) > 1]
    return frozenset(key for bare in bares for key in (bare, stem(bare), *(f"{root}-" for root in roots(bare))))


_STRONG, _ENDING = "([^اويءئؤ])", "(?:ت|تا|وا|ه|ها|هم|هما|ته|تها|تهم|وها|وه|نا|ن|ين|ون|ات)?"
# Roots of two strong letters and a weak one: وصل and يصل, زار and يزور, بنى and بناها.
_WEAK_ROOTS = {
    "و{}{}": re.compile(f"(?:و|[يتن]|ت?وا|[يتنم]وا?){_STRONG}{_STRONG}{_ENDING}"),
    "{}و{}": re.compile(f"[يتنم]?{_STRONG}[اوي]{{1,2}}{_STRONG}{_ENDING}"),
    "{}{}و": re.compile(f"[يتن]?{_STRONG}{_STRONG}[اويء]{{1,2}}{_ENDING}"),
}


@lru_cache(maxsize=50_000)
def roots(word: str) -> frozenset[str]:
    """Return the consonants that can be the root of an Arabic word, three or more: علق of علقت and of تعلق."""
    found = {root for bare in _without_affixes(word) if len(root := bare.translate(WEAK)) > 2}
    weak = ((root, form.fullmatch(word)) for root, form in _WEAK_ROOTS.items())
    return frozenset(found | {root.format(*match.groups()) for root, match in weak if match})


def _without_affixes(word: str) -> Iterator[str]:
    for prefix in _PREFIXES:
        for suffix in _SUFFIXES:
            if word.startswith(prefix) and word.endswith(suffix) and len(word) - len(prefix) - len(suffix) >= 3:
                yield word[len(prefix) : len(word) - len(suffix)]


# Words that only join other words. What turns a sense round ("not", "only") is `bot.grounding.operators`.
ENGLISH_FUNCTION_WORDS = word_set(
    """
    a an the this that these those it its he him his she her hers they them their theirs we us our ours you your
    yours i me my mine who whom whose which what when where why how there here then thus so as at by for in of on
    via and or nor yet but because although though while whereas whether also too very even such own itself himself
    herself themselves it's he's she's that's there's be am is are was were been being have has had having do does
    did doing can get gets got gotten let per about around approximately roughly nearly almost according well
    however therefore moreover both either each other others with within through during among amid between across
    along upon onto into to toward towards than one once is are mr mrs ms dr yes say says said saying called named
    known do's not's total times still already again currently now just's whom's like some's any located lies lie order
    etc ie eg
    """
)
ARABIC_FUNCTION_WORDS = word_set(
    """
    في من الي علي عن مع كان كانت كانوا كانا كانتا يكون تكون كن قد ان او ثم هو هي هم هما هن هذا هذه ذلك تلك هؤلاء
    هاتان هذان هذين التي الذي الذين اللذان اللذين اللتان اللتين اللواتي بين عند خلال غضون كما لكن حيث بل اي ايه ايضا
    اما كم نحو لدي به بها بهم له لها لهم فيه فيها فيهم منه منها منهم عليه عليها عليهم اليه اليها اليهم عنه عنها عنهم
    لديه لديها لديهم معه معها معهم انه انها انهم انهما لانه لانها لان هناك هنا حين حينما عندما كيف لقد حول جدا كي
    لكي لولا ذاته ذاتها نفسه نفسها بينما كذلك لذلك لذا هكذا مثل ضمن عبر وفق وفقا حسب بحسب حسبما بجانب اذ اذن نعم
    لماذا ماذا متي اين هل مما عما فيما بما لما كلما انما يا ذو ذا ذي ذات قال قالت يقول تقول قوله تم يتم تمت جري يجري
    اصبح اصبحت صار صارت حوالي تقريبا زهاء قرابه يمكن بواسطه لكونه كونه كونها لكونها بشكل علما يدعي تدعي يسمي تسمي
    يقع تقع عام سنه العام السنه عاما يوجد توجد موجود كلاهما كلتاهما يبلغ بلغ بلغت تبلغ اسمه اسمها الان حاليا لازال
    فان ليكون وهو وهي ابتداء بدايه لقيام قام قامت يقوم تقوم هنالك تعد يعد تعتبر يعتبر عباره
    """
)
CATEGORIES = word_set(
    """
    name number price cost amount year month day date time place city town country state region type kind title age
    length height width depth size population percentage answer language colour color اسم عدد سعر تكلفه ثمن مبلغ
    قيمه سنه شهر يوم تاريخ وقت مكان مدينه بلده بلد دوله منطقه نوع لقب عمر طول ارتفاع عرض عمق مساحه نسبه جواب اجابه
    لغه لون عاصمه
    """
)
"""Nouns that name the sort of thing that is asked for and say nothing of it: "the price is", "the year was"."""
