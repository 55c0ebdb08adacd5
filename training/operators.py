"""Changes of small words that turn a sense round or bound it: not, only, other, may. Each in both languages.

They are `divergences.Contrast`s; that a claim says less ("three" of "only three") is no fault.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from training.divergences import Around, Contrast, put
from training.parallel import Link, Pair, language
from training.windows import Span
from training.words import ARABIC, shape, words

NEGATION = "negation"

_WITHOUT_CONTROL = 0.4  # how often a denial is left out that could be made on one side only
_FAR = 30  # letters between two words that are of no one phrase
_DENIALS = Path(__file__).parent / "lists" / "denials.txt"
_NEGATIVE = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|cannot|without|refused|declined|denied)\b|n['’]t\b"
    r"|(?<!\w)[وف]?(?:لم|لن|لا|ليس|ليست|ليسوا|غير|بدون|دون|عدم|ألا|ما)(?!\w)",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|will|would|can|could|should|must|does|do|did)\b(?! (?:not|never)\b|n['’]t)"
)
_VERB = re.compile(r"(?<!\w)(?<!أن )(?<!قد )([وف]?)((?:ي|ت)[\u0621-\u064a]{3,})(?!\w)")
_NO_VERB = re.compile(
    r"^(?:ينا|يون|يول|يمي|يسا|يهو|يوم|تقر|تلك|تحت|تعا|تجا|تطو|تنظ|تحد|تغي|تأث|تدر|تمو|تفا)|(?:ات|ية|ين|ون)$"
)
_HAS_A_THING = re.compile(r" (?:a|an|the|many|more|some|two|three|\d+)\b")

_UNDOINGS = {
    "en": (
        (re.compile(r"\b(?:did|does|do) not (?=\w)|\b(?:didn|doesn|don)['’]t (?=\w)"), ""),
        (re.compile(r"\bcannot\b|\bcan['’]t\b"), "can"),
        (re.compile(r"\bwon['’]t\b"), "will"),
        (re.compile(r"n['’]t\b| not\b(?! only)| never\b| no longer\b"), ""),
    ),
    "ar": (
        (re.compile(r"(?<!\w)([وف]?)(?:لم|لا) (?=[يتنأ])"), r"\1"),
        (re.compile(r"(?<!\w)([وف]?)لن (?=[يتنأ])"), r"\1س"),
        (re.compile(r"(?<!\w)([وف]?)(?:ليس|ليست) "), r"\1"),
    ),
}


def negate(pair: Pair, around: Around) -> Contrast | None:
    """Deny what is said, or say what is denied."""
    denied = [denies(text) for text in (pair.claim, pair.text)]
    if all(denied):
        claim, text = _undo(pair.claim), _undo(pair.text)
        return Contrast(NEGATION, claim, text) if claim and text else None
    if any(denied):
        return None
    ours, theirs = (list(_denials(text)) for text in (pair.claim, pair.text))
    both = [(a, b) for a in ours for b in theirs if a.rows & b.rows or (pair.claim == pair.text and a.place == b.place)]
    if both:
        one, other = around.random.choice(both)
        return Contrast(NEGATION, put(pair.claim, one.place, one.said), put(pair.text, other.place, other.said))
    if around.random.random() < _WITHOUT_CONTROL:
        return None
    claim, text = (_deny_any(text, around.random) for text in (pair.claim, pair.text))
    if text and pair.whole and (not claim or around.random.random() < 0.5):
        return Contrast(NEGATION, "", text)
    return Contrast(NEGATION, claim) if claim else None


def denies(text: str) -> bool:
    """Whether a text denies something."""
    return bool(_NEGATIVE.search(text))


@dataclass(frozen=True, slots=True)
class _Denial:
    """What can be denied at a place, and the lines of the list that say so."""

    rows: frozenset[int]
    place: Span
    said: str


@cache
def _rows() -> dict[str, list[tuple[int, str]]]:
    known: dict[str, list[tuple[int, str]]] = {}
    for number, line in enumerate(_DENIALS.read_text("utf-8").splitlines()):
        if not line.startswith("#"):
            english, denied, arabic, denied_arabic = line.split("\t")
            known.setdefault(english, []).append((number, denied))
            known.setdefault(arabic, []).append((number, denied_arabic))
    return known


def _denials(text: str) -> Iterator[_Denial]:
    """Yield what of a list can be denied; a word that stands twice cannot be told from the other."""
    found = words(text)
    for match in found:
        word = match[0]
        prefix = word[0] if word[0] in "وف" and word not in _rows() else ""
        rows = _rows().get(word.removeprefix(prefix))
        if rows is None or sum(other[0] == word for other in found) > 1:
            continue
        if word in ("has", "have") and not _HAS_A_THING.match(text, match.end()):
            continue
        said = prefix + rows[0][1]
        yield _Denial(frozenset(number for number, _ in rows), match.span(), said)


def _deny_any(text: str, random_source: Random) -> str:
    """Return the text with one verb denied, or ""."""
    if language(text) == "en":
        found = [put(text, match.span(), f"{match[0]} not") for match in _AUXILIARY.finditer(text)]
    else:
        verbs = [match for match in _VERB.finditer(text) if not _NO_VERB.search(match[2])]
        found = [put(text, match.span(), f"{match[1]}لا {match[2]}") for match in verbs]
        found += [put(text, match.span(), match[1] + "لن " + match[2]) for match in _FUTURE.finditer(text)]
    found += [put(text, one.place, one.said) for one in _denials(text)]
    return random_source.choice(found) if found else ""


def _undo(text: str) -> str:
    """Return the text without its only negation, or ""."""
    if len(_NEGATIVE.findall(text)) != 1:
        return ""
    for pattern, new in _UNDOINGS[language(text)]:
        changed, count = pattern.subn(new, text, count=1)
        if count:
            return changed[0].upper() + changed[1:] if text[0].isupper() else changed
    return ""


_FUTURE = re.compile(r"(?<!\w)([وف]?)س([يت][\u0621-\u064a]{3,})(?!\w)")
_MODAL = {"en": (re.compile(r"\b(will)\b"), re.compile(r"\b(may|might|could)\b"))}
_PERHAPS = re.compile(r"(?<!\w)([وف]?)قد ([يت][\u0621-\u064a]{3,})(?!\w)")


def change_modality(pair: Pair, _: Around) -> Contrast | None:
    """What will be may be, and the reverse. Whether "may" stands on "will" is hard to say."""
    for sure in (True, False):
        ours, theirs = (_modals(text, sure=sure) for text in (pair.claim, pair.text))
        if len(ours) == len(theirs) == 1:
            alone = (None, False) if sure else (False, None)
            return Contrast("modality", ours[0], theirs[0], *alone)
    return None


def _modals(text: str, *, sure: bool) -> list[str]:
    """Return the text with each "will" as "may" (`sure`), or the reverse."""
    if language(text) == "en":
        pattern = _MODAL["en"][0 if sure else 1]
        return [put(text, match.span(), "may" if sure else "will") for match in pattern.finditer(text)]
    pattern = _FUTURE if sure else _PERHAPS
    return [
        put(text, match.span(), f"{match[1]}قد {match[2]}" if sure else f"{match[1]}س{match[2]}")
        for match in pattern.finditer(text)
    ]


_ONLY = {
    "en": re.compile(r"(?<=\w )only (?=\w)|(?<=\w) only\b"),
    "ar": re.compile(r" فقط(?!\w)| وحده(?!\w)| وحدها(?!\w)| الوحيد(?!\w)| الوحيدة(?!\w)"),
}


def bound(pair: Pair, around: Around) -> Contrast | None:
    """Add "only" where the text does not say it, or take it from the text. Without it a claim says less, and stands."""
    ours, theirs = (_ONLY[language(text)].findall(text) for text in (pair.claim, pair.text))
    if len(ours) == len(theirs) == 1:
        claim, text = (_ONLY[language(text)].sub("", text) for text in (pair.claim, pair.text))
        return Contrast("only", claim, text, claim_alone=True, text_alone=False)
    if ours or theirs:
        return None
    links = [link for link in pair.links if link.kind != "year"]
    made = [(_only(pair.claim, link.claim, link.kind), _only(pair.text, link.text, link.kind)) for link in links]
    return _at_one_place("only", links, made, around.random, text_alone=True)


def _at_one_place(
    kind: str, links: list[Link], made: list[tuple[str, str]], random_source: Random, *, text_alone: bool | None
) -> Contrast | None:
    """Return a contrast of what was made at one of some links ("": not possible), crossed with one far from it."""
    possible = [(link.text[0], both) for link, both in zip(links, made, strict=True) if all(both)]
    if not possible:
        return None
    place, (claim, text) = random_source.choice(possible)
    far = [changed for there, (_, changed) in possible if abs(there - place) > _FAR]
    return Contrast(kind, claim, text, text_alone=text_alone, crossed=random_source.choice(far) if far else "")


def _only(text: str, place: Span, kind: str) -> str:
    """Return the text with "only" said of a word, or ""."""
    start, end = place
    word = text[start:end]
    if language(text) == "en":
        before = text[:start]
        if kind == "number":
            return f"{before}only {text[start:]}"
        if kind == "name":
            return f"Only {text}" if start == 0 else ""
        the = re.search(r"\b(the|a|an) $", before, re.IGNORECASE)
        return f"{before[: the.start()]}{'The' if the.start() == 0 else 'the'} only {text[start:]}" if the else ""
    if kind == "number":
        following = re.match(r" [\u0621-\u064a]+", text[end:])
        end += following.end() if following else 0
        return f"{text[:end]} فقط{text[end:]}"
    if kind == "name":
        return f"{text[:end]} وحده{text[end:]}" if start < len(text) / 3 else ""
    if not re.match(r"[وف]?[بك]?ال|لل", word):
        return ""
    return f"{text[:end]} {'الوحيدة' if word.endswith('ة') else 'الوحيد'}{text[end:]}"


def other(pair: Pair, around: Around) -> Contrast | None:
    """Add "other": there are some beside."""
    links = [link for link in pair.links if link.kind == "word"]
    made = [(_other(pair.claim, link.claim), _other(pair.text, link.text)) for link in links]
    return _at_one_place("other", links, made, around.random, text_alone=None)


def _other(text: str, place: Span) -> str:
    start, end = place
    word = text[start:end]
    if language(text) == "en":
        plain = shape(word) == "lower s" and not re.search(r"\b(?:a|an|other|\w+ly) $", text[:start])
        return f"{text[:start]}other {text[start:]}" if plain else ""
    if not word.endswith(("ات", "ين", "ون", "ة")) or not re.match(r"[ .،]", text[end:] or "."):
        return ""
    return f"{text[:end]} {'الأخرى' if re.match('[وف]?[بك]?ال|لل', word) else 'أخرى'}{text[end:]}"


def answer_first(claim: str, *, yes: bool) -> str:
    """Return a claim as the answer to a question of yes or no."""
    if ARABIC.search(claim):
        return ("نعم، " if yes else "لا، ") + claim
    small = (
        claim[0].lower() + claim[1:] if re.match(r"(?:The|A|An|It|He|She|They|In|On|At|This|There)\b", claim) else claim
    )
    return ("Yes, " if yes else "No, ") + small
