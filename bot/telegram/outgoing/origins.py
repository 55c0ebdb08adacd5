"""Where a sentence stands, as a chat shows it: words that fit below a quotation, and a link that Telegram takes."""

import re
from urllib.parse import urlsplit

from bot.rendering.reply_text import location_text
from bot.telegram.outgoing.texts import one_line
from index.retrieval.links import link_to
from index.types import Article, Sentence

LONGEST_PART = 200
"""Characters of a title, a heading or an author."""
LONGEST_LINK = 2_000
"""Characters of an address."""

_LABEL = r"[A-Za-z0-9_\-\u00a1-\ud7ff\ue000-\U0010ffff]+"
_REST = r"[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]*"
_ADDRESS = re.compile(rf"https?://{_LABEL}(?:\.{_LABEL})+\.?(?::[0-9]{{1,5}})?(?:[/?#]{_REST})?")


def place_of(article: Article, sentence: Sentence, tellings: int = 1) -> str:
    """What is known of where the sentence stands, after commas, in the article's language."""
    return location_text(article, sentence, article.language, tellings=tellings, tidy=shortened)


def link_of(article: Article, sentence: Sentence) -> str:
    """The address of the sentence; "" where there is none that Telegram takes."""
    return fit_link(link_to(article, sentence))


def fit_link(address: str) -> str:
    """The address as Telegram takes it in a link: without a fragment that makes it too long; "" if not at all."""
    if len(address) > LONGEST_LINK:
        address = address.partition("#")[0]
    if len(address) > LONGEST_LINK or not _ADDRESS.fullmatch(address):
        return ""
    try:
        return address if urlsplit(address).port != 0 else ""
    except ValueError:
        return ""


def shortened(text: str) -> str:
    """Foreign text in one line of at most `LONGEST_PART` characters."""
    text = one_line(text)
    return text if len(text) <= LONGEST_PART else f"{text[: LONGEST_PART - 1].rstrip()}…"
