"""A web page → its article: no menus, banners, "read also" lines, notices or comments. Runs in the limited process.

trafilatura tells the article from the page around it; pages it finds no article in (notes, exports: no page around it)
are read whole. Of what it leaves, lines that are nothing but a label of other articles ("Read also: …"), an
advertisement's mark or a notice of cookies are taken out; a sentence of the article that begins with such words stays.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml import etree, html
from trafilatura import bare_extraction

from config.errors import SourceError
from index.readers.document import Block, Document, Unreadable, iso_date, one_line
from index.readers.html.hidden import drop_hidden
from index.text.decoding import decode
from index.text.search_form import search_form
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
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Control characters and halves of characters."""
_MAX_DEPTH = 250
"""libxml2 stops at this depth too."""

# What follows is compared with lines in search form.
_LABEL = re.compile(  # of other articles, and of advertisements; the longer ones first
    r"(?:اقرا(?:وا)? (?:ايضا|المزيد|كذلك)|(?:شاهد|طالع|تابع)(?:وا)? (?:ايضا|المزيد)"
    r"|(?:ال)?(?:موضوعات|مواضيع|مقالات|اخبار|قصص|روابط) (?:ذات صله|متعلقه|مرتبطه|مشابهه|مقترحه|قد تهمك)"
    r"|(?:قد|ربما) (?:ي|ت)(?:همك|عجبك)م?(?: ايضا)?|اخترنا لكم?|لا (?:ي|ت)فوت(?:كم?)?|(?:ننصحكم?|نرشح لكم?)(?: بقراءه)?"
    r"|الاكثر (?:قراءه|مشاهده|تداولا)|المزيد (?:من|حول|عن) (?:هذا الموضوع|هذه القصه|الاخبار)|المزيد|اعلان(?:ات)?"
    r"|read (?:also|more|next)|also read|see also|keep reading|up next"
    r"|related(?: (?:articles|stories|topics|posts|news|links|content|coverage|reading))?"
    r"|you (?:may|might|ll|will) (?:also )?(?:like|love|enjoy|be interested in)|don t miss"
    r"|recommended(?: (?:for you|stories|articles|reading|posts))?|most (?:read|popular|viewed)|trending(?: now)?"
    r"|more (?:on|about|from) this (?:story|topic|author)|more (?:stories|news|like this|for you)|top stories"
    r"|editor s? ?(?:picks?|choice)|advertisements?|(?:sponsored|promoted)(?: content| stories)?)(?!\w)"
)
_ALONE = re.compile(r"advertisements?|sponsored content|(?:article|story) continues below|اعلان(?:ات)?")
"""What stands by itself between two paragraphs."""
_NOTICE = re.compile(  # how a notice of cookies begins
    r"(?:we|this (?:web ?)?(?:site|page)|our (?:web ?)?site|by (?:using|continuing|browsing|clicking)|cookies|نحن"
    r"|[نيت]ست(?:خدم|عمل)|(?:هذا )?الموقع|موقعنا|باستخدامكم?|بمواصله|بمتابعه|باستمرارك|ملفات تعريف الارتباط)(?!\w)"
)
_COOKIES = re.compile(r"\bcookies\b|كوكيز|ملفات (?:تعريف )?الارتباط")
_CONSENT = re.compile(
    r"\b(?:(?:this|our) (?:web ?)?site|you (?:accept|agree|consent)|experience|accept|consent|personali[sz]e|privacy"
    r"|analytics|analyse|analyze|traffic|technologies|partners)\b"
    r"|تجرب[هت]|تصفح|الموقع|موقعنا|[يتن]وافق|موافق|[تن]قبل|قبول|الخصوصيه|حركه|تخصيص"
)
_PROSE = 8
"""Words from which on a line may be the article's, and not a menu's or a name's."""
_LINE_TAGS = ("p", "li", "h2", "h3", "h4", "h5", "h6", "div", "strong", "b", "span", "blockquote")
_PARAGRAPH_TAGS = ("p", "div")
_LIST_TAGS = ("ul", "ol", "p", "div")
_MOST_WORDS = 60
"""Words, and pieces of text, of a line that may be a label or a notice."""
_MOST_LISTED = 400
"""The same of a list of links."""
_WORD = re.compile(r"\w+")


def read(data: bytes, hint: str) -> Document:
    """Read a page; `hint` is its address and the charset its server named: "ADDRESS CHARSET", either may be "".

    Raises: Unreadable.
    """
    address, _, charset = hint.partition(" ")
    text = decode_page(data, charset)
    tree = parse(text)
    document = _article(tree, text, address)
    if document is None or not document.text:
        document = Document.from_blocks(_whole(text), title=_title(tree))
    if not document.text and _depth(tree) >= _MAX_DEPTH:
        raise Unreadable("is nested too deeply to be read; save it in a simpler form")
    if not document.text:
        raise Unreadable("has no text: the page may be built by scripts; save its text as a .txt file")
    return document


