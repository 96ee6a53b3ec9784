"""Curves and what is read from them: options, edges and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import (
    aalen_johansen,
    count_events,
    follow_up,
    kaplan_meier,
    nelson_aalen,
    quantile,
    restricted_mean,
    value_at,
)

DATA = SurvivalData(time=[1, 2, 3, 4], event=[1, 0, 1, 0])


def test_nobody_had_the_event():
    curve = kaplan_meier(SurvivalData(time=[1, 2], event=[0, 0]))
    assert curve.value.tolist() == curve.low.tolist() == curve.high.tolist() == [1, 1]
    assert np.isnan(quantile(curve).value)
    assert np.isnan(kaplan_meier(SurvivalData([1], [0]), interval="log-log").low[0])


def test_any_cause_is_an_event():
    assert kaplan_meier(SurvivalData(time=[1, 2], event=[2, 0])).value.tolist() == [0.5, 0.5]


def test_event_at_time_zero():
    curve = kaplan_meier(SurvivalData(time=[0, 0, 1, 2], event=[1, 0, 0, 0]))
    assert curve.at_risk.tolist() == [4, 2, 1]
    assert value_at(curve, 0)[0].value == 0.75


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_level_must_be_a_share(level):
    with pytest.raises(UnsuitableDataError, match=r"as 0\.95"):
        kaplan_meier(DATA, level=level)


def test_unknown_scale():
    with pytest.raises(UnsuitableDataError, match="log-log, plain, logit, arcsine"):
        kaplan_meier(DATA, interval="loglog")
    with pytest.raises(UnsuitableDataError, match="choose log or plain"):
        nelson_aalen(DATA, interval="logit")


def test_level_is_kept():
    estimate = quantile(kaplan_meier(DATA, level=0.9, interval="plain"))
    assert (estimate.level, estimate.method) == (0.9, "plain")


def test_robust_variance_needs_patients():
    with pytest.raises(UnsuitableDataError, match="needs the patients"):
        kaplan_meier(count_events(DATA), variance="robust")
    with pytest.raises(UnsuitableDataError, match="needs the patients"):
        aalen_johansen(count_events(DATA), variance="robust")


def test_counts_give_the_same_curve_as_patients():
    assert kaplan_meier(count_events(DATA)).low.tolist() == kaplan_meier(DATA).low.tolist()


def test_automatic_variance_is_robust_for_weights_that_are_no_counts():
    half = SurvivalData(DATA.time, DATA.event, weight=[0.5, 1, 1, 1])
    for estimate, other in ((kaplan_meier, "greenwood"), (aalen_johansen, "aalen")):
        chosen, robust, plain = (
            estimate(half, variance=variance).std_error[0] for variance in ("auto", "robust", other)
        )
        assert chosen == robust != plain
    whole = SurvivalData(DATA.time, DATA.event, weight=[2, 1, 1, 1])
    greenwood = kaplan_meier(whole, variance="greenwood").std_error
    assert kaplan_meier(whole).std_error.tolist() == greenwood.tolist()


def test_value_outside_follow_up():
    curve = kaplan_meier(DATA)
    before, after = value_at(curve, [0, 99])
    assert (before.value, before.low, before.high) == (1, 1, 1)
    assert (after.value, after.low) == (curve.value[-1], curve.low[-1])
    assert curve.at_risk_at([0, 99]).tolist() == [4, 0]
    assert value_at(aalen_johansen(DATA), 0.5)[0].high == 0


@pytest.mark.parametrize("times", [[-1], [np.nan], [np.inf]])
def test_value_at_an_impossible_time(times):
    with pytest.raises(UnsuitableDataError, match="times holds"):
        value_at(kaplan_meier(DATA), times)


def test_quantile_of_what_has_none():
    with pytest.raises(UnsuitableDataError, match="p is 50"):
        quantile(kaplan_meier(DATA), 50)
    with pytest.raises(UnsuitableDataError, match="hazard has no quantile"):
        quantile(nelson_aalen(DATA))


def test_quantile_limit_that_turns_back():
    # With one patient left in two, the upper limit rises again after it has passed the share;
    # R then takes the height nearest beyond it, which comes later.
    time = [1, 2, 3, 4, 5, 6, 7, 8]
    curve = kaplan_meier(SurvivalData(time, [1, 1, 1, 1, 1, 0, 1, 0]))
    rising = np.flatnonzero(np.diff(curve.high) > 0)
    assert rising.tolist() == [5]
    p = float(1 - curve.high[6]) - 1e-4
    assert quantile(curve, p).high == 7


def test_restricted_mean_beyond_follow_up():
    curve = kaplan_meier(DATA)
    with pytest.raises(UnsuitableDataError, match="follow-up ends before"):
        restricted_mean(curve, 10)
    step = restricted_mean(curve, 10, extend=True).value - restricted_mean(curve, 4).value
    assert_allclose(step, 6 * curve.value[-1])


@pytest.mark.parametrize("tau", [0, -1, np.nan, np.inf])
def test_restricted_mean_needs_a_horizon(tau):
    with pytest.raises(UnsuitableDataError, match="horizon above 0"):
        restricted_mean(kaplan_meier(DATA), tau)


def test_restricted_mean_is_of_survival():
    with pytest.raises(UnsuitableDataError, match="survival curve"):
        restricted_mean(aalen_johansen(DATA), 2)


def test_horizon_before_the_first_event():
    mean = restricted_mean(kaplan_meier(DATA), 0.5)
    assert (mean.low, mean.value, mean.high) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("entry", [None, [0.5, 1.2, 1.1, 2.5]])
@pytest.mark.parametrize("estimate", [kaplan_meier, nelson_aalen, aalen_johansen, follow_up])
def test_robust_variance_leaves_patients_of_weight_0_out(estimate, entry):
    data = SurvivalData([1, 2, 3, 3], [1, 1, 0, 1], entry, weight=[0, 1.5, 1, 0.5])
    found, expected = estimate(data), estimate(data.take([1, 2, 3]))
    assert found.time.tolist() == expected.time.tolist()
    assert found.std_error.tolist() == pytest.approx(expected.std_error.tolist(), nan_ok=True)
