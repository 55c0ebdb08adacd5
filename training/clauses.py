"""Clauses of a pair: dropped from the claim, which still stands; dropped from the text, or added to the claim."""

import re
from itertools import pairwise
from random import Random

from training.divergences import Around, Contrast
from training.parallel import Pair, language
from training.windows import Span

_EDGE = re.compile(r"[,،;؛]\s+|\s[-–—]\s|:\s+")
_LAST = {
    "en": re.compile(r" (?:in|on|at|during|after|for|from|with|since)(?: [\w’'-]+){1,4}(?=[.!]?$)"),
    "ar": re.compile(r" (?:في|على|خلال|بعد|منذ|من|مع|لدى)(?: \w+){1,3}(?=[.!]?$)"),
}
_HOLDS = re.compile(
    r"\b(?:if|unless|not|only|never|no|said|says|say|according|claimed|believes?|may|might|would|could|without|except)\b"
    r"|n['’]t\b|(?<!\w)[وف]?(?:إذا|لو|ليس|لم|لن|لا|فقط|إلا|غير|قال|قالت|وفقا|وفقًا|بحسب|حسب|قد|بدون|دون|زعم|أن)(?!\w)",
    re.IGNORECASE,
)
"""Words by which a clause bears upon the rest, or the rest upon it: such a clause is not dropped."""
_CONDITION = re.compile(r"\b(?:if|unless|whether)\b|(?<!\w)[وف]?(?:إذا|لو|إن كان|ما لم)(?!\w)", re.IGNORECASE)
_LEAST = 4
"""Words that have to be left."""


def cut_clauses(text: str) -> list[Span]:
    """Return the clauses, which cover the text; what parts two of them belongs to the first."""
    edges = [0, *(match.end() for match in _EDGE.finditer(text)), len(text)]
    return [(start, end) for start, end in pairwise(edges) if end > start]


def shorten(pair: Pair, around: Around) -> Contrast | None:
    """The claim without a clause or its last phrase. It stands."""
    claim = shorter(pair.claim, around.random)
    return Contrast("shortened", claim, claim_alone=True) if claim else None


def shorter(text: str, random_source: Random) -> str:
    """Return the text without one clause or its last phrase, or ""."""
    ways = [_without(text, place) for place in cut_clauses(text)]
    last = _LAST[language(text)].search(text)
    if last and not _HOLDS.search(text):
        ways.append(text[: last.start()] + text[last.end() :])
    ways = [way for way in ways if way]
    return random_source.choice(ways) if ways else ""


def _without(text: str, place: Span) -> str:
    """Return the text without a clause, or "" where the rest would say something else."""
    start, end = place
    rest = text[:start] + text[end:]
    if end == len(text):
        rest = re.sub(r"\s*[,،;؛:–—-]*\s*$", "", text[:start]) + (text[-1] if text[-1] in ".!?؟" else "")
    quotes = any(text[start:end].count(mark) != 0 for mark in '"“”«»()')
    if quotes or len(rest.split()) < _LEAST or len(text[start:end].split()) < 2:
        return ""
    if _HOLDS.search(text[start:end]) or _CONDITION.search(text):
        return ""
    return rest[0].upper() + rest[1:] if text[0].isupper() else rest


def drop(pair: Pair, around: Around) -> Contrast | None:
    """Take a clause from the text, or from both: a claim that says it all says more than the text."""
    matched = _matched(pair)
    around.random.shuffle(matched)
    for ours, theirs in matched:
        claim, text = _without(pair.claim, ours), _without(pair.text, theirs)
        if claim and text:
            return Contrast("phrase missing", claim, text, claim_alone=True, text_alone=False)
    return None


def _matched(pair: Pair) -> list[tuple[Span, Span]]:
    """Return the clauses of claim and text that say the same: all of their common words are common to just them."""
    ours, theirs = cut_clauses(pair.claim), cut_clauses(pair.text)
    links = [(_holder(ours, link.claim), _holder(theirs, link.text)) for link in pair.links]
    found = []
    for one in range(len(ours)):
        there = [place for here, place in links if here == one]
        if len(there) > 1 and len(set(there)) == 1:
            back = [here for here, place in links if place == there[0]]
            if set(back) == {one} and _alike(pair, ours[one], theirs[there[0]]):
                found.append((ours[one], theirs[there[0]]))
    return found


def _alike(pair: Pair, ours: Span, theirs: Span) -> bool:
    """Whether two clauses are about as long: else one of them says what the other sentence says elsewhere."""
    sizes = [len(text[slice(*place)].split()) for text, place in ((pair.claim, ours), (pair.text, theirs))]
    return max(sizes) <= 2 * min(sizes) + 1


def _holder(clauses: list[Span], place: Span) -> int:
    return next(number for number, (_, end) in enumerate(clauses) if place[0] < end)


def borrow(text: str, random_source: Random) -> str:
    """Return a clause of a sentence that can be added to another, or ""."""
    clauses = [text[slice(*place)].strip(" ,،;؛:.–—-!?؟") for place in cut_clauses(text)]
    clauses = [one for one in clauses if 2 < len(one.split()) < 12 and not re.search('["“”«»()]', one)]
    return random_source.choice(clauses) if clauses else ""


def add_clause(text: str, clause: str, random_source: Random) -> str:
    """Return the text with a clause at one of its edges."""
    comma = "،" if language(text) == "ar" else ","
    if not re.match(r"[A-Z][a-z]*(?: [A-Z]|$)", clause):
        clause = clause[0].lower() + clause[1:]
    end = re.search(r"[.!]?[\"”»]?$", text)
    places = [match.start() for match in re.finditer(r"[,،] ", text)]
    if places and random_source.random() < 0.5:
        place = random_source.choice(places)
        return f"{text[:place]}{comma} {clause}{text[place:]}"
    place = end.start() if end else len(text)
    link = random_source.choice((f"{comma} ", f"{comma} ", " و" if comma == "،" else " and "))
    return f"{text[:place]}{link}{clause}{text[place:]}"
