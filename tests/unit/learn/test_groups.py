"""Risk groups: the best cut of all, and the rules that it must keep."""

from itertools import combinations

import numpy as np
import pytest

from jalon.core import SurvivalData
from jalon.learn import GroupSettings, cut_totals, find_group
from jalon.stats import log_rank


def simulate(seed, n=300, levels=7):
    rng = np.random.default_rng(seed)
    total = rng.integers(0, levels, n)
    time = np.ceil(rng.exponential(500 / np.exp(0.4 * total)))
    event = (rng.random(n) < 0.7).astype(int)
    return total, SurvivalData(time, event)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("groups", [2, 3, 4])
def test_no_other_cut_has_a_larger_log_rank_statistic(seed, groups):
    total, data = simulate(seed)
    rules = GroupSettings(most=groups, least_share=0.05, least_events=5)
    limits = cut_totals(total, data, rules)
    assert len(limits) == groups - 1
    best = log_rank(data, find_group(total, limits)).chi2
    for cuts in combinations(range(6), groups - 1):
        group = find_group(total, cuts)
        enough = np.bincount(group, minlength=groups).min() >= 0.05 * len(total)
        if enough:
            assert log_rank(data, group).chi2 <= best + 1e-7


def test_every_group_is_large_enough_and_riskier_than_the_one_below():
    total, data = simulate(9)
    group = find_group(total, cut_totals(total, data, GroupSettings(4, 0.2, 30)))
    test = log_rank(data, group)
    assert np.all(np.bincount(group) >= 0.2 * len(total))
    assert np.all(test.observed >= 30)
    assert np.all(np.diff(test.observed / test.expected) > 0)


def test_fewer_groups_when_the_rules_cannot_be_kept():
    total, data = simulate(5)
    assert len(cut_totals(total, data, GroupSettings(4, 0.45, 5))) == 1
    assert cut_totals(total, data, GroupSettings(4, 0.1, 10_000)) == ()


def test_one_level_or_no_event_gives_no_group():
    data = SurvivalData(time=np.arange(1.0, 31.0), event=np.ones(30, dtype=int))
    assert cut_totals(np.zeros(30, dtype=int), data) == ()
    nobody = SurvivalData(time=np.arange(1.0, 31.0), event=np.zeros(30, dtype=int))
    assert cut_totals(np.arange(30), nobody) == ()


def test_limit_belongs_to_the_group_below():
    assert find_group(np.array([-1, 2, 3, 5, 6]), (2, 5)).tolist() == [0, 0, 1, 1, 2]
