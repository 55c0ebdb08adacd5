"""What a page has but does not show: elements hidden by an attribute, their own style, or a rule of the page's.

No style engine: of the rules in `<style>`, those for classes and ids are followed, and where another rule may show an
element again, it stays. Style sheets in other files are not fetched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from index.readers.document import Unreadable

_AWAY = frozenset(("left", "right", "top", "bottom", "text-indent"))
_KNOWN = _AWAY | {"display", "visibility", "opacity", "font-size"}
_ZERO = re.compile(r"[+-]?(?:0+\.?0*|\.0+)(?:[a-z]+|%)?")
_FAR = re.compile(r"-0*(?:9\d\d|[1-9]\d{3,})")
_RELATIVE = re.compile(r"[\d.]+(?:em|%)|inherit|smaller|larger")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_PLAIN = re.compile(r"@media\s+(?:only\s+)?(?:screen|all)|@layer\b.*", re.IGNORECASE | re.DOTALL)
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NAME = re.compile(r"[.#][\w-]+")
_SIMPLE = re.compile(r"(\w*)((?:[.#][\w-]+)+)")
_ROOTS = ("html", "body")
"""Hidden only until a script has run, else there would be no page."""
_MOST_STYLE = 1_000_000
_MOST_RULES = 2_000
_MOST_LOOKS = 1_000_000
_MOST_AROUND = 8

_Style = dict[str, tuple[bool, str]]
"""Property → whether it is marked as important, and its value."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule for elements that have all of these names; one not `certain` may or may not hold for them."""

    tag: str
    names: frozenset[str]
    style: _Style
    certain: bool

    @property
    def weight(self) -> tuple[int, int, int]:
        """What decides between two rules: ids, then classes, then the tag."""
        ids = sum(name.startswith("#") for name in self.names)
        return ids, len(self.names) - ids, int(bool(self.tag))


def drop_hidden(tree: etree._Element) -> None:
    """Take out of a page of HTML what its reader does not see."""
    rules = _Rules(_sheets(tree))
    for element in list(tree.iter("*")):
        if element.tag in _ROOTS or not element.attrib or element.getparent() is None:
            continue
        style = rules.style_of(element)
        hides = {name for name, (_, value) in style.items() if _conceals(name, value)}
        if element.get("hidden") is not None or hides - {"font-size"}:
            element.drop_tree()
        elif hides:
            _drop_tiny(element, rules)


class _Rules:
    """The rules of a page's own style sheets that may hide something or show it."""

    def __init__(self, sheets: str) -> None:
        self._rules: list[_Rule] = []
        self._by_name: dict[str, list[int]] = {}
        self._known: dict[tuple[str, str, str], _Style] = {}
        self._looks = 0
        for rule in _rules(sheets):
            if len(self._rules) == _MOST_RULES:
                break
            self._by_name.setdefault(min(rule.names), []).append(len(self._rules))
            self._rules.append(rule)

    def style_of(self, element: etree._Element) -> _Style:
        """What holds of an element by these rules and its own style. Raises: Unreadable if there are too many."""
        marks = (str(element.tag), element.get("class", ""), element.get("id", ""))
        if marks not in self._known:
            self._known[marks] = self._by_rules(*marks)
        return _over(self._known[marks], _declared(element.get("style", "")))

    def _by_rules(self, tag: str, classes: str, identity: str) -> _Style:
        names = {f".{name}" for name in classes.split()} | {f"#{identity}"}
        numbers = sorted(number for name in names for number in self._by_name.get(name, ()))
        self._looks += len(numbers)
        if self._looks > _MOST_LOOKS:
            raise Unreadable("has too many styles to be read; save it in a simpler form")
        fitting = [self._rules[number] for number in numbers]
        fitting = [rule for rule in fitting if rule.names <= names and rule.tag in ("", tag)]
        style: _Style = {}
        for rule in sorted((rule for rule in fitting if rule.certain), key=lambda rule: rule.weight):
            style = _over(style, rule.style)
        for rule in fitting:
            if not rule.certain:
                style = {name: value for name, value in style.items() if not _shows(rule, name)}
        return style


def _drop_tiny(element: etree._Element, rules: _Rules) -> None:
    """Take out the letters of no size; elements inside may have a size of their own."""
    waiting = [element]
    while waiting:
        current = waiting.pop()
        current.text = None
        for child in current:
            child.tail = None
            _, size = rules.style_of(child).get("font-size", (False, "inherit"))
            if _RELATIVE.fullmatch(size) or _ZERO.fullmatch(size):
                waiting.append(child)


def _conceals(name: str, value: str) -> bool:
    if name in _AWAY:
        return bool(_FAR.match(value))
    if name in ("opacity", "font-size"):
        return bool(_ZERO.fullmatch(value))
    return value in ("none", "hidden", "collapse")


def _shows(rule: _Rule, name: str) -> bool:
    return name in rule.style and not _conceals(name, rule.style[name][1])


def _over(below: _Style, above: _Style) -> _Style:
    """Two styles together; the second one wins where the first is not the more important."""
    return below | {name: said for name, said in above.items() if said[0] or not below.get(name, said)[0]}


def _declared(style: str) -> _Style:
    """The declarations of a style that matter here."""
    found: _Style = {}
    for declaration in _COMMENT.sub("", style).lower().split(";") if style else ():
        name, _, said = declaration.partition(":")
        value, mark, _ = said.partition("!")
        if name.strip() in _KNOWN:
            found = _over(found, {name.strip(): (bool(mark), value.strip())})
    return found


def _sheets(tree: etree._Element) -> str:
    """The page's style sheets; what is in `noscript` holds only where no script runs."""
    styles = tree.xpath(".//style[not(ancestor::noscript or ancestor::template)]")
    sheets = ((style.get("media"), "".join(style.itertext())) for style in styles)
    return "\n".join(f"@media {media} {{{sheet}}}" if media else sheet for media, sheet in sheets)[:_MOST_STYLE]


def _rules(sheets: str) -> Iterator[_Rule]:
    for around, selectors, body in _blocks(_COMMENT.sub("", sheets)):
        style = _declared(body)
        if not style or len(around) > _MOST_AROUND or any("print" in one or "keyframes" in one for one in around):
            continue
        plain = all(_PLAIN.fullmatch(one) for one in around)
        for selector in _IN_BRACKETS.sub("", selectors).split(","):
            simple = _SIMPLE.fullmatch(selector.strip())
            names = frozenset(_NAME.findall(re.split(r"[\s>+~]+", selector.strip())[-1]))
            if names:
                yield _Rule(simple[1].lower() if simple else "", names, style, plain and bool(simple))


def _blocks(sheets: str) -> Iterator[tuple[list[str], str, str]]:
    """What is around each block of declarations, its selectors, and the declarations."""
    around: list[str] = []
    begun = 0
    for sign in re.finditer("[{}]", sheets):
        piece, begun = sheets[begun : sign.start()], sign.end()
        if sign[0] == "{":
            around.append(piece.rpartition(";")[2].strip())
        elif around:
            selectors = around.pop()
            if not selectors.startswith("@"):
                yield around[: _MOST_AROUND + 1], selectors, piece
