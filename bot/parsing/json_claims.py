"""Claims in JSON as models write it, as it streams in: each object that holds a text and its citations is one.

    {"claims": [{"text": "…", "citations": [1, "2"]}, …]}

The names of the fields vary, the whole may be cut off anywhere. Prose is `bot.parsing.claims`.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from bot.parsing.marks import parse_marks
from bot.types import DraftClaim

_TEXTS = ("text", "claim", "statement", "sentence", "answer", "content", "response", "النص", "الإجابة", "الجواب")
_KEYS = ("citations", "citation", "keys", "key", "sources", "source", "refs", "references", "evidence", "المصادر")
_LONGEST = 8000
"""Characters of an object; a longer one is passed over."""

_CUT_TEXT = re.compile(rf'"(?:{"|".join(_TEXTS)})"\s*:\s*("(?:[^"\\]|\\.)*)')
_CUT_KEYS = re.compile(rf'"(?:{"|".join(_KEYS)})"\s*:\s*\[([^\]]*)')

Read = Callable[[str, Collection[str]], list[DraftClaim]]


class JsonSentences:
    """The claims of a list of strings, each with its marks; `read` parts one into sentences."""

    def __init__(self, read: Read, known: Collection[str]) -> None:
        self._read = read
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
        elif len(self._held) < _LONGEST:
            self._escaped = char == "\\" and not self._escaped
            self._held.append(char)

    def close(self) -> Iterator[DraftClaim]:
        """Yield what a cut string already says."""
        self.cut = bool(self._held)
        yield from self._take()

    def _take(self) -> Iterator[DraftClaim]:
        text, self._held = "".join(self._held), []
        yield from self._read(_string(text), self._known) if text else []


class JsonClaims:
    """The claims of the innermost objects; `read` parts the text of one into sentences, which may have marks."""

    def __init__(self, read: Read, known: Collection[str]) -> None:
        self._read = read
        self._known = known
        self._held: list[str] | None = None
        self._quoted = self._escaped = False
        self.cut = False

    def feed(self, char: str) -> Iterator[DraftClaim]:
        """Yield the claims of the object that `char` closes."""
        if self._held is not None:
            self._held.append(char)
            if len(self._held) > _LONGEST:
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
            yield from self._read_with(_string(text[1]), keys[1].split(",") if keys else [])

    def _claims(self, text: str) -> Iterator[DraftClaim]:
        try:
            found = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            return
        says = next((found[name] for name in _TEXTS if isinstance(found.get(name), str)), "")
        cited: Any = next((found[name] for name in _KEYS if name in found), [])
        yield from self._read_with(says, cited if isinstance(cited, list) else [cited])

    def _read_with(self, text: str, cited: list[Any]) -> Iterator[DraftClaim]:
        """Yield the sentences of a text, each with its own marks or else with the object's citations."""
        bracketed = "".join(f"[{key}]" for key in cited[:_LONGEST] if isinstance(key, int | str))
        keys = parse_marks(bracketed.replace("[[", "[").replace("]]", "]"), self._known).keys
        for claim in self._read(text, self._known):
            yield DraftClaim(claim.text, claim.keys or keys)


def _string(raw: str) -> str:
    """Return the text of a JSON string that lacks its end."""
    whole = re.sub(r"\\u[0-9a-fA-F]{0,3}$", "", raw)
    try:
        return str(json.loads(whole + '"', strict=False))
    except ValueError:
        return raw[1:]
