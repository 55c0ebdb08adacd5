"""What a claim puts between quotation marks: in the language of what it cites, that has to be there to the letter.

A model puts words into people's mouths. Of a quotation in the other language only the sense can be held against it.
"""

import re
from collections.abc import Callable, Sequence

from index.text.search_form import language_of, search_form, words

_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{1,500})[\"”“»]")
_LEAST_WORDS = 3
"""Words from which it is speech; fewer may be a title or a doubtful word."""


def invented_quote(claim: str, sentences: Sequence[str], agrees: Callable[[str, Sequence[str]], bool]) -> str:
    """Return the first quotation of a claim that its sentences do not have, or "" where they have all of them."""
    said = " ".join(search_form(sentence) for sentence in sentences)
    languages = {language_of(sentence) for sentence in sentences}
    spoken = _quotations(" ".join(sentences)) or list(sentences)
    for quote in _quotations(claim):
        if search_form(quote) in said:
            continue
        if language_of(quote) in languages or not agrees(quote, spoken):
            return quote
    return ""


def _quotations(text: str) -> list[str]:
    found = (quote.strip(" .,،;؛:!?؟…") for quote in _QUOTED.findall(text))
    return [quote for quote in found if len(words(quote)) >= _LEAST_WORDS]
