"""Invariants of pooled effects."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import chi2

from jalon.stats import pool_effects

METHODS = ["fixed", "REML", "DL", "ML", "PM", "HE", "SJ", "HS"]


@st.composite
def studies(draw):
    k = draw(st.integers(2, 8))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    spread = draw(st.sampled_from([0.01, 0.3, 3.0]))
    return rng.normal(0, spread, k), rng.uniform(0.02, 0.5, k)


@settings(max_examples=60, deadline=None)
@given(studies(), st.sampled_from(METHODS))
def test_order_sign_shift_and_scale(case, method):
    y, v = case
    found = pool_effects(y, v, method)
    back = pool_effects(y[::-1], v[::-1], method)
    assert_allclose(back.estimate.value, found.estimate.value, rtol=1e-7, atol=1e-9)
    assert_allclose(back.weight[::-1], found.weight, rtol=1e-7)
    turned = pool_effects(3 - 2 * y, 4 * v, method)
    assert_allclose(turned.estimate.value, 3 - 2 * found.estimate.value, rtol=1e-6, atol=1e-8)
    assert_allclose(turned.estimate.low, 3 - 2 * found.estimate.high, rtol=1e-6, atol=1e-8)
    assert_allclose(turned.tau2.value, 4 * found.tau2.value, rtol=1e-6, atol=1e-9)
    assert_allclose(turned.i_squared.value, found.i_squared.value, rtol=1e-6, atol=1e-8)
    assert_allclose(turned.heterogeneity.statistic, found.heterogeneity.statistic, rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(studies())
def test_limits_of_the_variance_are_where_the_scatter_is_as_extreme_as_said(case):
    y, v = case
    found = pool_effects(y, v, level=0.9).tau2
    for limit, share in ((found.low, 0.95), (found.high, 0.05)):
        weight = 1 / (v + limit)
        q = np.sum(weight * (y - np.average(y, weights=weight)) ** 2)
        target = chi2(len(y) - 1).ppf(share)
        assert q == pytest.approx(target, rel=1e-9) if limit else q <= target


@settings(max_examples=60, deadline=None)
@given(studies())
def test_restricted_likelihood_is_not_higher_nearby(case):
    y, v = case
    found = pool_effects(y, v, "REML").tau2.value

    def height(tau2):
        weight = 1 / (v + tau2)
        mean = np.average(y, weights=weight)
        parts = np.log(weight) - weight * (y - mean) ** 2
        return (parts.sum() - np.log(weight.sum())) / 2

    for near in (found * 0.999, found * 1.001, found + 1e-5):
        assert height(near) <= height(found) + 1e-10


def test_a_study_without_information_changes_nothing():
    few, more = pool_effects([0.1, 0.5], [0.1, 0.2]), pool_effects([0.1, 0.5, 9], [0.1, 0.2, 1e12])
    assert_allclose(more.estimate.value, few.estimate.value, rtol=1e-6)
