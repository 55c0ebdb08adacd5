"""Learn the numbers of `index/retrieval/ranking.json` from the development data: `make calibrate`.

Everything is repeatable: fixed folds, fixed cuts, no date. The figures written beside are of articles held out.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from index.retrieval.ranking import COLUMNS, LEARNED, SETUPS, SIGNS, AnswerabilityClassifier
from training.development import DIRECTIONS, Workshop, checksums, load_sources, make_cases
from training.learning import (
    FOLDS,
    Held,
    Measured,
    area,
    calibration_error,
    fit_folds,
    fit_judge,
    fit_rankers,
    hits,
    hold_out,
    judge_held_out,
    measure_all,
)
from training.libraries import Searched, fit_library, judge_library, search_all

REFUSED = {
    "article": {"careful": 0.10, "balanced": 0.045, "eager": 0.015},
    "library": {"careful": 0.15, "balanced": 0.08, "eager": 0.03},
}
"""Share of answerable questions that each strictness may refuse, in each pair of languages.

More over a library: among many articles one is always somewhat near to a question that none of them answers.
"""

Bars = dict[str, dict[str, dict[str, float]]]
"""Thresholds by scope, strictness and languages."""

_DIGITS = 5


def main() -> None:
    """Fit, and write the numbers with their held-out figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the SQuAD files")
    parser.add_argument("--cache", type=Path, default=Path("runs/vectors"), help="folder where vectors are kept")
    parser.add_argument("--out", type=Path, default=LEARNED)
    options = parser.parse_args()
    sources = load_sources(options.data)
    learned: dict[str, Any] = {"made_by": "make calibrate", "data": checksums(options.data), "folds": FOLDS}
    threadpool_limits(1, user_api="blas")  # small matrices: threads would only wait for each other
    for setup in SETUPS:
        workshop = Workshop(options.cache, setup)
        measured = measure_all(make_cases(sources, workshop))
        held, rankers = hold_out(measured)
        fits = fit_folds(held, rankers)
        probabilities = judge_held_out(held, fits)
        library = search_all(held, fits, layout="split") + search_all(held, fits, layout="without")
        bars = thresholds(held, probabilities, library)
        parts = {
            "held_out": report(held, probabilities, bars) | {"library": report_library(library, bars)},
            "thresholds": bars,
            "ranking": _rankers(measured),
            "answerability": _judges(held),
            "library": _named_weights(fit_library(library)),
        }
        for part, found in parts.items():
            learned.setdefault(part, {})[setup] = found
        print(setup, json.dumps(parts["held_out"], indent=1))
    options.out.write_text(json.dumps(learned, indent=1, ensure_ascii=False) + "\n", "utf-8")


def report(held: Sequence[Held], probabilities: NDArray[np.float64], bars: Bars) -> dict[str, dict[str, float]]:
    """Return the figures of each set: ranking, areas, calibration, and errors at strictness balanced."""
    found = hits(held)
    return {
        name: {"hit@1": round(found[name][0], 3), "hit@5": round(found[name][1], 3), "questions": found[name][2]}
        | _judged(held, probabilities, bars, name)
        for name in (*DIRECTIONS, "arcd")
    }


def _judged(held: Sequence[Held], probabilities: NDArray[np.float64], bars: Bars, name: str) -> dict[str, float]:
    cases = [one.measured.case for one in held]
    said: dict[str, list[float]] = {}
    for case, probability in zip(cases, probabilities, strict=True):
        if case.set_name == name:
            kind = f"{case.kind}+" if case.answerable else case.kind
            said.setdefault(kind, []).append(float(probability))
    bar = bars["article"]["balanced"][pair(name)]
    figures: dict[str, float] = {}
    for label, right, wrong in (("", "whole+", ("far", "near")), ("cut ", "cut+", ("cut-far", "cut-near"))):
        yes = said[right]
        for kind in wrong:
            figures[f"{kind} area"] = area([True] * len(yes) + [False] * len(said[kind]), yes + said[kind])
            figures[f"{kind} answered"] = float(np.mean(np.array(said[kind]) >= bar))
        no = [one for kind in wrong for one in said[kind]]
        truth = [True] * len(yes) + [False] * len(no)
        figures[f"{label}calibration error"] = calibration_error(truth, yes + no)
        figures[f"{label}refused"] = float(np.mean(np.array(yes) < bar))
    return {key: round(value, 3) for key, value in figures.items()}


