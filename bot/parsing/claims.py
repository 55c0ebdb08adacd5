"""The output of a model, as it streams in, as claims: sentences with the keys of their citation marks.

Prose with marks (`bot.parsing.marks`) and JSON, also fenced, are read alike. A claim comes out once its sentence has
ended and its marks were read, and the same claims come out however a stream is cut into chunks. What only says that the
evidence does not answer is a refusal, and no claim. What a claim is worth is `bot.grounding`'s to say.
"""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from bot.parsing.marks import Mark, MarkLexer, parse_marks
from bot.types import DraftClaim
from index.text.search_form import search_form
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
_OPENING = re.compile(rf"(?:(?:[-*•·▪–—>#]+|\(?[0-9٠-٩]{{1,2}}[.)\-]) )*(?:{_ANSWER} ?:? )?(?=.)", re.IGNORECASE)
_LABEL = re.compile(rf"\W*(?:sources?|references?|citations?|المصادر|المصدر|المراجع|{_ANSWER})\W*", re.IGNORECASE)

_TEXT_FIELDS = ("text", "claim", "statement", "sentence", "answer", "content", "response", "النص", "الإجابة", "الجواب")
_KEY_FIELDS = ("citations", "citation", "keys", "key", "sources", "source", "refs", "references", "evidence", "المصادر")
_LONGEST_OBJECT = 8000
"""Characters of an object; a longer one is passed over."""

_CUT_TEXT = re.compile(rf'"(?:{"|".join(_TEXT_FIELDS)})"\s*:\s*("(?:[^"\\]|\\.)*)')
_CUT_KEYS = re.compile(rf'"(?:{"|".join(_KEY_FIELDS)})"\s*:\s*\[([^\]]*)')

_SOURCE_EN = r"(?:articles?|texts?|sentences?|passages?|evidence|sources?|context|documents?|excerpts?|information)"
_TELLS_EN = (
    r"(?:say|mention|state|specify|provide|contain|answer|tell|give|include|indicate|discuss|address|describe|explain|"
    r"reveal|disclose|have)"
)
_REFUSAL_EN = re.compile(
    rf"(?:(?:the|this|these|given|provided|numbered|none of the) ){{0,3}}{_SOURCE_EN}"
    r"(?: (?:provided|given|above|itself))?"
    rf" (?:does not|doesn't|do not|don't|did not|didn't|cannot|can't|never) (?:\w+ )?{_TELLS_EN}\b"
    rf"|(?:none of the|no) (?:\w+ )?{_SOURCE_EN} (?:{_TELLS_EN}s?|answers?)\b"
    r"|(?:i|we) (?:do not|don't|cannot|can't|could not) (?:know|answer|find|tell|say)\b"
    r"|(?:sorry )?(?:there is|there's) no (?:information|mention|answer|evidence)\b"
    r"|(?:this|that|it|the answer|the information) is(?: not|n't) (?:mentioned|stated|said|given|provided|specified)\b"
    r"|not (?:mentioned|stated|specified|given) in the\b"
)
_SOURCE_AR = r"(?:المقال|المقاله|النص|الجمل|الجمله|المصدر|المصادر|السياق|الفقره|المقاطع|الوثيقه|جمله)"
_TELLS_AR = r"(?:[يت](?:ذكر|جيب|قول|حدد|وضح|شير|تضمن|حتوي|بين|ورد|رد|تحدث|ذكره|ذكرها)|جاء)"
_REFUSAL_AR = re.compile(
    rf"(?:لا|لم) {_TELLS_AR}(?: اي)? {_SOURCE_AR}\b"
    rf"|{_SOURCE_AR} (?:لا|لم) {_TELLS_AR}\b"
    r"|(?:لا|لم) (?:[يت]رد|[يت]ذكر|[يت]وجد|توجد|نجد|اجد|يتوفر|تتوفر) (?:ذلك|اي|هذا|معلومات|جواب|اجابه|ذكر|في)"
    r"|لا (?:اعرف|ادري|اعلم|استطيع|يمكنني|يمكن)\b"
    r"|(?:هذا |ذلك )?غير مذكور\b"
    r"|ليس (?:هناك|في المقال|في النص)\b"
)
_REFUSAL_LEAD = re.compile(r"^(?:answer|الجواب|الاجابه|sorry|عذرا|unfortunately|للاسف|however|لكن)\b[\s:,،]*")
_TURN = re.compile(r"\s*(?:;|؛|,? (?:but|however|instead|rather),? |، ?(?:لكن|ولكن|بل) | (?:بل|ولكن|لكن) )\s*")


