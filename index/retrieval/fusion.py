"""The rankings of several articles → one, and how sure that any of them answers.

An article's scores say which of its sentences answers if it answers at all; its confidence says whether it does. The
articles of one language compete with each other; the languages do not, so that neither crowds out the other.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.retrieval.ranking import Ranking, Strictness, learned_parameters, rank, threshold
from index.retrieval.signals import SIGNALS, EncodedQuestion, PreparedArticle
from index.types import Evidence, Sentence

Doubles = NDArray[np.float64]

COMPETITION = 2.0
"""How much an article's log odds count against those of other articles of its language."""
TRUST = 1.5
"""How much the confidence in a language's best article counts against other languages."""

_EDGE = 1e-6
_RANK_CONSTANT = 10  # of reciprocal rank fusion


@dataclass(frozen=True, slots=True)
class FusedRanking:
    """The rankings of one or more articles for a question, as one."""

    articles: tuple[PreparedArticle, ...]
    rankings: tuple[Ranking, ...]
    confidence: float
    """Probability that one of the articles answers."""

    def top(self, k: int) -> tuple[Evidence, ...]:
        """Return the k best sentences of all articles, best first; scores are logs of shares, at most 0.

        A sentence that several articles have in the same words is there once.
        """
        scored = [
            (float(scores[position]), number, int(position))
            for number, (ranking, scores) in enumerate(zip(self.rankings, joint_scores(self.rankings), strict=True))
            for position in ranking.order[:k]
        ]
        scored.sort(key=lambda one: -one[0])
        first: dict[str, int] = {}
        kept = [one for one in scored if first.setdefault(self._sentence(one[1], one[2]).text, one[1]) == one[1]]
        return tuple(self._evidence(*one) for one in kept[:k])

    def threshold(self, strictness: Strictness) -> float:
        """Return the least confidence to answer with."""
        best = max(self.rankings, key=lambda ranking: ranking.confidence)
        return threshold(strictness, best.setup, best.pair, library=len(self.rankings) > 1)

    def _sentence(self, number: int, position: int) -> Sentence:
        return self.articles[number].indexed.sentences[position]

    def _evidence(self, score: float, number: int, position: int) -> Evidence:
        indexed = self.articles[number].indexed
        values = self.rankings[number].signals.values[position]
        signals = {name: float(value) for name, value in zip(SIGNALS, values, strict=True)}
        return Evidence(indexed.article, self._sentence(number, position), score, signals)


def rank_articles(question: EncodedQuestion, articles: Sequence[PreparedArticle]) -> FusedRanking:
    """Rank the sentences of one or more articles, none of them empty, together."""
    rankings = tuple(rank(question, article) for article in articles)
    return FusedRanking(tuple(articles), rankings, _confidence(rankings))


def reciprocal_rank_fusion(lists: Iterable[Sequence[str]], most: int) -> list[str]:
    """Return at most `most` article ids, best first, from lists of the articles of the nearest sentences.

    One list for each encoder, nearest first; an article counts at its best place in each. Nominate for each language
    apart: a question is nearer to everything in its own. Source: reciprocal rank fusion, Cormack et al. 2009.
    """
    votes: dict[str, float] = {}
    for found in lists:
        for place, article_id in enumerate(dict.fromkeys(found)):
            votes[article_id] = votes.get(article_id, 0.0) + 1 / (_RANK_CONSTANT + place)
    return sorted(votes, key=lambda article_id: -votes[article_id])[:most]


def joint_scores(rankings: Sequence[Ranking]) -> list[Doubles]:
    """Return, for each ranking, (n,) scores that can be compared between articles.

    log share of the sentence in its article + log share of the article in its language + TRUST · log confidence in the
    language's best article.
    """
    odds = np.array([_odds(ranking.confidence) for ranking in rankings])
    languages = np.array([ranking.pair for ranking in rankings])
    joined = []
    for ranking, language in zip(rankings, languages, strict=True):
        rivals = COMPETITION * odds[languages == language]
        best = max(one.confidence for one in rankings if one.pair == language)
        article = COMPETITION * _odds(ranking.confidence) - _log_sum(rivals)
        scores = ranking.scores.astype(np.float64)
        joined.append(scores - _log_sum(scores) + article + TRUST * math.log(max(best, _EDGE)))
    return joined


def confidence_features(confidences: Sequence[float]) -> Doubles:
    """(3,) what tells whether any of two or more articles answers: the best and second log odds, and their number."""
    odds = sorted(map(_odds, confidences), reverse=True)
    return np.array([*odds[:2], math.log(len(odds))])


def _confidence(rankings: Sequence[Ranking]) -> float:
    if len(rankings) == 1:
        return rankings[0].confidence
    # The highest of many confidences is high by chance: the more articles were looked at, the less it says.
    learned = learned_parameters()["library"][rankings[0].setup]
    weights = [learned[name] for name in ("best", "second", "articles")]
    odds = float(confidence_features([ranking.confidence for ranking in rankings]) @ weights + learned["constant"])
    return 1 / (1 + math.exp(-odds))


def _odds(confidence: float) -> float:
    kept = min(max(confidence, _EDGE), 1 - _EDGE)
    return math.log(kept / (1 - kept))


def _log_sum(values: Doubles) -> float:
    highest = float(values.max())
    return highest + math.log(float(np.exp(values - highest).sum()))
