"""What logistic, Poisson and parametric regression must keep, whatever the data."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import (
    compare_areas,
    diagnose_glm,
    fit_firth_logistic,
    fit_logistic,
    fit_parametric,
    fit_poisson,
    place_knots,
    power_basis,
    profile_intervals,
    robust_covariance,
    roc_curve,
    spline_basis,
)

QUICK = settings(max_examples=15, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)


def draw_patients(seed, n=60, overlap=1.0):
    """Covariates and an outcome that they predict but do not separate."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(size=n), rng.integers(0, 2, n)])
    y = (x @ [0.7, -0.5] + overlap * rng.logistic(size=n) > 0).astype(float)
    return rng, x, y


def try_fit(fit, *args, **options):
    try:
        return fit(*args, **options)
    except UnsuitableDataError:
        assume(False)


@QUICK
@given(SEEDS)
def test_order_of_rows_does_not_matter(seed):
    rng, x, y = draw_patients(seed)
    order = rng.permutation(len(y))
    first, second = try_fit(fit_logistic, x, y), try_fit(fit_logistic, x[order], y[order])
    assert_allclose(first.coefficients, second.coefficients, rtol=1e-9, atol=1e-12)
    assert_allclose(first.covariance, second.covariance, rtol=1e-9, atol=1e-12)
    assert_allclose(first.fitted[order], second.fitted, rtol=1e-10)


@QUICK
@given(SEEDS, st.sampled_from([fit_logistic, fit_firth_logistic, fit_poisson]))
def test_weights_are_repeated_patients(seed, fit):
    rng, x, y = draw_patients(seed, 40)
    weight = rng.integers(0, 4, 40)
    weighted = try_fit(fit, x, y, weight)
    repeated = try_fit(fit, np.repeat(x, weight, axis=0), np.repeat(y, weight))
    assert_allclose(weighted.coefficients, repeated.coefficients, rtol=1e-8, atol=1e-11)
    assert_allclose(weighted.covariance, repeated.covariance, rtol=1e-8, atol=1e-11)
    assert_allclose(weighted.log_likelihood, repeated.log_likelihood, rtol=1e-11)


@QUICK
@given(SEEDS, st.sampled_from([1e-6, 0.01, 30.0, 1e7]), st.sampled_from([0.0, 5.0, -70.0]))
def test_units_change_the_coefficient_only(seed, unit, shift):
    _, x, y = draw_patients(seed)
    changed = x * [unit, 1] + [shift * unit, 0]
    first, second = try_fit(fit_logistic, x, y), try_fit(fit_logistic, changed, y)
    assert_allclose(first.coefficients[1], second.coefficients[1] * unit, rtol=1e-8)
    assert_allclose(first.coefficients[2], second.coefficients[2], rtol=1e-8, atol=1e-11)
    assert_allclose(first.fitted, second.fitted, rtol=1e-8)
    assert_allclose(first.score.statistic, second.score.statistic, rtol=1e-8)


@QUICK
@given(SEEDS, st.sampled_from([fit_logistic, fit_firth_logistic]))
def test_no_for_yes_turns_the_signs(seed, fit):
    _, x, y = draw_patients(seed)
    first, second = try_fit(fit, x, y), try_fit(fit, x, 1 - y)
    assert_allclose(first.coefficients, -second.coefficients, rtol=1e-8, atol=1e-11)
    assert_allclose(first.standard_errors, second.standard_errors, rtol=1e-8)


@QUICK
@given(SEEDS)
def test_fitted_probabilities_add_up_to_the_events(seed):
    _, x, y = draw_patients(seed)
    fit = try_fit(fit_logistic, x, y)
    assert_allclose(fit.fitted.sum(), y.sum(), rtol=1e-10)
    assert_allclose(x.T @ fit.fitted, x.T @ y, rtol=1e-8, atol=1e-9)
    assert_allclose(diagnose_glm(fit).leverage.sum(), 3, rtol=1e-10)


