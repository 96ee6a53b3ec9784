"""Cox regression worked out on paper; r stands for the hazard ratio exp(beta).

Six patients (those of the vignette "validate" of R's survival, worked out again):

    time   1  1  6  6  8  9
    event  1  0  1  1  0  1
    x      1  1  1  0  0  0

At day 1 all six are at risk: 3 r + 3. At day 6 four are, one of them with x = 1: r + 3, and two
of these die, one with x = 1 and one with x = 0. At day 9 one is left, so nothing is learned.
"""

from __future__ import annotations

from math import acos, cos, exp, log, sqrt

import numpy as np
import pytest
from pytest import approx

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import baseline_hazard, fit_cox, predict_survival

X = np.array([[1.0], [1], [1], [0], [0], [0]])
SIX = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])


def test_breslow():
    # l = 2 log r - log(3r + 3) - 2 log(r + 3);  l' = 2 - r/(r + 1) - 2r/(r + 3) = 0
    # gives r^2 - 3r - 6 = 0.
    r = (3 + sqrt(33)) / 2
    information = r / (r + 1) ** 2 + 6 * r / (r + 3) ** 2
    fit = fit_cox(X, SIX, ties="breslow")
    assert fit.coefficients[0] == approx(log(r), rel=1e-12)
    assert fit.covariance[0, 0] == approx(1 / information, rel=1e-11)
    assert fit.log_likelihood_null == approx(-log(6) - 2 * log(4), rel=1e-14)
    assert fit.log_likelihood == approx(2 * log(r) - log(3 * r + 3) - 2 * log(r + 3), rel=1e-14)
    # At beta = 0 the slope is 2 - 1/2 - 2/4 = 1 and the information 1/4 + 6/16.
    assert fit.score.statistic == approx(8 / 5, rel=1e-14)
    assert fit.wald.statistic == approx(log(r) ** 2 * information, rel=1e-11)


def test_efron():
    # The second death of day 6 sees half of both dying patients: (r + 5)/2 remain. So
    # l' = 2 - r/(r + 1) - r/(r + 3) - r/(r + 5) = 0, which is r^3 - 23 r - 30 = 0.
    r = 2 * sqrt(23 / 3) * cos(acos(15 * (3 / 23) ** 1.5) / 3)
    information = r / (r + 1) ** 2 + 3 * r / (r + 3) ** 2 + 5 * r / (r + 5) ** 2
    reached = 2 * log(r) - log(3 * r + 3) - log(r + 3) - log((r + 5) / 2)
    fit = fit_cox(X, SIX, ties="efron")
    assert fit.coefficients[0] == approx(log(r), rel=1e-12)
    assert fit.covariance[0, 0] == approx(1 / information, rel=1e-11)
    assert fit.log_likelihood_null == approx(-log(6) - log(4) - log(3), rel=1e-14)
    assert fit.log_likelihood == approx(reached, rel=1e-14)
    # Slope 2 - 1/2 - 1/4 - 1/6 = 13/12, information 1/4 + 3/16 + 5/36 = 83/144.
    assert fit.score.statistic == approx(169 / 83, rel=1e-14)


def test_exact():
    # Two patients with x = 1 leave at days 1 and 7 without the event. Day 1: one with x = 0 dies
    # among all six, 1 / (3r + 3). Day 6: two with x = 1 and two with x = 0 are at risk, and one of
    # each dies: of the six pairs one holds two of x = 1, four hold one: r / (r^2 + 4r + 1).
    # l' = 1 - r/(r + 1) - (2r^2 + 4r)/(r^2 + 4r + 1) = 0 gives (2r + 1)(r^2 + 2r - 1) = 0.
    data = SurvivalData(time=[1, 7, 6, 6, 1, 9], event=[0, 0, 1, 1, 1, 1])
    r = sqrt(2) - 1
    pairs = r * r + 4 * r + 1
    mean = (2 * r * r + 4 * r) / pairs
    information = r / (r + 1) ** 2 + (4 * r * r + 4 * r) / pairs - mean**2
    fit = fit_cox(X, data, ties="exact")
    assert fit.coefficients[0] == approx(log(r), rel=1e-12)
    assert fit.covariance[0, 0] == approx(1 / information, rel=1e-11)
    assert fit.log_likelihood_null == approx(-2 * log(6), rel=1e-14)
    assert fit.log_likelihood == approx(log(r) - log(3 * r + 3) - log(pairs), rel=1e-13)


def test_exact_likelihood_without_a_top():
    # Day 6 of the six patients has three pairs with the one patient of x = 1, of which one dies:
    # r / (3r + 3). So l' = 2 - 2r/(r + 1) > 0 for every r.
    with pytest.raises(UnsuitableDataError, match="separates"):
        fit_cox(X, SIX, ties="exact")


