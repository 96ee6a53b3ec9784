"""Fine-Gray regression and absolute risks worked out on paper; r stands for exp(beta).

Six patients:

    time   1  2  3  4  5  6
    event  1  2  0  2  1  0
    x      1  0  1  1  0  0

The censoring of day 3 hits one of the four patients still seen, so G is 1 until then and 3/4
after it. The patient of day 2 stays with weight G(5-)/G(2-) = 3/4, the one of day 4 with 1.
At day 1 all six are at risk: 3 r + 3. At day 5 the patients of days 5, 6, 2 and 4 are:
1 + 1 + 3/4 + r = r + 11/4.
"""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
from pytest import approx

from jalon.core import SurvivalData
from jalon.stats import (
    ChangingEffects,
    fine_gray_weights,
    fit_cause_specific,
    fit_fine_gray,
    predict_incidence,
)

X = np.array([[1.0], [0], [1], [1], [0], [0]])
SIX = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 2, 0, 2, 1, 0])

# l = log r - log(3r + 3) - log(r + 11/4);  l' = 1 - r/(r + 1) - r/(r + 11/4) = 0 is r^2 = 11/4.
R = sqrt(11) / 2


def test_coefficient_and_likelihood():
    fit = fit_fine_gray(X, SIX)
    assert fit.coefficients[0] == approx(log(11) / 2 - log(2), rel=1e-12)
    assert fit.log_likelihood_null == approx(-log(6) - log(15 / 4), rel=1e-14)
    reached = log(R) - log(3 * R + 3) - log(R + 11 / 4)
    assert fit.log_likelihood == approx(reached, rel=1e-14)
    assert fit.likelihood_ratio.statistic == approx(2 * (reached + log(6 * 15 / 4)), rel=1e-11)
    # r/(r + 1)^2 + (11/4) r/(r + 11/4)^2, and 11/4 = r^2.
    assert fit.information[0, 0] == approx(2 * R / (R + 1) ** 2, rel=1e-11)
    assert (fit.n, fit.events, fit.competing) == (6, 2, 2)


def test_sandwich_variance():
    # Mean covariates a = r/(r + 1) at day 1 and b = r/(r + 11/4) = 1/(r + 1) at day 5; steps of
    # the baseline h = 1/(3(r + 1)) and k = 1/(r(r + 1)).
    a, b, h, k = R / (R + 1), 1 / (R + 1), 1 / (3 * (R + 1)), 1 / (R * (R + 1))
    known = [
        (1 - a) - R * (1 - a) * h,
        a * h + 3 / 4 * b * k,
        -R * (1 - a) * h,
        -R * ((1 - a) * h + (1 - b) * k),
        -b + a * h + b * k,
        a * h + b * k,
    ]
    assert sum(known) == approx(0, abs=1e-15)
    # A censoring on day 3 would shrink the weight of the patient of day 2 (x = 0) at day 5. Four
    # are at risk of it; q(6) = 0, since nobody has the event later.
    q = 3 / 4 * (0 - b) * k
    censoring = [0, 0, q / 4 - q / 16, -q / 16, -q / 16, -q / 16]
    meat = sum((one + two) ** 2 for one, two in zip(known, censoring, strict=True))
    fit = fit_fine_gray(X, SIX)
    assert fit.standard_errors[0] == approx(sqrt(meat) / (2 * R / (R + 1) ** 2), rel=1e-11)
    assert fit.wald.statistic == approx((log(R) / fit.standard_errors[0]) ** 2, rel=1e-10)


def test_predicted_incidence():
    fit = fit_fine_gray(X, SIX)
    day1, day5 = 1 / (3 * R + 3), 1 / (R + 11 / 4)
    found = predict_incidence(fit, [[0.0], [1.0]], [0.5, 1, 4.9, 5, 6, 99]).value
    low, high = 1 - exp(-day1), 1 - exp(-day1 - day5)
    assert found[0] == approx(np.array([0, low, low, high, high, high]))
    low, high = 1 - exp(-R * day1), 1 - exp(-R * (day1 + day5))
    assert found[1] == approx(np.array([0, low, low, high, high, high]))


def test_own_censoring_for_each_group():
    # The patient of day 3 alone is in a group of its own: then nobody else's chance of staying
    # uncensored falls at day 3, and the weight at day 5 of the patient of day 2 is 1.
    fit = fit_fine_gray(X, SIX, censoring_group=["a", "a", "b", "a", "a", "a"])
    # r^2 = 3, since day 5 has r + 3 at risk.
    assert fit.coefficients[0] == approx(log(3) / 2, rel=1e-12)


