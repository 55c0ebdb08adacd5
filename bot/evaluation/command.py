"""The command `sanad evaluate`: reads options, asks, scores, writes, prints. Its target is made by `bot.cli.app`."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot.evaluation.judges import Judge, ModelJudge, cached_judge, judge_cache_path
from bot.evaluation.metrics import check_floors, parse_floor
from bot.evaluation.report import render_report
from bot.evaluation.run import (
    EvaluationTarget,
    Progress,
    Run,
    SearchScope,
    evaluate,
    load_baseline,
    manifest_path,
    score_run,
)
from bot.evaluation.scoring import ScoredQuestion
from bot.evaluation.summary import Comparison, Summary, compare_runs, comparison_markdown, summarise, summary_markdown
from bot.evaluation.testset import TestSet, leave_out_unchecked, load_testset, merge_testsets, select_questions
from config.errors import EvaluationError

PASSED, FELL_BELOW = 0, 1


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one run."""

    testsets: tuple[Path, ...]
    sample: int | None = None
    seed: int = 0
    jobs: int = 1
    predictions: Path | None = None
    fresh: bool = False
    report: Path | None = None
    json: Path | None = None
    baseline: Path | None = None
    fail_under: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    judge: bool = False
    skip_invalid: bool = False


def register(app: typer.Typer, make_target: Callable[[SearchScope, str | None], EvaluationTarget]) -> None:
    """Add the command to `app`; `make_target` makes what is evaluated, for a scope and the name of a writer."""

    @app.command("evaluate")
    def evaluate_command(
        testsets: Annotated[list[Path], typer.Argument(metavar="TESTSET…", help="Our .jsonl or SQuAD's .json.")],
        *,
        writer: Annotated[str | None, typer.Option(help="Who writes the answers; as configured by default.")] = None,
        scope: Annotated[
            SearchScope, typer.Option(help="Ask the question's article only, or all.")
        ] = SearchScope.ARTICLE,
        sample: Annotated[int | None, typer.Option(min=1, help="Ask so many, drawn at random.")] = None,
        seed: Annotated[int, typer.Option(help="What the drawing of the sample starts from.")] = 0,
        jobs: Annotated[int, typer.Option(min=1, max=64, help="Questions asked at once.")] = 1,
        predictions: Annotated[Path | None, typer.Option(help="Keep replies here, and go on from them.")] = None,
        fresh: Annotated[bool, typer.Option("--fresh", help="Ask again what PREDICTIONS has.")] = False,
        report: Annotated[Path | None, typer.Option(help="Write the report as one HTML file.")] = None,
        as_json: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write the numbers.")] = None,
        baseline: Annotated[Path | None, typer.Option(help="Compare with the predictions of another run.")] = None,
        fail_under: Annotated[
            list[str] | None, typer.Option(metavar="METRIC=VALUE", help="Exit with 1 if the metric is worse.")
        ] = None,
        tag: Annotated[list[str] | None, typer.Option(help="Ask only questions with this tag.")] = None,
        judge: Annotated[bool, typer.Option("--judge", help="Let the configured model judge, too.")] = False,
        skip_invalid: Annotated[bool, typer.Option("--skip-invalid", help="Leave out what cannot be read.")] = False,
    ) -> None:
        """Answer the questions of test sets and say how good the answers are."""
        options = Options(
            tuple(testsets),
            sample=sample,
            seed=seed,
            jobs=jobs,
            predictions=predictions,
            fresh=fresh,
            report=report,
            json=as_json,
            baseline=baseline,
            fail_under=tuple(fail_under or ()),
            tags=tuple(tag or ()),
            judge=judge,
            skip_invalid=skip_invalid,
        )
        raise typer.Exit(run(options, make_target(scope, writer)))


def run(options: Options, target: EvaluationTarget) -> int:
    """Evaluate, write what was asked for, print the tables; returns the exit status.

    Raises: SanadError for anything that keeps the evaluation from its end.
    """
    floors = [parse_floor(floor, judged=options.judge) for floor in options.fail_under]
    _check_outputs(
        predictions=options.predictions,
        others={"--report": options.report, "--json": options.json},
        testsets=options.testsets,
        baseline=options.baseline,
    )
    testset = _load(options, target)
    baseline = load_baseline(options.baseline, testset) if options.baseline else None
    judge = ModelJudge(target.model()) if options.judge else None
    finished = _ask(options, target, testset, judge)
    with _keeping(options, judge) as kept:
        with _progress_bars() as bar:
            scored = score_run(finished, judge=kept, progress=bar("Scoring"))
        comparison = _compare(options, baseline, scored, kept)
    summary = summarise(scored, seed=options.seed)
    _publish(options, finished, scored, summary, comparison)
    failures = check_floors(floors, summary.overall)
    for failure in failures:
        typer.echo(f"sanad: {failure}", err=True)
    return FELL_BELOW if failures else PASSED


