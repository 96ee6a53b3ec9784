"""What must hold for any Cox regression, and a slow version read off the definition."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import baseline_hazard, fit_cox, predict_survival, team
from jalon.stats.regression import cox_climb

seeds = st.integers(0, 10**6)
methods = st.sampled_from(["efron", "breslow"])
some = settings(max_examples=25, deadline=None)


def draw(seed, days=12, weight=False, stratum=False, entry=False):
    """Patients with many tied days and an effect too small to separate them."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(60, 150))
    x = np.column_stack([rng.normal(size=n), rng.integers(0, 2, n)])
    time = np.ceil(rng.exponential(days * np.exp(-0.4 * x[:, 0] + 0.2 * x[:, 1])))
    data = SurvivalData(
        time,
        rng.random(n) < 0.7,
        entry=np.floor(rng.random(n) * np.minimum(time, 5)) if entry else None,
        weight=rng.integers(1, 4, n) if weight else None,
        stratum=rng.integers(0, 3, n) if stratum else None,
    )
    return x, data, 0.3 * rng.normal(size=n)


def slow_likelihood(x, data, beta, offset, ties):
    """Log partial likelihood, slope and information: one sum per death, nothing shared."""
    weight = np.ones(len(data)) if data.weight is None else data.weight
    stratum = np.zeros(len(data)) if data.stratum is None else data.stratum
    entry = np.full(len(data), -1.0) if data.entry is None else data.entry
    loglik, slope, bend = 0.0, np.zeros(x.shape[1]), np.zeros((x.shape[1], x.shape[1]))
    hazard = weight * np.exp(x @ beta + offset)
    for group in np.unique(stratum):
        for time in np.unique(data.time[(stratum == group) & (data.event == 1)]):
            here = (stratum == group) & (data.time >= time) & (entry < time)
            dead = (stratum == group) & (data.time == time) & (data.event == 1)
            loglik += np.sum(weight[dead] * (x @ beta + offset)[dead])
            slope += weight[dead] @ x[dead]
            for k in range(dead.sum()):
                left = k / dead.sum() if ties == "efron" else 0.0
                share = hazard * (here - left * dead)
                mean = share @ x / share.sum()
                average = weight[dead].mean()
                loglik -= average * np.log(share.sum())
                slope -= average * mean
                second = (x.T * share) @ x / share.sum()
                bend += average * (second - np.outer(mean, mean))
    return loglik, slope, bend


@given(seeds, methods, st.booleans(), st.booleans(), st.booleans())
@some
def test_fast_kernel_equals_slow_version(seed, ties, weight, stratum, entry):
    x, data, offset = draw(seed, weight=weight, stratum=stratum, entry=entry)
    fit = fit_cox(x, data, ties=ties, offset=offset)
    start, slope, bend = slow_likelihood(x, data, np.zeros(2), offset, ties)
    assert_allclose(fit.log_likelihood_null, start, rtol=1e-11)
    assert_allclose(fit.score.statistic, slope @ np.linalg.solve(bend, slope), rtol=1e-9)
    end, slope, bend = slow_likelihood(x, data, fit.coefficients, offset, ties)
    assert_allclose(fit.log_likelihood, end, rtol=1e-11)
    assert_allclose(slope / fit.standard_errors**-2, 0, atol=1e-9)
    assert_allclose(fit.covariance, np.linalg.inv(bend), rtol=1e-8, atol=1e-12)


def check_same(found, wanted, rtol=1e-8):
    assert_allclose(found.coefficients, wanted.coefficients, rtol, atol=1e-9)
    assert_allclose(found.covariance, wanted.covariance, rtol, atol=1e-10)
    assert_allclose(found.log_likelihood, wanted.log_likelihood, rtol)


def slow_exact(x, data, beta):
    """Minus the log likelihood of exact ties: every group of as many patients, one by one."""
    stratum = np.zeros(len(data)) if data.stratum is None else data.stratum
    entry = np.full(len(data), -1.0) if data.entry is None else data.entry
    loglik, slope, bend = 0.0, np.zeros(x.shape[1]), np.zeros((x.shape[1], x.shape[1]))
    for group in np.unique(stratum):
        for time in np.unique(data.time[(stratum == group) & (data.event == 1)]):
            here = (stratum == group) & (data.time >= time) & (entry < time)
            dead = here & (data.time == time) & (data.event == 1)
            groups = combinations(np.flatnonzero(here), int(dead.sum()))
            sums = np.array([x[list(some)].sum(axis=0) for some in groups])
            chance = np.exp(sums @ beta)
            loglik += x[dead].sum(axis=0) @ beta - np.log(chance.sum())
            chance /= chance.sum()
            mean = chance @ sums
            slope += x[dead].sum(axis=0) - mean
            bend += (sums.T * chance) @ sums - np.outer(mean, mean)
    return loglik, slope, bend