def test_effect_that_begins_later():
    # l = u - log(3 e^u + 3) - log(e^(2u) + 11/4) with f(1) = 1, f(5) = 2; v = e^u:
    # l' = 1/(v + 1) - 2 v^2/(v^2 + 11/4) = 0 is 2 v^3 + v^2 - 11/4 = 0, whose root is v = 0.967...
    effect = ChangingEffects(None, X, lambda t: np.where(t < 5, 1.0, 2.0))
    fit = fit_fine_gray(effect, SIX)
    v = exp(fit.coefficients[0])
    assert 2 * v**3 + v**2 == approx(11 / 4, rel=1e-11)
    new = ChangingEffects(None, [[1.0]], effect.function)
    expected = 1 - exp(-v / (3 * v + 3) - v**2 / (v**2 + 11 / 4))
    assert predict_incidence(fit, new, [5]).value[0, 0] == approx(expected, rel=1e-11)


def test_case_weights_repeat_patients():
    # With the patient of day 3 counted twice, G falls to 3/5.
    weighted = SurvivalData(SIX.time, SIX.event, weight=[1, 1, 2, 1, 1, 1])
    fit = fit_fine_gray(X, weighted)
    # l' = 1 - 4r/(4r + 3) - r/(r + 13/5) = 0 is 4 r^2 = 39/5.
    assert exp(fit.coefficients[0]) == approx(sqrt(39 / 20), rel=1e-11)


def test_rows_of_weights():
    split = fine_gray_weights(SIX)
    assert split.rows.tolist() == [0, 1, 1, 2, 3, 4, 5]
    assert split.data.entry.tolist() == [0, 0, 3, 0, 0, 0, 0]
    assert split.data.time.tolist() == [1, 3, 6, 3, 6, 5, 6]
    assert split.data.weight.tolist() == [1, 1, 3 / 4, 1, 1, 1, 1]
    assert split.data.event.tolist() == [1, 0, 0, 0, 0, 1, 0]


def test_who_has_an_event_is_not_censored_that_day():
    # Day 2: one event and one censoring. For the censoring three are at risk by survival's
    # convention, four by that of crr, which counts the patient with the event too.
    data = SurvivalData(time=[1, 2, 2, 3, 4, 4], event=[2, 1, 0, 1, 0, 0])
    assert fine_gray_weights(data).data.weight[1] == approx(3 / 4)
    x = [[0.0], [1], [0], [0], [1], [0]]
    # crr: 5 patients of day 2 or later, so 4/5. Day 2: 2r + 4; day 3: r + 2 + 4/5.
    fit = fit_fine_gray(x, data)
    # l' = 1 - 2r/(2r + 4) - r/(r + 14/5) = 0 is r^2 = 28/5.
    assert exp(fit.coefficients[0]) == approx(sqrt(28 / 5), rel=1e-11)


def test_absolute_risk_without_an_effect():
    # Each patient twice, once with x = 0 and once with x = 1: no effect on any cause, so risks
    # are those of Aalen and Johansen: relapse 2/6, then death 2/4 of the 4/6 left, then relapse.
    data = SurvivalData(time=[1, 2, 3] * 2, event=[1, 2, 1] * 2)
    x = [[0.0]] * 3 + [[1.0]] * 3
    fit = fit_cause_specific(x, data, ties="breslow")
    assert fit.of_cause(1).coefficients[0] == approx(0, abs=1e-12)
    relapse = predict_incidence(fit, [[0.0], [1.0]], [1, 2, 3], cause=1).value
    assert relapse == approx(np.array([[1 / 3, 1 / 3, 2 / 3]] * 2))
    death = predict_incidence(fit, [[0.0]], [1, 2, 3], cause=2).value
    assert death == approx(np.array([[0, 1 / 3, 1 / 3]]))
    slower = predict_incidence(fit, [[0.0]], [1, 2, 3], form="exponential").value
    assert slower == approx(np.array([[1 / 3, 1 / 3, 1 / 3 + exp(-1 / 3 - 1 / 2)]]))
    moving = predict_incidence(fit, [[0.0]], [1, 3], form="transition").value
    within = 1 - exp(-1 / 3)
    assert moving == approx(np.array([[within, within + exp(-1 / 3 - 1 / 2) * (1 - exp(-1))]]))
