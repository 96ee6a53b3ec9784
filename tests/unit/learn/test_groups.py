"""Risk groups: what they are cut by, the rules they keep, and what is refused."""

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import GroupSettings, cut_totals, find_group, group_totals
from jalon.stats import log_rank

LOOSE = GroupSettings(most=4, least_share=0.05, least_events=5, least_z=0)


def simulate(seed, n=300, levels=7):
    rng = np.random.default_rng(seed)
    total = rng.integers(0, levels, n)
    time = np.ceil(rng.exponential(500 / np.exp(0.4 * total)))
    event = (rng.random(n) < 0.7).astype(int)
    return total, SurvivalData(time, event)


@pytest.mark.parametrize("groups", [2, 3, 4, 5])
def test_as_many_groups_as_asked_for_when_the_rules_allow(groups):
    total, data = simulate(1, n=600)
    found = group_totals(total, data, GroupSettings(groups, 0.05, 5, 0))
    assert len(found.limits) == groups - 1
    assert found.limits == cut_totals(total, data, GroupSettings(groups, 0.05, 5, 0))
    assert len(found.size) == len(found.events) == len(found.log_hazard) == groups
    assert sum(found.size) == 600
    assert sum(found.events) == data.event.sum()


def test_every_group_is_large_enough_and_riskier_than_the_one_below():
    total, data = simulate(9)
    rules = GroupSettings(4, 0.2, 30, 1.0)
    found = group_totals(total, data, rules)
    group = find_group(total, found.limits)
    assert np.all(np.bincount(group) >= 0.2 * len(total))
    assert min(found.events) >= 30
    assert min(found.z) >= 1.0
    assert np.all(np.diff(found.log_hazard) > 0)
    assert np.bincount(group).tolist() == list(found.size)


def test_z_is_the_log_rank_test_of_two_neighbours():
    total, data = simulate(3)
    found = group_totals(total, data, LOOSE)
    group = find_group(total, found.limits)
    for upper, z in enumerate(found.z, start=1):
        two = (group == upper) | (group == upper - 1)
        assert z**2 == pytest.approx(log_rank(data.take(two), group[two]).chi2, rel=1e-10)


def test_neighbours_that_are_not_separated_enough_are_put_together():
    total, data = simulate(4)
    loose = group_totals(total, data, LOOSE)
    strict = group_totals(total, data, GroupSettings(4, 0.05, 5, min(loose.z) + 0.5))
    assert len(strict.limits) <= len(loose.limits)
    assert min(strict.z) >= min(loose.z) + 0.5
    assert strict.loss >= loose.loss or strict.limits != loose.limits


def test_fewer_groups_when_the_rules_cannot_be_kept():
    total, data = simulate(5)
    assert len(cut_totals(total, data, GroupSettings(4, 0.45, 5))) == 1
    assert cut_totals(total, data, GroupSettings(4, 0.1, 10_000)) == ()
    assert cut_totals(total, data, GroupSettings(4, least_z=1e6)) == ()
    one = group_totals(total, data, GroupSettings(4, 0.1, 10_000))
    assert (one.limits, one.loss, one.size) == ((), one.null_loss, (300.0,))


def test_schwarz_criterion_makes_one_group_of_noise_and_several_of_signal():
    total, data = simulate(6, n=1000)
    rules = GroupSettings(5, 0.05, 5, 0, count="bic")
    assert len(group_totals(total, data, rules).limits) >= 2
    shuffled = np.random.default_rng(0).permutation(total)
    assert group_totals(shuffled, data, rules).limits == ()


def test_totals_that_fall_with_risk_give_one_group():
    total, data = simulate(7)
    assert cut_totals(-total, data, GroupSettings(4, 0.05, 5, 0)) == ()


def test_equal_losses_are_settled_by_the_lower_limits():
    # Total 1 has nobody at risk when events happen elsewhere and no event: it may join either.
    time = np.r_[np.full(10, 5.0), np.full(2, 1.0), np.full(10, 3.0)]
    data = SurvivalData(time, np.r_[np.ones(10), np.zeros(2), np.ones(10)])
    total = np.r_[np.zeros(10), np.ones(2), np.full(10, 2)].astype(int)
    assert cut_totals(total, data, GroupSettings(2, 0.1, 5)) == (0,)


def test_one_level_or_no_event_gives_no_group():
    data = SurvivalData(time=np.arange(1.0, 31.0), event=np.ones(30, dtype=int))
    assert cut_totals(np.zeros(30, dtype=int), data) == ()
    nobody = SurvivalData(time=np.arange(1.0, 31.0), event=np.zeros(30, dtype=int))
    assert cut_totals(np.arange(30), nobody) == ()
    weightless = SurvivalData(data.time, data.event, weight=np.zeros(30))
    assert cut_totals(np.arange(30), weightless) == ()
    with pytest.raises(UnsuitableDataError, match="no event"):
        group_totals(np.arange(30), nobody)


def test_groups_that_never_overlap_are_cut_without_a_warning():
    # All of the upper group have had the event before the first of the lower group.
    data = SurvivalData(time=np.arange(40.0, 0, -1), event=np.ones(40, dtype=int))
    found = group_totals(np.repeat([0, 1], 20), data)
    assert found.limits == (0,)
    assert found.log_hazard[1] > 12


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (GroupSettings(most=6), "ask for 2 to 5"),
        (GroupSettings(most=0), "ask for 2 to 5"),
        (GroupSettings(least_share=1.5), "least_share is 1.5"),
        (GroupSettings(least_events=float("nan")), "least_events is nan"),
        (GroupSettings(least_z=-1), "least_z is -1"),
        (GroupSettings(count="aic"), "choose most or bic"),
    ],
)
def test_rules_that_make_no_sense_are_refused(rules, said):
    total, data = simulate(1)
    with pytest.raises(UnsuitableDataError, match=said):
        cut_totals(total, data, rules)


@pytest.mark.parametrize(
    ("total", "said"),
    [([0.5, 1, 2], "not whole"), ([np.nan, 1, 2], "missing"), ([1, 2], "one total")],
)
def test_totals_that_cannot_be_used_are_refused(total, said):
    data = SurvivalData(time=[1, 2, 3], event=[1, 1, 1])
    with pytest.raises(UnsuitableDataError, match=said):
        group_totals(np.array(total), data)


def test_too_many_ways_to_cut_are_refused_before_they_are_tried():
    total = np.arange(1000)
    data = SurvivalData(time=1000.0 - total, event=np.ones(1000, dtype=int))
    with pytest.raises(UnsuitableDataError, match="coarser points"):
        group_totals(total, data, GroupSettings(5, 0, 1, 0))


def test_limit_belongs_to_the_group_below():
    assert find_group(np.array([-1, 2, 3, 5, 6]), (2, 5)).tolist() == [0, 0, 1, 1, 2]
