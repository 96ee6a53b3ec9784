"""What must hold for Fine-Gray regression and absolute risks, and slow versions of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from jalon.core import SurvivalData
from jalon.stats import (
    ChangingEffects,
    aalen_johansen,
    fine_gray_weights,
    fit_cause_specific,
    fit_cox,
    fit_fine_gray,
    predict_incidence,
)

seeds = st.integers(0, 10**6)
some = settings(max_examples=20, deadline=None)


def draw(seed, causes=2, censored=0.35, weight=False, days=12):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(70, 140))
    x = np.column_stack([rng.normal(size=n), rng.integers(0, 2, n)])
    time = np.ceil(rng.exponential(days * np.exp(-0.4 * x[:, 0] + 0.2 * x[:, 1])))
    event = np.where(rng.random(n) < censored, 0, rng.integers(1, causes + 1, n))
    counts = rng.integers(1, 4, n) if weight else None
    return x, SurvivalData(time, event, weight=counts), rng.integers(0, 3, n)


def check_same(found, wanted, rtol=1e-8):
    assert_allclose(found.coefficients, wanted.coefficients, rtol, atol=1e-9)
    assert_allclose(found.covariance, wanted.covariance, rtol, atol=1e-10)
    assert_allclose(found.log_likelihood, wanted.log_likelihood, rtol)


def slow_free(data, group):
    """G just before each time (columns) for the group of each patient (rows)."""
    free = np.ones((len(data), len(data)))
    for g in np.unique(group):
        own = group == g
        for t in np.unique(data.time[own & (data.event == 0)]):
            lost = np.sum(own & (data.time == t) & (data.event == 0))
            seen = np.sum(own & (data.time >= t))
            free[np.ix_(own, data.time > t)] *= 1 - lost / seen
        free[np.ix_(own, data.time > data.time[own].max())] = 0
    return free


class SlowFit:
    """Everything by one loop per event, one term per patient, nothing shared."""

    def __init__(self, x, data, group, beta):
        free, n, p = slow_free(data, group), len(data), x.shape[1]
        other, own_free = data.event == 2, np.diagonal(free)
        self.loglik, self.slope = 0.0, np.zeros(p)
        self.bend, self.scores = np.zeros((p, p)), np.zeros((n, p))
        moved = []
        for e in np.flatnonzero(data.event == 1):
            at_risk = data.time >= data.time[e]
            past = (data.time < data.time[e]) & other
            share = np.where(at_risk, 1.0, np.where(past, free[:, e] / own_free, 0.0))
            part = share * np.exp(x @ beta)
            mean = part @ x / part.sum()
            self.loglik += x[e] @ beta - np.log(part.sum())
            self.slope += x[e] - mean
            self.bend += ((x - mean).T * part) @ (x - mean) / part.sum()
            change = (x - mean) * part[:, None] / part.sum()
            self.scores -= change
            self.scores[e] += x[e] - mean
            moved.append((data.time[e], group[e], change))
        self._add_censoring(data, group, other, moved)
        bread = np.linalg.inv(self.bend)
        self.covariance = bread @ (self.scores.T @ self.scores) @ bread

    def _add_censoring(self, data, group, other, moved):
        known = self.scores.copy()
        for c in np.flatnonzero(data.event == 0):
            t, g = data.time[c], group[c]
            before = (data.time < t) & other & (group == g)
            q = sum(
                (change[before].sum(axis=0) for u, h, change in moved if u >= t and h == g),
                start=np.zeros(known.shape[1]),
            )
            seen = (group == g) & (data.time >= t)
            self.scores[c] += q / seen.sum()
            self.scores[seen] -= q / seen.sum() ** 2


@given(seeds, st.booleans())
@some
def test_fast_kernel_equals_slow_version(seed, grouped):
    x, data, group = draw(seed)
    group = group if grouped else np.zeros(len(data))
    fit = fit_fine_gray(x, data, censoring_group=group)
    assert_allclose(fit.log_likelihood_null, SlowFit(x, data, group, np.zeros(2)).loglik, 1e-11)
    slow = SlowFit(x, data, group, fit.coefficients)
    assert_allclose(fit.log_likelihood, slow.loglik, 1e-11)
    assert_allclose(slow.slope * fit.standard_errors**2, 0, atol=1e-9)
    assert_allclose(fit.information, slow.bend, 1e-9, atol=1e-9)
    assert_allclose(fit.covariance, slow.covariance, 1e-8, atol=1e-11)


@given(seeds, st.booleans())
@some
def test_changing_effects_that_do_not_change(seed, weight):
    x, data, group = draw(seed, weight=weight)
    fit = fit_fine_gray(x, data, censoring_group=group)
    still = ChangingEffects(x[:, :1], x[:, 1:], np.ones_like)
    found = fit_fine_gray(still, data, censoring_group=group)
    check_same(found, fit)
    assert_allclose(found.baseline.hazard, fit.baseline.hazard, 1e-8)
    assert_allclose(found.score_residuals, fit.score_residuals, atol=1e-7)


@given(seeds)
@some
def test_without_competing_events_it_is_cox(seed):
    x, data, _ = draw(seed, causes=1)
    fit, cox = fit_fine_gray(x, data), fit_cox(x, data, ties="breslow")
    assert_allclose(fit.coefficients, cox.coefficients, 1e-8, atol=1e-10)
    assert_allclose(fit.log_likelihood, cox.log_likelihood, 1e-12)
    assert_allclose(np.linalg.inv(fit.information), cox.covariance, 1e-8, atol=1e-12)


@given(seeds)
@some
def test_without_censoring_competing_patients_stay_for_good(seed):
    x, data, _ = draw(seed, censored=0.0)
    last = SurvivalData(np.where(data.event == 2, data.time.max() + 1, data.time), data.event == 1)
    check_stay = fit_cox(x, last, ties="breslow")
    fit, split = fit_fine_gray(x, data), fine_gray_weights(data)
    assert_allclose(fit.coefficients, check_stay.coefficients, 1e-8, atol=1e-10)
    assert np.all(split.data.weight == 1)


@given(seeds)
@some
def test_without_tied_censorings_weights_give_the_same_fit(seed):
    x, data, _ = draw(seed)
    # Censorings between the days, so that none ties with an event.
    time = np.where(data.event == 0, data.time + 0.5, data.time)
    data = SurvivalData(time, data.event)
    fit, split = fit_fine_gray(x, data), fine_gray_weights(data)
    cox = fit_cox(x[split.rows], split.data, ties="breslow")
    assert_allclose(fit.coefficients, cox.coefficients, 1e-8, atol=1e-10)
    assert_allclose(fit.log_likelihood, cox.log_likelihood, 1e-10)
    assert_allclose(np.linalg.inv(fit.information), cox.covariance, 1e-8, atol=1e-12)


@given(seeds)
@some
def test_order_of_rows_does_not_matter(seed):
    x, data, group = draw(seed, weight=True)
    rows = np.random.default_rng(seed).permutation(len(data))
    moved = fit_fine_gray(x[rows], data.take(rows), censoring_group=group[rows])
    check_same(moved, fit_fine_gray(x, data, censoring_group=group))


@given(seeds, st.sampled_from([1e-7, 1 / 365.25, 1e9]))
@some
def test_only_the_order_of_times_matters(seed, unit):
    x, data, _ = draw(seed)
    stretched = replace(data, time=data.time**1.5 * unit)
    check_same(fit_fine_gray(x, stretched), fit_fine_gray(x, data))


@given(seeds, st.sampled_from([(1e-9, 0.0), (1e9, 0.0), (2.5, 1e4), (-1.0, 3.0)]))
@some
def test_units_of_covariates_do_not_matter(seed, change):
    factor, shift = change
    x, data, _ = draw(seed)
    fit, other = fit_fine_gray(x, data), fit_fine_gray(x * factor + shift, data)
    assert_allclose(other.coefficients * factor, fit.coefficients, 1e-7, atol=1e-9)
    assert_allclose(other.standard_errors * abs(factor), fit.standard_errors, 1e-7)
    found = predict_incidence(other, x[:4] * factor + shift, [2, 5]).value
    assert_allclose(found, predict_incidence(fit, x[:4], [2, 5]).value, 1e-7)


@given(seeds)
@some
def test_weights_repeat_patients(seed):
    x, data, group = draw(seed, weight=True)
    rows = np.repeat(np.arange(len(data)), data.weight.astype(int))
    repeated = replace(data.take(rows), weight=None)
    fit = fit_fine_gray(x, data, censoring_group=group)
    check_same(fit, fit_fine_gray(x[rows], repeated, censoring_group=group[rows]))


@given(seeds)
@some
def test_patients_of_weight_zero_are_not_there(seed):
    x, data, group = draw(seed)
    weight = (np.random.default_rng(seed).random(len(data)) < 0.8).astype(float)
    rows = np.flatnonzero(weight)
    found = fit_fine_gray(x, replace(data, weight=weight), censoring_group=group)
    check_same(found, fit_fine_gray(x[rows], data.take(rows), censoring_group=group[rows]))


@given(seeds)
@some
def test_other_causes_are_alike(seed):
    x, data, _ = draw(seed, causes=3)
    merged = replace(data, event=np.minimum(data.event, 2))
    check_same(fit_fine_gray(x, data), fit_fine_gray(x, merged), 1e-12)


@given(seeds, st.sampled_from(["product-limit", "transition"]), st.booleans())
@some
def test_risks_of_all_causes_and_of_none_add_to_one(seed, form, stratified):
    x, data, group = draw(seed, causes=3)
    codes = group if stratified else None
    fit = fit_cause_specific(x, replace(data, stratum=codes))
    times, mild = [1, 3, 8, 40], x[:5] * 0.3
    of = None if codes is None else codes[:5]
    every = [predict_incidence(fit, mild, times, k, of, form).value for k in (1, 2, 3)]
    whole = sum(every)
    assert np.all(np.diff(every, axis=2) >= 0)
    assert np.all(whole <= 1 + 1e-12)
    # One cause alone, made of the three, is all the risk there is under a transition.
    if form == "transition":
        hazards = [predict_incidence(fit, mild, times, k, of, "exponential").value for k in (1, 2)]
        assert all(np.all(h >= e - 1e-12) for h, e in zip(hazards, every, strict=False))


@given(seeds)
@some
def test_without_an_effect_risks_are_aalen_and_johansen(seed):
    _, data, _ = draw(seed)
    twice = data.take(np.tile(np.arange(len(data)), 2))
    x = np.repeat([[0.0], [1.0]], len(data), axis=0)
    fit = fit_cause_specific(x, twice, ties="breslow")
    curve = aalen_johansen(data, 2)
    found = predict_incidence(fit, [[0.0], [1.0]], curve.time, cause=2).value
    assert_allclose(found[0], curve.value, 1e-8, atol=1e-10)
    assert_allclose(found[1], found[0], 1e-8, atol=1e-10)
