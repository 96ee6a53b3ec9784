"""Groups and their comparison: edges and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import gray_test, log_rank, log_rank_trend

DATA = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 1, 2, 1, 0, 1])


@pytest.mark.parametrize("test", [log_rank, gray_test])
@pytest.mark.parametrize(
    ("group", "message"),
    [
        ([1] * 6, "1 group"),
        ([1, 2], "one per patient"),
        ([1, 2, np.nan, 1, 2, 1], "missing for 1 of 6"),
        (np.array(["a", None, "b", "a", "a", "b"], dtype=object), "missing for 1 of 6"),
        (np.array(["a", 1, "b", "a", "a", "b"], dtype=object), "mixes text and numbers"),
    ],
)
def test_unusable_groups(test, group, message):
    with pytest.raises(UnsuitableDataError, match=message):
        test(DATA, group)


@pytest.mark.parametrize("test", [log_rank, gray_test])
def test_nobody_had_the_event(test):
    with pytest.raises(UnsuitableDataError, match="no event"):
        test(SurvivalData([1, 2], [0, 0]), [1, 2])


@pytest.mark.parametrize(
    "group",
    [
        [10, 500_000, 10, 500_000, 10, 500_000],
        [False, True] * 3,
        np.array(["low", "raised"] * 3, dtype=object),
        [-0.5, 2.5] * 3,
        np.array([0, 255] * 3, dtype=np.uint8),
    ],
)
def test_any_kind_of_group_name(group):
    test = log_rank(DATA, group)
    assert list(test.groups) == sorted(set(np.asarray(group).tolist()))
    assert test.observed.tolist() == [2, 3]


def test_groups_that_are_never_at_risk_together():
    apart = SurvivalData(time=[1, 2, 8, 9], event=[1, 1, 1, 1], entry=[0, 0, 5, 5])
    with pytest.raises(UnsuitableDataError, match="never at risk together"):
        log_rank(apart, [1, 1, 2, 2])


@pytest.mark.parametrize("test", [log_rank, gray_test])
def test_strata_that_are_the_groups(test):
    same = SurvivalData(DATA.time, DATA.event, stratum=[0, 1] * 3)
    with pytest.raises(UnsuitableDataError, match="never at risk together"):
        test(same, [0, 1] * 3)


def test_a_group_that_left_before_the_first_event():
    data = SurvivalData(time=[1, 1, 2, 3, 4, 5], event=[0, 0, 1, 1, 1, 1])
    test = log_rank(data, ["gone", "gone", "a", "b", "a", "b"])
    assert test.expected[2] == 0
    assert test.df == 1
    rest = log_rank(data.take([2, 3, 4, 5]), ["a", "b", "a", "b"])
    assert_allclose(test.chi2, rest.chi2)


def test_only_one_group_is_left_when_events_happen():
    data = SurvivalData(time=[1, 2, 3], event=[0, 1, 1])
    with pytest.raises(UnsuitableDataError, match="fewer than two groups"):
        log_rank(data, [1, 2, 2])


def test_trend_needs_one_score_per_group_that_orders_them():
    test = log_rank(DATA, [1, 2, 3] * 2)
    with pytest.raises(UnsuitableDataError, match="each of 3 groups"):
        log_rank_trend(test, [1, 2])
    with pytest.raises(UnsuitableDataError, match="do not order"):
        log_rank_trend(test, [5, 5, 5])


def test_very_many_groups_in_one_call():
    rng = np.random.default_rng(7)
    data = SurvivalData(rng.integers(1, 900, 2000), rng.integers(0, 2, 2000))
    group = rng.integers(0, 80, 2000)
    test = log_rank(data, group)
    assert test.covariance.shape == (80, 80)
    assert_allclose(test.covariance, test.covariance.T)
    # Joining levels only adds their rows: what score grouping relies on.
    joined = log_rank(data, group < 30)
    low = np.arange(80) < 30
    assert_allclose(joined.observed[1], test.observed[low].sum())
    assert_allclose(joined.expected[1], test.expected[low].sum())
    assert_allclose(joined.covariance[1, 1], test.covariance[np.ix_(low, low)].sum())
