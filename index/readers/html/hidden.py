"""What a page has but does not show: elements hidden by an attribute, their own style, or a rule of the page's.

tinycss2 reads style sheets and cssselect their selectors; of the rules, those that end with classes or ids are
followed. A rule hides the elements that its whole selector fits, if it holds on every screen and whatever the reader
does. Where another rule may show an element again (`:hover`, a narrow window, a class that a script gives to something
around it), the element stays. Style sheets in other files are not fetched.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Any, NamedTuple

import tinycss2
from cssselect import HTMLTranslator, SelectorError
from cssselect import parse as parse_selectors
from cssselect.parser import Attrib, Class, CombinedSelector, Element, Hash, Tree
from lxml import etree
from tinycss2.serializer import serialize_identifier

from index.readers.document import Unreadable

_OFFSETS = frozenset(("left", "right", "top", "bottom", "text-indent"))
_SIZES = frozenset(("opacity", "font-size"))
_PROPERTIES = _OFFSETS | _SIZES | {"display", "visibility"}
_FAR = -900
"""An offset, in whatever unit, that leads out of sight."""
_MAY_CONCEAL = re.compile(r"none|hidden|collapse|opacity|font-size|-[\d.]|\\", re.IGNORECASE)
"""What a style has in it that hides an element, or a font size, or any of them written with escapes."""
_ROOTS = ("html", "body")
"""Hidden only until a script has run, else there would be no page; their classes and ids change then too."""
_MOST_STYLE = 1_000_000
"""Characters of style sheets that are read."""
_MOST_RULES = 2_000
_MOST_LOOKS = 2_000_000
"""How often rules and elements are compared before a page is refused."""
_MOST_AROUND = 8
"""Blocks around a rule that is followed."""
_LONGEST_SELECTOR = 300


class _Declared(NamedTuple):
    """What a style says of one property, as far as it matters here."""

    important: bool = False
    conceals: bool = False
    relative: bool = False
    """Of a font size: it follows from the size around it."""


_Style = dict[str, _Declared]
"""Property → what is said of it."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule for elements that have a tag, unless it is "", and all of some names (`.class`, `#id`).

    `is_simple` where its selector asks for nothing else; `certain` where it holds for every reader and at any time.
    """

    tag: str
    names: frozenset[str]
    selector: Tree
    is_simple: bool
    certain: bool
    style: _Style


def drop_hidden(tree: etree._Element) -> None:
    """Take out of a page of HTML what its reader does not see.

    Raises: Unreadable if it has too many styles.
    """
    rules = _Rules(_rules_of(_sheets(tree)))
    for element in list(tree.iter("*")):
        if element.tag in _ROOTS or not element.attrib or element.getparent() is None:
            continue
        hides = {name for name, declared in rules.style_of(element).items() if declared.conceals}
        if element.get("hidden") is not None or hides - {"font-size"}:
            element.drop_tree()
        elif hides:
            _drop_tiny(element, rules)


class _Rules:
    """The rules of a page's own style sheets that may hide something or show it."""

    def __init__(self, rules: Iterable[_Rule]) -> None:
        self._rules = sorted(rules, key=lambda rule: rule.selector.specificity())  # the later of two equals decides
        self._by_name: dict[str, list[int]] = {}
        for number, rule in enumerate(self._rules):
            self._by_name.setdefault(min(rule.names), []).append(number)
        self._known: dict[tuple[str, str, str], tuple[list[_Rule], _Style | None]] = {}
        self._tests: dict[Tree, etree.XPath | None] = {}
        self._looks = 0

    def style_of(self, element: etree._Element) -> _Style:
        """What holds of an element by these rules and its own style. Raises: Unreadable if there are too many."""
        marks = (str(element.tag), element.get("class", ""), element.get("id", ""))
        if marks not in self._known:
            rules = self._with_names_of(*marks)
            depends = any(rule.certain and not rule.is_simple for rule in rules)  # on more than these marks
            self._known[marks] = rules, None if depends else self._by_rules(rules, element)
        rules, style = self._known[marks]
        if style is None:
            style = self._by_rules(rules, element)
        own = element.get("style", "")
        if not style and not _MAY_CONCEAL.search(own):
            return {}  # exports have a style of its own for every word: most need not be parsed
        return _over(style, _own_style(own))

    def _with_names_of(self, tag: str, classes: str, identity: str) -> list[_Rule]:
        """The rules that may be for an element, those that decide last."""
        names = {f".{name}" for name in classes.split()} | {f"#{identity}"}
        numbers = sorted(number for name in names for number in self._by_name.get(name, ()))
        self._look(len(numbers))
        rules = [self._rules[number] for number in numbers]
        return [rule for rule in rules if rule.names <= names and rule.tag in ("", tag)]

    def _by_rules(self, rules: list[_Rule], element: etree._Element) -> _Style:
        self._look(len(rules))
        style: _Style = {}
        uncertain: list[_Rule] = []
        for rule in rules:
            if rule.certain and (rule.is_simple or self._fits(element, rule.selector)):
                style = _over(style, rule.style)
            else:
                uncertain.append(rule)
        for rule in uncertain:
            style = {name: said for name, said in style.items() if name not in rule.style or rule.style[name].conceals}
        return style

    def _fits(self, element: etree._Element, selector: Tree) -> bool:
        """Whether a selector fits an element before any script has run."""
        self._look(1)
        if not isinstance(selector, CombinedSelector):
            return self._fits_alone(element, selector)
        return self._fits_alone(element, selector.subselector) and any(
            self._fits(other, selector.selector) for other in _related(element, selector.combinator)
        )

    def _fits_alone(self, element: etree._Element, selector: Tree) -> bool:
        if selector not in self._tests:
            try:
                self._tests[selector] = etree.XPath(f"self::{HTMLTranslator().xpath(selector)}")
            except (SelectorError, etree.XPathError, ValueError):  # what XPath or XML cannot express fits nothing
                self._tests[selector] = None
        test = self._tests[selector]
        return test is not None and bool(test(element))

    def _look(self, times: int) -> None:
        self._looks += times
        if self._looks > _MOST_LOOKS:
            raise Unreadable("has too many styles to be read; save it in a simpler form")


