"""What must hold for comparisons whatever the cohort."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.property.survival_cases import compared, shuffle

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import LogRank, log_rank

quick = settings(max_examples=40, deadline=None)


def compare(data: SurvivalData, group, rho: float = 0.0) -> LogRank:
    """The test, when the cohort drawn has one."""
    try:
        return log_rank(data, group, rho)
    except UnsuitableDataError as error:
        assume("compare" not in str(error))
        raise


def sum_slowly(data: SurvivalData, group, rho: float):
    """Observed, expected and covariance, time by time as the definition reads."""
    groups = np.unique(group)
    observed, expected = np.zeros(len(groups)), np.zeros(len(groups))
    covariance, survival = np.zeros((len(groups),) * 2), 1.0
    for t in np.unique(data.time[data.event > 0]):
        dies = (data.time == t) & (data.event > 0)
        y = np.array([np.sum((data.time >= t) & (group == g)) for g in groups])
        d, n, w = dies.sum(), y.sum(), survival**rho
        observed += w * np.array([np.sum(dies & (group == g)) for g in groups])
        expected += w * d * y / n
        if n > 1:
            share = y / n
            spread = np.diag(share) - np.outer(share, share)
            covariance += w**2 * d * (n - d) / (n - 1) * spread
        survival *= 1 - d / n
    return observed, expected, covariance


@given(compared(), st.sampled_from([0.0, 0.5, 1.0]))
@quick
def test_fast_sums_equal_the_definition(case, rho):
    data, group = case
    test = compare(data, group, rho)
    observed, expected, covariance = sum_slowly(data, group, rho)
    assert_allclose(test.observed, observed, atol=1e-12)
    assert_allclose(test.expected, expected, atol=1e-12)
    assert_allclose(test.covariance, covariance, atol=1e-12)
    seen = expected > 0
    inverse = np.linalg.pinv(covariance[np.ix_(seen, seen)])
    difference = (observed - expected)[seen]
    assert_allclose(test.chi2, difference @ inverse @ difference, rtol=1e-6, atol=1e-9)


@given(compared(), st.integers(0, 99))
@quick
def test_order_of_patients_does_not_matter(case, seed):
    data, group = case
    mixed, order = shuffle(data, seed)
    assert_allclose(compare(mixed, group[order]).chi2, compare(data, group).chi2, atol=1e-9)


@given(compared(), st.sampled_from([1e-6, 30.4375, 1e6]))
@quick
def test_unit_of_time_does_not_matter(case, factor):
    data, group = case
    scaled = SurvivalData(data.time * factor, data.event)
    assert_allclose(compare(scaled, group).chi2, compare(data, group).chi2, atol=1e-9)


@given(compared())
@quick
def test_names_of_groups_do_not_matter(case):
    data, group = case
    names = np.array(["delta", "alpha", "charlie", "bravo"])[group]
    assert_allclose(compare(data, names).chi2, compare(data, group).chi2, atol=1e-8, rtol=1e-8)


@given(compared(), st.lists(st.integers(1, 3), min_size=30, max_size=30))
@quick
def test_weights_count_patients(case, copies):
    data, group = case
    copies = np.array(copies[: len(data)])
    rows = np.repeat(np.arange(len(data)), copies)
    weighted = compare(SurvivalData(data.time, data.event, weight=copies), group)
    repeated = compare(data.take(rows), group[rows])
    assert_allclose(weighted.covariance, repeated.covariance, atol=1e-10)
    assert_allclose([weighted.chi2, *weighted.n], [repeated.chi2, *repeated.n], atol=1e-8)


@given(compared())
@quick
def test_one_stratum_equals_none(case):
    data, group = case
    alone = SurvivalData(data.time, data.event, stratum=np.full(len(data), 7))
    assert compare(alone, group).chi2 == compare(data, group).chi2


@given(compared(), compared(most=2))
@quick
def test_strata_add_their_sums(first, second):
    parts = [sum_slowly(data, group, 0.0) for data, group in (first, second)]
    group = np.concatenate([first[1], second[1]])
    both = SurvivalData(
        np.concatenate([first[0].time, second[0].time]),
        np.concatenate([first[0].event, second[0].event]),
        stratum=np.repeat([0, 1], [len(first[0]), len(second[0])]),
    )
    test = compare(both, group)
    codes = [np.searchsorted(np.unique(group), np.unique(case[1])) for case in (first, second)]
    expected = np.zeros(len(test.groups))
    for code, (_, part, _) in zip(codes, parts, strict=True):
        expected[code] += part
    assert_allclose(test.expected, expected, atol=1e-12)


@given(compared())
@quick
def test_observed_and_expected_have_the_same_sum(case):
    data, group = case
    test = compare(data, group)
    assert_allclose(test.observed.sum(), test.expected.sum())
    assert_allclose(test.covariance.sum(axis=1), 0, atol=1e-12)
    assert 0 <= test.p <= 1


@given(compared())
@quick
def test_everyone_entering_at_zero_equals_no_entry(case):
    data, group = case
    entered = SurvivalData(data.time, data.event, entry=np.zeros(len(data)))
    assert_allclose(compare(entered, group).chi2, compare(data, group).chi2)
