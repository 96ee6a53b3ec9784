"""What must hold for pooled results whatever the tables."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from jalon.stats.missing import pool_chi_square, pool_estimates, pool_probability, pool_wald

quick = settings(max_examples=60, deadline=None)
NUMBERS = st.floats(-5, 5)
VARIANCES = st.floats(0.01, 4)


@st.composite
def pooled_pairs(draw):
    m = draw(st.integers(2, 8))
    estimates = draw(st.lists(NUMBERS, min_size=m, max_size=m))
    return np.array(estimates), np.array(draw(st.lists(VARIANCES, min_size=m, max_size=m)))


@quick
@given(pooled_pairs(), st.randoms())
def test_order_of_tables_is_nothing(pair, random):
    order = list(range(len(pair[0])))
    random.shuffle(order)
    one, two = pool_estimates(*pair), pool_estimates(pair[0][order], pair[1][order])
    assert_allclose(one.low, two.low, atol=1e-12)
    assert_allclose(one.df, two.df, rtol=1e-9)


@quick
@given(pooled_pairs(), st.floats(0.1, 100), st.floats(-10, 10))
def test_unit_of_the_estimate_is_nothing(pair, scale, shift):
    one = pool_estimates(*pair, complete_df=50)
    two = pool_estimates(scale * pair[0] + shift, scale**2 * pair[1], complete_df=50)
    assert_allclose(two.value, scale * one.value + shift, atol=1e-9)
    assert_allclose(two.high, scale * one.high + shift, rtol=1e-7, atol=1e-7)
    assert_allclose(two.missing_information, one.missing_information, atol=1e-8)


@quick
@given(pooled_pairs(), st.floats(1, 500))
def test_bounds(pair, complete_df):
    small, large = pool_estimates(*pair, complete_df=complete_df), pool_estimates(*pair)
    assert small.df[0] <= min(complete_df, large.df[0])
    assert 0 <= small.share[0] <= 1
    assert small.share[0] <= small.missing_information[0] <= 1
    assert small.std_error[0] ** 2 >= pair[1].mean() * (1 - 1e-12)
    assert small.low[0] <= small.value[0] <= small.high[0]


@quick
@given(pooled_pairs())
def test_together_or_apart(pair):
    estimates = np.column_stack((pair[0], 2 * pair[0]))
    variances = np.column_stack((pair[1], 4 * pair[1]))
    both = pool_estimates(estimates, variances)
    joint = pool_estimates(estimates, [np.diag(row) for row in variances])
    alone = pool_estimates(*pair)
    assert_allclose([both.low[0], both.p[0]], [alone.low[0], alone.p[0]])
    assert_allclose(both.p[1], both.p[0])
    assert_allclose(joint.high, both.high)
    assert np.isnan(both.covariance[0, 1])
    assert not np.isnan(joint.covariance[0, 1])


@quick
@given(pooled_pairs(), st.floats(0.5, 3))
def test_wald_does_not_depend_on_the_basis(pair, turn):
    estimates = np.column_stack((pair[0], pair[0][::-1] + 1))
    spread = np.array([[[v, v / 3], [v / 3, 1]] for v in pair[1]])
    basis = np.array([[1, turn], [-turn, 1]])
    one = pool_wald(estimates, spread)
    two = pool_wald(estimates @ basis.T, basis @ spread @ basis.T)
    # Equal estimates have an increase of 0, which a turned basis meets but for rounding.
    shown = [two.statistic, two.relative_increase]
    assert_allclose(shown, [one.statistic, one.relative_increase], atol=1e-12)
    assert 0 <= one.p <= 1


@quick
@given(st.lists(st.floats(0, 50), min_size=2, max_size=8), st.integers(1, 6))
def test_equal_chi_squares_are_one_chi_square(statistics, df):
    same = pool_chi_square([statistics[0]] * len(statistics), df)
    assert_allclose(same.statistic, statistics[0] / df)
    assert 0 <= pool_chi_square(statistics, df).p <= 1


@quick
@given(
    st.lists(st.floats(0.02, 0.98), min_size=2, max_size=6),
    st.floats(0.001, 0.2),
    st.sampled_from(["logit", "log-log", "log"]),
)
def test_probabilities_stay_probabilities(values, error, scale):
    pooled = pool_probability(values, [error] * len(values), scale)
    assert min(values) * (1 - 1e-9) <= pooled.value[0] <= max(values) * (1 + 1e-9)
    assert 0 <= pooled.low[0] <= pooled.value[0] <= pooled.high[0]
    assert scale == "log" or pooled.high[0] <= 1
    normal = pool_probability(values, [error] * len(values), scale, quantile="normal")
    assert normal.low[0] >= pooled.low[0] - 1e-12
