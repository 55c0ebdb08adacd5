"""`Article` → `Sentence`s with exact offsets, in Arabic and English.

A paragraph is a line, or several lines of a text wrapped at a fixed width; a sentence never crosses two. This file only
finds the places to cut and never changes a character. A single dot is judged by the few characters on both sides of
it: it may belong to an abbreviation, an initial, an era or the number of a list's item. What sentences make together
is `index.text.passages`'.

sentencex and pysbd were compared: both cut after "د." and in "ق.م.", pysbd also at Arabic colons, in quadratic time.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from index.text.search_form import is_arabic, search_form
from index.types import Article, Sentence

SEGMENTATION_VERSION = 1
"""Raise it when the same text may come out in other sentences: a library of another version has to be rebuilt."""

LONG = 600
"""Characters after which a sentence is also cut at a semicolon or an ellipsis."""

BOUND = 1000
"""Characters no sentence exceeds: a longer one is cut at a comma, else a space, else anywhere between two letters."""

_Span = tuple[int, int]
"""A half-open range of code points of the article's text."""

_INVISIBLE = "\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_AMBIGUOUS = "\"'«»“”„‘’`*_"
_END = re.compile(
    rf"(?P<marks>[.!?؟…۔。！？｡]+)"  # then what closes with it: quotes, brackets, [1], [citation needed]
    rf"(?:[.!?؟…۔。！？)\]}}›」』{_AMBIGUOUS}{_INVISIBLE}]|\[[^\[\]\n]{{1,40}}\])*"
)
_LIST_MARK = re.compile(r"\s*(?:[-*•·▪–—‣]+\s|#{1,6}\s|[>|]|\(?(?:\d{1,3}|[^\W\d_])[.)\-]\s)")
_GAP = re.compile(rf"[\s(\[{{¿¡‹{_AMBIGUOUS}{_INVISIBLE}]*")
_GOING_ON = frozenset(",;:،؛).!?؟…")
_ALWAYS_END = frozenset("؟۔。！？｡")
_NO_LETTER = re.compile(r"[\W\d_]*")
_NO_WORD = re.compile(r"[\W_]*")
_NUMBERING = re.compile(r"\W*(?:\d{1,3}|[^\W\d_])\s*[.)\-:]\W*")
_CLAUSE_ENDS = re.compile(r"(?:[؛;…]|\.\.)\s")
_PAUSES = re.compile(r"[،,:]\s|\s[-–—]\s")
_SPACES = re.compile(r"\s+")

_JOINER = "\u200d"
_CLINGING = frozenset(("Mn", "Me", "Mc", "Sk"))  # accents, vowel signs, skin tones
_LEAST = 100
_MIN_WRAP, _MAX_WRAP = 40, 130


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words before a dot, in search form.
_NEVER_LAST = _word_set(
    "mr mrs ms dr prof st rev hon gen col lt capt sgt maj cmdr adm gov sen rep pres messrs mme mlle fr sra mt ft vs cf "
    "viz approx ca est dept univ e.g i.e v"
)
_BEFORE_A_NUMBER = _word_set(
    "no nos fig figs vol vols p pp ch chap art sec eq par ver jan feb mar apr jun jul aug sep sept oct nov dec"
)
_MAYBE_LAST = _word_set("inc ltd co corp bros plc llc jr sr etc al ave blvd rd mph ph.d")
_OPENERS = _word_set(
    "the a an he she it its his her hers their they we you i our my in on at but and or so if as for from to this that "
    "these those there here when while after before since although though however then also what who where why how not "
    "no yes most many some all one both each according during with by under despite once until meanwhile"
)
_ARABIC_SHORT = _word_set("مج تح ط ص صص رض")
_ARABIC_INITIALS = _word_set("اي اس اف ال ام ار اتش ايه بي تي جاي جي جيه دبليو دي سي كيه يو")
_ARABIC_OPENERS = _word_set("ثم لكن كما اما لقد وقد وفي وهو وهي ولم ومن ولد توفي لذلك كذلك بعد قبل")

_TOKEN = re.compile(r"[\w.\u0640\u064b-\u0652&]*$")
_ERA_GLUED = re.compile(r"\d+(?:م|ه|ق\.م)")
_ROMAN = re.compile(r"[IVX]{1,5}|[ivx]{1,5}")
_LETTERS = re.compile(r"[^\W\d_]+")


