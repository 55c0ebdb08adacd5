"""The output of a model, as it streams in, as claims: sentences with the keys of their citation marks.

Prose with marks (`marks`) and JSON (`json_claims`), also fenced, are read alike. A claim comes out once its
sentence has ended and its marks were read, and the same claims come out however a stream is cut into chunks. What a
claim is worth is `bot.grounding`'s to say.
"""

import re
from collections.abc import Collection, Iterator

from bot.parsing.json_claims import JsonClaims, JsonSentences
from bot.parsing.marks import Mark, MarkLexer
from bot.types import DraftClaim
from index.text.sentences import ends_sentence

LONGEST = 2000
"""Characters of a claim; output that goes on without an end is cut there."""

_MOST_KEYS = 40
_WORD = 24
"""Characters of the next word that say whether a dot ended a sentence."""

_ENDS = frozenset(".!?؟…۔。！？")
_CLOSING = frozenset("\"'”’»›)]}*_\u200e\u200f\u202c\u2069")
_BREAKS = frozenset("\n\r\u2028\u2029")

_ANSI = re.compile("\x1b\\[[0-9;]*[A-Za-z]")
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_EMPTY_BRACKETS = re.compile(r"[(\[{（【] ?[)\]}）】]")
_SPACED_SIGN = re.compile(r" (?=[.,;:!?،؛؟…»”)\]]+(?: |$))")
_ANSWER = (
    r"(?:(?:corrected |final )?answer|(?:الإجابة|الجواب|إجابة)(?: المصح\S{1,3})?(?: ه[وي])?(?: أن)?|الرد على السؤال)"
)
_OPENING = re.compile(
    rf"(?:(?:[-*•·▪–—>#]+|\(?[0-9٠-٩]{{1,2}}[.)\-]) )*(?:{_ANSWER} ?:? )?(?=.)",
    re.IGNORECASE,
)
_LABEL = re.compile(rf"\W*(?:sources?|references?|citations?|المصادر|المصدر|المراجع|{_ANSWER})\W*", re.IGNORECASE)


