"""Comparisons: what is refused, in which words, and the edges of what is not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import (
    aalen_johansen,
    adjust_p,
    compare_at,
    compare_restricted_means,
    count_events,
    finish_gray,
    finish_log_rank,
    fit_restricted_mean,
    kaplan_meier,
    log_rank,
    log_rank_pairs,
    maximal_log_rank,
    merge_gray,
    merge_log_rank,
    nelson_aalen,
    robust_log_rank,
    sum_gray,
    sum_log_rank,
    sum_log_rank_tables,
)

DATA = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 1, 1, 1, 0, 1])
GROUP = ["a", "b"] * 3
LATE = SurvivalData(DATA.time, DATA.event, entry=[0, 0, 0, 1, 1, 1])
WEIGHED = SurvivalData(DATA.time, DATA.event, weight=[1, 1, 2, 2, 1, 1])
STRATA = SurvivalData(DATA.time, DATA.event, stratum=[0, 0, 0, 1, 1, 1])
NO_EVENT = SurvivalData(DATA.time, np.zeros(6))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": "wilcoxon"}, "not known; choose one of survival, gehan"),
        ({"weight": "gehan", "rho": 1}, "no meaning for weight 'gehan'"),
        ({"gamma": -1}, "infinite weight"),
        ({"tied": "efron"}, "hypergeometric or by-group"),
    ],
)
def test_options_of_the_family(options, message):
    with pytest.raises(UnsuitableDataError, match=message):
        log_rank(DATA, GROUP, **options)


def test_only_one_event_time_and_late_weights():
    with pytest.raises(UnsuitableDataError, match="none with a weight above 0"):
        log_rank(SurvivalData([1, 2, 3, 4], [1, 0, 0, 0]), [1, 2, 1, 2], gamma=1)


def test_a_site_may_have_one_group_or_no_event():
    alone = sum_log_rank(DATA, ["a"] * 6)
    assert_allclose(alone.expected, alone.observed)
    quiet = sum_log_rank(NO_EVENT, GROUP)
    merged = finish_log_rank(
        merge_log_rank(merge_log_rank(alone, quiet), sum_log_rank(DATA, GROUP))
    )
    assert merged.chi2 == log_rank(DATA, GROUP).chi2
    assert merged.n.tolist() == [12, 6]
    sites = merge_gray(sum_gray(DATA, ["a"] * 6), sum_gray(DATA, GROUP))
    assert_allclose(finish_gray(sites).chi2, finish_gray(sum_gray(DATA, GROUP)).chi2)


def test_sums_that_say_nothing():
    with pytest.raises(UnsuitableDataError, match="fewer than two groups"):
        finish_log_rank(sum_log_rank(DATA, ["a"] * 6))
    with pytest.raises(UnsuitableDataError, match="no event"):
        finish_log_rank(sum_log_rank(NO_EVENT, GROUP))
    with pytest.raises(UnsuitableDataError, match="at least two"):
        finish_gray(sum_gray(DATA, ["a"] * 6))
    with pytest.raises(UnsuitableDataError, match="at least two"):
        sum_log_rank_tables({"a": count_events(DATA)})


def test_sums_that_do_not_belong_together():
    with pytest.raises(UnsuitableDataError, match="mixes text and numbers"):
        merge_log_rank(sum_log_rank(DATA, GROUP), sum_log_rank(DATA, [1, 2] * 3))
    with pytest.raises(UnsuitableDataError, match="causes 1 and 2"):
        merge_gray(sum_gray(DATA, GROUP), sum_gray(DATA, GROUP, cause=2))


@pytest.mark.parametrize(
    ("p", "message"), [([0.5, 1.5], "outside 0 to 1"), ([-0.1], "outside 0 to 1")]
)
def test_no_p_values(p, message):
    with pytest.raises(UnsuitableDataError, match=message):
        adjust_p(p)


def test_unknown_adjustment_and_none_to_adjust():
    with pytest.raises(UnsuitableDataError, match="choose one of none, bonferroni"):
        adjust_p([0.1], "sidak")
    for method in ("none", "bonferroni", "holm", "hochberg", "hommel", "bh", "by"):
        assert adjust_p([], method).size == 0
        assert adjust_p(0.2, method) == 0.2
        assert np.isnan(adjust_p([np.nan], method)).all()


def test_p_values_are_not_changed_in_place():
    p = np.array([0.01, 0.04])
    adjust_p(p, "bonferroni")
    assert p.tolist() == [0.01, 0.04]


def test_pairs_say_what_their_test_says():
    with pytest.raises(UnsuitableDataError, match="no event"):
        log_rank_pairs(SurvivalData([1, 2, 3, 4], [1, 1, 0, 0]), ["a", "a", "b", "c"])


CURVE = kaplan_meier(DATA)


@pytest.mark.parametrize(
    ("second", "time", "scale", "message"),
    [
        (kaplan_meier(DATA, level=0.9), 2, "plain", "levels 0.95 and 0.9"),
        (aalen_johansen(DATA), 2, "plain", "one curve is of survival"),
        (CURVE, 2, "probit", "choose one of plain"),
        (CURVE, -1, "plain", "at least 0"),
        (CURVE, np.nan, "plain", "at least 0"),
        (CURVE, 0.5, "plain", "still is at its start"),
        (CURVE, 0.5, "log-log", "not defined"),
        (CURVE, 6, "plain", "already at its end"),
        (CURVE, 6, "log", "not defined"),
        (kaplan_meier(NO_EVENT), 7, "plain", "follow-up of a group ends before"),
    ],
)
def test_contrasts_refused(second, time, scale, message):
    with pytest.raises(UnsuitableDataError, match=message):
        compare_at(CURVE, second, time, scale)


def test_hazards_are_not_compared():
    hazard = nelson_aalen(DATA)
    with pytest.raises(UnsuitableDataError, match="cumulative hazard"):
        compare_at(hazard, hazard, 2)


def test_an_arm_that_lost_no_time():
    means = compare_restricted_means(CURVE, kaplan_meier(NO_EVENT), tau=5)
    assert means.second.value == 5
    assert means.difference.p < 1
    assert np.isnan(means.lost_ratio.estimate.value)
    with pytest.raises(UnsuitableDataError, match="follow-up ends before"):
        compare_restricted_means(CURVE, kaplan_meier(NO_EVENT), tau=7)


X = [[0.0], [0.0], [1.0], [1.0], [2.0], [5.0]]


@pytest.mark.parametrize(
    ("arm", "x", "data", "tau", "message"),
    [
        (["a", "b", "c"] * 2, X, DATA, 5, "3 arms"),
        (GROUP, X, LATE, 5, "not allow for entry"),
        (GROUP, X, WEIGHED, 5, "not allow for weight"),
        (GROUP, X, STRATA, 5, "not allow for stratum"),
        (GROUP, X, DATA, 5.5, "follow-up of an arm ends before"),
        (GROUP, X, DATA, 0, "horizon above 0"),
        (GROUP, X, NO_EVENT, 5, "no event was seen before"),
        (GROUP, [[1.0]] * 6, DATA, 5, "column 0 is the same"),
        (GROUP, [[0.0], [1.0]] * 3, DATA, 5, "combination"),
        (GROUP, [[np.nan], *X[1:]], DATA, 5, "column 0 is missing"),
    ],
)
def test_restricted_mean_fit_refused(arm, x, data, tau, message):
    with pytest.raises(UnsuitableDataError, match=message):
        fit_restricted_mean(arm, x, data, tau)


def test_unknown_scale_of_means():
    with pytest.raises(UnsuitableDataError, match="difference, ratio or lost-ratio"):
        fit_restricted_mean(GROUP, X, DATA, 5, "odds")


@pytest.mark.parametrize(
    ("data", "group", "cluster", "message"),
    [
        (LATE, GROUP, None, "left truncation"),
        (STRATA, GROUP, None, "left truncation nor strata"),
        (NO_EVENT, GROUP, None, "no event"),
        (DATA, ["a"] * 6, None, "1 group"),
        (DATA, GROUP, [1, 2], "give one code for each"),
        (DATA, GROUP, [1] * 6, "one cluster"),
    ],
)
def test_robust_test_refused(data, group, cluster, message):
    with pytest.raises(UnsuitableDataError, match=message):
        robust_log_rank(data, group, cluster=cluster)


def test_patients_of_weight_0_are_left_out():
    weight = np.array([1, 1, 2, 2, 0, 0.5])
    data = SurvivalData(DATA.time, DATA.event, weight=weight)
    kept = np.flatnonzero(weight)
    few = SurvivalData(DATA.time[kept], DATA.event[kept], weight=weight[kept])
    group = np.array(GROUP)
    assert robust_log_rank(data, group).chi2 == robust_log_rank(few, group[kept]).chi2


VALUES = [3.0, 1.0, 2.0, 6.0, 5.0, 4.0]


@pytest.mark.parametrize(
    ("values", "data", "limits", "message"),
    [
        ([1.0], DATA, (0.1, 0.9), "one per patient"),
        ([np.nan, *VALUES[1:]], DATA, (0.1, 0.9), "missing or infinite for 1 of 6"),
        (VALUES, DATA, (0.9, 0.1), "in order"),
        (VALUES, DATA, (0.01, 0.05), "no cut-point"),
        ([1.0] * 6, DATA, (0.1, 0.9), "no cut-point"),
        (VALUES, WEIGHED, (0.1, 0.9), "not allow for weight"),
        (VALUES, NO_EVENT, (0.1, 0.9), "no event"),
    ],
)
def test_cut_points_refused(values, data, limits, message):
    with pytest.raises(UnsuitableDataError, match=message):
        maximal_log_rank(values, data, *limits)


def test_everyone_dies_on_one_day():
    with pytest.raises(UnsuitableDataError, match="same outcome"):
        maximal_log_rank(VALUES, SurvivalData([1] * 6, [1] * 6))


def test_methods_of_the_cut_point():
    with pytest.raises(UnsuitableDataError, match="bonferroni, bridge, permutation"):
        maximal_log_rank(VALUES, DATA, method="exact")
    with pytest.raises(UnsuitableDataError, match="above 0"):
        maximal_log_rank(VALUES, DATA, 0, 1, method="bridge")
    many = SurvivalData(np.arange(171), np.ones(171))
    with pytest.raises(UnsuitableDataError, match="171 patients are too many"):
        maximal_log_rank(np.arange(171), many, method="permutation")
