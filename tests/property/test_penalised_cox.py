"""Frailty and lasso: their limits, their conditions, and what must not change them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from jalon.core import SurvivalData
from jalon.stats import (
    ElasticNet,
    Frailty,
    Ridge,
    cox_residuals,
    cross_validate_lasso,
    fit_cox,
    fit_frailty_cox,
    fit_lasso_cox,
    fit_ridge_cox,
)


def patients(n=120, groups=12, weighted=False, late=False, seed=8):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, groups, n)
    x = rng.normal(size=(n, 4)) * [1, 10, 0.1, 1]
    effect = rng.normal(size=groups)[group]
    time = np.ceil(20 * rng.exponential(np.exp(-x[:, 0] * 0.7 - effect)))
    event = (rng.random(n) < 0.8).astype(int)
    entry = np.minimum(rng.integers(0, 5, n), time - 1) if late else None
    weight = rng.integers(1, 4, n) if weighted else None
    return x, SurvivalData(time, event, entry, weight, rng.integers(0, 2, n)), group


@pytest.mark.parametrize("distribution", ["gamma", "gaussian"])
def test_a_small_frailty_is_none(distribution):
    x, data, group = patients()
    fit = fit_frailty_cox(x, data, Frailty(group, distribution, theta=1e-9))
    plain = fit_cox(x, data)
    assert_allclose(fit.coefficients, plain.coefficients, 1e-6)
    assert_allclose(fit.standard_errors, plain.standard_errors, 1e-6)
    assert_allclose(fit.log_likelihood, plain.log_likelihood, 1e-7)
    assert_allclose(fit.effects, 0, atol=1e-6)


def test_groups_by_chance_have_no_frailty():
    x, data, _ = patients(seed=1)
    alone = fit_frailty_cox(x, data, Frailty(np.arange(120) % 40))
    if alone.theta == 0:
        plain = fit_cox(x, data)
        assert_allclose(alone.coefficients, plain.coefficients, 1e-10)
        assert_allclose(alone.standard_errors, plain.standard_errors, 1e-10)
        assert alone.frailty_test.p == 1


@pytest.mark.parametrize("late", [False, True])
def test_gaussian_frailty_is_a_ridge_on_groups(late):
    x, data, group = patients(weighted=True, late=late)
    fit = fit_frailty_cox(x, data, Frailty(group, "gaussian", theta=0.5))
    dummies = (group[:, None] == np.arange(12)) * 1.0
    ridge = fit_ridge_cox(
        np.column_stack([x, dummies]), data, Ridge([0.0] * 4 + [2.0] * 12, scale=False)
    )
    assert_allclose(fit.coefficients, ridge.coefficients[:4], 1e-7)
    assert_allclose(fit.effects, ridge.coefficients[4:], 1e-7)
    assert_allclose(fit.standard_errors, ridge.standard_errors[:4], 1e-7)
    assert_allclose(fit.log_likelihood, ridge.log_likelihood, 1e-10)


@pytest.mark.parametrize("late", [False, True])
def test_gamma_frailties_balance_events(late):
    # Each frailty is (1 / theta + events) / (1 / theta + expected events without it).
    x, data, group = patients(late=late)
    fit = fit_frailty_cox(x, data, Frailty(group), ties="breslow")
    offset = fit.effects[group]
    moved = fit_cox(x, data, "breslow", offset=offset)
    assert_allclose(moved.coefficients, fit.coefficients, 1e-7)
    residual = cox_residuals(moved).martingale
    expected = np.bincount(group, data.event - residual)
    observed, frailty = np.bincount(group, data.event), np.exp(fit.effects)
    known = (1 / fit.theta + observed) / (1 / fit.theta + expected / frailty)
    assert_allclose(frailty, known, 1e-6)
    assert_allclose(frailty.mean(), 1, 1e-6)


def test_the_variance_is_the_best():
    x, data, group = patients()
    best = fit_frailty_cox(x, data, Frailty(group))
    for factor in (0.98, 1.02):
        other = fit_frailty_cox(x, data, Frailty(group, theta=best.theta * factor))
        assert other.log_likelihood_marginal < best.log_likelihood_marginal
    named = fit_frailty_cox(x, data, Frailty(np.array([f"c{g:02}" for g in group])))
    assert_allclose(named.theta, best.theta, 1e-8)
    assert named.groups[0] == "c00"


def test_weights_repeat_patients():
    x, data, group = patients(weighted=True)
    again = np.repeat(np.arange(120), data.weight.astype(int))
    plain = SurvivalData(data.time, data.event, stratum=data.stratum).take(again)
    one = fit_frailty_cox(x, data, Frailty(group), "breslow")
    other = fit_frailty_cox(x[again], plain, Frailty(group[again]), "breslow")
    assert_allclose(one.theta, other.theta, 1e-7)
    assert_allclose(one.coefficients, other.coefficients, 1e-7)
    nets = [fit_lasso_cox(x, data), fit_lasso_cox(x[again], plain)]
    assert_allclose(nets[0].coefficients, nets[1].coefficients, 1e-6, atol=1e-9)
    assert_allclose(nets[0].deviance_ratio, nets[1].deviance_ratio, 1e-8, atol=1e-12)


def test_groups_without_covariates():
    _, data, group = patients()
    fit = fit_frailty_cox(None, data, Frailty(group))
    assert fit.names == ()
    assert fit.log_likelihood_without == fit.log_likelihood_null
    assert fit.theta > 0


@pytest.mark.parametrize("late", [False, True])
def test_no_penalty_is_the_plain_model(late):
    x, data, _ = patients(weighted=True, late=late)
    path = fit_lasso_cox(x, data, ElasticNet(strengths=[0.0]))
    plain = fit_cox(x, data, "breslow")
    assert_allclose(path.coefficients[0], plain.coefficients, 1e-6)
    assert_allclose(path.log_likelihood[0], plain.log_likelihood, 1e-10)


def slow_slope(x, data, beta):
    """The gradient of Breslow's partial likelihood, death by death."""
    hazard, slope = np.exp(x @ beta) * data.weight, np.zeros(x.shape[1])
    for i in np.flatnonzero(data.event):
        there = (data.time >= data.time[i]) & (data.stratum == data.stratum[i])
        if data.entry is not None:
            there &= data.entry < data.time[i]
        slope += data.weight[i] * (x[i] - hazard[there] @ x[there] / hazard[there].sum())
    return slope


