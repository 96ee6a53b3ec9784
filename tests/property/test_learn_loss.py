"""The loss of a score: against a slow readable twin, against the Cox model, and its moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.core import SurvivalData
from jalon.learn.loss import LARGEST_LOG_HAZARD, fit_moves, fit_scale, order_risk, screen_terms
from jalon.stats import fit_cox


def make_cohort(seed, n=40, p=4, strata=1):
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2, (p, n)).astype(np.uint8)
    time = rng.integers(1, 15, n).astype(float)
    event = rng.integers(0, 2, n)
    event[:3] = 1
    weight = rng.integers(0, 3, n).astype(float)
    weight[:3] = 1
    return SurvivalData(time, event, weight=weight, stratum=rng.integers(0, strata, n)), bits


def slow_loss(scale, total, data):
    """Breslow's partial likelihood as it is written on paper: one event, its risk set."""
    loss = 0.0
    for i in range(len(data)):
        if data.event[i] == 1 and data.weight[i] > 0:
            at_risk = (data.time >= data.time[i]) & (data.stratum == data.stratum[i])
            among = np.sum(data.weight[at_risk] * np.exp(scale * total[at_risk]))
            loss -= data.weight[i] * (scale * total[i] - np.log(among))
    return loss


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_scale_is_where_the_slow_loss_is_least(seed, strata):
    data, bits = make_cohort(seed, strata=strata)
    total = np.array([3, -1, 2, 1]) @ bits.astype(np.int64)
    risk = order_risk(data)
    scale, loss = fit_scale(total[risk.order], risk)
    assert loss == pytest.approx(slow_loss(scale, total, data), rel=1e-10)
    for other in (0.0, scale * 0.97, scale * 1.03, scale + 0.01):
        if other * np.ptp(total) <= LARGEST_LOG_HAZARD:
            assert slow_loss(other, total, data) >= loss - 1e-9


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_positive_scale_is_the_cox_coefficient_of_the_total(seed):
    data, bits = make_cohort(seed, n=80)
    total = np.array([2, 1, -1, 3]) @ bits.astype(np.int64)
    risk = order_risk(data)
    scale, loss = fit_scale(total[risk.order], risk)
    fit = fit_cox(total[:, None].astype(float), data, ties="breslow")
    if fit.coefficients[0] > 0:
        assert scale == pytest.approx(fit.coefficients[0], rel=1e-6, abs=1e-6)
        assert loss == pytest.approx(-fit.log_likelihood, rel=1e-10)
    else:
        # More points must mean more risk: the scale stops at 0, where no score stands.
        assert scale == 0
        assert loss == pytest.approx(-fit.log_likelihood_null, rel=1e-10)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_screen_gives_the_derivatives_of_the_slow_loss(seed):
    data, bits = make_cohort(seed)
    total = np.array([1, 0, 2, 0]) @ bits.astype(np.int64)
    risk = order_risk(data)
    ordered = np.ascontiguousarray(bits[:, risk.order])
    scale = 0.3
    own, terms = screen_terms(
        total[risk.order],
        scale,
        np.ascontiguousarray(ordered.T),
        risk.weight,
        risk.event,
        risk.close,
    )
    h = 1e-4

    def at(a, c, term):
        return slow_loss(1.0, a * total + c * bits[term], data)

    assert own[0] == pytest.approx((at(scale + h, 0, 0) - at(scale - h, 0, 0)) / (2 * h), abs=1e-4)
    for term in range(4):
        slope = (at(scale, h, term) - at(scale, -h, term)) / (2 * h)
        bend = (at(scale, h, term) - 2 * at(scale, 0, term) + at(scale, -h, term)) / h**2
        cross = (
            at(scale + h, h, term)
            - at(scale + h, -h, term)
            - at(scale - h, h, term)
            + at(scale - h, -h, term)
        ) / (4 * h**2)
        assert terms[term, 0] == pytest.approx(slope, abs=1e-4)
        assert terms[term, 1] == pytest.approx(bend, abs=1e-3)
        assert terms[term, 2] == pytest.approx(cross, abs=1e-3)


def test_moves_are_fitted_exactly():
    data, bits = make_cohort(7)
    risk = order_risk(data)
    ordered = np.ascontiguousarray(bits[:, risk.order])
    total = ordered[0].astype(np.int64)
    moves = np.array([[2, 3, 1], [1, -1, 0], [5, -2, 3]])
    scales, losses = fit_moves(
        total, np.full(3, 0.2), ordered, moves, risk.weight, risk.event, risk.close
    )
    for (factor, step, term), scale, loss in zip(moves, scales, losses, strict=True):
        own_scale, own_loss = fit_scale(factor * total + step * ordered[term], risk)
        assert loss == pytest.approx(own_loss, rel=1e-10)
        assert scale == pytest.approx(own_scale, abs=1e-5)


def test_weights_are_repetitions_and_zero_is_absence():
    data, bits = make_cohort(3)
    total = np.array([1, 2, -1, 0]) @ bits.astype(np.int64)
    rows = np.repeat(np.arange(len(data)), data.weight.astype(int))
    repeated = SurvivalData(data.time[rows], data.event[rows])
    alone = order_risk(SurvivalData(data.time, data.event, weight=data.weight))
    many = order_risk(repeated)
    assert len(alone.order) == np.count_nonzero(data.weight)
    expected = fit_scale(total[rows][many.order], many)
    assert fit_scale(total[alone.order], alone) == pytest.approx(expected, rel=1e-9)


def test_a_separating_total_stops_at_the_limit_of_the_scale():
    data = SurvivalData(time=[1.0, 2.0, 3.0, 4.0], event=[1, 1, 0, 0])
    risk = order_risk(data)
    scale, _ = fit_scale(np.array([1, 1, 0, 0])[risk.order], risk)
    assert scale == pytest.approx(LARGEST_LOG_HAZARD, rel=1e-3)
