"""The command `sanad evaluate`: reads options, asks, scores, writes, prints. Its target is made by `bot.cli.app`."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from bot.evaluation.jsonl import file_errors
from bot.evaluation.judges import Judge, ModelJudge, cached_judge, judge_cache_path
from bot.evaluation.metrics import check_floors, parse_floor
from bot.evaluation.report import render_report
from bot.evaluation.run import (
    EvaluationTarget,
    Progress,
    SearchScope,
    evaluate,
    load_baseline,
    manifest_path,
    score_run,
)
from bot.evaluation.summary import compare_runs, comparison_markdown, summarise, summary_markdown
from bot.evaluation.testset import TestSet, leave_out_unchecked, load_testset, merge_testsets, select_questions
from config.errors import EvaluationError

FELL_BELOW = 1
"""Exit status where a floor was not kept."""


def register(app: typer.Typer, make_target: Callable[[SearchScope, str | None], EvaluationTarget]) -> None:
    """Add the command to `app`; `make_target` is given the name of a writer, None for the one that is configured."""

    @app.command("evaluate")
    def evaluate_command(
        context: typer.Context,
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
        target = make_target(scope, writer)
        context.call_on_close(target.close)
        # What cannot work is found out before the first question is asked.
        floors = [parse_floor(floor, judged=judge) for floor in fail_under or ()]
        _check_outputs(predictions, {"--report": report, "--json": as_json}, testsets, baseline)
        testset = _load_testsets(testsets, target, skip_invalid=skip_invalid)
        testset = select_questions(testset, sample=sample, seed=seed, tags=tag or ())
        earlier = load_baseline(baseline, testset) if baseline else None
        model = ModelJudge(target.model()) if judge else None
        with _progress_bars() as bar:
            run = evaluate(
                testset,
                target.prepare,
                settings=target.settings,
                options={"sample": sample, "seed": seed, "tags": tag or []},
                judge=model.name if model else None,
                predictions=predictions,
                fresh=fresh,
                jobs=jobs,
                progress=bar("Asking"),
                indexing=bar("Indexing"),
            )
        marks = judge_cache_path(predictions) if predictions else None
        cache: AbstractContextManager[Judge | None] = (
            cached_judge(model, marks, fresh=fresh) if model else nullcontext()
        )
        with cache as asked, _progress_bars() as bar:
            scored = score_run(run, judge=asked, progress=bar("Scoring"))
            before = score_run(earlier, judge=asked) if earlier else None
        summary = summarise(scored, seed=seed)
        comparison = compare_runs(baseline.name, before, scored, seed=seed) if baseline and before else None
        if as_json:
            numbers = {"manifest": run.manifest, "metrics": summary.as_json()}
            numbers |= {"comparison": comparison.as_json()} if comparison else {}
            _write(as_json, json.dumps(numbers, ensure_ascii=False, indent=2) + "\n")
        if report:
            _write(report, render_report(run, scored, summary, comparison))
        typer.echo(summary_markdown(summary))
        if comparison:
            typer.echo(comparison_markdown(comparison))
        failures = check_floors(floors, summary.overall)
        for failure in failures:
            typer.echo(f"sanad: {failure}", err=True)
        if failures:
            raise typer.Exit(FELL_BELOW)


def _load_testsets(paths: Sequence[Path], target: EvaluationTarget, *, skip_invalid: bool) -> TestSet:
    """Load test sets as one, and say what is left out of them."""
    loaded = [load_testset(path, resolve=target.resolve, skip_invalid=skip_invalid) for path in paths]
    testset = leave_out_unchecked(merge_testsets(loaded))
    for problem in testset.problems:
        typer.echo(f"sanad: left out: {problem}", err=True)
    return testset


def _check_outputs(
    predictions: Path | None, written: Mapping[str, Path | None], testsets: Sequence[Path], baseline: Path | None
) -> None:
    """Refuse an output that could not be written, or that would destroy a test set, the baseline or another output.

    `written` holds the other outputs, by option.

    Raises: EvaluationError.
    """
    taken = [(path, "a test set") for path in testsets]
    if baseline:
        taken += [(baseline, "the baseline"), (manifest_path(baseline), "the baseline's manifest")]
    outputs: list[tuple[Path, str]] = []
    if predictions:
        outputs += [
            (predictions, "what --predictions writes"),
            (manifest_path(predictions), "the manifest that --predictions writes"),
            (judge_cache_path(predictions), "the judge's marks that --predictions keeps"),
        ]
    outputs += [(path, f"what {option} writes") for option, path in written.items() if path]
    for output, what in outputs:
        _check_writable(output)
        for other, its in taken:
            if _are_same(output, other):
                raise EvaluationError(f"{str(output)!r} is {its}, and {what} would destroy it; name another file.")
        taken.append((output, what))


def _check_writable(path: Path) -> None:
    with file_errors(repr(str(path)), "written"):  # a name may be too long even to look
        usable = path.parent.is_dir() and not path.is_dir()
    if not usable:
        raise EvaluationError(f"{str(path)!r} cannot be written: name a file in a folder that is there.")


def _are_same(one: Path, other: Path) -> bool:
    """Say whether two paths are one file, by whatever names."""
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there yet
        return one.resolve() == other.resolve()


def _write(path: Path, text: str) -> None:
    with file_errors(repr(str(path)), "written"):
        path.write_text(text, "utf-8", errors="replace")


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