def test_baselines():
    breslow, efron = fit_cox(X, SIX, ties="breslow"), fit_cox(X, SIX, ties="efron")
    r = exp(breslow.coefficients[0])
    day1, day6 = 1 / (3 * r + 3), 2 / (r + 3)
    found = baseline_hazard(breslow, [0.5, 1, 5.9, 6, 8.5, 9])
    assert found == approx(np.array([0, day1, day1, day1 + day6, day1 + day6, day1 + day6 + 1]))
    r = exp(efron.coefficients[0])
    found = baseline_hazard(efron, [1, 6, 9])
    day1, day6 = 1 / (3 * r + 3), 1 / (r + 3) + 2 / (r + 5)
    assert found == approx(np.array([day1, day1 + day6, day1 + day6 + 1]))
    treated = predict_survival(efron, [[1.0]], [6]).value[0, 0]
    assert treated == approx(exp(-r * (day1 + day6)))


def test_centred_baseline_belongs_to_the_mean_patient():
    fit = fit_cox(X, SIX)
    mean = predict_survival(fit, [[0.5]], [6]).value[0, 0]
    assert exp(-baseline_hazard(fit, 6, centred=True)[0]) == approx(mean)


def test_weight_and_late_entry():
    # Day 2: A (x = 1, weight 2) dies; at risk A, B (x = 0) and C (x = 1, entered on day 1), but
    # not D, who enters on day 2 itself: 2r + 1 + r. Day 3: B dies; at risk B, C and D: r + 2.
    # l' = 2 - 6r/(3r + 1) - r/(r + 2) = 0 is 3 r^2 - r - 4 = 0, so r = 4/3.
    data = SurvivalData(
        time=[2, 3, 4, 5], event=[1, 1, 0, 0], entry=[0, 0, 1, 2], weight=[2, 1, 1, 1]
    )
    fit = fit_cox([[1], [0], [1], [0]], data)
    assert fit.coefficients[0] == approx(log(4 / 3), rel=1e-11)
    # 2 * 3r/(3r + 1)^2 + 2r/(r + 2)^2 = 8/25 + 6/25.
    assert fit.standard_errors[0] == approx(5 / sqrt(14), rel=1e-10)


def test_strata_do_not_see_each_other():
    # First stratum: x = 1 dies, x = 0 remains: r/(r + 1). Second, earlier: x = 0 dies, two with
    # x = 1 remain: 1/(1 + 2r). l' = 1 - r/(r + 1) - 2r/(2r + 1) = 0 is 2 r^2 = 1.
    data = SurvivalData(time=[5, 6, 1, 2, 3], event=[1, 0, 1, 0, 0], stratum=[7, 7, 3, 3, 3])
    fit = fit_cox([[1], [0], [0], [1], [1]], data)
    r = 1 / sqrt(2)
    assert fit.coefficients[0] == approx(-log(2) / 2, rel=1e-11)
    assert fit.covariance[0, 0] == approx(1 / (r / (r + 1) ** 2 + 2 * r / (2 * r + 1) ** 2))
    assert baseline_hazard(fit, [1, 5], stratum=3) == approx(1 / (1 + 2 * r), rel=1e-10)
    assert baseline_hazard(fit, [4, 5], stratum=7) == approx(np.array([0, 1 / (r + 1)]))


def test_offset_is_part_of_the_hazard():
    # With a known ratio of 2 for x = 1 the fit finds the rest, r / 2.
    fit = fit_cox(X, SIX, ties="breslow", offset=log(2) * X[:, 0])
    assert fit.coefficients[0] == approx(log((3 + sqrt(33)) / 4), rel=1e-11)
    assert fit.log_likelihood_null == approx(log(2 / 9) + log(2 / 25))


def test_interval_is_symmetric_on_the_log_scale():
    fit = fit_cox(X, SIX, level=0.9)
    ratio = fit.hazard_ratios[0]
    assert ratio.low * ratio.high == approx(ratio.value**2)
    # 1.6448536269514722 is the 95% point of the normal distribution.
    assert log(ratio.high / ratio.value) == approx(1.6448536269514722 * fit.standard_errors[0])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_times_that_differ_by_rounding_are_tied(ties):
    times = SIX.time / 10
    times[2] = 0.1 + 0.2 + 0.3
    assert times[2] != times[3]
    noisy = SurvivalData(times, SIX.event)
    found, wanted = fit_cox(X, noisy, ties=ties), fit_cox(X, SIX, ties=ties)
    assert found.coefficients == approx(wanted.coefficients, rel=1e-13)
