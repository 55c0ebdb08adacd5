"""Whole libraries for measuring: many articles at once, Arabic and English mixed.

"parallel" holds every topic in both languages, and only the sentence in the direction's own article counts; "split"
holds each topic in one language, half of them Arabic, then the other way round.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.retrieval.fusion import confidence_features, joint_scores, reciprocal_rank_fusion
from index.retrieval.ranking import Ranking
from index.retrieval.retriever import CANDIDATE_ARTICLES, CANDIDATES
from index.retrieval.signals import EncodedQuestion, PreparedArticle
from index.types import Language
from training.development import Case
from training.learning import Fit, Held, sigmoid

Floats = NDArray[np.float32]

NEVER = 10**6


@dataclass(frozen=True)
class Shelf:
    """The articles of one language, with all their sentences' vectors in one matrix."""

    articles: tuple[PreparedArticle, ...]
    owners: NDArray[np.int64]
    main: Floats
    second: Floats | None

    @classmethod
    def of(cls, articles: Sequence[PreparedArticle]) -> "Shelf":
        """Stack the vectors of the articles."""
        owners = np.repeat(np.arange(len(articles)), [len(article.indexed.sentences) for article in articles])
        second = [article.indexed.second_vectors for article in articles]
        stacked = [vectors for vectors in second if vectors is not None]
        return cls(
            tuple(articles),
            owners,
            np.vstack([article.indexed.sentence_vectors for article in articles]),
            np.vstack(stacked) if len(stacked) == len(articles) else None,
        )

    def candidates(self, question: EncodedQuestion) -> list[PreparedArticle]:
        """Return the articles to rank whole, as a vector search would nominate them."""
        found = [self.main @ question.main]
        if self.second is not None and question.second is not None:
            found.append(self.second @ question.second)
        lists = [[str(self.owners[row]) for row in np.argsort(-similar)[:CANDIDATES]] for similar in found]
        return [self.articles[int(number)] for number in reciprocal_rank_fusion(lists, CANDIDATE_ARTICLES)]


@dataclass(frozen=True)
class Searched:
    """A question put to a whole library."""

    case: Case
    fold: int
    before: int
    """How many other sentences come before the best gold one; many for never."""
    signs: NDArray[np.float64]
    """What the library's judge sees."""
    answerable: bool


def search_all(held: Sequence[Held], fits: Sequence[Fit], *, layout: str) -> list[Searched]:
    """Put every XQuAD question to its library, ranked by the fit that has not seen its article.

    `layout` is "parallel", "split", or "without": split, and without the question's own topic.
    """
    whole = [one for one in held if one.measured.case.kind == "whole" and one.measured.case.set_name != "arcd"]
    articles: dict[tuple[Language, str], PreparedArticle] = {}
    for one in whole:
        indexed = one.measured.case.article.indexed
        articles[indexed.article.language, one.measured.case.group] = one.measured.case.article
    topics = sorted({group for _, group in articles})
    built: dict[tuple[object, ...], list[Shelf]] = {}
    found = []
    for one in whole:
        case = one.measured.case
        language = case.article.indexed.article.language
        swap = (topics.index(case.group) % 2 == 0) != (language == "ar")
        left_out = case.group if layout == "without" else ""
        key = (layout, swap, left_out)
        if key not in built:
            kept = {
                place: article
                for place, article in articles.items()
                if place[1] != left_out
                and (layout == "parallel" or ((topics.index(place[1]) % 2 == 0) != swap) == (place[0] == "ar"))
            }
            built[key] = [Shelf.of([a for (its, _), a in kept.items() if its == one_of]) for one_of in ("ar", "en")]
        ranked = [
            (article, fits[one.fold].rank(case.question, article))
            for shelf in built[key]
            for article in shelf.candidates(case.question)
        ]
        signs = confidence_features([ranking.confidence for _, ranking in ranked])
        found.append(Searched(case, one.fold, place_of(case, ranked), signs, answerable=layout != "without"))
    return found


def place_of(case: Case, ranked: Sequence[tuple[PreparedArticle, Ranking]]) -> int:
    """Return how many other sentences come before the best gold one; a large number for never."""
    scores = joint_scores([ranking for _, ranking in ranked])
    own = [number for number, (article, _) in enumerate(ranked) if article is case.article]
    if not own:
        return NEVER
    gold = scores[own[0]][case.gold].max()
    others = [~case.gold & (its >= gold) if number == own[0] else its >= gold for number, its in enumerate(scores)]
    return int(sum(its.sum() for its in others))


def fit_library(searched: Sequence[Searched]) -> dict[str, float]:
    """Return the library judge's weights: a logistic regression over `index.retrieval.fusion.confidence_features`."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit([one.signs for one in searched], [one.answerable for one in searched])
    names = ("best", "second", "articles")
    return dict(zip(names, map(float, model.coef_[0]), strict=True)) | {"constant": float(model.intercept_[0])}


def judge_library(searched: Sequence[Searched]) -> NDArray[np.float64]:
    """Return the probability that the library answers, from judges fitted without the question's article."""
    probabilities = np.zeros(len(searched))
    for number in {one.fold for one in searched}:
        learned = fit_library([one for one in searched if one.fold != number])
        weights = np.array([learned[name] for name in ("best", "second", "articles")])
        for position, one in enumerate(searched):
            if one.fold == number:
                probabilities[position] = sigmoid(float(one.signs @ weights + learned["constant"]))
    return probabilities
