"""Where a person can look a sentence up: the page's address with a text fragment, or a PDF file's with the page.

Source: https://wicg.github.io/scroll-to-text-fragment/.
"""

from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from index.types import Article, Sentence

WORDS = 5
"""Words at either end that name a long sentence."""
CELLS = " | "
"""Between the cells of a table's row in a text, not on the page."""
_FILES = (".docx", ".epub", ".pdf")
"""Endings of what a browser saves or shows without looking for words."""


def link_to(article: Article, sentence: Sentence) -> str:
    """The address of the sentence itself, "" for an article that has none."""
    url = article.metadata.url
    if not url.startswith(("http://", "https://")):  # what a page calls its address may be anything
        return ""
    if page := article.location(sentence.start).page:
        return f"{url.partition('#')[0]}#page={page}"
    if any(map(_is_file, (url, article.source, article.metadata.link))):
        return url
    lines = sentence.text.splitlines()
    words, last = _longest_cell(lines[0]), _longest_cell(lines[-1])
    fragment = _encoded(words) if len(words) <= 2 * WORDS else f"{_encoded(words[:WORDS])},{_encoded(last[-WORDS:])}"
    return f"{url.partition('#')[0]}#:~:text={fragment}"


def _is_file(url: str) -> bool:
    try:
        return PurePosixPath(urlsplit(url).path).suffix.casefold() in _FILES
    except ValueError:
        return False


def _longest_cell(line: str) -> list[str]:
    """The words of a line, or of the longest cell of a table's row."""
    return max(line.split(CELLS), key=len).split()


def _encoded(words: list[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")
