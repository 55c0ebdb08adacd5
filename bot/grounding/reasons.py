"""The reason that a claim gives: models like to add one of their own, and the rest of the claim then vouches for it.

"Prices rose because of the war", held against "Prices rose.", agrees with it well enough; "the war" alone does not.
"""

import re

from index.text.search_form import search_form, without_diacritics, words

_GIVES = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|thanks to|as a result of|in order to|so that)\s"
    r"|(?<!\w)[وف]?(?:لأن\w*|لان\w*|بسبب|نتيجة|بفضل|من أجل|من اجل|بهدف|بغية|نظر[اًا]{1,2} ل\w*|لكي|كي)\s",
    re.IGNORECASE,
)
_LEAST_WORDS = 3
"""Words of a reason that encoders can judge."""


def added_reason(claim: str, sentences: list[str]) -> str:
    """Return the reason that a claim gives, without tashkeel, unless the sentences give it in the same words."""
    claim = without_diacritics(claim)
    found = _GIVES.search(claim)
    reason = claim[found.end() :].strip(" .،,") if found else ""
    told = any(search_form(reason) in search_form(sentence) for sentence in sentences)
    return "" if told or len(words(reason)) < _LEAST_WORDS else reason
