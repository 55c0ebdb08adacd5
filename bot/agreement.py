"""Does a claim say what the cited sentences say? Encoders can tell another topic, not a fine difference.

Fine differences in numbers, dates and names are `bot.facts`'. The thresholds are chosen low: they catch another topic.
"""

from collections.abc import Callable, Sequence

import numpy as np

from index.embedding import Encoders

LEAST_SECOND = 0.35
"""Least cosine of the second encoder."""
LEAST_MAIN = 0.82
"""Least cosine of the main embedding, where there is no second."""


class EncoderAgreement:
    """Cosine of the claim with the cited sentences, one by one and together: the best counts."""

    def __init__(self, encoders: Callable[[], Encoders]) -> None:
        self._encoders = encoders

    def __call__(self, claim: str, sentences: Sequence[str]) -> bool:
        """Judge one claim."""
        encoders, texts = self._encoders(), [*sentences, " ".join(sentences)]
        vectors = encoders.embed_second([claim, *texts])
        if vectors is not None:
            return float(np.max(vectors[1:] @ vectors[0])) >= LEAST_SECOND
        vectors = encoders.embed([claim, *texts])
        return float(np.max(vectors[1:] @ vectors[0])) >= LEAST_MAIN