def _rankers(measured: Sequence[Measured]) -> dict[str, dict[str, float]]:
    return {direction: _named(COLUMNS, found) for direction, found in fit_rankers(measured).items()}


def _judges(held: Sequence[Held]) -> dict[str, object]:
    return {
        direction: _written(fit_judge([one for one in held if one.measured.direction == direction]))
        for direction in ("same", "across")
    }


def _written(judge: AnswerabilityClassifier) -> dict[str, object]:
    """Return a judge as `ranking.load_classifier` reads it: for each sign its centre, spread and weights."""
    rows = np.column_stack([judge.centre, judge.spread, judge.weights[:-1].reshape(3, -1).T])
    signs = {name: [_rounded(value) for value in row] for name, row in zip(SIGNS, rows, strict=True)}
    return {"signs": signs, "constant": _rounded(judge.weights[-1])}


def thresholds(held: Sequence[Held], probabilities: NDArray[np.float64], library: Sequence[Searched]) -> Bars:
    """Return, for scope, strictness and languages, the highest bar that refuses no more than allowed.

    Not more of whole articles, nor of short cuts, nor of either Arabic set.
    """
    said: dict[tuple[str, str], dict[str, list[float]]] = {}
    for one, probability in zip(held, probabilities, strict=True):
        case = one.measured.case
        if case.kind in ("whole", "cut"):
            said.setdefault(("article", pair(case.set_name)), {}).setdefault(f"{case.set_name} {case.kind}", []).append(
                float(probability)
            )
    for searched, probability in zip(library, judge_library(library), strict=True):
        if searched.answerable:
            name = searched.case.set_name
            said.setdefault(("library", name), {}).setdefault(name, []).append(float(probability))
    bars: Bars = {}
    for (scope, name), sets in said.items():
        for strictness, refused in REFUSED[scope].items():
            bar = min(float(np.quantile(one, refused)) for one in sets.values())
            bars.setdefault(scope, {}).setdefault(strictness, {})[name] = round(bar, 3)
    return bars


def pair(set_name: str) -> str:
    """Return the languages of a set: "ar-ar" for ARCD."""
    return "ar-ar" if set_name == "arcd" else set_name


def report_library(library: Sequence[Searched], bars: Bars) -> dict[str, dict[str, float]]:
    """Return, for each direction over a whole library, hits, area, calibration and errors at strictness balanced."""
    probabilities = judge_library(library)
    figures = {}
    for name in DIRECTIONS:
        mine = [(one, said) for one, said in zip(library, probabilities, strict=True) if one.case.set_name == name]
        before = np.array([one.before for one, _ in mine if one.answerable])
        truth, said = [one.answerable for one, _ in mine], [float(probability) for _, probability in mine]
        bar = bars["library"]["balanced"][name]
        answered = np.array(said) >= bar
        figures[name] = {
            "hit@1": round(float(np.mean(before < 1)), 3),
            "hit@5": round(float(np.mean(before < 5)), 3),
            "area": round(area(truth, said), 3),
            "calibration error": round(calibration_error(truth, said), 3),
            "refused": round(float(1 - answered[np.array(truth)].mean()), 3),
            "answered": round(float(answered[~np.array(truth)].mean()), 3),
        }
    return figures


def _named_weights(weights: dict[str, float]) -> dict[str, float]:
    return _named(tuple(weights), tuple(weights.values()))


def _named(names: Sequence[str], weights: Sequence[float] | NDArray[np.float32]) -> dict[str, float]:
    return {name: _rounded(weight) for name, weight in zip(names, weights, strict=True)}


def _rounded(value: float | np.float32) -> float:
    return float(f"{float(value):.{_DIGITS}g}")


if __name__ == "__main__":
    main()
