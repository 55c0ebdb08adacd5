"""The numbers agree with scikit-learn, SciPy and NumPy on random data, resampled or not."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score

from bot.evaluation.statistics import (
    Statistic,
    auroc,
    calibration_error,
    estimate,
    mean,
    paired_difference,
    percentile,
    reliability_bins,
    risk_coverage_curve,
    sign_test,
)

Floats = NDArray[np.float64]

SEEDS = range(30)


def sample(seed: int, n: int = 80, *, ties: bool = False) -> tuple[Floats, Floats]:
    """Return confidences and labels that go together somewhat."""
    generator = np.random.default_rng(seed)
    labels = (generator.random(n) < 0.6).astype(float)
    scores = np.clip(generator.normal(0.45 + 0.2 * labels, 0.2), 0, 1)
    return (np.round(scores, 1) if ties else scores), labels


def counts(seed: int, n: int, rows: int = 20) -> Floats:
    generator = np.random.default_rng(seed)
    return np.array([np.bincount(generator.integers(0, n, n), minlength=n) for _ in range(rows)], dtype=float)


def drawn(row: Floats) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(row)), row.astype(int))


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_auroc_is_scikit_learns_on_every_resample(seed: int, ties: bool) -> None:
    scores, labels = sample(seed, ties=ties)
    draws = counts(seed, len(scores))
    expected = [roc_auc_score(labels[drawn(row)], scores[drawn(row)]) for row in draws]
    assert auroc(scores, labels).of(draws) == pytest.approx(expected)
    assert auroc(scores, labels).of(np.ones((1, len(scores)))) == pytest.approx(roc_auc_score(labels, scores))


def test_auroc_without_one_of_the_kinds_is_undefined() -> None:
    assert np.isnan(auroc(np.array([0.1, 0.2]), np.array([1.0, 1.0])).of(np.ones((1, 2)))).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_calibration_is_scikit_learns(seed: int) -> None:
    scores, labels = sample(seed)
    shares, means = calibration_curve(labels, scores, n_bins=10, strategy="uniform")
    bins = [one for one in reliability_bins(scores, labels) if one.n]
    assert [one.share for one in bins] == pytest.approx(shares)
    assert [one.confidence for one in bins] == pytest.approx(means)
    expected = sum(one.n * abs(one.share - one.confidence) for one in bins) / len(scores)
    assert calibration_error(scores, labels).of(np.ones((1, len(scores))))[0] == pytest.approx(expected)


def test_calibration_error_of_resamples_is_that_of_the_drawn_questions() -> None:
    scores, labels = sample(3)
    draws = counts(3, len(scores))
    alone = [calibration_error(scores[drawn(r)], labels[drawn(r)]).of(np.ones((1, len(scores))))[0] for r in draws]
    assert calibration_error(scores, labels).of(draws) == pytest.approx(alone)


def test_the_highest_confidence_is_in_the_last_bin() -> None:
    bins = reliability_bins(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    assert [one.n for one in bins] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("share", [0.5, 0.95])
@pytest.mark.parametrize("seed", SEEDS)
def test_percentiles_are_numpys(seed: int, share: float) -> None:
    values = np.random.default_rng(seed).lognormal(size=37 + seed)
    draws = counts(seed, len(values))
    expected = [np.percentile(values[drawn(row)], 100 * share, method="inverted_cdf") for row in draws]
    assert percentile(values, share).of(draws) == pytest.approx(expected)


def test_percentiles_leave_out_what_is_not_known() -> None:
    values = np.array([3.0, np.nan, 1.0, 2.0])
    found = percentile(values, 0.5).of(np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 4.0, 0.0, 0.0]]))
    assert found[0] == 2.0
    assert np.isnan(found[1])


def test_the_risk_coverage_curve_is_that_of_every_threshold() -> None:
    scores, labels = sample(8, ties=True)
    wrong = 1 - labels
    thresholds = sorted(set(scores), reverse=True)
    curve = risk_coverage_curve(scores, wrong)
    assert [one.coverage for one in curve] == pytest.approx([(scores >= least).mean() for least in thresholds])
    assert [one.risk for one in curve] == pytest.approx([wrong[scores >= least].mean() for least in thresholds])


def test_means_leave_out_what_does_not_apply() -> None:
    values = np.array([1.0, np.nan, 0.0, 1.0])
    draws = np.array([[1.0, 1.0, 1.0, 1.0], [2.0, 2.0, 0.0, 0.0], [0.0, 4.0, 0.0, 0.0]])
    assert mean(values).of(draws)[:2] == pytest.approx([2 / 3, 1])
    assert np.isnan(mean(values).of(draws)[2])


def estimate_one(statistic: Statistic, questions: int, resamples: int = 4000) -> tuple[float, float, float]:
    found = estimate({"x": statistic}, questions=questions, resamples=resamples, seed=1)["x"]
    assert found.n == questions
    return found.value, found.low, found.high


def test_intervals_are_scipys_but_for_chance() -> None:
    scores, _ = sample(5, 200)
    theirs = stats.bootstrap((scores,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(2))
    value, low, high = estimate_one(mean(scores), 200)
    assert value == pytest.approx(scores.mean())
    assert (low, high) == pytest.approx(tuple(theirs.confidence_interval), abs=0.004)


def test_ninety_five_percent_intervals_hold_the_truth_about_that_often() -> None:
    generator = np.random.default_rng(11)
    held = 0
    for _ in range(300):
        answers = (generator.random(120) < 0.7).astype(float)
        _, low, high = estimate_one(mean(answers), 120, resamples=400)
        held += low <= 0.7 <= high
    assert 0.90 <= held / 300 <= 0.99


def test_the_seed_decides_and_batches_do_not_show() -> None:
    values = np.random.default_rng(0).random(3000)  # resampled in more than one batch
    assert estimate_one(mean(values), 3000, 2000) == estimate_one(mean(values), 3000, 2000)
    _, low, high = estimate_one(mean(values), 3000, 2000)
    error = 1.96 * values.std() / np.sqrt(3000)
    assert (low, high) == pytest.approx((values.mean() - error, values.mean() + error), abs=0.002)


@pytest.mark.parametrize(("up", "down"), [(0, 0), (1, 0), (6, 0), (6, 3), (40, 22), (900, 1000), (0, 2000)])
def test_the_sign_test_is_scipys_binomial(up: int, down: int) -> None:
    expected = stats.binomtest(up, up + down).pvalue if up + down else 1.0
    assert sign_test(up, down) == pytest.approx(expected)


def test_a_real_change_is_found() -> None:
    gain = np.random.default_rng(4).choice([-1.0, 0.0, 1.0], size=300, p=[0.05, 0.75, 0.2])
    change = paired_difference(gain, resamples=2000, seed=0)
    assert change.p_bootstrap < 0.01
    assert change.p_sign < 0.01
    assert change.low > 0
    assert (change.up, change.down, change.n) == (int((gain > 0).sum()), int((gain < 0).sum()), 300)
    assert change.value == pytest.approx(gain.mean())


def test_chance_is_seldom_taken_for_a_change() -> None:
    generator = np.random.default_rng(7)
    noise = [generator.choice([-1.0, 0.0, 1.0], size=150, p=[0.1, 0.8, 0.1]) for _ in range(200)]
    found = [paired_difference(one, resamples=500, seed=0) for one in noise]
    assert 0.01 <= sum(one.p_bootstrap < 0.05 for one in found) / 200 <= 0.10
    assert sum(one.p_sign < 0.05 for one in found) / 200 <= 0.07


def test_no_change_at_all_is_no_evidence() -> None:
    same = paired_difference(np.zeros(10), resamples=200, seed=0)
    assert (same.value, same.p_bootstrap, same.p_sign) == (0, 1, 1)