class ClaimStream:
    """Reads the output of a model chunk by chunk; `known` are the keys it was given."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = frozenset(known)
        self._opening = ""
        self._reader: Reader | None = None
        self.cut = False
        """After `close()`: the last claim lacks its end, as where the stream broke off."""

    def feed(self, chunk: str) -> list[DraftClaim]:
        """Return the claims that `chunk` completes."""
        return [claim for char in chunk for claim in self._read(char)]

    def close(self) -> list[DraftClaim]:
        """Return the claims that the end of the output completes; `cut` says whether the last one was."""
        claims = [] if self._reader else list(self._begin(ProseClaims(self._known), self._opening))
        reader = self._reader or ProseClaims(self._known)
        claims += reader.close()
        self.cut = reader.cut
        return claims

    def _read(self, char: str) -> Iterator[DraftClaim]:
        if self._reader:
            yield from self._reader.feed(char)
            return
        self._opening += char
        body = _body(self._opening)
        if body is not None:
            yield from self._begin(self._reader_of(body), body)

    def _reader_of(self, body: str) -> "Reader":
        """What reads an output that begins so."""
        if body.startswith("{") or re.match(r"\[\s*\{", body):
            return JsonClaims(_read_prose, self._known)
        return JsonSentences(_read_prose, self._known) if re.match(r'\[\s*"', body) else ProseClaims(self._known)

    def _begin(self, reader: "Reader", body: str) -> Iterator[DraftClaim]:
        self._reader = reader
        for char in body:
            yield from reader.feed(char)


class ProseClaims:
    """Sentences with marks inside them, after their full stop or before their first word."""

    def __init__(self, known: Collection[str]) -> None:
        self._lexer = MarkLexer(known)
        self._text: list[str] = []
        self._keys: list[str] = []
        self._lead = False
        """Marks stand before their sentence."""
        self._ended = self._spaced = self._broken = self._marked = False
        """What was read since the text: a sign that may end it, white space, a line break, a mark."""
        self._word: list[str] = []
        """The next word, held until it tells whether the sentence has ended."""
        self._next_keys: list[str] = []
        """Marks after a line break: of the next claim, if it follows on their line."""
        self.cut = False

    def feed(self, char: str) -> Iterator[DraftClaim]:
        """Yield the claims that one more character completes."""
        for item in self._lexer.feed(char):
            yield from self._mark(item) if isinstance(item, Mark) else self._char(item)

    def close(self) -> Iterator[DraftClaim]:
        """Yield what is left; `cut` says whether it lacks its end."""
        for item in self._lexer.close():
            yield from self._mark(item) if isinstance(item, Mark) else self._char(item)
        yield from self._decide()
        self._keys += self._next_keys
        self.cut = bool(_tidy(self._text)) and not (self._ended or self._marked)
        yield from self._emit()

    def _char(self, char: str) -> Iterator[DraftClaim]:
        if not self._ended:
            if char in _BREAKS:
                self._ended = self._broken = bool(self._text)
            elif self._text or not char.isspace():
                yield from self._add(char)
        elif char.isspace():
            yield from self._space(char)
        elif self._is_glued and not self._broken and (char in _ENDS or char in _CLOSING):
            yield from self._add(char)
        elif self._broken or self._marked:
            yield from self._start(char)
        elif self._is_glued and self._text[-1] == ".":  # 3.5, example.com
            yield from self._add(char)
        else:
            self._word.append(char)
            if len(self._word) == _WORD:
                yield from self._decide()

    def _space(self, char: str) -> Iterator[DraftClaim]:
        if self._word:
            yield from self._decide()
            yield from self._char(char)
        elif char in _BREAKS:
            self._broken = True
            self._keys, self._next_keys = self._keys + self._next_keys, []
        else:
            self._spaced = True

    @property
    def _is_glued(self) -> bool:
        """Nothing stands between the sign that may end the sentence and what comes now."""
        return not (self._spaced or self._word)

    def _mark(self, mark: Mark) -> Iterator[DraftClaim]:
        yield from self._decide()
        if self._ended and self._keys and self._lead:
            yield from self._emit()
        self._lead = self._lead or not (self._text or self._keys)
        keys = self._next_keys if self._broken else self._keys
        keys += [key for key in mark.keys if key not in keys][: _MOST_KEYS - len(keys)]
        self._marked = True

    def _add(self, char: str) -> Iterator[DraftClaim]:
        self._text.append(char)
        self._ended = char in _ENDS or (self._ended and char in _CLOSING)
        self._marked = self._marked and (char.isspace() or char in _ENDS)
        if len(self._text) == LONGEST:
            yield from self._emit()

    def _decide(self) -> Iterator[DraftClaim]:
        """Let the next word tell whether the sentence before it has ended."""
        word, self._word = self._word, []
        if not word:
            return
        if _is_end("".join(self._text[-2 * _WORD :]), "".join(word), whole=len(self._text) <= 2 * _WORD):
            yield from self._start(*word)
            return
        self._ended, spaced, self._spaced = False, self._spaced, False
        for char in (" ", *word) if spaced else word:
            yield from self._char(char)

    def _start(self, *chars: str) -> Iterator[DraftClaim]:
        """Emit the claim and begin the next one."""
        keys = self._next_keys
        yield from self._emit()
        self._keys = keys
        for char in chars:
            yield from self._char(char)

    def _emit(self) -> Iterator[DraftClaim]:
        text, keys = _tidy(self._text), tuple(dict.fromkeys(self._keys))
        self._text, self._keys, self._next_keys = [], [], []
        self._ended = self._spaced = self._broken = self._marked = False
        if text:
            yield DraftClaim(text, keys)


Reader = ProseClaims | JsonClaims | JsonSentences


def _is_end(text: str, after: str, *, whole: bool) -> bool:
    """Say whether a sentence ends with `text`, by the word that follows; `whole`: `text` is all of it."""
    text = text.rstrip().rstrip("".join(_CLOSING))
    before = text.rstrip("".join(_ENDS))
    signs, after = text[len(before) :], re.sub(r"^\W+", "", after)
    if not after:
        return True
    if signs == ".":
        return ends_sentence(before[-_WORD:], after, opens_paragraph=whole and len(before) <= _WORD)
    return after[0].isupper() if not signs.strip(".…") else not after[0].islower()


def _tidy(text: list[str]) -> str:
    """Return the text of a claim as a person is shown it; empty where it says nothing, as a heading or a lone sign."""
    tidy = " ".join(
        _INVISIBLE.sub("", _ANSI.sub("", "".join(text)))
        .replace("**", "")
        .replace("\\ ", " ")
        .replace("\\.", ".")
        .split()
    )
    tidy = _SPACED_SIGN.sub("", _EMPTY_BRACKETS.sub("", tidy)).strip()
    tidy = _OPENING.sub("", tidy, count=1)
    says_something = any(char.isalnum() for char in tidy) and not _LABEL.fullmatch(tidy)
    return " ".join(tidy.split()) if says_something else ""


def _body(opening: str) -> str | None:
    """Return the output so far without the line that opens a fence; None until it tells prose from JSON."""
    body = opening.lstrip()
    if body.startswith("`"):
        fence, line_break, body = body.partition("\n")
        body = body.lstrip() if line_break else fence if len(fence) > _WORD else ""
    more_to_come = len(opening) < LONGEST and (not body or (body[0] == "[" and not body[1:].strip()))
    return None if more_to_come else body


def _read_prose(text: str, known: Collection[str]) -> list[DraftClaim]:
    prose = ProseClaims(known)
    return [claim for char in text for claim in prose.feed(char)] + list(prose.close())