@pytest.mark.parametrize("alpha", [1.0, 0.4])
@pytest.mark.parametrize("late", [False, True])
def test_conditions_of_the_minimum(alpha, late):
    x, data, _ = patients(weighted=True, late=late)
    path = fit_lasso_cox(x, data, ElasticNet(alpha, count=12, ratio=0.02))
    centre = np.average(x, axis=0, weights=data.weight)
    spread = np.sqrt(np.average((x - centre) ** 2, axis=0, weights=data.weight))
    for strength, beta in zip(path.strengths, path.coefficients, strict=True):
        slope = slow_slope(x - centre, data, beta) / spread / data.weight.sum()
        size = beta * spread
        pull = slope - strength * (1 - alpha) * size
        assert np.all(np.abs(pull) <= strength * alpha * (1 + 1e-6) + 1e-9)
        some = size != 0
        assert_allclose(pull[some], strength * alpha * np.sign(size[some]), 1e-5, atol=1e-8)


def test_pure_ridge_is_ridge():
    x, data, _ = patients()
    path = fit_lasso_cox(x, data, ElasticNet(0.0, strengths=[0.3]))
    n = len(data)
    # Ridge counts a standard deviation with n - 1.
    ridge = fit_ridge_cox(x, data, Ridge(0.3 * (n - 1)), "breslow")
    assert_allclose(path.coefficients[0], ridge.coefficients, 1e-6)


def test_more_covariates_than_patients():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(40, 90))
    data = SurvivalData(np.ceil(10 * rng.exponential(np.exp(-x[:, 0]))), np.ones(40))
    path = fit_lasso_cox(x, data, ElasticNet(count=30, ratio=0.2))
    assert path.nonzero[0] == 0
    assert 1 <= path.nonzero[-1] < 40
    assert path.coefficients[5, 0] > 0
    assert np.all(np.diff(path.deviance_ratio) >= -1e-10)


def test_units_order_and_folds_do_not_matter():
    x, data, _ = patients()
    base = fit_lasso_cox(x, data, ElasticNet(count=10))
    scaled = fit_lasso_cox(x * [7, 1, 1e3, 1], data, ElasticNet(count=10))
    assert_allclose(scaled.coefficients * [7, 1, 1e3, 1], base.coefficients, 1e-7, atol=1e-10)
    mixed = np.random.default_rng(0).permutation(120)
    other = fit_lasso_cox(x[mixed], data.take(mixed), ElasticNet(count=10))
    assert_allclose(other.coefficients, base.coefficients, 1e-7, atol=1e-10)
    assert_allclose(base.at(base.strengths[4]), base.coefficients[4], 1e-12)
    fold = np.arange(120) % 4
    one = cross_validate_lasso(x, data, fold, ElasticNet(count=6))
    two = cross_validate_lasso(x[mixed], data.take(mixed), 9 - fold[mixed], ElasticNet(count=6))
    assert_allclose(one.deviance, two.deviance, 1e-8)
    assert one.sparse >= one.best