@contextmanager
def _keeping(options: Options, judge: Judge | None) -> Iterator[Judge | None]:
    """Keep what the judge says beside the predictions, if there are any."""
    if judge is None:
        yield None
        return
    path = judge_cache_path(options.predictions) if options.predictions else None
    with cached_judge(judge, path, fresh=options.fresh) as kept:
        yield kept


def _ask(options: Options, target: EvaluationTarget, testset: TestSet, judge: Judge | None) -> Run:

    with _progress_bars() as bar:
        return evaluate(
            testset,
            target.prepare,
            settings=target.settings,
            options={"sample": options.sample, "seed": options.seed, "tags": list(options.tags)},
            judge=judge.name if judge else None,
            predictions=options.predictions,
            fresh=options.fresh,
            jobs=options.jobs,
            progress=bar("Asking"),
            indexing=bar("Indexing"),
        )


def _publish(
    options: Options, run: Run, scored: list[ScoredQuestion], summary: Summary, comparison: Comparison | None
) -> None:
    """Write the files that were asked for, and print the tables."""
    if options.json:
        numbers = {"manifest": run.manifest, "metrics": summary.as_json()}
        numbers |= {"comparison": comparison.as_json()} if comparison else {}
        _write_output(options.json, json.dumps(numbers, ensure_ascii=False, indent=2) + "\n")
    if options.report:
        _write_output(options.report, render_report(run, scored, summary, comparison))
    typer.echo(summary_markdown(summary))
    if comparison:
        typer.echo(comparison_markdown(comparison))


def _load(options: Options, target: EvaluationTarget) -> TestSet:

    loaded = [
        load_testset(path, resolve=target.resolve, skip_invalid=options.skip_invalid) for path in options.testsets
    ]
    testset = leave_out_unchecked(merge_testsets(loaded))
    for problem in testset.problems:
        typer.echo(f"sanad: left out: {problem}", err=True)
    return select_questions(testset, sample=options.sample, seed=options.seed, tags=options.tags)


def _compare(
    options: Options, baseline: Run | None, scored: list[ScoredQuestion], judge: Judge | None
) -> Comparison | None:

    if options.baseline is None or baseline is None:
        return None
    return compare_runs(options.baseline.name, score_run(baseline, judge=judge), scored, seed=options.seed)


@contextmanager
def _progress_bars() -> Iterator[Callable[[str], Progress]]:
    """Show bars with the time left on a terminal, each once there is something to tell; silence elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:

        def bar(doing: str) -> Progress:
            task = bars.add_task(doing, total=None, visible=False)
            return lambda done, total: bars.update(task, completed=done, total=total, visible=True)

        yield bar


def _check_outputs(
    *, predictions: Path | None, others: Mapping[str, Path | None], testsets: Sequence[Path], baseline: Path | None
) -> None:
    """Refuse an output that could not be written, or that would destroy a test set, the baseline or another output.

    `others` holds the outputs that are written over, by option.

    Raises: EvaluationError.
    """
    taken = [(path, "a test set") for path in testsets]
    if baseline:
        taken += [(baseline, "the baseline"), (manifest_path(baseline), "the baseline's manifest")]
    wanted = [("--predictions", predictions), *others.items()]
    for option, path in wanted:
        if path is None:
            continue
        mine = [(path, f"what {option} writes")]
        if option == "--predictions":
            mine.append((manifest_path(path), f"the manifest that {option} writes"))
            mine.append((judge_cache_path(path), f"the judge's marks that {option} keeps"))
        for output, what in mine:
            _check_writable(output)
            for other, its in taken:
                if _are_same(output, other):
                    raise EvaluationError(f"{str(output)!r} is {its}, and {what} would destroy it; name another file.")
        taken += mine


def _write_output(path: Path, text: str) -> None:
    """Write a file that was asked for. Raises: EvaluationError."""
    try:
        path.write_text(text, "utf-8", errors="replace")
    except OSError as error:
        raise EvaluationError(f"{str(path)!r} cannot be written: {error.strerror}.") from error


def _check_writable(path: Path) -> None:
    try:
        usable = path.parent.is_dir() and not path.is_dir()
    except OSError as error:  # a name that is too long, say
        raise EvaluationError(f"{str(path)!r} cannot be written: {error.strerror}.") from error
    if not usable:
        raise EvaluationError(f"{str(path)!r} cannot be written: name a file in a folder that is there.")


def _are_same(one: Path, other: Path) -> bool:
    """Say whether two paths are one file, by whatever names."""
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there yet
        return one.resolve() == other.resolve()
