"""A summary as text: the Markdown table that the command prints and a README shows."""

from collections.abc import Sequence

from bot.evaluation.baseline import Comparison
from bot.evaluation.metrics import describe, show, show_range
from bot.evaluation.resampling import Estimate
from bot.evaluation.summary import TAG_METRICS, Summary, Table
from bot.rendering.bidi import clean


def markdown(summary: Summary) -> str:
    """Return two tables: every metric over all and in the four cells with intervals, then the main ones by tag."""
    columns = {"all": summary.overall, **summary.cells}
    main = [
        [describe(name).title, *(_cell(name, table.get(name)) for table in columns.values())]
        for name in summary.overall
    ]
    written = _table(["question-article", *columns], main)
    if not summary.tags:
        return written
    head = ["tag", "questions", *(describe(name).title for name in TAG_METRICS)]
    tags = [[tag, _count(table), *_values(table, TAG_METRICS)] for tag, table in summary.tags.items()]
    return f"{written}\n{_table(head, tags)}"


def markdown_comparison(comparison: Comparison) -> str:
    """Return a table of differences to the baseline, and which questions changed."""
    rows = [
        [
            describe(name).title,
            f"{100 * one.value:+.1f} ({100 * one.low:+.1f} to {100 * one.high:+.1f})",
            str(one.up),
            str(one.down),
            f"{one.p_bootstrap:.3f}",
            f"{one.p_sign:.3f}",
        ]
        for name, one in comparison.changed.items()
    ]
    table = _table(["change in points", "new − old", "up", "down", "p, bootstrap", "p, sign test"], rows)
    return f"{table}\nNow right: {_ids(comparison.better)}\nNow wrong: {_ids(comparison.worse)}\n"


def _ids(ids: Sequence[str]) -> str:
    return ", ".join(ids) or "none"


def _values(table: Table, names: Sequence[str]) -> list[str]:
    return [show(name, table[name].value) if name in table else "" for name in names]


def _count(table: Table) -> str:
    """How many questions a table is of: its calibration error rests on all of them."""
    return str(table["calibration_error"].n)


def _cell(name: str, estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    return f"{show(name, estimate.value)} ({show_range(name, estimate.low, estimate.high)})"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, aligned so that it also reads well as plain text; names are strangers' text."""
    rows = [[" ".join(clean(cell).split()).replace("|", "\\|") for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(row: Sequence[str]) -> str:
        return f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |\n"

    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|\n"
    return line(head) + rule + "".join(map(line, rows))
