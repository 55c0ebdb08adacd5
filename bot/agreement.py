"""Does a claim say what the cited sentences say? Encoders can tell another topic, not a fine difference.

Fine differences in numbers, dates and names are `bot.facts`'. The thresholds catch another topic;
`python -m benchmarks.agreement` measures them.
"""

from collections.abc import Callable, Sequence

import numpy as np

from index.embedding import Encoders

LEAST_SECOND = 0.35
"""Least cosine of the second encoder.

Of 447 sentences of XQuAD it passes .989 of the translations, .274 of the pairs of one paragraph, .002 of those of two
articles. At 0.45 these are .984, .102 and .000, but a claim may say only a part of its source: hence the lower.
"""
LEAST_MAIN = 0.82
"""Least cosine of the main embedding, where there is no second: .975, .111 and .001."""


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
