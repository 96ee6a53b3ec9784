"""Propensity: what is refused, in words, and what is documented at the limits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from jalon.core import Estimate, UnsuitableDataError
from jalon.stats.propensity import (
    Caliper,
    NearestRule,
    compare_arms,
    e_value,
    e_value_of_difference,
    effective_size,
    find_overlap,
    fit_propensity,
    love_plot,
    match_nearest,
    match_optimal,
    match_strata,
    measure_balance,
    weigh_patients,
)

SCORE = [0.2, 0.4, 0.6, 0.8]
ARMS = [0, 1, 0, 1]


def refuses(text):
    return pytest.raises(UnsuitableDataError, match=text)


@pytest.mark.parametrize(
    ("arms", "text"),
    [
        ([0, 0, 0, 0], "0 of 4 patients are treated"),
        ([1, 1, 1, 1], "4 of 4 patients are treated"),
        ([0, 1, math.nan, 1], "missing for 1 of 4"),
        ([0, 1, 2, 1], "other than 0 and 1"),
        (["axi", "tisa", "axi", "axi"], "not a number"),
        ([[0, 1], [0, 1]], "2 dimensions"),
    ],
)
def test_arms_are_read_before_anything_else(arms, text):
    for use in (match_nearest, match_optimal, weigh_patients, find_overlap, match_strata):
        with refuses(text):
            use(SCORE, arms)


@pytest.mark.parametrize(
    ("score", "text"),
    [([0.1, math.nan, 0.3, 0.4], "missing or infinite for 1 of 4"), ([0.1, 0.2], "shape")],
)
def test_scores_are_complete(score, text):
    for use in (match_nearest, match_optimal, weigh_patients, find_overlap):
        with refuses(text):
            use(score, ARMS)


def test_separation_is_said_of_the_propensity_model():
    x = [[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]]
    with refuses("in the propensity model.*dose separates"):
        fit_propensity(x, [0, 0, 0, 1, 1, 1], names=["dose"])


def test_a_constant_covariate_is_named():
    with refuses("in the propensity model.*site is the same"):
        fit_propensity([[1, 3.0], [2, 3], [1, 3], [2, 3]], [0, 1, 1, 0], names=["age", "site"])


def test_patients_without_their_like_are_counted():
    x = np.array([[0.0], [1], [2], [3], [2], [3], [4], [9]])
    found = fit_propensity(x, [0, 0, 1, 0, 1, 0, 1, 1])
    assert (found.outside_treated, found.outside_control) == (2, 2)
    assert found.low < found.high


def test_equal_covariates_have_equal_scores_to_the_last_digit():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(37, 7)) * 10.0 ** np.arange(-3, 4)
    twice, arms = np.concatenate([x, x[::-1]]), rng.random(74) < 0.4
    logit = fit_propensity(twice, arms).logit
    assert np.array_equal(logit[:37], logit[37:][::-1])


def test_nobody_within_reach():
    rule = NearestRule(caliper=Caliper(0.01, "raw"))
    with refuses("within reach.*widen the caliper"):
        match_nearest(SCORE, ARMS, rule)
    with refuses("within reach"):
        match_optimal(SCORE, ARMS, caliper=rule.caliper)
    with refuses("within reach"):
        match_nearest(SCORE, ARMS, strata=list("abcd"))
    with refuses("no combination of the strata"):
        match_strata(list("abcd"), ARMS)


@pytest.mark.parametrize("width", [0.0, -1.0, math.nan])
def test_a_caliper_has_a_width(width):
    with refuses("width above 0"):
        match_nearest(SCORE, ARMS, NearestRule(caliper=Caliper(width)))


def test_a_caliper_in_standard_deviations_needs_some():
    with refuses("the same for everyone"):
        match_nearest([0.5] * 4, ARMS, NearestRule(caliper=Caliper(0.2)))
    assert match_nearest([0.5] * 4, ARMS).pairs.tolist() == [[1, 0], [3, 2]]


def test_settings_that_mean_nothing():
    with refuses("the ratio is 0"):
        NearestRule(ratio=0)
    with refuses("the ratio is 0"):
        match_optimal(SCORE, ARMS, ratio=0)
    with refuses("give rng"):
        match_nearest(SCORE, ARMS, NearestRule(order="random"))
    with refuses("strata is missing for 1 of 4"):
        match_nearest(SCORE, ARMS, strata=np.array(["a", None, "a", "a"], dtype=object))
    with refuses("strata has shape"):
        match_nearest(SCORE, ARMS, strata=["a"])


def test_more_treated_than_controls_leaves_some_unmatched():
    found = match_nearest([0.2, 0.4, 0.6, 0.8], [1, 1, 1, 0])
    assert (found.treated, found.unmatched) == (1, 2)
    assert match_optimal([0.2, 0.4, 0.6, 0.8], [1, 1, 1, 0]).pairs.tolist() == [[2, 3]]
    assert len(match_optimal([0.2, 0.4, 0.6, 0.8], [1, 1, 1, 0], ratio=3).pairs) == 1


@pytest.mark.parametrize(
    ("p", "options", "text"),
    [
        ([0.0, 0.5, 0.5, 0.0], {}, "1 patients were certain"),
        ([1.0, 0.5, 0.5, 0.5], {"target": "ATT"}, "1 patients were certain"),
        ([1.5, 0.5, 0.5, 0.5], {}, "outside 0 to 1"),
        ([0.5] * 4, {"stabilise": True, "target": "ATT"}, "not stabilised"),
        ([0.5] * 4, {"trim": 0.5}, "trim is 0.5"),
        ([0.05, 0.5, 0.05, 0.5], {"trim": 0.1}, "no control patient"),
        ([0.5] * 4, {"cap": (0.9, 0.1)}, "two rising quantiles"),
        ([0.0, 0.5, 0.0, 0.5], {"target": "overlap"}, "every weight of one arm is 0"),
    ],
)
def test_weights_that_do_not_exist(p, options, text):
    with refuses(text):
        weigh_patients(p, ARMS, **options)


def test_overlap_weights_exist_at_certainty():
    found = weigh_patients([0.0, 0.5, 0.5, 1.0], ARMS, "overlap")
    assert found.weight.tolist() == [0, 0.5, 0.5, 0]
    entropy = weigh_patients([0.0, 0.5, 0.5, 1.0], ARMS, "entropy")
    assert entropy.weight.tolist() == [0, 2 * math.log(2), 2 * math.log(2), 0]


def test_a_weight_that_explodes_is_seen():
    p, arms = np.full(40, 0.5), np.arange(40) % 2
    p[1] = 0.001
    found = weigh_patients(p, arms)
    assert found.largest > 19
    assert found.effective_treated < 1.1
    assert weigh_patients(p, arms, "overlap").largest < 2


@pytest.mark.parametrize(
    ("weight", "text"),
    [
        ([0, 0, 0, 0], "every treated patient has weight 0"),
        ([0, 1, 0, 1], "every control patient has weight 0"),
        ([-1, 1, 1, 1], "negative"),
        ([1, 1, math.inf, 1], "missing or infinite"),
    ],
)
def test_weights_leave_somebody_in_each_arm(weight, text):
    for use in (compare_arms, lambda x, arms, w: measure_balance([[v] for v in x], arms, w)):
        with refuses(text):
            use(SCORE, ARMS, weight)


def test_balance_at_its_limits():
    arms = [1, 1, 0, 0]
    constant = measure_balance([[2.0], [2.0], [2.0], [2.0]], arms)
    assert (constant.standardised[0], constant.ecdf_max[0]) == (0, 0)
    apart = measure_balance([[3.0], [3.0], [2.0], [2.0]], arms)
    assert apart.standardised[0] == math.inf
    # The treated all have the same value, so the spread within both arms is the unit.
    flat = measure_balance([[3.0], [3.0], [1.0], [5.0]], arms, spread="treated")
    assert (flat.spread[0], flat.variance_ratio[0]) == (2, 0)
    alone = measure_balance([[3.0], [1.0], [5.0]], [1, 0, 0])
    assert math.isnan(alone.variance_ratio[0])
    with refuses("age is missing or infinite for 1 of 4"):
        measure_balance([[3.0], [math.nan], [1.0], [5.0]], arms, names=["age"])
    with refuses("spread is"):
        measure_balance([[3.0], [2.0], [1.0], [5.0]], arms, spread="both")
    with refuses("not above 0"):
        measure_balance([[3.0], [2.0], [1.0], [5.0]], arms, spread=[0.0])


def test_love_plot_lists_the_worst_first():
    x = np.array([[1.0, 60], [1, 75], [0, 50], [0, 62], [1, 55]])
    arms = [1, 1, 0, 0, 0]
    before = measure_balance(x, arms, names=["mark", "age"])
    after = measure_balance(x, arms, [1, 1, 0, 1, 1], names=["mark", "age"])
    raw = love_plot(before, after, "raw")
    assert [row.name for row in raw] == ["age", "mark"]
    assert [row.name for row in love_plot(before, after)] == ["mark", "age"]
    assert (raw[1].before, raw[1].after) == (pytest.approx(2 / 3), 0.5)
    with refuses("different covariates"):
        love_plot(before, measure_balance(x, arms))


def test_comparisons_that_do_not_exist():
    with refuses("odds ratio needs an outcome of 0 and 1"):
        compare_arms([1, 2, 3, 4], ARMS, contrast="odds ratio")
    with refuses("odds ratio is infinite or zero"):
        compare_arms([0, 1, 1, 1], ARMS, contrast="odds ratio")
    with refuses("the ratio is infinite or zero"):
        compare_arms([0, 1, 0, 1], ARMS, contrast="ratio")
    with refuses("2 patients"):
        compare_arms([0, 1], [0, 1])
    same = compare_arms([1, 1, 1, 1], ARMS)
    assert (same.effect.value, same.std_error) == (0, 0)
    assert math.isnan(same.p)


def test_effective_size_of_nothing():
    for weight in ([], [0, 0], [1, -1], [1, math.nan], [math.inf]):
        with refuses("not all 0"):
            effective_size(weight)


def test_e_values_of_impossible_ratios():
    with refuses("above 0"):
        e_value(Estimate(0.0, 0.0, 1.0))
    with refuses("hold the ratio"):
        e_value(Estimate(2.0, 2.5, 3.0))
    with refuses("0.95 only"):
        e_value_of_difference(0.5, 0.1, 0.9)
    with refuses("standard error"):
        e_value_of_difference(0.5, math.nan)
    assert e_value(Estimate(1.0, 0.5, 2.0)).point == 1
    assert math.isnan(e_value(Estimate(2.0, math.nan, math.nan)).limit)
    open_end = e_value(Estimate(0.5, 0.0, math.inf), "hazard ratio")
    assert (open_end.risk_ratio.low, open_end.risk_ratio.high, open_end.limit) == (0, math.inf, 1)
