"""Plots as SVG, drawn from numbers alone; colours are the page's (report.css), so they follow light and dark."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bot.evaluation.calibration import Bin, Point
from bot.evaluation.metrics import show

WIDTH, HEIGHT = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 14, 44

TICKS = (0, 0.25, 0.5, 0.75, 1)


@dataclass(frozen=True, slots=True)
class Bar:
    """The time of a stage: median and 95th percentile, in seconds."""

    stage: str
    p50: float
    p95: float


def reliability_plot(bins: Sequence[Bin]) -> str:
    """Draw how often the article answered, for each tenth of confidence; on the diagonal confidence is honest."""
    width = 1 / len(bins)
    bars = [
        _rect(i * width + 0.006, 0, width - 0.012, one.share, "a", f"{one.n} questions: {one.share:.0%} answerable")
        for i, one in enumerate(bins)
        if one.n
    ]
    points = [_dot(one.confidence, one.share, "ink") for one in bins if one.n]
    diagonal = _line([(0, 0), (1, 1)], "guide")
    return _svg("Reliability", [*_axes("confidence", "share answerable"), *bars, diagonal, *points])


def histogram_plot(answerable: Sequence[float], unanswerable: Sequence[float], *, bins: int = 20) -> str:
    """Draw how confidence is spread over answerable and over unanswerable questions, each as a share of its kind."""
    series = [(_shares(answerable, bins), "a", "answerable"), (_shares(unanswerable, bins), "b", "unanswerable")]
    highest = max((share for shares, _, _ in series for share in shares), default=0) or 1
    top = min(1.0, math.ceil(highest * 10) / 10)
    width = 1 / bins / 2
    bars = [
        _rect((2 * i + half) * width, 0, width * 0.92, share / top, colour, f"{share:.0%} of {name}")
        for half, (shares, colour, name) in enumerate(series)
        for i, share in enumerate(shares)
        if share
    ]
    return _svg("Confidence", [*_axes("confidence", "share of questions", top=top), *bars])


def risk_plot(points: Sequence[Point], *, now: Point | None) -> str:
    """Draw the risk-coverage curve, and where this run's threshold puts it (`now`, None if nothing was answered)."""
    curve = _line([(point.coverage, point.risk) for point in points], "curve-a")
    mark = [_dot(now.coverage, now.risk, "b", "This run")] if now else []
    return _svg("Risk and coverage", [*_axes("coverage: share answered", "risk: share of answers wrong"), curve, *mark])


def latency_plot(bars: Sequence[Bar]) -> str:
    """Draw the median and the 95th percentile of each stage."""
    longest = max((bar.p95 for bar in bars), default=0) or 1
    step = (HEIGHT - TOP - BOTTOM) / max(len(bars), 1)
    room = WIDTH - 110 - 120
    drawn = []
    for i, bar in enumerate(bars):
        y, height = TOP + i * step + step * 0.2, min(step * 0.6, 28)
        for seconds, colour in ((bar.p95, "a faint"), (bar.p50, "a")):
            drawn.append(
                f'<rect class="{colour}" x="110" y="{y:.1f}" width="{room * seconds / longest:.1f}" '
                f'height="{height:.1f}"/>'
            )
        middle = y + height / 2 + 4
        times = f"{show('seconds_p50', bar.p50)} · {show('seconds_p95', bar.p95)}"
        drawn.append(_text(102, middle, bar.stage, "end"))
        drawn.append(_text(118 + room * bar.p95 / longest, middle, times, "start"))
    return _svg("Latency", [*drawn, _text(WIDTH / 2, HEIGHT - 10, "median · 95th percentile", "middle")])


def _axes(x_label: str, y_label: str, *, top: float = 1.0) -> list[str]:
    """Return grid, tick labels and axis labels of a unit square whose upper edge stands for `top`."""
    grid = [_line([(0, tick), (1, tick)], "grid") for tick in TICKS]
    below = [_text(_x(tick), HEIGHT - BOTTOM + 16, f"{tick:g}", "middle") for tick in TICKS]
    beside = [_text(LEFT - 6, _y(tick) + 4, f"{tick * top:.3g}", "end") for tick in TICKS]
    x_text = _text(_x(0.5), HEIGHT - 8, x_label, "middle")
    y_text = _text(-_y(0.5), 13, y_label, "middle", ' transform="rotate(-90)"')
    return [*grid, *below, *beside, x_text, y_text]


def _shares(values: Sequence[float], bins: int) -> list[float]:
    counts = [0] * bins
    for value in values:
        counts[min(int(value * bins), bins - 1)] += 1
    return [count / len(values) for count in counts] if values else []


def _x(x: float) -> float:
    return LEFT + x * (WIDTH - LEFT - RIGHT)


def _y(y: float) -> float:
    return HEIGHT - BOTTOM - y * (HEIGHT - TOP - BOTTOM)


def _rect(x: float, y: float, width: float, height: float, colour: str, hint: str) -> str:
    right, upper = _x(x + width), _y(y + height)
    return (
        f'<rect class="{colour}" x="{_x(x):.1f}" y="{upper:.1f}" width="{right - _x(x):.1f}" '
        f'height="{_y(y) - upper:.1f}"><title>{escape(hint)}</title></rect>'
    )


def _line(points: Sequence[tuple[float, float]], kind: str) -> str:
    placed = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    return f'<polyline class="{kind}" points="{placed}"/>'


def _dot(x: float, y: float, colour: str, hint: str = "") -> str:
    return f'<circle class="{colour}" cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="4"><title>{escape(hint)}</title></circle>'


def _text(x: float, y: float, text: str, anchor: str, extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{escape(text)}</text>'


def _svg(title: str, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
