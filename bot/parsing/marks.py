r"""Citation marks in the text of a model, in every form that models write them; never what a mark points to.

    [3] [١] 【3】 【3†source】 【1:3†source】 [^3] ³ ③ {3} [1,3] [1، 3] [1/3] [1|3] [2-4] [4–2] [Source 3] [see 3]
    [المصدر 3] \[3\] <sup>3</sup> <cite>1,3</cite>, and (3) or (2-4), where these are keys that were given

Read character by character in linear time and bounded memory, so that it makes no difference how a stream is cut into
chunks. Which text the marks belong to is `bot.parsing.claims`.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CLOSERS = {"{": "}", "[": "]", "【": "】", "［": "］", "〔": "〕", "(": ")", "（": "）"}
_ROUND = "(（"
_LONGEST = 60
"""Characters between the brackets of a mark."""
_DIGITS = 3
"""Digits of a key that was not given; a longer number in brackets is a year or the like."""
_MOST = 40
"""Keys of one mark; a longer range is none that anybody means."""

_TAGS = ("<sup>", "<cite>")
_TAGGED = re.compile(r"<(sup|cite)>[\[(【]?(.*?)[\])】]?</\1>")
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
_CIRCLED = {chr(0x2460 + number): str(number + 1) for number in range(20)}
_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212~")
_SEPARATORS = frozenset(" \u00a0\u200e\u200f\u2066\u2067\u2068\u2069,،;؛&+^#:.|/\\")
_LABELS = _words(
    "source sources src ref refs reference references citation citations cite evidence sentence sentences passage "
    "document doc note s no المصدر مصدر المصادر مصادر المرجع مرجع المراجع الجملة جملة الجمل الدليل دليل المقطع الفقرة "
    "رقم"
)
_JOINING = _words("and و see cf انظر")
_RANGES = _words("to through إلى الى حتى")
_WORDS = _LABELS | _JOINING | _RANGES
_UNITS = _words("m km cm mm ft mi in yd x s م كم سم مم")
"""Words after which a small 2 or 3 is a square or a cube."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A citation mark with its keys as ASCII digits, in the order written."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text parted into its marks and what stands between them."""

    pieces: tuple[str | Mark, ...]

    @property
    def text(self) -> str:
        """The text without its marks, otherwise untouched."""
        return "".join(piece for piece in self.pieces if isinstance(piece, str))

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all marks, each once, in order."""
        return tuple(dict.fromkeys(key for piece in self.pieces if isinstance(piece, Mark) for key in piece.keys))


def parse_marks(text: str, known: Collection[str]) -> MarkedText:
    """Return the marks of a whole text; `known` are the keys that were given."""
    lexer = MarkLexer(known)
    pieces: list[str | Mark] = []
    run: list[str] = []
    for item in (*(item for char in text for item in lexer.feed(char)), *lexer.close()):
        if isinstance(item, str):
            run.append(item)
            continue
        pieces += ["".join(run), item] if run else [item]
        run = []
    return MarkedText((*pieces, "".join(run)) if run else tuple(pieces))


