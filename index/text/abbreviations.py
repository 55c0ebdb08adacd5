"""Which single dots end a sentence in Arabic and English: abbreviations, initials, era marks, list numbers.

Knows one dot and a few characters on both sides of it; the walk through a text is `index.text.sentences`.
"""

import re

from index.text.search_form import is_arabic, search_form


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEVER_LAST = _words(
    "mr mrs ms dr prof st rev hon gen col lt capt sgt maj cmdr adm gov sen rep pres messrs mme mlle fr sra mt ft vs cf "
    "viz approx ca est dept univ e.g i.e v"
)
_BEFORE_A_NUMBER = _words(
    "no nos fig figs vol vols p pp ch chap art sec eq par ver jan feb mar apr jun jul aug sep sept oct nov dec"
)
_MAYBE_LAST = _words("inc ltd co corp bros plc llc jr sr etc al ave blvd rd mph ph.d")
_OPENERS = _words(
    "the a an he she it its his her hers their they we you i our my in on at but and or so if as for from to this that "
    "these those there here when while after before since although though however then also what who where why how not "
    "no yes most many some all one both each according during with by under despite once until meanwhile"
)
_ARABIC_SHORT = _words("مج تح ط ص صص رض")
_ARABIC_INITIALS = _words("اي اس اف ال ام ار اتش ايه بي تي جاي جي جيه دبليو دي سي كيه يو")
_ARABIC_OPENERS = _words("ثم لكن كما اما لقد وقد وفي وهو وهي ولم ومن ولد توفي لذلك كذلك بعد قبل")

_TOKEN = re.compile(r"[\w.\u0640\u064b-\u0652&]*$")
_ERA_GLUED = re.compile(r"\d+(?:م|ه|ق\.م)")
_ROMAN = re.compile(r"[IVX]{1,5}|[ivx]{1,5}")
_LETTERS = re.compile(r"[^\W\d_]+")


def ends_sentence(before: str, after: str, *, opens_paragraph: bool) -> bool:
    """Say whether a dot between `before` and `after` ends a sentence.

    `before` are some 24 characters up to the dot, from the start of the paragraph if `opens_paragraph`; `after` starts
    with the next word, what stands between them (white space, quotes) left out.
    """
    if after[:1].islower():
        return False
    before = before.rstrip()
    match = _TOKEN.search(before)
    raw = match.group().strip(".") if match else ""
    head = before[: match.start()].rstrip() if match else before
    if not raw:
        return not before.endswith(".") or after[0].isupper()  # ". . ." is an ellipsis
    if _numbers_an_item(raw, head, opens_paragraph=opens_paragraph):
        return False
    token = search_form(raw)
    if is_arabic(token) or _ERA_GLUED.fullmatch(token):
        return _arabic_ends(token, head, after)
    return _latin_ends(token, raw, after)


def _numbers_an_item(raw: str, head: str, *, opens_paragraph: bool) -> bool:
    """Say whether a token numbers an item of a list: "1", "2.3" or "IV" first in its paragraph or after an end."""
    if not (raw.replace(".", "").isdecimal() or _ROMAN.fullmatch(raw)) or len(raw) > 6:
        return False
    first = opens_paragraph and not any(char.isalnum() for char in head)
    return first or (len(raw) <= 2 and head.endswith((":", ".", "!", "?", "؟")))


def _arabic_ends(token: str, head: str, after: str) -> bool:
    words_before = search_form(head).split()
    previous = words_before[-1] if words_before else ""
    if token in _ARABIC_INITIALS:  # of a name, unless they spell one out: "بي بي سي."
        return previous in _ARABIC_INITIALS or _opens_sentence(after)
    if len(token) == 2:
        token = token.removeprefix("و")  # "and": قال د. سعيد ود. ليلى
    if not all(len(part) == 1 or part in _ARABIC_SHORT for part in token.split(".")):
        # "632م." too: closed up, the era is written without a dot of its own.
        return True
    of_a_year = previous[-1:].isdecimal() or previous == "ق" or "." in token
    return of_a_year and _opens_sentence(after)


def _latin_ends(token: str, raw: str, after: str) -> bool:
    if token in _NEVER_LAST:
        return False
    if token in _BEFORE_A_NUMBER:
        return not after[:1].isdecimal()
    dotted = all(len(part) == 1 for part in token.split("."))
    if token in _MAYBE_LAST or (dotted and (len(token) > 1 or raw.isupper())):
        return _opens_sentence(after)
    return True


def _opens_sentence(after: str) -> bool:
    """Say whether the next word is one that sentences start with."""
    found = _LETTERS.match(search_form(after))
    if not found:
        return False
    word = found.group()
    if is_arabic(word):
        return word in _ARABIC_OPENERS or (word[0] == "و" and len(word) > 3)
    return word in _OPENERS and not (len(word) == 1 and after[1:2] == ".")