def split_sentences(article: Article) -> tuple[Sentence, ...]:
    """Return the sentences of an article in order; all but white space of the text lies in one of them.

    No sentence is longer than `BOUND`. Linear in the text.
    """
    text = article.text
    found: list[Sentence] = []
    for paragraph, pieces in enumerate(_merge(text, (_cut(text, span) for span in _paragraphs(text)))):
        for start, end in pieces:
            found.append(Sentence(article.id, len(found), paragraph, start, end, text[start:end]))
    return tuple(found)


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


def _paragraphs(text: str) -> Iterator[_Span]:
    """Yield the paragraphs of a text, without the white space around them."""
    lines: list[_Span] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        lines.append(_trim(text, offset, offset + len(line)))
        offset += len(line)
    width = _wrap_width(text, lines)
    open_paragraph: _Span | None = None
    for position, (start, end) in enumerate(lines):
        joined = position > 0 and _runs_on(text, lines[position - 1], (start, end), width)
        if open_paragraph and joined:
            open_paragraph = (open_paragraph[0], end)
            continue
        if open_paragraph:
            yield open_paragraph
        open_paragraph = (start, end) if start < end else None
    if open_paragraph:
        yield open_paragraph


def _wrap_width(text: str, lines: list[_Span]) -> int:
    """Return the width a text was wrapped at, 0 for a text with one paragraph a line.

    A wrapped line is full: the first word of the next one would not have fitted in it.
    """
    pairs = [
        (above, below)
        for above, below in pairwise(lines)
        if above[0] < above[1] and below[0] < below[1] and not _LIST_MARK.match(text, *below)
    ]
    width = max((end - start for (start, end), _ in pairs), default=0)
    if not _MIN_WRAP <= width <= _MAX_WRAP:
        return 0
    full = sum(_runs_on(text, above, below, width) for above, below in pairs)
    unended = sum(not _END.search(text, max(above[0], above[1] - 3), above[1]) for above, _ in pairs)
    return width if full >= 2 and full >= 0.8 * unended else 0


def _runs_on(text: str, above: _Span, below: _Span, width: int) -> bool:
    """Say whether a line goes on in the next one, in a text wrapped at `width`."""
    if not width or above[0] == above[1] or below[0] == below[1] or _LIST_MARK.match(text, *below):
        return False
    first_word = text[below[0] : min(below[1], below[0] + width)].split(maxsplit=1)[0]
    return above[1] - above[0] + 1 + len(first_word) > width


def _cut(text: str, paragraph: _Span) -> list[_Span]:
    """Return the sentences of a paragraph."""
    pieces: list[_Span] = []
    last_is_fragment = False
    start = paragraph[0]
    for end in (*_ends(text, paragraph), paragraph[1]):
        piece = _trim(text, start, end)
        start = end
        if piece[0] == piece[1]:
            continue
        is_fragment = _NO_LETTER.fullmatch(text, *piece) is not None
        if pieces and (is_fragment or last_is_fragment):
            # ".", "2." or a lone quote is no sentence: it belongs to the one before it, or else to the one after.
            piece = (pieces.pop()[0], piece[1])
            is_fragment = is_fragment and last_is_fragment
        pieces.append(piece)
        last_is_fragment = is_fragment
    return [part for piece in pieces for part in _bounded(text, piece)]


def _ends(text: str, paragraph: _Span) -> Iterator[int]:
    """Yield where the sentences of a paragraph end, except for the last one."""
    for match in _END.finditer(text, *paragraph):
        cut = match.end()
        if cut < paragraph[1] and not text[cut].isspace():
            # What is followed by a letter opens the next sentence instead of closing this one: .“Next
            while cut > match.end("marks") and text[cut - 1] in _AMBIGUOUS:
                cut -= 1
        gap = _GAP.match(text, cut, paragraph[1])
        if gap and gap.end() < paragraph[1] and _is_end(text, match, gap, paragraph):
            yield cut


