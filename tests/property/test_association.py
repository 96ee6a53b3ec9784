"""What holds of every table and every two groups; slow versions of the quick ones."""

from __future__ import annotations

from itertools import combinations, product
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from jalon.core import UnsuitableDataError
from jalon.stats import association as a
from jalon.stats.association.rank_shift import find_difference, median_difference

QUICK = settings(max_examples=40, deadline=None)


def tables(rows, columns, most=4):
    return arrays(np.int64, (rows, columns), elements=st.integers(0, most)).filter(
        lambda t: np.count_nonzero(t.sum(0)) > 1 and np.count_nonzero(t.sum(1)) > 1
    )


def samples(most=8):
    return st.lists(st.integers(0, most).map(float), min_size=2, max_size=7)


def all_columns(total, left):
    """Return every way to share a column's total over rows."""
    ways = product(*(range(min(total, most) + 1) for most in left))
    return [way for way in ways if sum(way) == total]


def slow_fisher(table):
    """Write down every table with the margins seen."""
    found = [((), tuple(table.sum(1)))]
    for total in table.sum(0):
        found = [
            ((*cells, *way), tuple(np.subtract(left, way).tolist()))
            for cells, left in found
            for way in all_columns(int(total), left)
        ]
    weights = [1 / np.prod([float(factorial(cell)) for cell in cells]) for cells, _ in found]
    seen = 1 / np.prod([float(factorial(cell)) for cell in table.ravel().tolist()])
    return sum(w for w in weights if w <= seen * (1 + 1e-7)) / sum(weights)


@QUICK
@given(tables(3, 3, 3))
def test_fisher_of_three_by_three_is_the_sum_over_all_tables(table):
    assert a.fisher_test(table).p == pytest.approx(slow_fisher(table), rel=1e-9)