@given(seeds, st.booleans(), st.booleans())
@some
def test_exact_ties_equal_listing_all_groups(seed, stratum, entry):
    x, data, _ = draw(seed, days=40, stratum=stratum, entry=entry)
    rows = np.arange(len(data))[:24]
    x, data = x[rows], data.take(rows)
    data = replace(data, time=np.ceil(data.time / 12) + 5)
    try:
        fit = fit_cox(x, data, ties="exact")
    except UnsuitableDataError:
        # So few patients may separate.
        return
    null, _, _ = slow_exact(x, data, np.zeros(2))
    loglik, slope, bend = slow_exact(x, data, fit.coefficients)
    assert_allclose([fit.log_likelihood_null, fit.log_likelihood], [null, loglik], rtol=1e-10)
    assert_allclose(slope / fit.standard_errors**-2, 0, atol=1e-8)
    assert_allclose(fit.covariance, np.linalg.inv(bend), rtol=1e-7)


@given(seeds)
@some
def test_without_ties_exact_is_breslow(seed):
    x, data, offset = draw(seed, stratum=True)
    apart = replace(data, time=np.arange(1.0, len(data) + 1)[np.argsort(np.argsort(data.time))])
    check_same(
        fit_cox(x, apart, "exact", offset=offset), fit_cox(x, apart, "breslow", offset=offset)
    )


@pytest.mark.parametrize("strata", [1, 5, 6000])
def test_chunks_and_workers_do_not_matter(strata, monkeypatch):
    rng = np.random.default_rng(strata)
    n = 40_000
    x = np.column_stack([rng.normal(size=n), rng.integers(0, 2, n)])
    time = np.ceil(rng.exponential(300 * np.exp(-0.4 * x[:, 0])))
    data = SurvivalData(time, rng.random(n) < 0.6, stratum=rng.integers(0, strata, n))
    monkeypatch.setattr(team, "ENOUGH", 0)
    fits = []
    for cores in (1, 2, 3):
        monkeypatch.setattr(team, "count_cores", lambda cores=cores: cores)
        fits.append(fit_cox(x, data))
    assert len({fit.covariance.tobytes() + fit.baseline.hazard.tobytes() for fit in fits}) == 1
    monkeypatch.setattr(cox_climb, "CHUNK", n)
    whole = fit_cox(x, data)
    check_same(fits[0], whole, 1e-11)
    assert_allclose(fits[0].baseline.hazard, whole.baseline.hazard, 1e-11)
    assert_allclose(fits[0].baseline.drift, whole.baseline.drift, 1e-10, atol=1e-11)


@given(seeds, methods)
@some
def test_order_of_rows_does_not_matter(seed, ties):
    x, data, offset = draw(seed, weight=True, stratum=True, entry=True)
    rows = np.random.default_rng(seed).permutation(len(data))
    moved = fit_cox(x[rows], data.take(rows), ties=ties, offset=offset[rows])
    check_same(moved, fit_cox(x, data, ties=ties, offset=offset))


@given(seeds, methods, st.sampled_from([1e-7, 0.1, 1 / 365.25, 1e9]))
@some
def test_only_the_order_of_times_matters(seed, ties, unit):
    x, data, _ = draw(seed, entry=True)
    stretched = replace(data, time=data.time**1.5 * unit, entry=data.entry**1.5 * unit)
    check_same(fit_cox(x, stretched, ties=ties), fit_cox(x, data, ties=ties))


@given(seeds)
@some
def test_weights_repeat_patients(seed):
    x, data, _ = draw(seed, weight=True, stratum=True)
    rows = np.repeat(np.arange(len(data)), data.weight.astype(int))
    repeated = replace(data.take(rows), weight=None)
    check_same(fit_cox(x, data, "breslow"), fit_cox(x[rows], repeated, "breslow"))


@given(seeds, methods)
@some
def test_patients_of_weight_zero_are_not_there(seed, ties):
    x, data, _ = draw(seed)
    weight = (np.random.default_rng(seed).random(len(data)) < 0.8).astype(float)
    rows = np.flatnonzero(weight)
    check_same(
        fit_cox(x, replace(data, weight=weight), ties=ties),
        fit_cox(x[rows], data.take(rows), ties=ties),
    )