class MarkLexer:
    """Parts a stream of characters into marks and other text."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = frozenset(known)
        self._held: list[str] = []
        self._word = ""

    def feed(self, char: str) -> Iterator[str | Mark]:
        """Yield what `char` makes certain: characters that are no mark, one by one, or a mark."""
        if not self._held:
            if _CIRCLED.get(char) in self._known:
                yield Mark((_CIRCLED[char],))
            elif char in _CLOSERS or char in _SUPERSCRIPTS or char == "<":
                self._held.append(char)
            else:
                yield self._plain(char)
        elif self._held[0] in _SUPERSCRIPTS:
            if char in _SUPERSCRIPTS and len(self._held) < _LONGEST:
                self._held.append(char)
            else:
                yield from self.close()
                yield from self.feed(char)
        elif self._held[0] == "<":
            yield from self._tagged(char)
        else:
            yield from self._inside(char)

    def close(self) -> Iterator[str | Mark]:
        """Yield what was held back, at the end of the text."""
        held, self._held = self._held, []
        if held and held[0] in _SUPERSCRIPTS and not self._is_power():
            digits = "".join(_SUPERSCRIPTS[char] for char in held)
            keys = (digits,) if digits in self._known else tuple(digits)
            if self._known.issuperset(keys):
                yield Mark(keys)
                return
        for char in held:
            yield self._plain(char)

    def _inside(self, char: str) -> Iterator[str | Mark]:
        """Go on in a bracket, or find that it is no mark."""
        if char == _CLOSERS[self._held[0]]:
            keys = _keys("".join(self._held[1:]), self._known, in_round=self._held[0] in _ROUND)
            if keys:
                self._held = []
                self._word = ""
                yield Mark(keys)
            else:
                yield from self._release(char)
        elif len(self._held) <= _LONGEST and _may_go_on(self._held, char):
            self._held.append(char)
        else:
            yield from self._release(char)

    def _tagged(self, char: str) -> Iterator[str | Mark]:
        """Go on in a tag of HTML, or find that it is no mark."""
        held = "".join(self._held) + char
        found = _TAGGED.fullmatch(held) if char == ">" else None
        keys = _keys(found[2], self._known, in_round=False) if found else ()
        if keys and not self._is_power():
            self._held, self._word = [], ""
            yield Mark(keys)
        elif not found and len(held) <= _LONGEST and any(tag.startswith(held[: len(tag)]) for tag in _TAGS):
            self._held.append(char)
        else:
            yield from self._release(char)

    def _release(self, char: str) -> Iterator[str | Mark]:
        """Give the held characters back as text; only `char` can begin another mark."""
        held, self._held = self._held, []
        yield from map(self._plain, held)
        yield from self.feed(char)

    def _plain(self, char: str) -> str:
        self._word = self._word[-8:] + char if char.isalnum() else ""
        return char

    def _is_power(self) -> bool:
        return self._word.lower() in _UNITS or self._word[-1:].isdecimal()


def _may_go_on(held: list[str], char: str) -> bool:
    """Say whether the inside of a bracket can still become a mark."""
    if "†" in held:
        return char != "\n"
    if char.isdecimal() or char in _SEPARATORS or char in _DASHES or char == "†":
        return True
    word = char.lower()
    for before in reversed(held):
        if not before.isalpha():
            break
        word = before.lower() + word
    return char.isalpha() and any(known.startswith(word) for known in _WORDS)


def _keys(inside: str, known: frozenset[str], *, in_round: bool) -> tuple[str, ...]:
    """Return the keys of a mark; none where the bracket is another one, such as a year in round brackets."""
    before, dagger, _ = inside.partition("†")
    first, _, second = before.partition(":")
    if dagger and second:  # "1:0†source", where one of the two is the key
        before = first if first.strip() in known else second
    parts = list(_parts(before))
    if any(part.isalpha() and part not in _WORDS for part in parts):
        return ()
    labelled = any(part in _LABELS for part in parts)
    numbers = [part for part in parts if part.isdecimal()]
    if in_round and any(part in ("see", "cf", "انظر") for part in parts):
        return ()
    if in_round and not labelled and not (known.issuperset(numbers) and _runs_up(parts)):  # "(2015)", "(2-1)"
        return ()
    if any(len(number) > _DIGITS and number not in known for number in numbers):
        return ()
    return tuple(dict.fromkeys(_expanded(parts)))


def _runs_up(parts: list[str]) -> bool:
    """Say whether every range goes up: "(2-4)" is one, "(2-1)" a score."""
    places = [place for place, part in enumerate(parts) if part == "-"]
    return all(
        0 < place < len(parts) - 1
        and parts[place - 1].isdecimal()
        and parts[place + 1].isdecimal()
        and int(parts[place - 1]) < int(parts[place + 1])
        for place in places
    )


def _parts(inside: str) -> Iterator[str]:
    """Yield the numbers as ASCII digits, the words, and "-" for each sign or word of a range."""
    run = ""
    for char in inside + " ":
        if run and not (char.isdecimal() and run.isdecimal()) and not (char.isalpha() and run.isalpha()):
            yield "-" if run in _RANGES else run
            run = ""
        if char.isdecimal():
            run += str(unicodedata.decimal(char))
        elif char.isalpha():
            run += char.lower()
        elif char in _DASHES:
            yield "-"


def _expanded(parts: list[str]) -> Iterator[str]:
    """Yield the keys of a list with ranges, also backward ones."""
    numbers = [part for part in parts if part.isdecimal() or part == "-"]
    for place, part in enumerate(numbers[:_MOST]):
        if part != "-":
            yield part.lstrip("0") or "0"
        elif 0 < place < len(numbers) - 1 and numbers[place - 1].isdecimal() and numbers[place + 1].isdecimal():
            first, last = sorted((int(numbers[place - 1][:9]), int(numbers[place + 1][:9])))
            if last - first <= _MOST:
                yield from map(str, range(first + 1, last))
