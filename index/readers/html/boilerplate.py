"""Lines around and inside an article that are not its own: "Read also: …", "Advertisement", notices of cookies.

Only lines that are nothing else: a sentence of the article that begins with such words stays. The rest of the page is
trafilatura's.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml import etree

from index.readers.document import Block
from index.text.search_form import search_form

_LABEL = re.compile(  # in search form, the longer ones first
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
"""What stands by itself between two paragraphs, in search form."""
_NOTICE = re.compile(  # in search form
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
_LINES = ("p", "li", "h2", "h3", "h4", "h5", "h6", "div", "strong", "b", "span", "blockquote")
_BLOCKS = ("p", "div")
_LISTS = ("ul", "ol", "p", "div")
_MOST_WORDS = 60
_MOST_LISTED = 400
"""Words, and pieces of text, of a list of links."""
_WORD = re.compile(r"\w+")


def drop_read_also(tree: etree._Element) -> None:
    """Take out lines that begin with such a label and whose other words are links, and labels of lists of links."""
    for element in list(tree.iter(*_LINES)):
        words = _words(element.itertext())
        line = " ".join(words)
        if element.tag in _BLOCKS and _ALONE.fullmatch(line):
            _take_out(element)
        label = _LABEL.match(line)
        if not label:
            continue
        rest = words[len(label[0].split()) :]
        links = _words(_linked(element))
        if links[-len(rest) :] == rest and any(not word.isdecimal() for word in rest):  # not: Advertisements [3]
            _take_out(element)
        elif not rest and (following := _list_after(element)) is not None:
            _take_out(following)
            _take_out(element)


def without_notices(blocks: Sequence[Block]) -> list[Block]:
    """Leave out what says that a site uses cookies, where it stands before or after the article, not in it."""
    notices = {number for number, block in enumerate(blocks) if _is_notice(block.text)}
    prose = [
        number
        for number, block in enumerate(blocks)
        if number not in notices and not block.heading and len(block.text.split()) >= _PROSE
    ]
    inside = range(prose[0], prose[-1]) if prose else range(len(blocks))
    return [block for number, block in enumerate(blocks) if number not in notices or number in inside]


def is_links(element: etree._Element) -> bool:
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
    return following if following is not None and following.tag in _LISTS and is_links(following) else None


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