@QUICK
@given(tables(2, 4))
def test_fisher_of_two_by_four_is_the_sum_over_all_tables(table):
    assert a.fisher_test(table).p == pytest.approx(slow_fisher(table), rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(tables(4, 3, 2))
def test_fisher_of_four_by_three_is_the_sum_over_all_tables(table):
    assert a.fisher_test(table).p == pytest.approx(slow_fisher(table), rel=1e-9)


@QUICK
@given(tables(3, 5, 5), st.randoms(use_true_random=False))
def test_fisher_does_not_care_for_the_order_of_rows_and_columns(table, random):
    rows, columns = list(range(3)), list(range(5))
    random.shuffle(rows)
    random.shuffle(columns)
    mixed = table[rows][:, columns].T
    assert a.fisher_test(mixed).p == pytest.approx(a.fisher_test(table).p, rel=1e-8)


@QUICK
@given(tables(2, 2, 30))
def test_exchanging_rows_inverts_the_odds_ratio(table):
    one, other = a.fisher_test(table), a.fisher_test(table[::-1])
    with np.errstate(divide="ignore"):
        inverse = 1 / np.array(
            [other.odds_ratio.value, other.odds_ratio.high, other.odds_ratio.low]
        )
    seen = [one.odds_ratio.value, one.odds_ratio.low, one.odds_ratio.high]
    np.testing.assert_allclose(seen, inverse, rtol=1e-9)
    assert one.p == pytest.approx(other.p)


@QUICK
@given(tables(2, 2, 30))
def test_limits_of_the_odds_ratio_have_their_tails(table):
    estimate = a.fisher_test(table, level=0.9).odds_ratio
    if estimate.low > 0:
        assert a.fisher_test(table, "greater", estimate.low).p == pytest.approx(0.05)
    if estimate.high < np.inf:
        assert a.fisher_test(table, "less", estimate.high).p == pytest.approx(0.05)


def slow_association(strata, by_row, by_column):
    """Add up the covariance of every two cells, written out."""
    total, covariance = 0, 0
    for table in strata.astype(float):
        n, r, c = table.sum(), table.sum(1), table.sum(0)
        cells = list(product(range(table.shape[0]), range(table.shape[1])))
        excess = np.array([table[i, j] - r[i] * c[j] / n for i, j in cells])
        spread = np.array(
            [
                [
                    r[i] * (n * (i == k) - r[k]) * c[j] * (n * (j == m) - c[m]) / (n**2 * (n - 1))
                    for k, m in cells
                ]
                for i, j in cells
            ]
        )
        weight = np.array([[u[i] * v[j] for i, j in cells] for u in by_row for v in by_column])
        total = total + weight @ excess
        covariance = covariance + weight @ spread @ weight.T
    return total @ np.linalg.solve(covariance, total)


@QUICK
@given(arrays(np.int64, (2, 3, 3), elements=st.integers(1, 9)))
def test_stratified_tests_are_their_definition(strata):
    scores, every = np.array([[1.0, 2.0, 3.0]]), np.eye(3)[1:]
    assert a.general_association(strata).statistic == pytest.approx(
        slow_association(strata, every, every)
    )
    assert a.row_mean_score(strata).statistic == pytest.approx(
        slow_association(strata, every, scores), abs=1e-9
    )
    assert a.correlation_statistic(strata).statistic == pytest.approx(
        slow_association(strata, scores, scores), abs=1e-9
    )


@QUICK
@given(arrays(np.int64, (2, 3, 3), elements=st.integers(1, 9)), st.floats(-5, 5), st.floats(0.1, 9))
def test_scores_matter_by_their_spacing_only(strata, shift, scale):
    moved = shift + scale * np.array([1, 2, 4])
    one, other = a.row_mean_score(strata, [1, 2, 4]), a.row_mean_score(strata, moved)
    assert one.statistic == pytest.approx(other.statistic, rel=1e-6, abs=1e-9)


@QUICK
@given(arrays(np.int64, (2, 3, 3), elements=st.integers(1, 9)))
def test_what_says_nothing_changes_nothing(strata):
    silent = np.zeros((3, 3, 3), dtype=np.int64)
    silent[0, 1, 1] = 1  # a single patient
    silent[1, 2] = 5  # one row only
    silent[2, :, 0] = 7  # one column only
    padded = np.pad(np.concatenate((strata, silent)), ((0, 0), (0, 1), (0, 1)))
    for test in (a.general_association, a.row_mean_score):
        one, other = test(strata), test(padded)
        assert one.statistic == pytest.approx(other.statistic, rel=1e-9, abs=1e-12)
        assert (one.df, one.strata) == (other.df, other.strata)


@QUICK
@given(samples(), samples(), samples())
def test_rank_scores_of_one_stratum_are_kruskal_wallis(x, y, z):
    values = np.concatenate((x, y, z))
    group = np.repeat(["x", "y", "z"], [len(x), len(y), len(z)])
    if np.ptp(values) == 0:
        with pytest.raises(UnsuitableDataError):
            a.kruskal_wallis_test(x, y, z)
        return
    table = a.cross_tabulate(group, values)
    test = a.kruskal_wallis_test(x, y, z)
    assert a.row_mean_score(table, "rank").statistic == pytest.approx(test.statistic, abs=1e-9)


@QUICK
@given(tables(4, 2, 9))
def test_trend_and_correlation_differ_by_their_divisor(table):
    n = table.sum()
    trend, correlation = a.cochran_armitage_test(table), a.correlation_statistic(table)
    assert trend.statistic * (n - 1) / n == pytest.approx(correlation.statistic, abs=1e-9)


@QUICK
@given(samples(), samples())
def test_exact_rank_sums_are_all_ways_to_choose_a_group(x, y):
    values = np.array(x + y)
    if np.ptp(values) == 0:
        return
    ranks = np.array([(values < v).sum() + ((values == v).sum() + 1) / 2 for v in values])
    sums = np.array([ranks[list(rows)].sum() for rows in combinations(range(len(values)), len(x))])
    seen, middle = ranks[: len(x)].sum(), sums.mean()
    far = np.abs(sums - middle) >= abs(seen - middle) - 1e-9
    assert a.rank_sum_test(x, y, method="exact").p == pytest.approx(far.mean())
    less = a.rank_sum_test(x, y, "less", "exact").p
    assert less == pytest.approx((sums <= seen + 1e-9).mean())


@QUICK
@given(samples(), samples(), st.integers(-8, 8), st.integers(1, 8))
def test_rank_sum_follows_shift_and_scale(x, y, shift, scale):
    if np.ptp(x + y) == 0:
        return
    one = a.rank_sum_test(x, y)
    u, v = scale * np.array(x) + shift, scale * np.array(y) + shift
    other = a.rank_sum_test(u, v)
    assert (one.statistic, one.p) == (other.statistic, other.p)
    expected = [scale * part for part in (one.shift.value, one.shift.low, one.shift.high)]
    assert [other.shift.value, other.shift.low, other.shift.high] == expected


@QUICK
@given(samples(), samples())
def test_exchanging_groups_mirrors_the_rank_sum(x, y):
    if np.ptp(x + y) == 0:
        return
    one, other = a.rank_sum_test(x, y, method="plain"), a.rank_sum_test(y, x, method="plain")
    assert one.superiority == pytest.approx(1 - other.superiority)
    assert one.p == pytest.approx(other.p)
    assert one.shift.low == -other.shift.high


def test_differences_of_many_patients_are_found_by_bisection():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=1201), rng.integers(0, 9, size=1001).astype(float)
    every = np.sort(np.subtract.outer(x, y).ravel())
    for rank in (1, 2, 345_678, len(every)):
        assert find_difference(x, y, rank) == every[rank - 1]
    assert median_difference(x, y) == np.median(every)


