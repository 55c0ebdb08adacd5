"""Does a claim say what the cited sentences say? Encoders can tell another topic, not a fine difference.

Fine differences in numbers, dates and names are `bot.grounding.facts`'. The thresholds catch another topic;
`python -m benchmarks.agreement` measures them.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np

from index.models.choose import Encoders

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