@QUICK
@given(SEEDS)
def test_an_offset_is_a_coefficient_that_is_known(seed):
    _, x, y = draw_patients(seed)
    fit = try_fit(fit_logistic, x, y)
    held = try_fit(fit_logistic, x[:, 1:], y, offset=fit.coefficients[1] * x[:, 0])
    assert_allclose(held.coefficients, fit.coefficients[[0, 2]], rtol=1e-7, atol=1e-9)
    assert_allclose(held.log_likelihood, fit.log_likelihood, rtol=1e-11)


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_profile_limits_lie_where_the_test_says(seed):
    _, x, y = draw_patients(seed)
    fit = try_fit(fit_logistic, x, y)
    estimate = profile_intervals(fit, 0.9).estimates[1]
    assert estimate.low < fit.coefficients[1] < estimate.high
    for limit in (estimate.low, estimate.high):
        held = try_fit(fit_logistic, x[:, 1:], y, offset=limit * x[:, 0])
        assert_allclose(
            2 * (fit.log_likelihood - held.log_likelihood), 2.705543454095414, rtol=1e-8
        )


@QUICK
@given(SEEDS)
def test_each_patient_a_cluster_is_no_cluster(seed):
    rng, x, y = draw_patients(seed)
    fit = try_fit(fit_logistic, x, y)
    clusters = robust_covariance(fit, rng.permutation(len(y)), count_clusters=False)
    assert_allclose(clusters.covariance, robust_covariance(fit).covariance, rtol=1e-10)


@QUICK
@given(SEEDS)
def test_firth_pulls_two_equal_groups_together(seed):
    _, _, y = draw_patients(seed, 30)
    group = np.arange(30)[:, None] % 2
    likely, firth = try_fit(fit_logistic, group, y), fit_firth_logistic(group, y)
    assert abs(firth.coefficients[1]) <= abs(likely.coefficients[1]) + 1e-12


@QUICK
@given(SEEDS, st.sampled_from([1.0, 0.0]))
def test_firth_has_an_answer_for_separated_patients(seed, value):
    rng, x, y = draw_patients(seed, 30)
    assume(0 < y.sum() < 30)
    x = np.column_stack([x[:, 0], np.where(y == value, 1, rng.integers(0, 2, 30))])
    assume(0 < x[:, 1].sum() < 30)
    fit = fit_firth_logistic(x, y)
    assert np.all(np.isfinite(fit.coefficients))
    assert np.all(np.isfinite([[part.low, part.high] for part in fit.estimates]))


@QUICK
@given(SEEDS)
def test_area_by_ranks_equals_area_by_pairs(seed):
    rng = np.random.default_rng(seed)
    risk, y = rng.integers(0, 6, 25), np.arange(25) % 3 == 0
    pairs = np.sign(risk[y][:, None] - risk[~y]) / 2 + 0.5
    variance = (
        pairs.mean(axis=1).var(ddof=1) / y.sum() + pairs.mean(axis=0).var(ddof=1) / (~y).sum()
    )
    curve = roc_curve(risk, y)
    assert_allclose(curve.area.value, pairs.mean(), rtol=1e-13)
    assert_allclose(curve.standard_error, np.sqrt(variance), rtol=1e-12)
    steps = np.diff(curve.specificity) * (curve.sensitivity[1:] + curve.sensitivity[:-1]) / 2
    assert_allclose(steps.sum(), pairs.mean(), rtol=1e-13)
    assert_allclose(roc_curve(-risk, y).area.value, 1 - pairs.mean(), rtol=1e-12, atol=1e-15)


@QUICK
@given(SEEDS)
def test_areas_change_sides(seed):
    rng = np.random.default_rng(seed)
    first, second, y = rng.normal(size=20), rng.normal(size=20), np.arange(20) % 2
    here, there = compare_areas(first, second, y), compare_areas(second, first, y)
    assert_allclose(here.z, -there.z, rtol=1e-12)
    assert_allclose(here.difference.value, here.first.value - here.second.value, rtol=1e-12)


@QUICK
@given(SEEDS, st.integers(3, 7))
def test_splines_are_straight_in_the_tails(seed, count):
    rng = np.random.default_rng(seed)
    knots = place_knots(rng.normal(size=150), count)
    assert len(knots) == count
    for start in (knots[0] - 10, knots[-1]):
        basis = spline_basis(start + np.array([0.0, 5, 10]), knots)
        assert_allclose(basis[0] + basis[2], 2 * basis[1], rtol=1e-8, atol=1e-8)