def _related(element: etree._Element, combinator: str) -> Iterator[etree._Element]:
    """The elements that the left side of a combinator may fit, but for those whose names a script changes."""
    if combinator in ("+", "~"):
        candidates = element.itersiblings(preceding=True)
    else:
        candidates = (above for above in element.iterancestors() if above.tag not in _ROOTS)
    return islice(candidates, 1) if combinator in ("+", ">") else candidates


def _drop_tiny(element: etree._Element, rules: _Rules) -> None:
    """Take out the letters of no size; elements inside may have a size of their own."""
    waiting = [element]
    while waiting:
        current = waiting.pop()
        current.text = None
        for child in current:
            child.tail = None
            size = rules.style_of(child).get("font-size")
            if size is None or size.relative or size.conceals:
                waiting.append(child)


def _over(below: _Style, above: _Style) -> _Style:
    """Two styles together; the second one wins where the first is not the more important."""
    kept = {name for name, said in below.items() if said.important}
    return below | {name: said for name, said in above.items() if said.important or name not in kept}


def _sheets(tree: etree._Element) -> tuple[tuple[str, str], ...]:
    """The page's style sheets, each with its media; what is in `noscript` holds only where no script runs."""
    sheets: list[tuple[str, str]] = []
    room = _MOST_STYLE
    for style in tree.xpath(".//style[not(ancestor::noscript or ancestor::template)]"):
        text = "".join(style.itertext())[:room]
        room -= len(text)
        sheets.append((style.get("media", ""), text))
    return tuple(sheets)


@lru_cache(4)  # a page may be looked at twice, and the chapters of a book have the same sheet
def _rules_of(sheets: tuple[tuple[str, str], ...]) -> tuple[_Rule, ...]:
    found: list[_Rule] = []
    for media, text in sheets:
        certain = _holds("media", _parsed(tinycss2.parse_component_value_list, media))
        if certain is not None:
            nodes = _parsed(tinycss2.parse_stylesheet, text)
            found += islice(_rules_in(nodes, certain=certain, depth=0), _MOST_RULES - len(found))
    return tuple(found)


def _rules_in(nodes: Iterable[Any], *, certain: bool, depth: int) -> Iterator[_Rule]:
    """The rules among parsed nodes, and in the blocks inside them."""
    for node in nodes if depth <= _MOST_AROUND else ():
        if node.type == "qualified-rule":
            content = tinycss2.parse_blocks_contents(node.content)
            if style := _style_in(content):
                yield from _rules_for(node.prelude, style, certain=certain)
            # Around a nested rule stands what else it asks for: it may show an element, and hides none.
            yield from _rules_in(content, certain=False, depth=depth + 1)
        elif node.type == "at-rule" and node.content is not None:
            holds = _holds(node.lower_at_keyword, node.prelude)
            if holds is not None:
                content = tinycss2.parse_blocks_contents(node.content)
                yield from _rules_in(content, certain=certain and holds, depth=depth + 1)


def _holds(keyword: str, prelude: Iterable[Any]) -> bool | None:
    """Whether what is in a block like `@media screen` holds on every screen; None where it holds on none."""
    tokens = [token for token in prelude if token.type not in ("whitespace", "comment")]
    words = {token.lower_value for token in tokens if token.type == "ident"}
    if keyword.endswith("keyframes") or "print" in words:
        return None
    if keyword == "media":
        return words <= {"only", "screen", "all"} and all(token.type == "ident" for token in tokens)
    return keyword == "layer"