@QUICK
@given(st.integers(0, 30), st.integers(1, 30), st.sampled_from(["wilson", "clopper-pearson",
       "agresti-coull", "wald", "wilson-corrected", "jeffreys"]))  # fmt: skip
def test_intervals_of_a_share_mirror_those_of_the_rest(events, more, method):
    n = max(events, more)
    one, other = a.proportion(events, n, method), a.proportion(n - events, n, method)
    assert one.low == pytest.approx(1 - other.high, abs=1e-9)
    assert one.low <= one.value + 1e-12
    assert one.value <= one.high + 1e-12


@QUICK
@given(st.integers(0, 30), st.integers(1, 30), st.floats(0.02, 0.98))
def test_exact_limits_of_a_share_have_their_tails(events, more, level):
    n = max(events, more)
    estimate = a.proportion(events, n, "clopper-pearson", level)
    if events > 0:
        assert a.binomial_test(events, n, estimate.low, "greater").p == pytest.approx(
            (1 - level) / 2
        )
    if events < n:
        assert a.binomial_test(events, n, estimate.high, "less").p == pytest.approx((1 - level) / 2)


@QUICK
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12),
       st.lists(st.sampled_from("abc"), min_size=1, max_size=12))  # fmt: skip
def test_levels_lie_as_far_apart_from_either_side(x, y):
    try:
        one = a.level_difference(x, y).value
    except UnsuitableDataError:
        assert not (set(x) & set(y)) or len(set(x) | set(y)) == 3
        return
    assert one == pytest.approx(a.level_difference(y, x).value)
    assert one >= 0


@QUICK
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 2)), min_size=1,
                max_size=20))  # fmt: skip
def test_a_table_counts_every_patient_once(patients):
    group, value, stratum = zip(*patients, strict=True)
    table = a.cross_tabulate(group, value, stratum)
    for index in np.ndindex(table.counts.shape):
        k, i, j = index
        cell = (table.rows[i], table.columns[j], table.strata[k])
        assert table.counts[index] == patients.count(cell)


def test_simulated_fisher_covers_the_exact_p():
    table = [[8, 2, 1], [3, 6, 4], [2, 1, 7]]
    simulated = a.simulate_fisher(table, np.random.default_rng(11), 20_000, 0.999)
    exact = a.fisher_test(table).p
    assert simulated.low < exact < simulated.high
    again = a.simulate_fisher(table, np.random.default_rng(11), 20_000, 0.999)
    assert simulated == again
