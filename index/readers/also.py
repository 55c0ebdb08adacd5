"""Lines inside an article that only lead to other articles: "Read also: …". The page around it is trafilatura's."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from index.text import search_form

_LABEL = re.compile(  # in search form
    r"(?:اقرا(?:وا)? (?:ايضا|المزيد)|شاهد ايضا|طالع ايضا|(?:موضوعات|مواضيع|مقالات|اخبار) ذات صله"
    r"|read (?:also|more)|(?:also read|see also)|related(?: (?:articles|stories|topics|posts|news|links))?)(?!\w)"
)
_LINES = ("p", "li", "h2", "h3", "h4", "h5", "h6", "div", "strong", "b", "span", "blockquote")
_LISTS = ("ul", "ol", "p", "div")
_MOST_WORDS = 60
_MOST_PIECES = 60
_WORD = re.compile(r"\w+")


def drop_read_also(tree: etree._Element) -> None:
    """Take out lines that begin with such a label and whose other words are links, and labels of lists of links."""
    for element in list(tree.iter(*_LINES)):
        words = _words(element.itertext())
        label = _LABEL.match(" ".join(words))
        if not label:
            continue
        rest = words[len(label[0].split()) :]
        links = _words(_linked(element))
        if rest and links[-len(rest) :] == rest:
            _take_out(element)
        elif not rest and (following := _list_after(element)) is not None:
            _take_out(following)
            _take_out(element)


def _list_after(element: etree._Element) -> etree._Element | None:
    """The element after this one if it has words and all of them are links."""
    following = element.getnext()
    if following is None or following.tag not in _LISTS:
        return None
    words = _words(following.itertext())
    return following if words and words == _words(_linked(following)) else None


def _linked(element: etree._Element) -> Iterator[str]:
    """The texts of the links in an element, or of the one that it is in."""
    around = next(element.iterancestors("a"), None)
    if around is not None:
        yield from element.itertext()
        return
    for link in islice(element.iter("a"), _MOST_PIECES):
        yield from link.itertext()


def _words(pieces: Iterator[str]) -> list[str]:
    """The words of a text in search form; none of one that is too long to be such a line."""
    taken = [str(piece)[:1000] for piece in islice(pieces, _MOST_PIECES + 1)]
    words = _WORD.findall(search_form(" ".join(taken)[:2000]))
    return words if len(taken) <= _MOST_PIECES and len(words) <= _MOST_WORDS else []


def _take_out(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail and element.tail.strip():
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
