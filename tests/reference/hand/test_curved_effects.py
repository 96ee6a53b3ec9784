"""Splines, fractional polynomials and parametric survival worked out on paper."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
from pytest import approx

from jalon.core import SurvivalData
from jalon.stats import (
    PowerScale,
    choose_power_scale,
    fit_parametric,
    place_knots,
    power_basis,
    predict_parametric_survival,
    predict_quantile,
    spline_basis,
)


def test_spline_of_three_knots():
    # Knots 0, 1, 3, range squared 9. At 2 the bent column is 2^3 - 3 * 1^3 / 2 = 13/2; at 4
    # it is 4^3 - 3 * 3^3 / 2 + 1 * 1^3 / 2 = 24, at 5 it is 125 - 3 * 64 / 2 + 8 / 2 = 33.
    basis = spline_basis([-1, 1, 2, 4, 5], [0, 1, 3])
    assert basis[:, 0].tolist() == [-1, 1, 2, 4, 5]
    assert basis[:, 1].tolist() == approx([0, 1 / 9, 13 / 18, 24 / 9, 33 / 9], rel=1e-14)
    cubes = spline_basis([2], [0, 1, 3], "none")
    assert cubes[0, 1] == approx(13 / 2, rel=1e-14)
    # The last interval is 2 long.
    assert spline_basis([2], [0, 1, 3], "last interval")[0, 1] == approx(13 / 16, rel=1e-14)


def test_knots_at_percentiles():
    values = np.arange(201.0)
    assert place_knots(values, 3).tolist() == approx([20, 100, 180])
    assert place_knots(values, 4).tolist() == approx([10, 70, 130, 190])
    assert place_knots(values, 5).tolist() == approx([10, 55, 100, 145, 190])
    assert place_knots(values, 7).tolist()[::6] == approx([5, 195])


def test_outer_knots_of_few_values():
    # Below 100 values the fifth from each end.
    assert place_knots(np.arange(50.0), 3).tolist() == approx([4, 24.5, 45])


def test_knots_beside_many_zeros():
    # A quarter are 0 and all others differ: the first knot is the next value, the other two
    # are the median and the 90th percentile of the 149 values beyond it.
    values = np.concatenate([np.zeros(50), np.arange(1.0, 151.0)])
    assert place_knots(values, 3).tolist() == approx([1, 76, 2 + 0.9 * 148])


def test_powers():
    # 4^-2, 4^-1, 4^-1/2, log 4, 4^1/2, 4, 4^2, 4^3
    for power, value in zip(
        (-2, -1, -0.5, 0, 0.5, 1, 2, 3), (1 / 16, 1 / 4, 1 / 2, log(4), 2, 4, 16, 64), strict=True
    ):
        assert power_basis([4], [power])[0, 0] == approx(value, rel=1e-15)
    assert power_basis([4], [2, 2])[0].tolist() == approx([16, 16 * log(4)])
    assert power_basis([4], [0, 0])[0].tolist() == approx([log(4), log(4) ** 2])
    assert power_basis([4], [1, 1, 1])[0].tolist() == approx([4, 4 * log(4), 4 * log(4) ** 2])
    assert power_basis([4], [3, -1])[0].tolist() == approx([1 / 4, 64])


def test_shift_and_scale():
    # Smallest gap 0.25 above the lowest value 0: 0.25 rounds up to 0.3; the mean is below
    # root 10, so the scale is 1.
    assert choose_power_scale([0, 0.25, 1, 4]) == PowerScale(0.3, 1.0)
    # Positive values are not shifted; a mean of 400 is nearer to 1,000 on the log scale.
    assert choose_power_scale([200, 600]) == PowerScale(0.0, 1000.0)
    assert choose_power_scale([0.02, 0.04]) == PowerScale(0.0, 0.01)
    assert power_basis([7], [1], PowerScale(3, 10))[0, 0] == approx(1)


SIX = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 0, 1, 1, 0, 1])


def test_constant_hazard():
    # 4 events in 21 years.
    fit = fit_parametric(None, SIX, "exponential")
    assert fit.time_ratios[0].value == approx(21 / 4, rel=1e-13)
    assert fit.covariance[0, 0] == approx(1 / 4, rel=1e-13)
    assert fit.log_likelihood == approx(4 * log(4 / 21) - 4, rel=1e-13)
    assert (fit.scale, fit.likelihood_ratio.p) == (1.0, 1.0)
    median = predict_quantile(fit, None)
    assert median.value[0, 0] == approx(log(2) * 21 / 4, rel=1e-13)
    assert median.std_error[0, 0] == approx(log(2) * 21 / 8, rel=1e-13)
    survival = predict_parametric_survival(fit, None, [21 / 4])
    assert survival.value[0, 0] == approx(exp(-1), rel=1e-13)
    assert survival.std_error[0, 0] == approx(exp(-1) / 2, rel=1e-13)


def test_constant_hazard_of_two_groups_that_enter_late():
    # Group 1 has 2 events in 1 + 1.5 years, group 0 has 1 in 2 + 3: hazards 4/5 and 1/5.
    data = SurvivalData([2, 2.5, 4, 3], [1, 1, 1, 0], entry=[1, 1, 2, 0])
    fit = fit_parametric([[1], [1], [0], [0]], data, "exponential")
    assert fit.time_ratios[1].value == approx(1 / 4, rel=1e-12)
    assert fit.covariance[1, 1] == approx(1 / 2 + 1, rel=1e-12)


def test_lognormal_without_censoring():
    # Log times -1, 0, 1: mean 0, variance 2/3; the information of the log scale is 2 n.
    data = SurvivalData(np.exp([-1.0, 0, 1]), [1, 1, 1])
    fit = fit_parametric(None, data, "lognormal")
    assert fit.coefficients[0] == approx(0, abs=1e-13)
    assert fit.scale == approx(sqrt(2 / 3), rel=1e-12)
    assert np.diagonal(fit.covariance).tolist() == approx([2 / 9, 1 / 6], rel=1e-12)