@given(seeds, methods)
@some
def test_one_stratum_is_no_stratum(seed, ties):
    x, data, _ = draw(seed, entry=True)
    one = replace(data, stratum=np.full(len(data), 5))
    check_same(fit_cox(x, one, ties=ties), fit_cox(x, data, ties=ties), 1e-11)


@given(seeds, methods)
@some
def test_likelihoods_of_strata_add_up(seed, ties):
    x, data, _ = draw(seed, stratum=True)
    whole = fit_cox(x, data, ties=ties)
    parts = [
        slow_likelihood(x[rows], data.take(rows), whole.coefficients, np.zeros(rows.sum()), ties)[0]
        for rows in (data.stratum == code for code in range(3))
    ]
    assert_allclose(whole.log_likelihood, sum(parts), rtol=1e-11)


@given(seeds, methods, st.sampled_from([(1e-9, 0.0), (1e9, 0.0), (2.5, 1e4), (-1.0, 3.0)]))
@some
def test_units_of_covariates_do_not_matter(seed, ties, change):
    factor, shift = change
    x, data, _ = draw(seed)
    fit, other = fit_cox(x, data, ties=ties), fit_cox(x * factor + shift, data, ties=ties)
    assert_allclose(other.coefficients * factor, fit.coefficients, 1e-7)
    assert_allclose(other.standard_errors * abs(factor), fit.standard_errors, 1e-7)
    assert_allclose(other.wald.statistic, fit.wald.statistic, 1e-7)
    new, times = x[:5], [2, 5]
    moved = predict_survival(other, new * factor + shift, times)
    assert_allclose(moved.low, predict_survival(fit, new, times).low, 1e-7)


@given(seeds, methods)
@some
def test_an_offset_takes_its_part_of_the_coefficient(seed, ties):
    x, data, _ = draw(seed)
    known = np.array([0.7, -0.2])
    fit, rest = fit_cox(x, data, ties=ties), fit_cox(x, data, ties=ties, offset=x @ known)
    assert_allclose(rest.coefficients + known, fit.coefficients, 1e-8, atol=1e-9)
    assert_allclose(rest.covariance, fit.covariance, 1e-8)


@given(seeds, methods)
@some
def test_follow_up_cut_in_two_is_the_same_follow_up(seed, ties):
    x, data, _ = draw(seed)
    cut = np.floor(data.time / 2)
    later, first = np.arange(len(data)), np.flatnonzero(cut > 0)
    pieces = SurvivalData(
        np.append(data.time, cut[first]),
        np.append(data.event, np.zeros(len(first))),
        entry=np.append(np.where(cut > 0, cut, -1), np.full(len(first), -1)),
    )
    whole, split = fit_cox(x, data, ties), fit_cox(x[np.append(later, first)], pieces, ties)
    check_same(split, whole)
    times = [1, 4, 9]
    assert_allclose(baseline_hazard(split, times), baseline_hazard(whole, times), 1e-8)


@given(seeds)
@some
def test_without_ties_both_methods_agree(seed):
    x, data, _ = draw(seed)
    apart = replace(data, time=np.arange(1.0, len(data) + 1)[np.argsort(np.argsort(data.time))])
    check_same(fit_cox(x, apart, "efron"), fit_cox(x, apart, "breslow"), 1e-11)


@given(seeds, methods)
@some
def test_expected_events_equal_observed(seed, ties):
    x, data, _ = draw(seed, days=10**6)
    fit = fit_cox(x, data, ties=ties)
    index = x @ fit.coefficients
    expected = [
        baseline_hazard(fit, time)[0] * np.exp(one)
        for time, one in zip(data.time, index, strict=True)
    ]
    assert_allclose(sum(expected), fit.events, rtol=1e-8)


@given(seeds, methods)
@some
def test_late_entry_of_a_huge_hazard_leaves_no_rounding(seed, ties):
    # Taking exp(30) out of a sum of ordinary hazards would leave nothing of them.
    x, data, _ = draw(seed, entry=True)
    offset = np.where(data.entry >= 3, 30.0, 0.0)
    fit = fit_cox(x, data, ties=ties, offset=offset)
    loglik, slope, _ = slow_likelihood(x, data, fit.coefficients, offset, ties)
    assert_allclose(fit.log_likelihood, loglik, rtol=1e-9)
    assert_allclose(slope / fit.standard_errors**-2, 0, atol=1e-7)