def decode_page(data: bytes, charset: str) -> str:
    """Return a page's text: by its byte order mark or as UTF-8, as its server says, as it says itself, as it looks.

    Raises: Unreadable.
    """
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
    """Return the tree of a page without what it hides and what leads elsewhere, cut where it is nested too deeply.

    Raises: Unreadable if there is none.
    """
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = html.document_fromstring(_NOT_IN_XML.sub("", text).encode(), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable("has no text; check that it is a web page") from error
    drop_hidden(tree)
    _drop_read_also(tree)
    return tree


def blocks(root: html.HtmlElement) -> Iterator[Block]:
    """Yield the lines of a tree of HTML (or of trafilatura's tags): paragraphs, headings, items and table rows."""
    pieces: list[str] = []
    kind = ""

    def line() -> Iterator[Block]:
        text = "".join(pieces)
        pieces.clear()
        if text.strip(" \n|"):
            yield Block(text.strip(" \n|"), kind in _HEADINGS)

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
    author = one_line(found.author or "", 200)
    metadata = Metadata(author, iso_date(found.date or ""), found.url or "", tuple(filter(None, tags))[:20])
    lines = list(blocks(found.body))
    if len(lines) == 1 and _is_made_of(lines[0], whole := _whole(text)):
        lines = whole
    return Document.from_blocks(_without_cookie_notices(lines), title=found.title or _title(tree), metadata=metadata)


def _whole(text: str) -> list[Block]:
    """The lines of a page without what is around an article, and without menus if there is more than them."""
    tree = parse(text)
    for around in tree.xpath(_AROUND):
        _drop(around)
    everything = list(blocks(tree))
    for menu in tree.xpath(_MENUS):
        if _is_link_list(menu):
            _drop(menu)
    return _without_cookie_notices(list(blocks(tree)) or everything)


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


def _drop_read_also(tree: etree._Element) -> None:
    """Take out lines that are a label and links, and lists of links with the label before them."""
    for element in list(tree.iter(*_LINE_TAGS)):
        words = _words(element.itertext())
        line = " ".join(words)
        if element.tag in _PARAGRAPH_TAGS and _ALONE.fullmatch(line):
            _drop(element)
        label = _LABEL.match(line)
        if not label:
            continue
        rest = words[len(label[0].split()) :]
        links = _words(_linked(element))
        if links[-len(rest) :] == rest and any(not word.isdecimal() for word in rest):  # not: Advertisements [3]
            _drop(element)
        elif not rest and (following := _list_after(element)) is not None:
            _drop(following)
            _drop(element)


def _without_cookie_notices(blocks: Sequence[Block]) -> list[Block]:
    """Leave out what says that a site uses cookies where it stands before or after the article, not in it."""
    notices = {number for number, block in enumerate(blocks) if _is_notice(block.text)}
    prose = [
        number
        for number, block in enumerate(blocks)
        if number not in notices and not block.heading and len(block.text.split()) >= _PROSE
    ]
    inside = range(prose[0], prose[-1]) if prose else range(len(blocks))
    return [block for number, block in enumerate(blocks) if number not in notices or number in inside]


def _is_link_list(element: etree._Element) -> bool:
    """Whether an element has words and all of them are links."""
    words = _words(element.itertext(), _MOST_LISTED)
    return bool(words) and words == _words(_linked(element), _MOST_LISTED)


def _is_notice(text: str) -> bool:
    words = _words(iter([text]))
    line = " ".join(words)
    return bool(_NOTICE.match(line) and _COOKIES.search(line) and (len(words) < _PROSE or _CONSENT.search(line)))


def _list_after(element: etree._Element) -> etree._Element | None:
    """The element after this one if it is a list of links."""
    following = element.getnext()
    return following if following is not None and following.tag in _LIST_TAGS and _is_link_list(following) else None


def _linked(element: etree._Element) -> Iterator[str]:
    """The texts of the links in an element, or of the one that it is in."""
    around = next(element.iterancestors("a"), None)
    if around is not None:
        yield from element.itertext()
        return
    for link in islice(element.iter("a"), _MOST_LISTED):
        yield from link.itertext()


def _words(pieces: Iterator[str], most: int = _MOST_WORDS) -> list[str]:
    """The words of a text in search form; none of one that is too long to be such a line or list."""
    taken = [" ".join(str(piece)[:1000].split()) for piece in islice(pieces, most + 1)]
    words = _WORD.findall(search_form(" ".join(taken)[: 33 * most]))
    return words if len(taken) <= most and len(words) <= most else []
