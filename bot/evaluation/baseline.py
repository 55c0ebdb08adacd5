"""A run against an earlier one on the same questions: what got better, what got worse, and whether it may be chance."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bot.evaluation.checks import Problem
from bot.evaluation.metrics import describe, order
from bot.evaluation.predictions import load_manifest, load_predictions, manifest_path
from bot.evaluation.replies import read_reply
from bot.evaluation.resampling import Difference, compare
from bot.evaluation.run import Run
from bot.evaluation.scoring import Scored
from bot.evaluation.summary import RESAMPLES, column, plain
from bot.evaluation.types import Reply, RunError, TestSet


@dataclass(frozen=True, slots=True)
class Comparison:
    """New minus old, by metric, on the questions both answered; `better` and `worse` are ids, by the metric "right"."""

    name: str
    questions: int
    differences: Mapping[str, Difference]
    better: tuple[str, ...]
    worse: tuple[str, ...]

    @property
    def changed(self) -> Mapping[str, Difference]:
        """The differences in metrics that are shares, where any question changed."""
        return {
            name: one
            for name, one in self.differences.items()
            if describe(name).unit == "share" and (one.up or one.down)
        }

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "baseline": self.name,
            "questions": self.questions,
            "differences": {name: plain(asdict(difference)) for name, difference in self.differences.items()},
            "better": list(self.better),
            "worse": list(self.worse),
        }


def load_baseline(path: Path, testset: TestSet) -> Run:
    """Return the replies of an earlier run to questions of this test set.

    Equal ids do not make equal questions (XQuAD has the same in every language), so the earlier run must have been
    made with the same test set: its manifest, if it is there, says so, and its replies cite no other articles.

    Raises: RunError if it was not, or answers none of the questions.
    """
    replies = load_predictions(path)
    both = replace(testset, questions=tuple(question for question in testset.questions if question.id in replies))
    if not both.questions:
        raise RunError(f"The baseline {str(path)!r} answers none of these questions; name another run.")
    manifest = load_manifest(path) if manifest_path(path).exists() else {}
    if manifest and manifest["testset"].get("digest") != testset.digest:
        made_with = manifest["testset"].get("name")
        raise RunError(
            f"The baseline {str(path)!r} was made with another test set ({made_with!r}) than {testset.name!r}; "
            "name a run of the same files."
        )
    _check_citations(path, both, replies)
    return Run(both, replies, manifest)


def compare_runs(
    name: str, old: Sequence[Scored], new: Sequence[Scored], *, resamples: int = RESAMPLES, seed: int = 0
) -> Comparison:
    """Compare two runs question by question; a metric counts where it applies in both."""
    import numpy as np

    before = {one.question.id: one for one in old}
    after = [one for one in new if one.question.id in before]
    paired = [before[one.question.id] for one in after]
    differences = {}
    for metric in sorted({metric for one in after for metric in one.values}, key=order):
        changes = column(after, metric) - column(paired, metric)
        changes = changes[~np.isnan(changes)]
        if changes.size:
            differences[metric] = compare(changes, resamples=resamples, seed=seed)
    changed = {new.question.id: new.right - old.right for old, new in zip(paired, after, strict=True)}
    return Comparison(
        name,
        len(after),
        differences,
        tuple(one for one, change in changed.items() if change > 0),
        tuple(one for one, change in changed.items() if change < 0),
    )


def _check_citations(path: Path, testset: TestSet, replies: Mapping[str, Reply]) -> None:
    known = {article.id for article in testset.articles}
    for question in testset.questions:
        try:
            given = read_reply(replies[question.id])
        except Problem as problem:
            raise RunError(f"The reply to {question.id!r} in {str(path)!r} cannot be scored: {problem}") from problem
        for quoted in (*given.citations, *given.evidence):
            if quoted.article_id not in known:
                raise RunError(
                    f"The baseline {str(path)!r} cites the article {quoted.article_id!r}, which is not in "
                    f"{testset.name!r}: it was made with another test set; name another run."
                )