@QUICK
@given(SEEDS, st.floats(0.1, 20), st.floats(-5, 5))
def test_knots_move_with_the_covariate(seed, unit, shift):
    values = np.random.default_rng(seed).normal(size=120)
    assert_allclose(
        place_knots(values * unit + shift, 5),
        place_knots(values, 5) * unit + shift,
        rtol=1e-9,
        atol=1e-9,
    )


@QUICK
@given(st.floats(0.05, 50), st.floats(-3, 3), st.floats(-3, 3))
def test_powers_multiply(value, first, second):
    product = power_basis([value], [first]) * power_basis([value], [second])
    if 0 not in (first, second, first + second):
        assert_allclose(product, power_basis([value], [first + second]), rtol=1e-9)


@QUICK
@given(SEEDS, st.sampled_from(["weibull", "exponential", "lognormal", "loglogistic"]))
def test_unit_of_time_moves_the_intercept(seed, shape):
    rng, x, _ = draw_patients(seed, 50)
    time, event = np.exp(x @ [0.5, 0.2] + rng.normal(size=50)), np.arange(50) % 4 > 0
    days = fit_parametric(x, SurvivalData(time * 365.25, event), shape)
    years = fit_parametric(x, SurvivalData(time, event), shape)
    assert_allclose(days.coefficients[1:], years.coefficients[1:], rtol=1e-7, atol=1e-9)
    assert_allclose(days.coefficients[0] - years.coefficients[0], np.log(365.25), rtol=1e-7)
    assert_allclose(days.scale, years.scale, rtol=1e-8)
    assert_allclose(
        days.likelihood_ratio.statistic, years.likelihood_ratio.statistic, rtol=1e-7, atol=1e-9
    )


@QUICK
@given(SEEDS, st.sampled_from(["weibull", "lognormal", "loglogistic"]))
def test_parametric_weights_are_repeated_patients(seed, shape):
    rng, x, _ = draw_patients(seed, 40)
    weight = rng.integers(0, 4, 40)
    data = SurvivalData(np.exp(rng.normal(size=40)), np.arange(40) % 3 > 0, weight=weight)
    rows = np.repeat(np.arange(40), weight)
    plain = SurvivalData(data.time[rows], data.event[rows])
    weighted, repeated = fit_parametric(x, data, shape), fit_parametric(x[rows], plain, shape)
    assert_allclose(weighted.coefficients, repeated.coefficients, rtol=1e-7, atol=1e-9)
    assert_allclose(weighted.covariance, repeated.covariance, rtol=1e-7, atol=1e-9)


@QUICK
@given(SEEDS)
def test_exponential_regression_is_poisson_regression(seed):
    rng, x, _ = draw_patients(seed, 50)
    time, event = rng.exponential(size=50), np.arange(50) % 3 > 0
    hazard = fit_poisson(x, event, offset=np.log(time))
    fit = fit_parametric(x, SurvivalData(time, event), "exponential")
    assert_allclose(fit.coefficients, -hazard.coefficients, rtol=1e-8, atol=1e-10)
    assert_allclose(fit.covariance, hazard.covariance, rtol=1e-8, atol=1e-11)


def test_splitting_follow_up_changes_nothing():
    """A patient seen in two pieces, the second with an entry time, counts as one."""
    rng = np.random.default_rng(5)
    x, time = rng.normal(size=80), np.ceil(rng.exponential(30, 80)) + 1
    event, cut = np.arange(80) % 3 > 0, time / 2
    pieces = SurvivalData(
        np.append(cut, time), np.append(np.zeros(80), event), entry=np.append(np.zeros(80), cut)
    )
    for shape in ("weibull", "exponential", "lognormal", "loglogistic"):
        whole = fit_parametric(x[:, None], SurvivalData(time, event), shape)
        split = fit_parametric(np.append(x, x)[:, None], pieces, shape)
        assert_allclose(split.coefficients, whole.coefficients, rtol=1e-8)
        assert_allclose(split.covariance, whole.covariance, rtol=1e-7)
        assert_allclose(split.log_likelihood, whole.log_likelihood, rtol=1e-11)
