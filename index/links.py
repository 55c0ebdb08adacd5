"""Where a person can look a sentence up: the page's address with a text fragment, or a PDF file's with the page.

Source: https://wicg.github.io/scroll-to-text-fragment/.
"""

from urllib.parse import quote

from index.types import Article, Sentence

WORDS = 5
"""Words at either end that name a long sentence."""


def link_to(article: Article, sentence: Sentence) -> str:
    """The address of the sentence itself, "" for an article that has none."""
    url = article.metadata.url
    if not url.startswith(("http://", "https://")):  # what a page calls its address may be anything
        return ""
    if page := article.place(sentence.start).page:
        return f"{url.partition('#')[0]}#page={page}"
    words = sentence.text.splitlines()[0].split()
    if len(words) <= 2 * WORDS:
        fragment = _encoded(words)
    else:
        last = sentence.text.splitlines()[-1].split()
        fragment = f"{_encoded(words[:WORDS])},{_encoded(last[-WORDS:])}"
    return f"{url.partition('#')[0]}#:~:text={fragment}"


def _encoded(words: list[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")
