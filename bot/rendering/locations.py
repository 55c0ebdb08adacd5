"""Where a sentence stands, in words: what follows an article's title below a quotation, in terminals and in chats."""

from collections.abc import Callable

from bot import messages
from bot.rendering.bidi import clean, isolate
from index.types import Article, Language, Sentence


def one_line(text: str) -> str:
    """Foreign text without line ends and what a terminal would obey."""
    return " ".join(clean(text).split())


def place_words(
    article: Article,
    sentence: Sentence,
    language: Language,
    *,
    source_count: int,
    tidy: Callable[[str], str] = one_line,
) -> str:
    """Page, heading, author, date, the version of an updated article, how many sources: what is known, after commas.

    `tidy` makes foreign text fit for where it is shown.
    """

    def apart(text: str) -> str:
        return isolate(tidy(text))

    place, about, updated = article.location(sentence.start), article.metadata, article.updated[:10]
    parts = [
        place.page and messages.PLACE_PAGE(language, page=place.page),
        place.heading and messages.PLACE_HEADING(language, heading=apart(place.heading)),
        about.author and messages.PLACE_AUTHOR(language, author=apart(about.author)),
        about.published and messages.PLACE_DATE(language, date=apart(about.published)),
        updated and messages.PLACE_VERSION(language, version=apart(article.version), date=apart(updated)),
        source_count > 1 and messages.PLACE_SOURCES(language, count=source_count),
    ]
    comma = "، " if language == "ar" else ", "
    return "".join(f"{comma}{part}" for part in parts if part)
