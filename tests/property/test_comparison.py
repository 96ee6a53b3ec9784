"""What must hold for weighted tests, contrasts and cut-points whatever the cohort."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.property.survival_cases import cohorts, compared, shuffle

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import (
    adjust_p,
    compare_at,
    compare_restricted_means,
    count_events,
    finish_gray,
    finish_log_rank,
    fit_restricted_mean,
    gray_test,
    kaplan_meier,
    log_rank,
    maximal_log_rank,
    merge_gray,
    merge_log_rank,
    merge_tables,
    robust_log_rank,
    sum_gray,
    sum_log_rank,
    sum_log_rank_tables,
)

quick = settings(max_examples=30, deadline=None)
SCHEMES = st.sampled_from(["gehan", "tarone-ware", "peto", "modified-peto"])
SCALES = st.sampled_from(["plain", "log", "log-log", "logit", "arcsine"])
P_VALUES = st.lists(st.sampled_from([0.001, 0.01, 0.02, 0.04, 0.05, 0.2, 0.5, 1.0]), max_size=6)


def answer(function, *arguments, **options):
    """The answer, when the cohort drawn has one."""
    try:
        return function(*arguments, **options)
    except UnsuitableDataError:
        assume(False)


def weigh_slowly(scheme: str, n: float, survival: float) -> float:
    """The weight of a time as a textbook prints it; ``survival`` is Peto's just after."""
    return {
        "gehan": n,
        "tarone-ware": n**0.5,
        "peto": survival,
        "modified-peto": survival * n / (n + 1),
    }[scheme]


@given(compared(), SCHEMES)
@quick
def test_fast_weights_equal_the_definition(case, scheme):
    data, group = case
    k, survival = group.max() + 1, 1.0
    excess, covariance = np.zeros(k), np.zeros((k, k))
    for t in np.unique(data.time[data.event > 0]):
        dies = (data.time == t) & (data.event > 0)
        y = np.array([np.sum((data.time >= t) & (group == g)) for g in range(k)])
        d, n = dies.sum(), y.sum()
        survival *= 1 - d / (n + 1)
        w = weigh_slowly(scheme, n, survival)
        excess += w * (np.array([np.sum(dies & (group == g)) for g in range(k)]) - d * y / n)
        if n > 1:
            share = y / n
            spread = np.diag(share) - np.outer(share, share)
            covariance += w**2 * d * (n - d) / (n - 1) * spread
    sums = sum_log_rank(data, group, weight=scheme)
    present = np.unique(group)
    assert_allclose(sums.observed - sums.expected, excess[present], atol=1e-9)
    assert_allclose(sums.covariance, covariance[np.ix_(present, present)], atol=1e-9)


@given(compared(causes=2), compared(causes=2, most=2), st.booleans())
@quick
def test_sites_merged_are_strata(first, second, own_cause):
    data = SurvivalData(
        np.concatenate([first[0].time, second[0].time]),
        np.concatenate([first[0].event, second[0].event]),
        stratum=np.repeat([0, 1], [len(first[0]), len(second[0])]),
    )
    group = np.concatenate([first[1], second[1]])
    if own_cause:
        pooled = answer(gray_test, data, group)
        sums = [sum_gray(*site) for site in (first, second)]
        merged = finish_gray(merge_gray(*sums))
    else:
        pooled = answer(log_rank, data, group)
        sums = [sum_log_rank(*site) for site in (first, second)]
        merged = finish_log_rank(merge_log_rank(*sums))
    assert merged.groups == pooled.groups
    assert_allclose(merged.covariance, pooled.covariance, atol=1e-12)
    assert_allclose([merged.chi2, merged.p], [pooled.chi2, pooled.p], rtol=1e-9, atol=1e-12)


@given(cohorts(least=6, late=True), cohorts(least=6, late=True), SCHEMES)
@quick
def test_tables_merged_over_sites_are_the_patients_pooled(first, second, scheme):
    sites = []
    for data in (first, second):
        half = np.arange(len(data)) % 2
        sites.append([count_events(data.take(half == g)) for g in (0, 1)])
    merged = {
        name: merge_tables(*pair) for name, pair in zip("ab", zip(*sites, strict=True), strict=True)
    }
    pooled = SurvivalData(
        *(
            np.concatenate([getattr(d, n) for d in (first, second)])
            for n in ("time", "event", "entry")
        )
    )
    group = np.array(["a", "b"])[np.concatenate([np.arange(len(d)) % 2 for d in (first, second)])]
    direct = answer(log_rank, pooled, group, weight=scheme)
    test = finish_log_rank(sum_log_rank_tables(merged, weight=scheme))
    assert_allclose(test.n, direct.n)
    assert_allclose(test.covariance, direct.covariance, rtol=1e-9, atol=1e-9)
    assert_allclose(test.chi2, direct.chi2, rtol=1e-9, atol=1e-9)


@given(compared(), st.sampled_from([0.01, 3.0]), st.integers(0, 99))
@quick
def test_robust_test_does_not_mind_scale_or_order(case, factor, seed):
    data, group = case
    weight = np.linspace(0.5, 2, len(data))
    plain = answer(robust_log_rank, SurvivalData(data.time, data.event, weight=weight), group)
    scaled = SurvivalData(data.time, data.event, weight=factor * weight)
    mixed, order = shuffle(scaled, seed)
    test = robust_log_rank(mixed, group[order])
    assert_allclose(test.chi2, plain.chi2, rtol=1e-7, atol=1e-9)


