"""Risks over completed tables: the same table twice is that table, different ones widen."""

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import estimate_risks, pool_risks
from jalon.stats.missing import pool_probability

RNG = np.random.default_rng(12)
N = 300
TOTAL = RNG.integers(0, 4, N)
DATA = SurvivalData(RNG.exponential(40 / np.exp(0.4 * TOTAL)), (RNG.random(N) < 0.7).astype(int))


def estimate(total):
    return estimate_risks(total, DATA, [10.0, 20.0], (1,), span=(0, 4))


def move(seed):
    """A tenth of the patients have another total in this table."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random(N) < 0.1, rng.integers(0, 4, N), TOTAL)


def test_one_table_and_equal_tables_change_nothing():
    one = estimate(TOTAL)
    assert pool_risks([one]) == one
    twice = pool_risks([one, one])
    for row, own in zip(twice.groups, one.groups, strict=True):
        assert (row.n, row.events) == (own.n, own.events)
        for found, known in zip(row.observed, own.observed, strict=True):
            assert found.value == pytest.approx(known.value, rel=1e-12)
            # Without differences between tables Student's t is the normal distribution.
            assert (found.low, found.high) == pytest.approx((known.low, known.high), rel=1e-6)


def test_pooled_values_are_those_of_rubins_rules_on_the_log_log_scale():
    tables = [estimate(move(seed)) for seed in range(5)]
    pooled = pool_risks(tables)
    parts = [table.groups[1].observed[0] for table in tables]
    found = pooled.groups[1].observed[0]
    # The plain standard error that gives each table's interval by the delta method.
    survival = np.array([1 - one.value for one in parts])
    width = np.array([np.log(-np.log1p(-one.high)) - np.log(-np.log1p(-one.low)) for one in parts])
    error = width / (2 * 1.959963984540054) * survival * -np.log(survival)
    known = pool_probability(survival, error, "log-log").estimates[0]
    assert found.value == pytest.approx(1 - known.value, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((1 - known.high, 1 - known.low), rel=1e-9)
    assert pooled.groups[1].n == pytest.approx(np.mean([t.groups[1].n for t in tables]))


def test_what_one_table_cannot_give_has_no_limits():
    tables = [estimate(TOTAL), estimate(np.where(TOTAL == 3, 4, TOTAL))]
    pooled = pool_risks(tables)
    assert pooled.totals[4].observed[0].value == tables[1].totals[4].observed[0].value
    assert np.isnan(pooled.totals[4].observed[0].low)


def test_tables_of_different_scores_are_refused():
    with pytest.raises(UnsuitableDataError, match="at least one"):
        pool_risks([])
    other = estimate_risks(TOTAL, DATA, [10.0], (1,), span=(0, 4))
    with pytest.raises(UnsuitableDataError, match="one score with one span"):
        pool_risks([estimate(TOTAL), other])
