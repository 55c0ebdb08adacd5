"""Lines on pages → paragraphs and headings.

A line is full when the first word of the next would not have fitted: then the paragraph goes on. Lines that come back
at the edge of most pages, and page numbers, belong to the page and not to the article.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from index.readers.document import Block
from index.readers.pdf.bidi import nested
from index.readers.pdf.glyphs import Page
from index.readers.pdf.lines import Line, Reading, lines_of

_HEADING = 1.12
"""How much higher than the body a heading's letters are."""
_EDGE = 2
"""Lines at each edge of a page that may be its header or footer."""
_APART = 2.0
"""Heights between a page number and the lines of the text."""
_BULLET = re.compile(r"\s*(?:[-*•·▪–—‣●○◦]\s|\(?(?:\d{1,3}|[^\W\d_])[.)]\s)")
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.|الصفحة|صفحة|ص\.?)?\W*(\d{1,4})(?:\s*(?:/|of|من)\s*\d{1,4})?\W*", re.IGNORECASE
)
_HYPHENS = frozenset("-\u2010\u2013/")
_END = re.compile(r"[.!?؟…:۔][\"'»”’)\]]*$")


def page_blocks(pages: Sequence[Page], reading: Reading) -> Iterator[Block]:
    """The paragraphs and headings of all pages."""
    lines = _without_edges(lines_of(pages, reading))
    if not lines:
        return
    hyphens = _hyphenates(lines)
    body = _common(((round(line.height, 1), len(line.text)) for line in lines), 1.0)
    leading = _leading(lines, body)
    paragraph: list[Line] = []
    for line in lines:
        if paragraph and not _goes_on(paragraph, line, leading):
            yield _block(paragraph, body, hyphens=hyphens)
            paragraph = []
        paragraph.append(line)
    yield _block(paragraph, body, hyphens=hyphens)


def _without_edges(pages: list[list[Line]]) -> list[Line]:
    """All lines but headers, footers and page numbers."""
    edges = [_edge_lines(lines) for lines in pages]
    often = Counter(key for lines in edges for key in {_pattern(line) for line in lines})
    repeated = {key for key, times in often.items() if times > 1 and times > 0.5 * len(pages)}
    kept: list[Line] = []
    for lines, edge in zip(pages, edges, strict=True):
        dropped = [line for line in edge if _pattern(line) in repeated or _numbers_page(line, lines)]
        kept += [line for line in lines if line not in dropped or len(lines) == len(dropped) == 1]
    return kept


def _edge_lines(lines: list[Line]) -> list[Line]:
    by_height = sorted(lines, key=lambda line: line.base)
    return by_height[:_EDGE] + by_height[_EDGE:][-_EDGE:]


def _pattern(line: Line) -> tuple[str, int]:
    """What headers of two pages have in common: words and height on the page."""
    return re.sub(r"\d+", "0", line.text), round(line.base / 3)


def _numbers_page(line: Line, lines: Sequence[Line]) -> bool:
    """Whether a line says nothing but the number of its page, apart from all others."""
    found = _PAGE_NUMBER.fullmatch(line.text)
    apart = all(abs(line.base - other.base) > _APART * line.height for other in lines if other is not line)
    return found is not None and int(found[1]) == line.page and apart


def _common(weighted: Iterable[tuple[float, int]], otherwise: float) -> float:
    counts: Counter[float] = Counter()
    for value, weight in weighted:
        counts[value] += weight
    return counts.most_common(1)[0][0] if counts else otherwise


def _leading(lines: Sequence[Line], body: float) -> float:
    """The distance of lines within a paragraph: the smallest that is usual."""
    drops = (above.base - below.base for above, below in pairwise(lines) if above.page == below.page)
    usual = sorted(drop for drop in drops if 0.8 * body < drop < 3 * body)
    return usual[len(usual) // 5] if usual else 1.4 * body


def _goes_on(paragraph: Sequence[Line], line: Line, leading: float) -> bool:
    """Whether a line belongs to the paragraph before it."""
    last = paragraph[-1]
    if abs(last.height - line.height) > 0.1 * line.height or _BULLET.match(line.text):
        return False
    if line.page != last.page:
        return not _END.search(last.text)
    drop = last.base - line.base
    if not 0 < drop <= 1.3 * leading:
        return False
    return _room(paragraph, line) < line.first + 0.2 * line.height


def _room(paragraph: Sequence[Line], line: Line) -> float:
    """The space left at the end of the paragraph's last line."""
    last = paragraph[-1]
    if last.rtl:
        return last.left - min(line.left, *(one.left for one in paragraph))
    return max(line.right, *(one.right for one in paragraph)) - last.right


def _block(paragraph: Sequence[Line], body: float, *, hyphens: bool) -> Block:
    text = ""
    turns: list[tuple[int, int]] = []
    for before, line in pairwise([None, *paragraph]):
        assert line is not None  # noqa: S101  # only the first of all is
        if before:
            text = _joined(text, line.text, hyphens=hyphens)
            if line.page != before.page:
                turns.append((len(text), line.page))
        text += line.text
    heading = paragraph[0].height > _HEADING * body and len(text) < 200
    return Block(nested(text), heading, paragraph[0].page, tuple(turns))


def _joined(text: str, following: str, *, hyphens: bool) -> str:
    """The text before a line's end, ready for the next line: 1998–|1999, well-|known, but hyphen|ated."""
    if text.endswith("\u00ad") or (hyphens and _is_hyphenated(text, following)):
        return text[:-1]
    return text if text[-1:] in _HYPHENS and not text[-2:-1].isspace() else text + " "


def _hyphenates(lines: Sequence[Line]) -> bool:
    """Whether words are divided at the ends of lines, more often than compound words happen to stand there."""
    divided = sum(_is_hyphenated(line.text, following.text) for line, following in pairwise(lines))
    return divided >= 3 and divided > 0.04 * len(lines)


def _is_hyphenated(text: str, following: str) -> bool:
    return len(text) > 2 and text[-1] in "-\u2010" and text[-2].islower() and following[:1].islower()
