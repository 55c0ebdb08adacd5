"""A web page → its article: no menus, banners, "read also" blocks or comments. Runs in the limited process.

trafilatura tells the article from the page around it; pages it finds no article in (notes, exports: no page around it)
are read whole.
"""

import re
from collections.abc import Iterator

from lxml import etree, html
from trafilatura import bare_extraction

from index.readers.document import Block, Document, Unreadable, document, iso_date
from index.readers.html.boilerplate import drop_read_also, is_links, without_notices
from index.readers.html.hidden import drop_hidden
from index.text.decoding import decode
from index.types import Metadata

_AROUND = (
    ".//script|.//style|.//noscript|.//template|.//nav|.//aside|.//footer|.//iframe|.//svg|.//head"
    "|.//form[string-length(normalize-space(.)) < 300]"  # some programs put all of a page into a form
)
_MENUS = ".//ul|.//ol|.//dl|.//*[(self::div or self::p) and count(.//a) > 1]"
_BLOCKS = frozenset(  # of HTML, then of trafilatura
    (
        *("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "tr", "blockquote", "pre", "div", "section"),
        *("article", "main", "body", "figcaption", "caption", "ul", "ol", "dl", "table", "header", "address", "figure"),
        *("hr", "head", "item", "row", "quote", "code", "list"),
    )
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "head"))
_CELLS = frozenset(("td", "th", "cell"))
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_MAX_DEPTH = 250
"""libxml2 stops at this depth too."""


def read(data: bytes, hint: str) -> Document:
    """Read a page; `hint` is its address and the charset its server named: "ADDRESS CHARSET", either may be "".

    Raises: Unreadable.
    """
    address, _, charset = hint.partition(" ")
    text = decode_page(data, charset)
    tree = parse(text)
    found = _article(tree, text, address)
    if found is None or not found.text:
        found = document(_whole(text), title=_title(tree))
    if not found.text and _depth(tree) >= _MAX_DEPTH:
        raise Unreadable("is nested too deeply to be read; save it in a simpler form")
    if not found.text:
        raise Unreadable("has no text: the page may be built by scripts; save its text as a .txt file")
    return found


def decode_page(data: bytes, charset: str) -> str:
    """The page's characters: by its byte order mark or UTF-8, as its server says, as it says itself, as it looks."""
    from config.errors import SourceError

    declared = _CHARSET.search(data[:4096])
    for name in ("utf-8-sig", charset, declared[1].decode("ascii", "replace") if declared else ""):
        try:
            if name:
                return data.decode(name)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    try:
        return decode(data, source="")
    except SourceError as error:
        raise Unreadable("is in no known encoding; save it as UTF-8") from error


def parse(text: str) -> html.HtmlElement:
    """The tree of a page, cut where it is nested too deeply.

    Raises: Unreadable if there is none.
    """
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = html.document_fromstring(_storable(text).encode(), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable("has no text; check that it is a web page") from error
    drop_hidden(tree)
    drop_read_also(tree)
    return tree


def blocks(root: html.HtmlElement, *, page: int = 0) -> Iterator[Block]:
    """The lines of a tree of HTML (or of trafilatura's tags): one for each paragraph, heading, item or table row."""
    pieces: list[str] = []
    kind = ""

    def line() -> Iterator[Block]:
        text = "".join(pieces)
        pieces.clear()
        if text.strip(" \n|"):
            yield Block(text.strip(" \n|"), kind in _HEADINGS, page)

    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _BLOCKS:
            yield from line()
            kind = tag if event == "start" else ""
        elif tag in ("br", "lb") and event == "start":
            pieces.append("\n")
        elif tag in _CELLS and event == "end":
            pieces.append(" | ")
        text = (element.text if event == "start" else element.tail if element is not root else "") or ""
        pieces.append(" ".join(("." + text + ".").split())[1:-1] if tag != "pre" else text)
    yield from line()


def _article(tree: html.HtmlElement, text: str, address: str) -> Document | None:
    """What trafilatura takes for the article; the lines of the page where that is all of them on one line."""
    found = bare_extraction(
        tree,
        url=address or None,
        with_metadata=True,
        include_comments=False,
        include_formatting=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None or isinstance(found, dict) or found.body is None:
        return None
    tags = [tag.strip() for entry in found.tags or [] for tag in re.split("[,،]", entry)]
    metadata = Metadata(
        _plain(found.author), iso_date(found.date or ""), found.url or "", tuple(filter(None, tags))[:20]
    )
    lines = list(blocks(found.body))
    if len(lines) == 1 and _is_made_of(lines[0], whole := _whole(text)):
        lines = whole
    return document(without_notices(lines), title=found.title or _title(tree), metadata=metadata)


def _whole(text: str) -> list[Block]:
    """The lines of a page without what is around an article, and without menus if there is more than them."""
    tree = parse(text)
    for around in tree.xpath(_AROUND):
        _drop(around)
    everything = list(blocks(tree))
    for menu in tree.xpath(_MENUS):
        if is_links(menu):
            _drop(menu)
    return without_notices(list(blocks(tree)) or everything)


def _is_made_of(line: Block, pieces: list[Block]) -> bool:
    """Whether a line has all the pieces in their order."""
    text, place = "".join(line.text.split()), 0
    for piece in pieces:
        words = "".join(piece.text.replace(" | ", " ").split())
        found = text.find(words, place)
        if found < 0:
            return False
        place = found + len(words)
    return len(pieces) > 0


def _drop(element: html.HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _title(tree: html.HtmlElement) -> str:
    return " ".join(str(tree.findtext(".//title") or "").split())


def _depth(tree: html.HtmlElement) -> int:
    """How deeply a tree is nested, up to where libxml2 stops."""
    depth = deepest = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())[:200]


def _storable(text: str) -> str:
    """Without what XML cannot hold: NUL and other control characters, halves of characters."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", "", text)
