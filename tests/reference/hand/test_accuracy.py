"""Accuracy of predictions, worked out on paper for six patients."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from pytest import approx
from scipy.special import ndtri

from jalon.core import SurvivalData
from jalon.stats import (
    AucRules,
    brier_score,
    compare_at_times,
    concordance,
    estimate_censoring,
    fit_cox,
    gonen_heller,
    heagerty_auc,
    integrate_brier,
    royston_d,
    time_auc,
    uno_concordance,
)

# Events on days 1, 3, 4 and 6; censored on days 2 and 5. Five are left on day 2, two on day 5:
# G falls to 4/5, then to 4/5 * 1/2.
SIX = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 0, 1, 1, 0, 1])
SCORE = [5, 6, 3, 4, 1, 2]
RISK = [4 / 5, 1 / 2, 1 / 2, 2 / 5, 1 / 5, 1 / 5]


def test_weights():
    found = estimate_censoring(SIX, [0, 2, 3.5, 5])
    assert found.before == approx(np.array([1, 1, 4 / 5, 4 / 5, 4 / 5, 2 / 5]))
    assert found.at == approx(np.array([[1, 4 / 5, 4 / 5, 2 / 5]]))


def test_events_come_before_censorings_of_the_day():
    # Of five patients two have the event on day 1, so two of three are then censored: G = 1/3.
    data = SurvivalData(time=[1, 1, 1, 1, 4], event=[1, 1, 0, 0, 1])
    found = estimate_censoring(data, 1)
    assert found.before == approx(np.array([1, 1, 1, 1, 1 / 3]))
    assert found.at == approx(np.array([[1 / 3]]))


def test_brier_score():
    # By day 3.5 patients 1 and 3 had the event, weights 1 and 5/4; 4, 5 and 6 are free, weight
    # 5/4 each; patient 2 is lost. Weighted squared errors 1/25, 5/16, 1/5, 1/20 and 1/20.
    score = brier_score(RISK, SIX, 3.5)
    residual = np.array([1 / 25, 0, 5 / 16, 1 / 5, 1 / 20, 1 / 20])
    assert score.error.value[0] == approx(87 / 800)
    # Kaplan-Meier's S is 5/6 * 3/4 = 5/8, and the null score S (1 - S).
    assert score.null.value[0] == approx(15 / 64)
    assert score.accuracy.value[0] == approx(67 / 125)
    # Patient 2 alone was censored by then, of share 5/6 at risk with hazard 1/5; the terms after
    # him sum to 49/80. He adds 49/80 / (5/6) / 6, and all at risk lose 6/25 of 49/80 / 6.
    censored = np.array([0, 196, -49, -49, -49, -49]) / 2000
    influence = residual - 87 / 800 + censored
    assert score.error.influence[:, 0] == approx(influence)
    assert score.error.std_error[0] == approx(sqrt(np.sum(influence**2) / 5 / 6))


def test_auc():
    # Score 5 beats the controls' 4, 1 and 2; score 3 beats two of them, with weight 5/4.
    found = time_auc(SCORE, SIX, 3.5)
    assert found.auc.value[0] == approx((3 + 2 * 5 / 4) / (3 + 3 * 5 / 4))
    assert (found.cases[0], found.controls[0]) == (2, 3)
    assert (found.incidence[0], found.event_free[0]) == approx((3 / 8, 5 / 8))
    # Shares 3/8 and 5/8. Patient 1: 5/8 / (15/64) - 22/27 / (3/8) = 40/81, patient 3 its
    # opposite; the controls -20/27, 10/27 and 10/27. After patient 2 the terms sum to -40/81.
    influence = np.array([200, -32, -192, -292, 158, 158]) / 405
    assert found.auc.influence[:, 0] == approx(influence)
    assert found.auc.std_error[0] == approx(sqrt(np.sum(influence**2) / 5 / 6))


def test_event_on_the_very_day():
    # On day 3 patient 3 counts as a case "by" the day; strictly "before" it only patient 1 does.
    assert time_auc(SCORE, SIX, 3).auc.value[0] == approx(22 / 27)
    strict = AucRules(controls="event-free", convention="order")
    assert time_auc(SCORE, SIX, 3, rules=strict).auc.value[0] == approx(1)


def test_equal_scores_count_one_half():
    # The cases' scores 4 and 3 meet 4, 1 and 3: half a win and two; one, and half.
    found = time_auc([4, 6, 3, 4, 1, 3], SIX, 3.5)
    assert found.auc.value[0] == approx((2.5 + 1.5 * 5 / 4) / (27 / 4))


def test_competing_event():
    # Patient 3 has another event instead: with weight 5/4 like the three who are free.
    data = SurvivalData(SIX.time, [1, 0, 2, 1, 0, 1])
    score = [3.5, 6, 5, 4, 1, 2]
    assert time_auc(score, data, 3.5).auc.value[0] == approx(2 / 4)
    free = AucRules(controls="event-free")
    assert time_auc(score, data, 3.5, rules=free).auc.value[0] == approx(2 / 3)
    # His risk of cause 1 should have been 0: 1/4 * 5/4 as before, since his risk was one half.
    assert brier_score(RISK, data, 3.5).error.value[0] == approx(87 / 800)
    # Incidence 1/6: null score 1/6 * 25/36 + 5/6 * 1/36.
    assert brier_score(RISK, data, 3.5).null.value[0] == approx(5 / 36)


def test_difference_of_two_predictions():
    half = brier_score([1 / 2] * 6, SIX, 3.5).error
    assert half.value[0] == approx(1 / 4)
    found = compare_at_times(brier_score(RISK, SIX, 3.5).error, half)
    assert found.estimates[0].value == approx(87 / 800 - 1 / 4)


def test_average_over_time():
    # 1/4 from day 2 to day 4 and nothing before: 1/4 * 2/4; from day 1 to day 3, 1/4 * 1/2.
    half = brier_score([[1 / 2] * 2] * 6, SIX, [2, 4]).error
    assert integrate_brier(half)[0].value == approx(1 / 8)
    assert integrate_brier(half, end=3, start=1)[0].value == approx(1 / 8)


def test_uno():
    # Event 1 wins 5 pairs of weight 1; events 3 and 4, of weight (5/4)^2, win 4 of 5.
    found = uno_concordance([5, 2, 3, 4, 1, 2.5], SIX)
    assert found.estimate.value == approx((5 + 4 * 25 / 16) / (5 + 5 * 25 / 16))
    assert uno_concordance([5, 2, 3, 4, 1, 2.5], SIX, horizon=2).estimate.value == 1


@pytest.mark.parametrize(
    ("weight", "first", "later"),
    [
        ("n", 1, (1, 1)),
        ("I", 1 / 6, (1 / 4, 1 / 3)),
        # n S / at risk: 6 * 1 / 6, 6 * 5/6 / 4, 6 * 5/8 / 3.
        ("S", 1, (5 / 4, 5 / 4)),
        ("S/G", 1, (25 / 16, 25 / 16)),
        ("n/G2", 1, (25 / 16, 25 / 16)),
    ],
)
def test_weights_of_time(weight, first, later):
    found = concordance([5, 2, 3, 4, 1, 2.5], SIX, time_weight=weight)
    assert found.concordant == approx(5 * first + 2 * later[0] + 2 * later[1])
    assert found.discordant == approx(later[0])


# Three patients of one group, three of another: hazard ratio (3 + sqrt(33)) / 2, Breslow.
GROUP = [[1], [1], [1], [0], [0], [0]]
TWO = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
RATIO = (3 + sqrt(33)) / 2


def test_gonen_heller():
    # 9 of 15 pairs differ, and are in order with probability r / (1 + r); the others one half.
    fit = fit_cox(GROUP, TWO, ties="breslow")
    found = gonen_heller(fit, GROUP)
    assert found.estimate.value == approx((9 * RATIO / (1 + RATIO) + 6 / 2) / 15, rel=1e-6)


def test_royston():
    # Blom's scores of six: +-0.2019, +-0.6421 and +-1.2816 (the 90% point, (6 - 3/8) / (6 + 1/4)),
    # averaged within the group; D is the log ratio between averages, stretched by sqrt(8 / pi).
    mean = (ndtri(0.58) + ndtri(0.74) + ndtri(0.9)) / 3
    found = royston_d([1, 1, 1, 0, 0, 0], TWO, ties="breslow")
    d = log(RATIO) / (2 * mean) * sqrt(8 / np.pi)
    assert found.separation.value == approx(d, rel=1e-6)
    assert found.explained.value == approx(d**2 / (d**2 + 4 * np.pi / 3), rel=1e-6)
    # The variance of three ones and three zeros is 3/10.
    assert found.model_based == approx(0.3 / (0.3 + np.pi**2 / 6))


def test_heagerty():
    # Scores 2 to 6 by day 3.5; S among all is 5/8. Above 1: 5 patients, S = 4/5 * 2/3; above 2:
    # 4 of them with S = 3/4 * 1/2; above 3: the scores 5, 6 and 4 with S = 2/3; above 4: 1/2;
    # above 5: nobody has the event.
    share = np.array([1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 0])
    free = np.array([5 / 8, 8 / 15, 3 / 8, 2 / 3, 1 / 2, 1, 1])
    hits, alarms = share * (1 - free) / (3 / 8), share * free / (5 / 8)
    area = np.sum((alarms[:-1] - alarms[1:]) * (hits[:-1] + hits[1:]) / 2)
    assert heagerty_auc(SCORE, SIX, 3.5, estimator="kaplan-meier") == approx(area)
