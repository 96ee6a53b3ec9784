"""Risk groups against brute force: every cut fitted by the Cox regression of ``jalon.stats``."""

from itertools import combinations

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import GroupSettings, group_totals
from jalon.learn.groups import Blocks, _average_bins, _find_bins, _find_runs, _guess, _keep_used
from jalon.learn.partitions import bound_partitions, count_partitions, list_partitions
from jalon.learn.totals import count_totals
from jalon.stats import fit_cox, log_rank


def simulate(seed):
    """A small cohort: often with few distinct days, weights, centres or late entries."""
    rng = np.random.default_rng(seed)
    n, levels = int(rng.integers(30, 120)), int(rng.integers(3, 8))
    total = rng.integers(0, levels, n) * int(rng.integers(1, 4)) - int(rng.integers(0, 5))
    hazard = np.exp(rng.choice([0.0, 0.2, 0.5]) * (total - total.mean()))
    time = rng.exponential(rng.choice([6, 300]) / hazard) + 0.01
    time = np.ceil(time) if rng.random() < 0.7 else time
    event = (rng.random(n) < rng.choice([0.4, 0.8])).astype(int)
    kind = seed % 4
    weight = rng.choice([0.0, 1.0, 2.0, 0.5], n) if kind == 1 else None
    stratum = rng.integers(0, 3, n) if kind == 2 else None
    entry = time * rng.choice([0, 0.5], n) if kind == 3 else None
    return total, SurvivalData(time, event, entry, weight, stratum)


def fit_groups(group, data, groups):
    """Loss and effects of one indicator per group; None where the effects have no estimate."""
    try:
        x = np.column_stack([group == g for g in range(1, groups)]).astype(float)
        fit = fit_cox(x, data, ties="breslow")
    except UnsuitableDataError:
        return None
    return -fit.log_likelihood, np.append(0.0, fit.coefficients)


def keeps_rules(group, data, groups, rules):
    weight = np.ones(len(data)) if data.weight is None else data.weight
    size = np.bincount(group, weights=weight, minlength=groups)
    events = np.bincount(group, weights=weight * data.event, minlength=groups)
    if np.any(size < rules.least_share * size.sum()) or np.any(events < rules.least_events):
        return False
    for g in range(1, groups):
        two = (group == g) | (group == g - 1)
        test = log_rank(data.take(two), group[two])
        z = (test.observed - test.expected)[1] / np.sqrt(test.covariance[1, 1])
        if z <= 0 or z < rules.least_z:
            return False
    return True


def brute_force(total, data, groups, rules):
    seen = total if data.weight is None else total[data.weight > 0]
    best = None
    for limits in combinations(np.unique(seen)[:-1].tolist(), groups - 1):
        group = np.searchsorted(limits, total)
        if not keeps_rules(group, data, groups, rules):
            continue
        fitted = fit_groups(group, data, groups)
        if fitted is None or np.any(np.diff(fitted[1]) <= 0):
            continue
        if best is None or fitted[0] < best[0] - 1e-7:
            best = fitted[0], limits
    return best


@pytest.mark.parametrize("seed", range(160))
def test_no_cut_that_keeps_the_rules_explains_more(seed):
    total, data = simulate(seed)
    groups = 2 + seed % 3
    rules = GroupSettings(groups, 0.08, 3, [0, 0.7][seed % 2])
    best = brute_force(total, data, groups, rules)
    found = group_totals(total, data, rules)
    if best is None:
        assert len(found.limits) < groups - 1
    elif max(found.log_hazard) > 15:
        # Separated groups have no estimate and the twin leaves them out; their loss is smaller.
        assert found.loss < best[0]
    else:
        assert found.limits == best[1]
        assert found.loss == pytest.approx(best[0], rel=1e-9)


@pytest.mark.parametrize("seed", range(24))
def test_bound_of_each_partition_is_below_its_fit(seed):
    total, data = simulate(seed)
    rules = GroupSettings(3, 0.05, 2, 0)
    table = count_totals(total, data)
    runs, place = _find_runs(table, rules)
    count = int(count_partitions(place, 3))
    if count == 0:
        return
    partitions = list_partitions(place, 3, count)
    runs, place = _keep_used(runs, place, partitions)
    edges, events = _find_bins(table), table.deaths.sum(axis=1)
    blocks = Blocks(
        place,
        _average_bins(table, runs, edges),
        events[runs[:, 1]] - events[runs[:, 0]],
        _guess(table, runs),
    )
    bounds = bound_partitions(blocks, partitions, np.add.reduceat(table.died, edges[:-1]))
    for limits, bound in zip(partitions, bounds, strict=True):
        group = np.searchsorted(table.levels[limits[1:-1] - 1], total)
        fitted = fit_groups(group, data, 3)
        assert fitted is None or bound <= fitted[0] + 1e-9 * abs(fitted[0])


@pytest.mark.parametrize("seed", range(12))
def test_neither_order_nor_repeating_patients_matters(seed):
    total, data = simulate(4 * seed)
    rules = GroupSettings(3, 0.05, 2, 0)
    found = group_totals(total, data, rules)
    order = np.random.default_rng(seed).permutation(len(data))
    again = group_totals(total[order], data.take(order), rules)
    assert again == found
    rows = np.repeat(np.arange(len(data)), 2)
    doubled = group_totals(total[rows], data.take(rows), GroupSettings(3, 0.05, 4, 0))
    weighted = SurvivalData(data.time, data.event, weight=np.full(len(data), 2.0))
    assert group_totals(total, weighted, GroupSettings(3, 0.05, 4, 0)) == doubled
