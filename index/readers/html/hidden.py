"""What a page has but does not show: elements hidden by an attribute, their own style, or a rule of the page's.

Of the rules in `<style>`, those that end with classes or ids are followed. One that may or may not hold (`:hover`, a
narrow window, a class that a script gives to something around it) can only show an element again. Style sheets in
other files are not fetched.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import Any

import tinycss2
from cssselect import HTMLTranslator, SelectorError
from cssselect import parse as parse_selectors
from cssselect.parser import Class, CombinedSelector, Element, Hash, Tree
from lxml import etree

from index.readers.document import Unreadable

_FAR = re.compile(r"-0*(?:9\d\d|[1-9]\d{3}|[1-9]e[3-9]).*")
_ZERO = re.compile(r"[+-]?(?:0+\.?0*|\.0+)(?:[a-z]+|%)?")
_CONCEALS = {
    **dict.fromkeys(("left", "right", "top", "bottom", "text-indent"), _FAR),
    **dict.fromkeys(("opacity", "font-size"), _ZERO),
    **dict.fromkeys(("display", "visibility"), re.compile("none|hidden|collapse")),
}
_RELATIVE = re.compile(r"[\d.]+(?:em|%)|inherit|smaller|larger")
_MAY_MATTER = re.compile(r"none|hidden|collapse|opacity|font-size|-[\d.]|\\", re.IGNORECASE)
_ROOTS = ("html", "body")
"""Hidden only until a script has run, else there would be no page; their classes and attributes change then too."""
_MOST_STYLE = 1_000_000
_MOST_RULES = 4_000
_MOST_LOOKS = 2_000_000
_MOST_NEAR = 300

_Style = dict[str, tuple[bool, str]]
"""Property → whether it is marked as important, and its value."""
_Rule = tuple[Tree, _Style, bool]
"""A selector, what it says, and whether it holds on every screen."""


def drop_hidden(tree: etree._Element) -> None:
    """Take out of a page of HTML what its reader does not see.

    Raises: Unreadable if its styles are too many, or made to exhaust their reader.
    """
    try:
        styles = _styles(tree)
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, hundreds of brackets in brackets
        raise Unreadable("has styles that cannot be read; save it in a simpler form") from error
    tiny: set[etree._Element] = set()
    for element in list(tree.iter("*")):
        if element.tag in _ROOTS or element.getparent() is None:
            continue
        style = styles.get(element, {})
        hides = _concealing(style)
        inherits = "font-size" not in style or _RELATIVE.fullmatch(style["font-size"][1])
        if element.get("hidden") is not None or hides - {"font-size"}:
            element.drop_tree()
        elif hides or (inherits and element.getparent() in tiny):  # elements inside may have a size of their own
            tiny.add(element)
            element.text = None
            for child in element:
                child.tail = None


def _styles(tree: etree._Element) -> dict[etree._Element, _Style]:
    """What the page's rules and then the elements' own styles say of them."""
    styles: dict[etree._Element, _Style] = defaultdict(dict)
    shown: dict[etree._Element, set[str]] = defaultdict(set)
    rules = _rules(tuple(_sheets(tree)))
    elements = _Elements(tree.iter("*") if rules else ())
    for selector, style, certain in rules:
        candidates = elements.named(selector)
        fitting = elements.fitting(selector) if candidates and certain else set()
        for element in fitting:
            _add(styles[element], style)
        for element in candidates - fitting:
            shown[element].update(style.keys() - _concealing(style))
    for element, names in shown.items():
        styles[element] = {name: said for name, said in styles[element].items() if name not in names}
    for element in tree.iterfind(".//*[@style]"):
        own = element.get("style", "")
        if element in styles or _MAY_MATTER.search(own):  # exports have one for every word: most need no parsing
            _add(styles[element], _own_style(own))
    return styles


def _sheets(tree: etree._Element) -> Iterator[str]:
    room = _MOST_STYLE
    for style in tree.xpath(".//style[not(ancestor::noscript or ancestor::template)]"):  # `noscript`: without scripts
        text = "".join(style.itertext()).strip().removeprefix("<!--").removesuffix("-->")
        sheet = f"@media {style.get('media') or 'all'} {{{text}"[:room]
        room -= len(sheet)
        yield sheet


def _concealing(style: _Style) -> set[str]:
    return {name for name, (_, value) in style.items() if _CONCEALS[name].fullmatch(value)}


def _add(below: _Style, above: _Style) -> None:
    """Let a style go over another one; it wins where the other is not the more important."""
    below.update({name: said for name, said in above.items() if said[0] or not below.get(name, said)[0]})


class _Elements:
    """The elements of a page by their tags, classes and ids, but for the roots."""

    def __init__(self, elements: Iterable[etree._Element]) -> None:
        self._by_name: dict[str, set[etree._Element]] = defaultdict(set)
        self._looks = 0
        for element in elements:
            classes = (f".{name}" for name in element.get("class", "").split())
            for name in ("*", element.tag, f"#{element.get('id', '')}", *classes) if element.tag not in _ROOTS else ():
                self._by_name[name].add(element)

    def named(self, selector: Tree) -> set[etree._Element]:
        """The elements that have the names a selector ends with. Raises: Unreadable if there is too much to see."""
        first, *others = sorted((self._by_name.get(name, set()) for name in _names(selector)), key=len)
        self._looks += len(first)
        if self._looks > _MOST_LOOKS:
            raise Unreadable("has too many styles to be read; save it in a simpler form")
        return first.intersection(*others)

    def fitting(self, selector: Tree) -> set[etree._Element]:
        """The elements that a selector fits before any script has run. Raises: Unreadable as well."""
        if isinstance(selector, CombinedSelector):
            others = self.fitting(selector.selector)
            found = self.fitting(selector.subselector) if others else others
            return {element for element in found if not others.isdisjoint(_near(element, selector.combinator))}
        found = self.named(selector)
        if not re.search(r"[\[:|]", selector.canonical()):
            return found
        try:
            test = etree.XPath(f"self::{HTMLTranslator().xpath(selector)}")
            return {element for element in found if test(element)}
        except (SelectorError, etree.XPathError, ValueError):  # what XPath or XML cannot express
            return set()


def _near(element: etree._Element, combinator: str) -> Iterator[etree._Element]:
    """The elements that the left side of a combinator may be for."""
    near = element.itersiblings("*", preceding=True) if combinator in "+~" else element.iterancestors()
    return islice(near, 1 if combinator in "+>" else _MOST_NEAR)


def _names(selector: Tree) -> set[str]:
    """The tag (or `*`), classes and ids that a selector asks of the element itself."""
    names = set()
    while not isinstance(selector, Element):
        if isinstance(selector, Class | Hash):
            names.add(f".{selector.class_name}" if isinstance(selector, Class) else f"#{selector.id}")
        selector = selector.subselector if isinstance(selector, CombinedSelector) else selector.selector
    return {(selector.element or "*").lower(), *names}


@lru_cache(4)  # a page may be looked at twice, and the chapters of a book have the same sheet
def _rules(sheets: tuple[str, ...]) -> list[_Rule]:
    """The rules of style sheets for elements with a class or id, those that decide last."""
    rules: list[_Rule] = []
    found = chain.from_iterable(_rules_in(tinycss2.parse_stylesheet(sheet)) for sheet in sheets)
    for text, style, certain in islice(found, _MOST_RULES):
        try:
            [selector] = parse_selectors(text)
        except SelectorError:
            continue
        if selector.pseudo_element is None and len(_names(selector.parsed_tree)) > 1:
            rules.append((selector.parsed_tree, style, certain))
    return sorted(rules, key=lambda rule: rule[0].specificity())


def _rules_in(nodes: Iterable[Any], *, certain: bool = True) -> Iterator[tuple[str, _Style, bool]]:
    """The same as text, but for what is for paper; `x(y)` and `*` stand for functions and `&`, unknown to cssselect."""
    for node in nodes:
        if node.type not in ("qualified-rule", "at-rule") or node.content is None:
            continue
        content = tinycss2.parse_blocks_contents(node.content)
        words: set[str] = set()
        if node.type == "at-rule":
            words = {node.lower_at_keyword, *(getattr(piece, "lower_value", piece.type) for piece in node.prelude)}
        elif style := _declared(content):
            known = {"function": "x(y)", "comment": ""}
            pieces = (known.get(piece.type, "*" if piece == "&" else piece.serialize()) for piece in node.prelude)
            for text in "".join(pieces).split(","):
                yield (text if certain else f"* {text}"), style, certain  # a nested one may begin with a combinator
        # Around a nested rule stands what else it asks for: it does not hold for certain.
        holds = "layer" in words or {"media"} < words <= {"media", "only", "screen", "all", "whitespace", "comment"}
        if "print" not in words:
            yield from _rules_in(content, certain=certain and holds)


@lru_cache(10_000)
def _own_style(text: str) -> _Style:
    return _declared(tinycss2.parse_blocks_contents(text))


def _declared(content: Iterable[Any]) -> _Style:
    """The declarations among the contents of a block that matter here."""
    style: _Style = {}
    for node in content:
        if node.type == "declaration" and node.lower_name in _CONCEALS:
            value = "".join(piece.serialize() for piece in node.value if piece.type != "comment")
            _add(style, {node.lower_name: (node.important, value.strip().lower())})
    return style