def _is_end(text: str, match: re.Match[str], gap: re.Match[str], paragraph: _Span) -> bool:
    """Say whether the marks of `match` end a sentence; `gap` is what stands between them and the next word."""
    marks, after = match["marks"], text[gap.end() : min(gap.end() + 24, paragraph[1])]
    closed = gap.start() > match.end("marks")
    start = max(paragraph[0], match.start() - 80)
    before = text[start : match.start()]
    if after[0] in _GOING_ON or (before.endswith("(") and ")" in match.group()):
        return False
    if not gap.group()[:1].isspace():
        return _is_end_without_space(marks, before, after, closed=closed)
    if marks == ".":
        return ends_sentence(before[-24:], after, opens_paragraph=len(before) <= 24)
    if not marks.strip(".…"):
        # Arabic has no capitals to tell an ellipsis at the end from one inside: leave the sentence whole.
        return after[0].isupper() or (closed and not after[0].islower())
    return not after[0].islower()


def _is_end_without_space(marks: str, before: str, after: str, *, closed: bool) -> bool:
    """Say whether a sentence ends where the space after it was forgotten: not inside a URL, a number, a name."""
    if any(mark in _ALWAYS_END for mark in marks):
        return True
    next_is_arabic = is_arabic(search_form(after[0]))
    if marks != ".":
        return next_is_arabic and bool(marks.strip(".…"))
    if before[-1:].isspace():  # the space stands on the wrong side: word .Next
        return next_is_arabic
    token = before.rsplit(maxsplit=1)[-1] if before else ""
    last = token.rpartition(".")[2]
    if not last or any(sign in token for sign in ("/", "@", "www.")):
        return False
    if next_is_arabic:
        return len(search_form(last)) > 1 and after[1:2].isalpha()
    capitalised = after[0].isupper() and after[1:2].islower()
    return capitalised and (closed or (len(last) > 2 and last.isalpha() and last.islower()))


def _bounded(text: str, piece: _Span) -> Iterator[_Span]:
    """Yield a sentence, or its parts where it is too long."""
    start, end = piece
    while end - start > LONG:
        low, high = start + _LEAST, min(start + LONG, end - _LEAST)
        cut = _last(_CLAUSE_ENDS, text, low, high)
        if not cut and end - start > BOUND:
            cut = _last(_PAUSES, text, low, high) or _last(_SPACES, text, low, high) or _between_letters(text, high)
        if not cut:
            break
        yield _trim(text, start, cut)
        start = _trim(text, cut, end)[0]
    yield start, end


def _last(pattern: re.Pattern[str], text: str, low: int, high: int) -> int:
    """Return the end of the last match in a range, 0 for none."""
    return max((match.end() for match in pattern.finditer(text, low, high)), default=0)


def _between_letters(text: str, position: int) -> int:
    """Return a place at most 50 characters before `position` where no letter is parted from its marks."""
    for cut in range(position, position - 50, -1):
        if text[cut - 1] != _JOINER and text[cut] != _JOINER and unicodedata.category(text[cut]) not in _CLINGING:
            return cut
    return position


def _merge(text: str, paragraphs: Iterable[list[_Span]]) -> list[list[_Span]]:
    """Give a line of marks only ("***") to the sentence above it, and a lone item number ("1.") to the one below."""
    merged: list[list[_Span]] = []
    carried: _Span | None = None
    for pieces in paragraphs:
        is_sentence, is_marks = _is_sentence(text, pieces), _NO_WORD.fullmatch(text, *pieces[0])
        if carried and pieces[0][1] - carried[0] <= BOUND:
            pieces[0] = (carried[0], pieces[0][1])
        elif carried:
            merged.append([carried])
        carried = None
        if is_sentence:
            merged.append(pieces)
        elif is_marks and merged and pieces[0][1] - merged[-1][-1][0] <= BOUND:
            merged[-1][-1] = (merged[-1][-1][0], pieces[0][1])
        else:
            carried = pieces[0]
    if carried:
        merged.append([carried])
    return merged


def _is_sentence(text: str, pieces: list[_Span]) -> bool:
    """Say whether a paragraph is more than marks or the number of an item."""
    return len(pieces) > 1 or not (_NO_WORD.fullmatch(text, *pieces[0]) or _NUMBERING.fullmatch(text, *pieces[0]))


def _trim(text: str, start: int, end: int) -> _Span:
    """Return a range without the white space at both its ends."""
    piece = text[start:end].lstrip()
    return end - len(piece), end - len(piece) + len(piece.rstrip())


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