def _rules_for(prelude: Iterable[Any], style: _Style, *, certain: bool) -> Iterator[_Rule]:
    """A rule for each selector before a block; selectors that cssselect cannot read are left out."""
    for text in _selector_texts(prelude):
        try:
            selectors = parse_selectors(text) if len(text) <= _LONGEST_SELECTOR else []
        except SelectorError:
            continue
        for selector in selectors:
            if selector.pseudo_element is None:  # else it is for what stands before or after the text
                yield from _rule_for(selector.parsed_tree, style, certain=certain)


def _rule_for(selector: Tree, style: _Style, *, certain: bool) -> Iterator[_Rule]:
    """The rule of a selector, none if it ends with no class or id."""
    last, *others = (list(_simple_selectors(compound)) for compound in _compounds(selector))
    classes = frozenset(f".{one.class_name}" for one in last if isinstance(one, Class))
    names = classes | {f"#{one.id}" for one in last if isinstance(one, Hash)}
    if names:
        tag = next(one.element or "" for one in last if isinstance(one, Element)).lower()
        is_simple = not others and all(isinstance(one, Class | Hash | Element) for one in last)
        is_static = all(map(_is_static, chain(last, *others)))
        yield _Rule(tag, names, selector, is_simple, certain and is_static, style)


def _compounds(selector: Tree) -> Iterator[Tree]:
    """The parts of a selector between its combinators, the one for the element itself first."""
    while isinstance(selector, CombinedSelector):
        yield selector.subselector
        selector = selector.selector
    yield selector


def _simple_selectors(compound: Tree) -> Iterator[Tree]:
    """What such a part asks for: classes, ids, attributes and pseudo-classes, and at last the tag."""
    while not isinstance(compound, Element):
        yield compound
        compound = compound.selector
    yield compound


def _is_static(simple: Tree) -> bool:
    """Whether it fits an element always or never: no pseudo-class. A namespace fits none of HTML's elements."""
    return isinstance(simple, Class | Hash) or (isinstance(simple, Element | Attrib) and simple.namespace is None)


def _selector_texts(prelude: Iterable[Any]) -> Iterator[str]:
    """The selectors of a rule as text, one by one: where one cannot be read, the others hold.

    Pseudo-classes come without their arguments, of which cssselect does not know all; `&` (of a nested rule) as `*`.
    """
    text = ""
    for piece in prelude:
        if piece == ",":
            yield text
            text = ""
        elif piece.type == "function" and text.endswith(":"):
            text += serialize_identifier(piece.name)
        elif piece.type == "function" or any(map(_is_block, getattr(piece, "content", ()))):
            text += "["  # neither a pseudo-class nor an attribute: such a selector cannot be read
        else:
            text += "*" if piece == "&" else piece.serialize()
    yield text


def _is_block(token: Any) -> bool:
    return str(token.type).endswith(("block", "function"))


@lru_cache(10_000)
def _own_style(text: str) -> _Style:
    return _style_in(_parsed(tinycss2.parse_blocks_contents, text))


def _parsed(parse: Callable[[str], list[Any]], text: str) -> list[Any]:
    """What one of tinycss2's parsers makes of a text. Raises: Unreadable."""
    try:
        return parse(text)
    except ValueError as error:  # a number of thousands of digits
        raise Unreadable("has styles that cannot be read; save it in a simpler form") from error


def _style_in(content: Iterable[Any]) -> _Style:
    """The declarations among the contents of a block that matter here."""
    style: _Style = {}
    for node in content:
        if node.type == "declaration" and node.lower_name in _PROPERTIES:
            value = [token for token in node.value if token.type not in ("whitespace", "comment")]
            declared = _declared(node.lower_name, *value) if len(value) == 1 else _Declared()
            style = _over(style, {node.lower_name: declared._replace(important=node.important)})
    return style


def _declared(name: str, value: Any) -> _Declared:
    if value.type in ("number", "dimension", "percentage"):
        unit = value.lower_unit if value.type == "dimension" else ""
        conceals = value.value <= _FAR if name in _OFFSETS else name in _SIZES and value.value == 0
        conceals = conceals and (not unit or unit.isalpha())  # `0\9` is for browsers of long ago
        return _Declared(conceals=conceals, relative=unit == "em" or value.type == "percentage")
    word = value.lower_value if value.type == "ident" else ""
    conceals = name in ("display", "visibility") and word in ("none", "hidden", "collapse")
    return _Declared(conceals=conceals, relative=word in ("inherit", "smaller", "larger"))
