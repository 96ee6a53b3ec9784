"""Matching, weighting, balance and E-values worked out on paper for six patients."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from numpy.testing import assert_allclose

from jalon.core import Estimate
from jalon.stats.propensity import (
    Caliper,
    NearestRule,
    compare_arms,
    e_value,
    e_value_of_difference,
    effective_size,
    find_overlap,
    fit_propensity,
    match_nearest,
    match_optimal,
    match_strata,
    measure_balance,
    weigh_patients,
)

EXACT = 1e-13

# Two of three patients with the mark are treated, one of three without.
MARK = np.array([[1.0], [1.0], [1.0], [0.0], [0.0], [0.0]])
TREATED = np.array([1, 1, 0, 1, 0, 0])


def test_propensity_is_the_share_treated_among_the_alike():
    found = fit_propensity(MARK, TREATED)
    assert_allclose(found.probability, [2 / 3] * 3 + [1 / 3] * 3, 1e-12)
    assert_allclose(found.logit, [log(2)] * 3 + [-log(2)] * 3, 1e-12)
    assert (found.outside_treated, found.outside_control) == (0, 0)


@pytest.mark.parametrize(
    ("target", "weight"),
    [
        ("ATE", [3 / 2, 3 / 2, 3, 3, 3 / 2, 3 / 2]),
        ("ATT", [1, 1, 2, 1, 1 / 2, 1 / 2]),
        ("ATC", [1 / 2, 1 / 2, 1, 2, 1, 1]),
        ("overlap", [1 / 3, 1 / 3, 2 / 3, 2 / 3, 1 / 3, 1 / 3]),
        ("matching", [1 / 2, 1 / 2, 1, 1, 1 / 2, 1 / 2]),
    ],
)
def test_weights(target, weight):
    p = np.array([2 / 3] * 3 + [1 / 3] * 3)
    found = weigh_patients(p, TREATED, target)
    assert_allclose(found.weight, weight, EXACT)
    arm = np.array(weight)[[0, 1, 3]]
    assert_allclose(found.effective_treated, arm.sum() ** 2 / (arm**2).sum(), EXACT)


def test_entropy_weights():
    p = np.array([2 / 3] * 3 + [1 / 3] * 3)
    h = log(3) - 2 / 3 * log(2)
    found = weigh_patients(p, TREATED, "entropy")
    assert_allclose(found.weight, h * np.array([3 / 2, 3 / 2, 3, 3, 3 / 2, 3 / 2]), EXACT)


def test_stabilised_weights_and_the_largest():
    p = np.array([0.5, 0.5, 0.25, 0.5, 0.5, 0.75])
    arms = np.array([1, 1, 1, 0, 0, 1])
    found = weigh_patients(p, arms, stabilise=True)
    assert_allclose(found.weight, [4 / 3, 4 / 3, 8 / 3, 2 / 3, 2 / 3, 8 / 9], EXACT)
    # Mean of the treated 14/9, so the third patient weighs 12/7 of it.
    assert_allclose(found.largest, 12 / 7, EXACT)


def test_trimming_and_capping():
    p = np.array([0.05, 0.5, 0.8, 0.5, 0.2, 0.95])
    arms = np.array([1, 1, 1, 0, 0, 0])
    trimmed = weigh_patients(p, arms, trim=0.1)
    assert_allclose(trimmed.weight, [0, 2, 5 / 4, 2, 5 / 4, 0], EXACT)
    assert trimmed.trimmed == 2
    # Weights 20, 2, 5/4, 2, 5/4, 20: their quantile at 3/5 is the fourth of them, 2.
    capped = weigh_patients(p, arms, cap=(0, 3 / 5))
    assert_allclose(capped.weight, [2, 2, 5 / 4, 2, 5 / 4, 2], EXACT)
    assert capped.capped == 2


SCORE = np.array([0.9, 0.5, 0.6, 0.55, 0.1, 0.45])
ARMS = np.array([1, 1, 0, 0, 0, 0])


def test_who_chooses_first_matters():
    score, arms = np.array([0.6, 0.5, 0.55, 0.1]), np.array([1, 1, 0, 0])
    largest = match_nearest(score, arms)
    assert largest.pairs.tolist() == [[0, 2], [1, 3]]
    smallest = match_nearest(score, arms, NearestRule(order="smallest"))
    assert smallest.pairs.tolist() == [[0, 3], [1, 2]]
    assert_allclose(largest.distance, (0.05 + 0.4) / 2, EXACT)


def test_two_controls_each_come_in_two_rounds():
    # Patient 0 takes 0.6; patient 1 is as near to 0.45 as to 0.55 and takes the lower.
    found = match_nearest(SCORE, ARMS, NearestRule(ratio=2))
    assert found.pairs.tolist() == [[0, 2], [0, 3], [1, 5], [1, 4]]
    assert found.subclass.tolist() == [0, 1, 0, 0, 1, 1]
    assert found.weight.tolist() == [1, 1, 1, 1, 1, 1]


def test_a_control_used_again_counts_for_both():
    found = match_nearest([0.5, 0.6, 0.54, 0.1], [1, 1, 0, 0], NearestRule(replace=True))
    assert found.pairs.tolist() == [[0, 2], [1, 2]]
    assert found.weight.tolist() == [1, 1, 1, 0]
    assert found.subclass.tolist() == [-1, -1, -1, -1]
    assert (found.treated, found.control, found.effective_control) == (2, 1, 1)


def test_unequal_sets_are_weighted_within():
    # Patient 0 reaches two controls, patient 1 one: shares 1/2, 1/2, 1, scaled to sum to 3.
    rule = NearestRule(ratio=2, caliper=Caliper(0.06, "raw"))
    found = match_nearest([0.5, 0.9, 0.55, 0.45, 0.85, 0.1], [1, 1, 0, 0, 0, 0], rule)
    assert_allclose(found.weight, [1, 1, 3 / 4, 3 / 4, 3 / 2, 0], EXACT)
    assert_allclose(found.effective_control, 9 / (9 / 16 + 9 / 16 + 9 / 4), EXACT)
    assert (found.treated, found.control, found.unmatched) == (2, 3, 0)


def test_caliper_in_standard_deviations():
    # Scores 0, 2, 4: standard deviation 2.
    found = match_nearest([0.0, 2.0, 4.0], [1, 0, 0], NearestRule(caliper=Caliper(1.0)))
    assert (found.caliper, found.pairs.tolist()) == (2, [[0, 1]])


def test_the_smallest_sum_is_not_greedy():
    score, arms = np.array([0.5, 0.6, 0.58, 0.0]), np.array([1, 1, 0, 0])
    # In the order of the data patient 0 takes 0.58 and leaves 0.0 to patient 1: 0.08 + 0.6.
    greedy = match_nearest(score, arms, NearestRule(order="data"))
    assert greedy.pairs.tolist() == [[0, 2], [1, 3]]
    assert_allclose(greedy.distance, 0.34, EXACT)
    found = match_optimal(score, arms)
    assert found.pairs.tolist() == [[0, 3], [1, 2]]
    assert_allclose(found.distance, (0.5 + 0.02) / 2, EXACT)


def test_optimal_makes_as_many_pairs_as_the_caliper_allows():
    # Alone patient 1 would take 2.0, but then patient 0 reaches nobody.
    score, arms = np.array([1.2, 2.0, 2.0, 2.7]), np.array([1, 1, 0, 0])
    found = match_optimal(score, arms, caliper=Caliper(0.9, "raw"))
    assert found.pairs.tolist() == [[0, 2], [1, 3]]
    # A first control for each goes before a second for one.
    shared = match_optimal([0.0, 1.0, 0.9, 0.95], [1, 1, 0, 0], ratio=2)
    assert shared.pairs.tolist() == [[0, 2], [1, 3]]


def test_weights_of_strata():
    # Stratum a: 1 treated, 2 controls; b: 2 treated, 1 control; c is not seen in both arms.
    strata, arms = list("aaabbbc"), [1, 0, 0, 1, 1, 0, 1]
    att = match_strata(strata, arms)
    assert_allclose(att.weight, [1, 1 / 2, 1 / 2, 1, 1, 2, 0], EXACT)
    # Of all 3 + 3 patients: treated 3, 3/2, 3/2 and controls 3/2, 3/2, 3, halved.
    ate = match_strata(strata, arms, "ATE")
    assert_allclose(ate.weight, [3 / 2, 3 / 4, 3 / 4, 3 / 4, 3 / 4, 3 / 2, 0], EXACT)
    assert ate.subclass.tolist() == [0, 0, 0, 1, 1, 1, -1]
    assert (att.treated, att.unmatched, att.control) == (3, 1, 3)


def test_balance():
    x = np.array([[60, 1], [70, 1], [80, 0], [50, 0], [60, 0], [70, 0]], dtype=float)
    arms = [1, 1, 1, 0, 0, 0]
    found = measure_balance(x, arms, names=["age", "mark"])
    assert_allclose(found.difference, [10, 2 / 3], EXACT)
    assert_allclose(found.standardised, [1, (2 / 3) / sqrt(2 / 9)], EXACT)
    assert_allclose(found.variance_ratio, [1, np.nan])
    # After 50, 60, 70, 80 the cumulative shares differ by 1/3, 1/3, 1/3, 0.
    assert_allclose(found.ecdf_max, [1 / 3, 2 / 3], EXACT)
    assert_allclose(found.ecdf_mean, [1 / 4, 2 / 3], EXACT)
    pooled = measure_balance(x, arms, spread="pooled")
    assert_allclose(pooled.standardised, [1, (2 / 3) / sqrt(1 / 9)], EXACT)


def test_balance_with_weights_and_pairs():
    x = np.array([[60.0], [80.0], [50.0], [60.0], [90.0]])
    weight, pairs = [1, 1, 1, 1, 0], np.array([[0, 2], [1, 3]])
    found = measure_balance(x, [1, 1, 0, 0, 0], weight, pairs=pairs)
    assert_allclose([found.mean_treated[0], found.mean_control[0]], [70, 55], EXACT)
    assert_allclose(found.standardised, 15 / sqrt(200), EXACT)
    assert_allclose(found.variance_ratio, 4, EXACT)
    assert_allclose(found.pair_distance, 15 / sqrt(200), EXACT)
    # Unequal weights 3/4 and 1/4 of the treated: variance 75 over 1 - 10/16.
    uneven = measure_balance(x, [1, 1, 0, 0, 0], [3, 1, 1, 1, 0])
    assert_allclose(uneven.variance_ratio, (75 / (6 / 16)) / 50, EXACT)


def test_arms_compared():
    # Treated 1, 0 with weights 3, 1; controls 1, 0, 0, 0 with weight one each.
    found = compare_arms([1, 0, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0], [3, 1, 1, 1, 1, 1])
    treated = 6 / 5 * ((3 / 4 * 1 / 4) ** 2 + (1 / 4 * 3 / 4) ** 2)
    control = 6 / 5 * ((1 / 4 * 3 / 4) ** 2 + 3 * (1 / 4 * 1 / 4) ** 2)
    assert_allclose(found.effect.value, 1 / 2, EXACT)
    assert_allclose(found.std_error, sqrt(treated + control), EXACT)
    assert found.df == 4
    odds = compare_arms([1, 0, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0], [3, 1, 1, 1, 1, 1], "odds ratio")
    assert_allclose(odds.effect.value, 9, EXACT)
    assert_allclose(odds.std_error, sqrt(treated + control) * 16 / 3, EXACT)


def test_effective_size_and_overlap():
    assert effective_size([2, 2, 2]) == 3
    assert_allclose(effective_size([3, 1]), 16 / 10, EXACT)
    inside = find_overlap([0.2, 0.6, 0.5, 0.9], [0, 0, 1, 1], "treated")
    assert inside.tolist() == [False, True, True, True]


def test_e_values():
    found = e_value(Estimate(2.0, 1.0, 4.0))
    assert_allclose([found.point, found.limit], [2 + sqrt(2), 1], EXACT)
    # A protective ratio of 1/2 with limits 1/4 and 2/3 is as strong as 2 with 3/2.
    below = e_value(Estimate(1 / 2, 1 / 4, 2 / 3))
    assert_allclose([below.point, below.limit], [2 + sqrt(2), 3 / 2 + sqrt(3) / 2], EXACT)
    hazard = e_value(Estimate(4.0, 1.0, 9.0), "hazard ratio").risk_ratio
    assert_allclose(hazard.value, (3 / 4) / (1 - sqrt(1 / 2)), EXACT)
    assert_allclose(hazard.high, (7 / 8) / (1 - (1 / 2) ** (1 / 3)), EXACT)
    assert_allclose(e_value(Estimate(4.0, 1.0, 9.0), "odds ratio").point, 2 + sqrt(2), EXACT)
    assert_allclose(e_value(Estimate(4.0, 3.0, 9.0), null=2.0).point, 2 + sqrt(2), EXACT)
    assert_allclose(e_value_of_difference(log(2) / 0.91, 0.0).limit, 2 + sqrt(2), EXACT)
