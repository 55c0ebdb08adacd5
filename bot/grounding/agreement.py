"""Does a claim say what the cited sentences say? Encoders can tell another topic, not a fine difference.

Fine differences are `bot.grounding.support`'s. What a claim quotes and the reason that it gives are asked about
apart, since the rest of the claim would vouch for them. `python -m benchmarks.agreement` measures the thresholds.
"""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from index.models.choose import Encoders
from index.text.search_form import language_of, search_form, without_diacritics, words

LEAST_SECOND = 0.4
"""Least cosine of the second encoder.

Of 600 questions of XQuAD with their answers it passes .865 held against the sentence that answers, .143 against one
near it, none against one of another article. Whole sentences alone pass .835 where they pass as many of those near.
"""
LEAST_MAIN = 0.85
"""Least cosine of the main embedding, where there is no second: of the bundled one it passes .862, .222 and .025."""

_CLAUSES = re.compile(r"[,،;؛:]\s")
_LEAST_WORDS = 3
"""Words of a clause that can say something."""
_MOST_CLAUSES = 24
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{1,500})[\"”“»]")
_LEAST_QUOTED = 3
"""Words from which a quotation is speech; fewer may be a title or a doubtful word."""
_GIVES = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|thanks to|as a result of|in order to|so that)\s"
    r"|(?<!\w)[وف]?(?:لأن\w*|لان\w*|بسبب|نتيجة|بفضل|من أجل|من اجل|بهدف|بغية|نظر[اًا]{1,2} ل\w*|لكي|كي)\s",
    re.IGNORECASE,
)
_LEAST_REASON = 3
"""Words of a reason that encoders can judge."""


class Agreement(Protocol):
    """Whether a claim says what sentences say, as far as encoders can tell."""

    def __call__(self, claim: str, sentences: Sequence[str]) -> bool:
        """Judge one claim."""
        ...


class EncoderAgreement:
    """Cosines of the claim with the cited sentences, together, one by one and clause by clause: the best counts.

    A claim often says only what one clause of a long sentence says.
    """

    def __init__(self, encoders: Callable[[], Encoders]) -> None:
        self._encoders = encoders

    def __call__(self, claim: str, sentences: Sequence[str]) -> bool:
        """Judge one claim."""
        encoders, texts = self._encoders(), [claim, *parts(sentences)]
        vectors = encoders.embed_second(texts)
        if vectors is not None:
            return float(np.max(vectors[1:] @ vectors[0])) >= LEAST_SECOND
        vectors = encoders.embed(texts)
        return float(np.max(vectors[1:] @ vectors[0])) >= LEAST_MAIN


def parts(sentences: Sequence[str]) -> list[str]:
    """Return what a claim is held against: all sentences together, each of them, each clause of them."""
    clauses = (clause for sentence in sentences for clause in _CLAUSES.split(sentence))
    long = [clause for clause in clauses if len(clause.split()) >= _LEAST_WORDS]
    return list(dict.fromkeys([" ".join(sentences), *sentences, *long[:_MOST_CLAUSES]]))


def invented_quote(claim: str, sentences: Sequence[str], agrees: Agreement) -> str:
    """Return the first quotation of a claim that its sentences do not have, or "" where they have all of them.

    In the language of what a claim cites a quotation has to be there to the letter; of one in the other language only
    the sense can be asked about.
    """
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
    return [quote for quote in found if len(words(quote)) >= _LEAST_QUOTED]


def added_reason(claim: str, sentences: Sequence[str]) -> str:
    """Return the reason that a claim gives, without tashkeel, unless the sentences give it in the same words.

    Models like to add one of their own: "prices rose because of the war", held against "prices rose", agrees with it.
    """
    claim = without_diacritics(claim)
    found = _GIVES.search(claim)
    reason = claim[found.end() :].strip(" .،,") if found else ""
    told = any(search_form(reason) in search_form(sentence) for sentence in sentences)
    return "" if told or len(words(reason)) < _LEAST_REASON else reason
