"""What `sanad evaluate` costs beside embedding the same questions: `python -m benchmarks.evaluation [--data FOLDER]`.

Asks questions of SQuAD files (or of seeds/, over and over) with the extractive writer through the evaluation's own
code, and embeds them with the bare encoders, one by one. Both take turns, block by block, so that whatever else the
machine does falls on both. Indexing the articles is shown apart: a second run on them does none. Questions are not
embedded in batches beforehand, which would be cheaper: the latencies that a run reports would then be nobody's.
"""

import argparse
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter, process_time

from bot.evaluation.run import AnswerQuestion, EvaluationTarget, Run, SearchScope, evaluate, score_run
from bot.evaluation.scoring import ScoredQuestion
from bot.evaluation.summary import stage_names, stage_seconds, summarise
from bot.evaluation.target import make_target
from bot.evaluation.testset import TestQuestion, TestSet, load_testset, merge_testsets
from config.settings import load_settings
from index.models.choose import Encoders, make_encoders
from index.retrieval.signals import question_words

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
SETS = ("questions.jsonl", "little-amber-ferry.questions.jsonl")
BLOCK = 50
WARM_UP = 8
"""Questions asked before the clock starts: the models are loaded by the first ones."""


@dataclass
class Spent:
    """Seconds by what they went to, by the wall's clock and by the processor's."""

    wall: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    processor: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Count what is done inside."""
        wall, processor = perf_counter(), process_time()
        yield
        self.wall[name] += perf_counter() - wall
        self.processor[name] += process_time() - processor


def main() -> None:
    """Print what each part took, and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder with SQuAD files; without one, seeds/ is asked")
    parser.add_argument("--questions", type=int, default=1000, help="how many are asked")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["SANAD_HOME"] = home
        measure(options.data, options.questions, Path(home))


def measure(data: Path | None, questions: int, folder: Path) -> None:
    """Ask and embed in turns, and print."""
    target, encoders, spent = make_target(SearchScope.ARTICLE, "extractive"), make_encoders(load_settings()), Spent()
    testset = load(data, target)
    with spent.on("indexing"):
        answer = target.prepare(testset, lambda _done, _total: None)
    asked = [testset.questions[number % len(testset.questions)] for number in range(questions)]
    for question in asked[:WARM_UP]:
        answer(question)
        embed(encoders, [question])
    scored: list[ScoredQuestion] = []
    for start in range(0, questions, BLOCK):
        block = [replace(one, id=f"{start + place}") for place, one in enumerate(asked[start : start + BLOCK])]
        scored += ask(replace(testset, questions=tuple(block)), answer, folder / f"{start}.jsonl", spent)
        with spent.on("bare"):
            embed(encoders, block)
        with spent.on("bare, words too"):
            embed_words(encoders, block)
    with spent.on("summary"):
        summarise(scored)
    show(spent, scored)


def load(data: Path | None, target: EvaluationTarget) -> TestSet:
    """Load a monolingual and a crosslingual pair of XQuAD's files, or the shipped sets."""
    if data is None:
        return merge_testsets([load_testset(SEEDS / name, resolve=target.resolve) for name in SETS])
    paths = sorted(data.glob("xquad-dev.*.json"))
    sets = [load_testset(path, resolve=target.resolve, skip_invalid=True) for path in paths]
    return interleaved(merge_testsets(sets))


def interleaved(testset: TestSet) -> TestSet:
    """Put the directions in turn, so that any number of questions has all four."""
    kinds: dict[str, list[TestQuestion]] = {}
    for question in testset.questions:
        kinds.setdefault(question.direction, []).append(question)
    return replace(testset, questions=tuple(one for row in zip(*kinds.values(), strict=False) for one in row))


def ask(block: TestSet, answer: AnswerQuestion, predictions: Path, spent: Spent) -> list[ScoredQuestion]:
    """Ask a block as `sanad evaluate` does: each reply is kept in a file, then all are scored."""
    with spent.on("asking"):
        run: Run = evaluate(block, lambda *_: answer, settings={}, predictions=predictions)
    with spent.on("scoring"):
        return score_run(run)


def embed(encoders: Encoders, questions: Sequence[TestQuestion]) -> None:
    """Embed each question with both encoders."""
    for question in questions:
        encoders.embed_query(question.question)
        encoders.embed_second([question.question])


def embed_words(encoders: Encoders, questions: Sequence[TestQuestion]) -> None:
    """Embed each question as finding needs it: the second encoder is given its words, too."""
    for question in questions:
        encoders.embed_query(question.question)
        encoders.embed_second([question.question, *question_words(question.question)])


def show(spent: Spent, scored: Sequence[ScoredQuestion]) -> None:
    """Print the table."""
    for spending in (spent.wall, spent.processor):
        spending["evaluate"] = sum(spending[name] for name in ("asking", "scoring", "summary"))
    per = 1000 / len(scored)
    print(f"{len(scored)} questions, milliseconds a question      wall    processor   of bare   of bare with words")

    def row(name: str, title: str) -> None:
        ratios = [spent.wall[name] / spent.wall[bare] for bare in ("bare", "bare, words too")]
        took = f"{per * spent.wall[name]:8.2f}     {per * spent.processor[name]:8.2f}"
        print(f"{title:42s} {took}   {ratios[0]:7.2f}   {ratios[1]:18.2f}")

    row("bare", "both encoders, one question at a time")
    row("bare, words too", "the same with each question's words")
    row("evaluate", "sanad evaluate")
    row("asking", "  asking and keeping")
    for stage in stage_names(scored):
        print(f"{f'    {stage}':42s} {per * float(stage_seconds(scored, stage).sum()):8.2f}")
    row("scoring", "  scoring")
    row("summary", "  tables with intervals")
    print(f"indexing the articles before: {spent.wall['indexing']:.1f} s")


if __name__ == "__main__":
    main()