class ClaimParser:
    """Reads the output of a model chunk by chunk; `known` are the keys it was given."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = frozenset(known)
        self._opening = ""
        self._parser: _Parser | None = None
        self.cut = False
        """After `close()`: the last claim lacks its end, as where the stream broke off."""

    def feed(self, chunk: str) -> list[DraftClaim]:
        """Return the claims that `chunk` completes."""
        return [claim for char in chunk for claim in self._read(char)]

    def close(self) -> list[DraftClaim]:
        """Return the claims that the end of the output completes; `cut` says whether the last one was."""
        claims = [] if self._parser else list(self._begin(_Prose(self._known), self._opening))
        parser = self._parser or _Prose(self._known)
        claims += parser.close()
        self.cut = parser.cut
        return claims

    def _read(self, char: str) -> Iterator[DraftClaim]:
        if self._parser:
            yield from self._parser.feed(char)
            return
        self._opening += char
        body = _body(self._opening)
        if body is not None:
            yield from self._begin(self._parser_for(body), body)

    def _parser_for(self, body: str) -> "_Parser":
        """What reads an output that begins so."""
        if body.startswith("{") or re.match(r"\[\s*\{", body):
            return _JsonObjects(self._known)
        return _JsonStrings(self._known) if re.match(r'\[\s*"', body) else _Prose(self._known)

    def _begin(self, parser: "_Parser", body: str) -> Iterator[DraftClaim]:
        self._parser = parser
        for char in body:
            yield from parser.feed(char)


def is_refusal(sentence: str) -> bool:
    """Say whether a whole sentence says only that the evidence does not answer."""
    form = _REFUSAL_LEAD.sub("", " ".join(search_form(sentence).strip(" .،\"'*«»").split()))
    form = form.replace("’", "'").replace(",", "")
    return bool((_REFUSAL_EN.match(form) or _REFUSAL_AR.match(form)) and not _TURN.search(sentence))


def without_refusal(claim: DraftClaim) -> DraftClaim | None:
    """Return what a claim states beside a refusal: "It does not say X; it says Y." states Y. None if nothing."""
    if is_refusal(claim.text):
        return None
    turn = _TURN.search(claim.text)
    if turn and is_refusal(claim.text[: turn.start()]):
        rest = claim.text[turn.end() :].strip()
        return replace(claim, text=rest[:1].upper() + rest[1:]) if rest else None
    return claim


class _Prose:
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


class _JsonStrings:
    """Reads `["It is so [1].", …]`: the sentences of each string, with their marks."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self._held: list[str] = []
        self._escaped = False
        self.cut = False

    def feed(self, char: str) -> Iterator[DraftClaim]:
        """Yield the claims of the string that `char` closes."""
        if not self._held:
            self._held = [char] if char == '"' else []
        elif char == '"' and not self._escaped:
            yield from self._take()
        elif len(self._held) < _LONGEST_OBJECT:
            self._escaped = char == "\\" and not self._escaped
            self._held.append(char)

    def close(self) -> Iterator[DraftClaim]:
        """Yield what a cut string already says."""
        self.cut = bool(self._held)
        yield from self._take()

    def _take(self) -> Iterator[DraftClaim]:
        text, self._held = "".join(self._held), []
        yield from _read_prose(_json_string(text), self._known) if text else []


class _JsonObjects:
    """Reads `{"claims": [{"text": "…", "citations": [1, "2"]}, …]}`: each innermost object, by any name of its fields.

    The whole may be cut off anywhere.
    """

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self._held: list[str] | None = None
        self._quoted = self._escaped = False
        self.cut = False

    def feed(self, char: str) -> Iterator[DraftClaim]:
        """Yield the claims of the object that `char` closes."""
        if self._held is not None:
            self._held.append(char)
            if len(self._held) > _LONGEST_OBJECT:
                self._held, self._quoted = None, False
                return
        if self._quoted:
            self._quoted = self._escaped or char != '"'
            self._escaped = char == "\\" and not self._escaped
        elif char == "{":
            self._held = [char]
        elif char == "}" and self._held:
            text, self._held = "".join(self._held), None
            yield from self._claims(text)
        elif char == '"' and self._held:
            self._quoted = True

    def close(self) -> Iterator[DraftClaim]:
        """Yield what a cut object already says."""
        held = "".join(self._held or ())
        text, keys = _CUT_TEXT.search(held), _CUT_KEYS.search(held)
        if text:
            self.cut = True
            yield from self._read_with(_json_string(text[1]), keys[1].split(",") if keys else [])

    def _claims(self, text: str) -> Iterator[DraftClaim]:
        try:
            found = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            return
        says = next((found[name] for name in _TEXT_FIELDS if isinstance(found.get(name), str)), "")
        cited: Any = next((found[name] for name in _KEY_FIELDS if name in found), [])
        yield from self._read_with(says, cited if isinstance(cited, list) else [cited])

    def _read_with(self, text: str, cited: list[Any]) -> Iterator[DraftClaim]:
        """Yield the sentences of a text, each with its own marks or else with the object's citations."""
        bracketed = "".join(f"[{key}]" for key in cited[:_LONGEST_OBJECT] if isinstance(key, int | str))
        keys = parse_marks(bracketed.replace("[[", "[").replace("]]", "]"), self._known).keys
        for claim in _read_prose(text, self._known):
            yield DraftClaim(claim.text, claim.keys or keys)


_Parser = _Prose | _JsonObjects | _JsonStrings


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
    prose = _Prose(known)
    return [claim for char in text for claim in prose.feed(char)] + list(prose.close())


def _json_string(raw: str) -> str:
    """Return the text of a JSON string that lacks its end."""
    whole = re.sub(r"\\u[0-9a-fA-F]{0,3}$", "", raw)
    try:
        return str(json.loads(whole + '"', strict=False))
    except ValueError:
        return raw[1:]
