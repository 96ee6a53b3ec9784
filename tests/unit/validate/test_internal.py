"""The bootstrap: hand-checked optimism, the same result for any number of workers, pure noise."""

import numpy as np
import pytest

from jalon.core import Estimate, SurvivalData
from jalon.stats import concordance, concordance_value, fit_cox
from jalon.validate import Measure, Refit, calibration_slope, correct_optimism

RANK = Measure("c", "risk", concordance_value)


def simulate(n=120, p=3, effect=0.8, seed=4):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p))
    time = rng.exponential(np.exp(-effect * x[:, 0]))
    return x, SurvivalData(time, (rng.random(n) < 0.7).astype(int))


def cox_pipeline(x, data):
    def fit(rows):
        beta = fit_cox(x[rows], data.take(rows)).coefficients
        return Refit({"risk": x @ beta}, ("first",) if abs(beta[0]) > 0.5 else ())

    return fit


def run(x, data, workers=1, resamples=30, seed=9, progress=None):
    risk = cox_pipeline(x, data)(np.arange(len(data))).predictions["risk"]
    return correct_optimism(
        cox_pipeline(x, data),
        [RANK],
        {"c": concordance(risk, data).estimate},
        data,
        np.random.default_rng(seed),
        resamples=resamples,
        workers=workers,
        progress=progress,
    )


def test_corrected_is_apparent_less_the_mean_drop():
    result = run(*simulate()).figures["c"]
    assert result.optimism == pytest.approx(result.drops.mean())
    assert result.corrected.value == pytest.approx(result.apparent.value - result.optimism)
    width, shifted = (one.high - one.low for one in (result.corrected, result.apparent))
    assert shifted < width < 1.3 * shifted
    assert result.corrected.method == "jackknife, shifted by the optimism and widened"


def test_drop_is_that_of_the_repeated_rows():
    """Resamples are passed to the measure as weights; repeating the rows must agree."""
    x, data = simulate()
    drops = run(x, data, resamples=3).figures["c"].drops
    for drop, stream in zip(drops, np.random.default_rng(9).spawn(3), strict=True):
        rows = stream.integers(0, len(data), len(data))
        risk = x @ fit_cox(x[rows], data.take(rows)).coefficients
        inside = concordance(risk[rows], data.take(rows)).estimate.value
        assert drop == pytest.approx(inside - concordance(risk, data).estimate.value, rel=1e-10)


def test_workers_change_nothing():
    x, data = simulate()
    one, two = run(x, data, workers=1), run(x, data, workers=2)
    assert one.figures["c"].drops.tobytes() == two.figures["c"].drops.tobytes()
    assert one.chosen == two.chosen


def test_seed_decides():
    x, data = simulate()
    assert not np.array_equal(
        run(x, data).figures["c"].drops, run(x, data, seed=10).figures["c"].drops
    )


def test_pure_noise_is_corrected_to_chance():
    apparent, corrected = [], []
    for seed in range(12):
        x, data = simulate(n=100, p=8, effect=0.0, seed=seed)
        figure = run(x, data, resamples=40).figures["c"]
        apparent.append(figure.apparent.value)
        corrected.append(figure.corrected.value)
    assert np.mean(apparent) > 0.57
    assert np.mean(corrected) == pytest.approx(0.5, abs=0.03)


def test_a_score_that_was_not_fitted_has_no_optimism_but_chance():
    x, data = simulate(n=200)

    def fixed(_):
        return Refit({"risk": x[:, 0]})

    apparent = {"c": Estimate(0.7, 0.6, 0.8)}
    rng = np.random.default_rng(0)
    result = correct_optimism(fixed, [RANK], apparent, data, rng, resamples=200)
    assert result.figures["c"].optimism == pytest.approx(0.0, abs=0.01)


def test_progress_counts_every_resample_and_shares_are_shares():
    seen = []
    result = run(*simulate(), resamples=8, progress=seen.append)
    assert seen == list(range(1, 9))
    assert all(0 < share <= 1 for share in result.chosen.values())


def test_slope_of_the_own_fit_is_one_and_of_its_double_a_half():
    x, data = simulate()
    lp = x @ fit_cox(x, data).coefficients
    slope = calibration_slope(lp, data)
    assert slope.value == pytest.approx(1.0, abs=1e-7)
    assert slope.low < 1 < slope.high
    assert calibration_slope(2 * lp, data).value == pytest.approx(0.5, abs=1e-7)