@given(compared(), st.lists(st.integers(1, 3), min_size=30, max_size=30))
@quick
def test_robust_weights_are_clusters_of_alike_patients(case, copies):
    # Only without ties: Efron's way takes tied copies in turn.
    data, group = case
    data = SurvivalData(np.arange(1, len(data) + 1), np.zeros(len(data), int) + data.event)
    weight = np.array(copies[: len(data)])
    weight[data.event > 0] = 1
    rows = np.repeat(np.arange(len(data)), weight)
    weighted = SurvivalData(data.time, data.event, weight=weight)
    one = answer(robust_log_rank, weighted, group)
    many = robust_log_rank(data.take(rows), group[rows], cluster=rows)
    assert_allclose(many.score, one.score, atol=1e-12)
    assert_allclose(many.covariance, one.covariance, atol=1e-12)


@given(cohorts(least=4), st.data())
@quick
def test_the_best_cut_is_the_best_of_all(data, draw):
    n = len(data)
    values = np.array(draw.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)))
    test = answer(maximal_log_rank, values, data, lowest=0.1, highest=0.9)
    grid = np.unique(data.time)
    gone = {t: np.sum(data.time <= t) for t in grid}
    met = [
        sum(data.event[data.time == t].sum() / (n - gone[t] + 1) for t in grid[grid <= s])
        for s in data.time
    ]
    score = data.event - np.array(met)
    assert_allclose(test.statistic, test.statistics.max())
    assert test.cut in test.cuts
    for cut, found in zip(test.cuts, test.statistics, strict=True):
        below = values <= cut
        m = below.sum()
        variance = m * (n - m) / (n - 1) * np.var(score)
        slow = abs(score[below].sum() - m * score.mean()) / variance**0.5
        assert_allclose(found, slow, rtol=1e-7, atol=1e-9)
    assert 0 <= test.p <= 1


@given(P_VALUES)
@quick
def test_hommel_is_the_closure_of_simes(p):
    p = np.array(p)
    slow = []
    for i in range(len(p)):
        worst = 0.0
        for size in range(1, len(p) + 1):
            for subset in combinations(range(len(p)), size):
                if i in subset:
                    ordered = np.sort(p[list(subset)])
                    worst = max(worst, np.min(size * ordered / np.arange(1, size + 1)))
        slow.append(worst)
    assert_allclose(adjust_p(p, "hommel"), slow, rtol=1e-12)


@given(P_VALUES)
@quick
def test_order_of_the_adjustments(p):
    steps = [adjust_p(p, m) for m in ("none", "hommel", "hochberg", "holm", "bonferroni")]
    for less, more in pairwise(steps):
        assert np.all(less <= more + 1e-12)
    assert np.all(adjust_p(p, "bh") <= adjust_p(p, "by") + 1e-12)
    # Larger p-values stay larger.
    order = np.argsort(p)
    for values in steps:
        assert np.all(np.diff(values[order]) >= -1e-12)


@given(cohorts(least=5), cohorts(least=5), SCALES)
@quick
def test_contrasts_turn_around(first, second, scale):
    time = min(first.time.max(), second.time.max()) / 2
    curves = [kaplan_meier(data) for data in (first, second)]
    forth = answer(compare_at, *curves, time, scale)
    back = compare_at(*curves[::-1], time, scale)
    assert_allclose(back.z, -forth.z, atol=1e-12)
    assert back.p == pytest.approx(forth.p)
    if scale in ("log", "log-log", "logit"):
        assert_allclose(back.estimate.low, 1 / forth.estimate.high)
    else:
        assert_allclose(back.estimate.low, -forth.estimate.high, atol=1e-12)


@given(cohorts(least=5), cohorts(least=5), st.sampled_from([1 / 30.4375, 7.0, 1e6]))
@quick
def test_restricted_means_follow_the_unit(first, second, factor):
    curves = [kaplan_meier(data) for data in (first, second)]
    scaled = [kaplan_meier(SurvivalData(d.time * factor, d.event)) for d in (first, second)]
    means = answer(compare_restricted_means, *curves)
    other = compare_restricted_means(*scaled)
    assert_allclose(other.tau, means.tau * factor)
    assert_allclose(other.difference.std_error, means.difference.std_error * factor)
    assert_allclose(other.ratio.estimate.value, means.ratio.estimate.value)
    assert_allclose(other.lost_ratio.p, means.lost_ratio.p, rtol=1e-6)


@given(st.integers(0, 999), st.sampled_from(["difference", "ratio", "lost-ratio"]))
@quick
def test_restricted_mean_fit_follows_units_and_origins(seed, scale):
    rng = np.random.default_rng(seed)
    time, event = rng.integers(1, 30, 60).astype(float), rng.random(60) < 0.7
    arm, x = np.arange(60) % 2, rng.normal(size=(60, 2))
    # Followed up to the horizon in each arm.
    time[:2], event[:2] = 40, False
    fit = fit_restricted_mean(arm, x, SurvivalData(time, event), 25, scale)
    moved = fit_restricted_mean(arm, 100 + 10 * x, SurvivalData(time / 7, event), 25 / 7, scale)
    rate = 7 if scale == "difference" else 1
    assert_allclose(moved.coefficients[1] * rate, fit.coefficients[1], rtol=1e-7, atol=1e-9)
    assert_allclose(moved.coefficients[2:] * rate * 10, fit.coefficients[2:], rtol=1e-6, atol=1e-9)
    assert_allclose(moved.p[1:], fit.p[1:], rtol=1e-6)
    named = fit_restricted_mean(
        np.array(["a", "b"])[1 - arm], x, SurvivalData(time, event), 25, scale
    )
    assert_allclose(named.coefficients[1], -fit.coefficients[1], rtol=1e-7, atol=1e-9)
