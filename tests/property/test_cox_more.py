"""Residuals, robust variance, penalties, cells and bootstrap of Cox models: what always holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.special import chdtri
from tests.property.test_cox import draw, slow_likelihood

from jalon.core import SurvivalData
from jalon.stats import (
    Ridge,
    assess_added_terms,
    assess_dropped_terms,
    bootstrap_cox,
    compare_fits,
    count_cells,
    cox_residuals,
    fit_cox,
    fit_cox_cells,
    fit_firth_cox,
    fit_ridge_cox,
    merge_cells,
    profile_cox,
    proportional_hazards,
    robust_cox,
    schoenfeld_residuals,
    split_follow_up,
)

seeds = st.integers(0, 10**6)
methods = st.sampled_from(["efron", "breslow"])
some = settings(max_examples=25, deadline=None)
few = settings(max_examples=10, deadline=None)


def slow_score(x, data, beta, offset, ties):
    """Score and martingale residuals, patient by patient and death by death."""
    weight = np.ones(len(data)) if data.weight is None else data.weight
    stratum = np.zeros(len(data)) if data.stratum is None else data.stratum
    entry = np.full(len(data), -1.0) if data.entry is None else data.entry
    hazard, score, martingale = np.exp(x @ beta + offset), np.zeros_like(x), np.zeros(len(x))
    for group in np.unique(stratum):
        for time in np.unique(data.time[(stratum == group) & (data.event == 1)]):
            here = (stratum == group) & (data.time >= time) & (entry < time)
            dead = here & (data.time == time) & (data.event == 1)
            martingale += dead
            parts = int(dead.sum()) if ties == "efron" else 1
            for k in range(parts):
                present = here - k / parts * dead
                risk = weight * hazard * present
                mean = risk @ x / risk.sum()
                step = weight[dead].sum() / parts / risk.sum()
                score += (dead / parts - present * hazard * step)[:, None] * (x - mean)
                martingale -= present * hazard * step
    return score, martingale


@given(seeds, methods, st.booleans(), st.booleans(), st.booleans())
@some
def test_residuals_equal_slow_version(seed, ties, weight, stratum, entry):
    x, data, offset = draw(seed, weight=weight, stratum=stratum, entry=entry)
    fit = fit_cox(x, data, ties, offset=offset)
    found = cox_residuals(fit)
    score, martingale = slow_score(x, data, fit.coefficients, offset, ties)
    assert_allclose(found.martingale, martingale, atol=1e-11)
    assert_allclose(found.score, score, atol=1e-10)
    assert_allclose(fit.patients.weight @ found.martingale, 0, atol=1e-9)
    assert_allclose(fit.patients.weight @ found.score, 0, atol=1e-8)
    raw = schoenfeld_residuals(fit)
    dead = raw.row
    assert data.event[dead].all()
    assert_allclose(data.time[dead], raw.time)
    if not weight:
        assert_allclose(raw.raw.sum(axis=0), 0, atol=1e-8)


@given(seeds, st.booleans(), st.booleans())
@few
def test_dfbeta_is_the_derivative_in_the_weight(seed, stratum, entry):
    x, data, _ = draw(seed, weight=True, stratum=stratum, entry=entry)
    fit = fit_cox(x, data, "breslow")
    wanted = cox_residuals(fit).dfbeta
    for row in np.random.default_rng(seed).integers(0, len(x), 3):
        ends = []
        for share in (-1e-4, 1e-4):
            weight = data.weight.copy()
            weight[row] *= 1 + share
            ends.append(fit_cox(x, replace(data, weight=weight), "breslow").coefficients)
        assert_allclose((ends[1] - ends[0]) / 2e-4, wanted[row], rtol=1e-4, atol=1e-8)


@given(seeds, methods)
@some
def test_robust_variance_does_not_count_rows_twice(seed, ties):
    x, data, _ = draw(seed, stratum=True, entry=True)
    twice = np.append(np.arange(len(x)), np.arange(len(x)))
    once = robust_cox(fit_cox(x, data, "breslow"))
    doubled = robust_cox(fit_cox(x[twice], data.take(twice), "breslow"), twice)
    assert_allclose(doubled.covariance, once.covariance, 1e-8, atol=1e-13)
    assert_allclose(doubled.score.statistic, once.score.statistic, 1e-8)
    assert_allclose(doubled.naive_errors, once.naive_errors / np.sqrt(2), 1e-8)
    # Weights that double everyone change nothing either.
    heavy = replace(data, weight=np.full(len(x), 2.0))
    weighted = robust_cox(fit_cox(x, heavy, ties))
    plain = robust_cox(fit_cox(x, data, ties))
    assert_allclose(weighted.covariance, plain.covariance, 1e-8, atol=1e-13)


def expand(x, data):
    """One stratum per time of death and stratum, so that any function of time is a covariate."""
    stratum = np.zeros(len(data), int) if data.stratum is None else data.stratum
    entry = np.full(len(data), -1.0) if data.entry is None else data.entry
    rows, day = [], []
    for group in np.unique(stratum):
        for time in np.unique(data.time[(stratum == group) & (data.event == 1)]):
            here = np.flatnonzero((stratum == group) & (data.time >= time) & (entry < time))
            rows.append(here)
            day.append(np.full(len(here), time + 1000 * group))
    row, day = np.concatenate(rows), np.concatenate(day)
    time = day % 1000
    event = (data.time[row] == time) * data.event[row]
    weight = None if data.weight is None else data.weight[row]
    return row, SurvivalData(time, event, weight=weight, stratum=day.astype(int))


@given(seeds, methods, st.booleans(), st.booleans(), st.booleans())
@few
def test_proportional_hazards_is_a_score_test_of_products_with_time(
    seed, ties, weight, stratum, entry
):
    x, data, offset = draw(seed, weight=weight, stratum=stratum, entry=entry)
    fit = fit_cox(x, data, ties, offset=offset)
    row, spans = expand(x, data)
    clock = np.log(spans.time) - np.log(data.time[data.event == 1]).mean()
    both = np.column_stack([x[row], x[row] * clock[:, None]])
    beta = np.append(fit.coefficients, [0, 0])
    _, slope, bend = slow_likelihood(both, spans, beta, offset[row], ties)
    found = proportional_hazards(fit, "log")
    assert_allclose(found.overall.statistic, slope @ np.linalg.solve(bend, slope), 1e-7)
    kept = [0, 1, 3]
    one = slope[kept] @ np.linalg.solve(bend[np.ix_(kept, kept)], slope[kept])
    assert_allclose(found.tests[1].statistic, one, 1e-6, atol=1e-10)
    together = proportional_hazards(fit, np.log, ["both", "both"])
    assert_allclose(together.tests[0].statistic, found.overall.statistic, 1e-9)


@given(seeds, methods)
@few
def test_firth_is_the_top_of_the_penalised_likelihood(seed, ties):
    x, data, offset = draw(seed, stratum=True, entry=True)
    fit = fit_firth_cox(x, data, ties, offset=offset)

    def penalised(beta):
        loglik, _, bend = slow_likelihood(x, data, beta, offset, ties)
        return loglik + np.linalg.slogdet(bend)[1] / 2

    for j in range(2):
        step = np.eye(2)[j] * 1e-4
        rise = penalised(fit.coefficients + step) - penalised(fit.coefficients - step)
        assert abs(rise / 2e-4) < 1e-4 / fit.standard_errors[j]
    ratio = 2 * (penalised(fit.coefficients) - penalised(np.zeros(2)))
    assert_allclose(fit.likelihood_ratio.statistic, ratio, 1e-8, atol=1e-9)
    for estimate in fit.estimates:
        assert estimate.low < estimate.value < estimate.high


@given(seeds, methods)
@some
def test_ridge_between_the_fit_and_nothing(seed, ties):
    x, data, offset = draw(seed, weight=True, stratum=True)
    fit = fit_cox(x, data, ties, offset=offset)
    loose = fit_ridge_cox(x, data, Ridge(0.0), ties, offset)
    assert_allclose(loose.coefficients, fit.coefficients, 1e-7, atol=1e-9)
    assert_allclose(loose.covariance, fit.covariance, 1e-7)
    assert_allclose(loose.covariance_sampling, fit.covariance, 1e-7)
    assert loose.effective_df == pytest.approx(2)
    sizes = [
        np.abs(fit_ridge_cox(x, data, Ridge(theta), ties, offset).coefficients * x.std(axis=0))
        for theta in (1, 30, 1e9)
    ]
    assert np.linalg.norm(sizes[1]) <= np.linalg.norm(sizes[0])
    assert np.all(sizes[2] < 1e-6)
    units = fit_ridge_cox(x * [1000, 0.01], data, Ridge(5.0), ties, offset).coefficients
    same = fit_ridge_cox(x, data, Ridge(5.0), ties, offset).coefficients
    assert_allclose(units * [1000, 0.01], same, 1e-8)


@given(seeds, st.sampled_from(["efron", "breslow", "exact"]))
@few
def test_profile_limits_are_where_the_likelihood_has_fallen(seed, ties):
    x, data, offset = draw(seed, stratum=True, entry=True)
    fit = fit_cox(x, data, ties, offset=offset)
    found = profile_cox(fit, level=0.9)
    for j in range(2):
        rest = x[:, [1 - j]]
        for limit in (found.estimates[j].low, found.estimates[j].high):
            held = fit_cox(rest, data, ties, offset=offset + x[:, j] * limit)
            fallen = 2 * (fit.log_likelihood - held.log_likelihood)
            assert_allclose(fallen, chdtri(1, 0.1), 1e-8)
        without = fit_cox(rest, data, ties, offset=offset)
        assert_allclose(found.tests[j].statistic, compare_fits(without, fit).statistic, atol=1e-8)


@given(seeds, methods)
@some
def test_tests_of_terms_add_up(seed, ties):
    x, data, offset = draw(seed, weight=True)
    x = np.column_stack([x, x[:, 0] ** 2])
    fit = fit_cox(x, data, ties, offset=offset, names=["a", "b", "a squared"])
    terms = ["a", "b", "a"]
    added, dropped = assess_added_terms(fit, terms), assess_dropped_terms(fit, terms)
    assert added.terms == dropped.terms == ("a", "b")
    assert [test.df for test in added.tests] == [2, 1]
    total = sum(test.statistic for test in added.tests)
    assert_allclose(total, fit.likelihood_ratio.statistic, 1e-8)
    assert added.tests[1] == dropped.tests[1]
    assert_allclose([added.aic[1], added.bic[1]], [fit.aic, fit.bic], 1e-12)


@given(seeds, methods, st.booleans(), st.lists(st.integers(0, 20), max_size=4))
@some
def test_cutting_follow_up_changes_nothing(seed, ties, entry, cuts):
    x, data, _ = draw(seed, weight=True, stratum=True, entry=entry)
    split = split_follow_up(data, np.array(cuts, dtype=float))
    fit, whole = fit_cox(x[split.row], split.data, ties), fit_cox(x, data, ties)
    assert_allclose(fit.coefficients, whole.coefficients, 1e-8, atol=1e-9)
    assert_allclose(fit.covariance, whole.covariance, 1e-8)
    begin = 0 if data.entry is None else data.entry
    observed = np.bincount(split.row, split.data.time - split.data.entry)
    assert_allclose(observed, data.time - begin)
    martingale = cox_residuals(fit, split.row).martingale
    assert_allclose(martingale, cox_residuals(whole).martingale, atol=1e-9)


def coarse(seed, weight=False, stratum=False):
    x, data, _ = draw(seed, weight=weight, stratum=stratum)
    return np.column_stack([np.clip(np.round(x[:, 0]), -1, 1), x[:, 1]]), data


def check_same(found, wanted):
    for name in ("coefficients", "covariance", "z"):
        assert_allclose(getattr(found, name), getattr(wanted, name), 1e-8, atol=1e-9)
    for name in ("score", "wald", "likelihood_ratio"):
        one, other = getattr(found, name), getattr(wanted, name)
        assert_allclose([one.statistic, one.p], [other.statistic, other.p], 1e-7, atol=1e-9)
    for name in ("time", "stratum", "hazard", "variance", "drift"):
        one, other = getattr(found.baseline, name), getattr(wanted.baseline, name)
        assert_allclose(one, other, 1e-8, atol=1e-9)


@given(seeds, methods, st.booleans())
@some
def test_cells_give_the_fit_of_the_patients(seed, ties, stratum):
    x, data = coarse(seed, stratum=stratum)
    check_same(fit_cox_cells(count_cells(x, data), ties), fit_cox(x, data, ties))


@given(seeds, methods)
@some
def test_cells_take_weights_for_repeated_patients(seed, ties):
    x, data = coarse(seed, weight=True, stratum=True)
    rows = np.repeat(np.arange(len(x)), data.weight.astype(int))
    repeated = replace(data.take(rows), weight=None)
    check_same(fit_cox_cells(count_cells(x, data), ties), fit_cox(x[rows], repeated, ties))


@given(seeds)
@some
def test_cells_take_any_weights_with_breslow(seed):
    x, data = coarse(seed, stratum=True)
    weight = np.random.default_rng(seed).uniform(0.2, 3, len(x))
    data = replace(data, weight=weight)
    found = fit_cox_cells(count_cells(x, data), "breslow")
    assert_allclose(found.coefficients, fit_cox(x, data, "breslow").coefficients, 1e-8, atol=1e-9)


@given(seeds, st.integers(1, 4))
@some
def test_merged_cells_are_pooled_patients(seed, sites):
    x, data = coarse(seed, weight=True, stratum=True)
    site = np.random.default_rng(seed).integers(0, sites, len(x))
    tables = [count_cells(x[site == k], data.take(site == k)) for k in np.unique(site)]
    merged, pooled = merge_cells(tables), count_cells(x, data)
    for name in ("pattern", "stratum", "time", "died", "censored"):
        assert np.array_equal(getattr(merged, name), getattr(pooled, name))


@given(seeds, methods, st.booleans())
@few
def test_bootstrap_refits_repeated_patients(seed, ties, stratum):
    x, data, offset = draw(seed, stratum=stratum)
    fit = fit_cox(x, data, ties, offset=offset)
    found = bootstrap_cox(fit, np.random.default_rng(seed), 12, workers=2)
    alone = bootstrap_cox(fit, np.random.default_rng(seed), 12, workers=1)
    assert found.coefficients.tobytes() == alone.coefficients.tobytes()
    # Weights of 1 take the slow way round, with rows repeated.
    weighted = fit_cox(x, replace(data, weight=np.ones(len(x))), ties, offset=offset)
    slow = bootstrap_cox(weighted, np.random.default_rng(seed), 12)
    assert_allclose(found.coefficients, slow.coefficients, 1e-7, atol=1e-8)
    assert found.failed == slow.failed


def test_bootstrap_errors_are_near_the_model_s():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(800, 3))
    data = SurvivalData(rng.exponential(np.exp(x @ [0.5, -0.3, 0.0])), np.ones(800))
    fit = fit_cox(x, data)
    found = bootstrap_cox(fit, rng, 400)
    assert_allclose(found.standard_errors, fit.standard_errors, 0.12)
    for ratio, own in zip(found.hazard_ratios, fit.hazard_ratios, strict=True):
        assert_allclose([ratio.low, ratio.high], [own.low, own.high], 0.05)
    # Pairs of identical rows, drawn as pairs, are drawn as the patients themselves.
    twice = np.repeat(np.arange(800), 2)
    doubled = fit_cox(x[twice], data.take(twice), "breslow")
    clustered = bootstrap_cox(doubled, np.random.default_rng(6), 40, cluster=twice)
    single = bootstrap_cox(fit_cox(x, data, "breslow"), np.random.default_rng(6), 40)
    assert_allclose(clustered.coefficients, single.coefficients, 1e-8)
