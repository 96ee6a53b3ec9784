"""Values that agree with a Cox model: their density, their hazards, and what they recover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import kstest

from jalon.core import SurvivalData
from jalon.stats import cox_residuals, fit_cox
from jalon.stats.kernels.agreeing_draw import draw_agreeing
from jalon.stats.missing import ImputationPlan, IncompleteTable, impute
from jalon.stats.missing.outcome_model import draw_outcome_model, state_outcome_model

quick = settings(max_examples=25, deadline=None)
PLAN = ImputationPlan(tables=3, iterations=2, outcome_as="cox model")


class Still:
    """A source of chance that adds nothing, so that what was fitted is what is drawn."""

    def standard_normal(self, size):
        return np.zeros(size)


def make_cohort(seed, n=80, causes=1):
    """A number, a binary and an ordered column, tied times, late entry and two strata."""
    rng = np.random.default_rng(seed)
    x = np.column_stack((rng.normal(size=n), rng.random(n) < 0.5, rng.integers(0, 3, n)))
    time = np.ceil(8 * rng.exponential(np.exp(-0.6 * x[:, 0]))) + 1
    event = np.where(rng.random(n) < 0.7, rng.integers(1, causes + 1, n), 0)
    entry = np.floor(rng.uniform(0, 1, n) * np.minimum(time, 4))
    return x, SurvivalData(time, event, entry, None, rng.integers(0, 2, n))


@quick
@given(st.integers(0, 10_000))
def test_hazards_are_those_of_the_fit(seed):
    """Expected events are events less martingale residuals: ties, entry and strata included."""
    x, data = make_cohort(seed)
    model = state_outcome_model(data, np.arange(3), ("a", "b", "c"))
    drawn = draw_outcome_model(model, x, None, Still())
    fit = fit_cox(x, data)
    assert_allclose(drawn.drawn[0], fit.coefficients, rtol=1e-6, atol=1e-9)
    expected = drawn.hazard[:, 0] * np.exp(x @ drawn.drawn[0])
    residuals = cox_residuals(fit).martingale
    assert_allclose(expected, (data.event == 1) - residuals, rtol=1e-5, atol=1e-8)


def test_a_warm_start_ends_at_the_same_fit():
    x, data = make_cohort(3, causes=2)
    model = state_outcome_model(data, np.arange(3), ("a", "b", "c"))
    cold = draw_outcome_model(model, x, None, Still())
    warm = draw_outcome_model(model, x, cold, Still())
    assert_allclose(warm.fitted, cold.fitted, rtol=1e-8)
    for k in (1, 2):
        assert_allclose(cold.drawn[k - 1], fit_cox(x, data.cause(k)).coefficients, rtol=1e-6)


@pytest.mark.parametrize(
    ("mean", "spread", "risk", "slope", "cause"),
    [
        (0.0, 1.0, [0.5], [0.7], 1),
        (1.0, 0.6, [3.0], [-1.5], 0),
        (-2.0, 1.0, [40.0], [2.0], 1),
        (4.0, 1.0, [1e6], [3.0], 0),
        (0.0, 2.0, [0.5, 1.0], [1.0, -1.0], 2),
        (0.3, 1.0, [1.0], [0.0], 1),
    ],
)
def test_draws_follow_their_density(mean, spread, risk, slope, cause):
    """Compared with the density itself, summed on a fine grid."""
    risk, slope = np.array(risk), np.array(slope)
    n = 4000
    drawn = draw_agreeing(
        np.random.default_rng(5), np.full(n, mean), spread, np.tile(risk, (n, 1)), slope,
        np.full(n, cause),
    )  # fmt: skip
    grid = np.linspace(mean - 14 * spread, mean + 14 * spread, 200_001)
    log = -0.5 * ((grid - mean) / spread) ** 2 - np.exp(np.outer(grid, slope)) @ risk
    if cause > 0:
        log += slope[cause - 1] * grid
    density = np.exp(log - log.max())
    below = np.cumsum(density) / density.sum()
    assert kstest(drawn, lambda x: np.interp(x, grid, below)).pvalue > 1e-3


def hide(x, seed, share=0.3):
    rng = np.random.default_rng(seed)
    values = x.copy()
    values[rng.random(x.shape) < share] = np.nan
    return IncompleteTable(values, ("number", "binary", "ordered"))


@quick
@given(st.integers(0, 10_000))
def test_values_are_of_their_kind(seed):
    x, data = make_cohort(seed, n=150, causes=2)
    table = hide(x, seed)
    made = impute(table, np.random.default_rng(seed), PLAN, data)
    assert np.isfinite(made.values).all()
    known = ~table.missing
    for values in made.values:
        assert_array_equal(values[known], table.values[known])
        assert np.isin(values[:, 1], [0, 1]).all()
        assert np.isin(values[:, 2], [0, 1, 2]).all()


def test_bytes_do_not_depend_on_workers():
    x, data = make_cohort(1, n=150)
    made = [
        impute(hide(x, 1), np.random.default_rng(2), PLAN, data, workers=workers).values.tobytes()
        for workers in (1, 3)
    ]
    assert made[0] == made[1]


def test_the_unit_of_a_number_does_not_matter():
    x, data = make_cohort(4, n=150)
    scaled = x * [100.0, 1, 1] + [5.0, 0, 0]
    one, other = (
        impute(hide(values, 1), np.random.default_rng(2), PLAN, data).values
        for values in (x, scaled)
    )
    assert_allclose(other, one * [100.0, 1, 1] + [5.0, 0, 0], rtol=1e-7)


def test_levels_follow_their_chances():
    """A binary column that nothing else predicts: Bayes' rule by hand, hazards known."""
    rng = np.random.default_rng(8)
    n, beta = 40_000, 1.2
    flag = (rng.random(n) < 0.4).astype(float)
    time = rng.exponential(np.exp(-beta * flag))
    data = SurvivalData(np.minimum(time, 1.0), time <= 1.0)
    hidden = rng.random(n) < 0.5
    values = np.column_stack((np.where(hidden, np.nan, flag), rng.normal(size=n)))
    plan = ImputationPlan(tables=1, iterations=12, outcome_as="cox model")
    made = impute(IncompleteTable(values, ("binary", "number")), rng, plan, data).values[0, :, 0]
    for low, high in ((0.0, 0.2), (0.2, 0.6), (0.6, 0.999), (0.999, 1.1)):
        inside = hidden & (data.time > low) & (data.time <= high)
        assert made[inside].mean() == pytest.approx(flag[inside].mean(), abs=0.03)


def test_a_strong_effect_is_recovered():
    """Beside the fit that has every value, so that only what imputation adds is seen."""
    rng = np.random.default_rng(13)
    apart = []
    for _ in range(8):
        x = rng.normal(size=(500, 2))
        time, stop = rng.exponential(size=(2, 500)) * [[1], [2]]
        time = time * np.exp(-1.5 * x[:, 0])
        data = SurvivalData(np.minimum(time, stop), time <= stop)
        values = x.copy()
        values[rng.random(500) < 0.4, 0] = np.nan
        table = IncompleteTable(values, ["number", "number"])
        made = impute(table, rng, ImputationPlan(5, 5, outcome_as="cox model"), data)
        fits = [fit_cox(done, data).coefficients[0] for done in made.values]
        apart.append(np.mean(fits) - fit_cox(x, data).coefficients[0])
    assert abs(np.mean(apart)) < 3 * np.std(apart) / np.sqrt(7) + 0.01
    assert abs(np.mean(apart)) < 0.1
