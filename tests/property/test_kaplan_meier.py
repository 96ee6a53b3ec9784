"""What must hold for survival curves whatever the cohort."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from tests.property.survival_cases import cohorts, shuffle

from jalon.core import Curve, SurvivalData
from jalon.stats import (
    EventTable,
    count_events,
    follow_up,
    kaplan_meier,
    merge_tables,
    nelson_aalen,
    quantile,
    restricted_mean,
    value_at,
)

quick = settings(max_examples=40, deadline=None)
SEEDS = st.integers(0, 99)


def count_slowly(data: SurvivalData) -> EventTable:
    """Count as the definition reads, patient by patient."""
    weight = np.ones(len(data)) if data.weight is None else data.weight
    entry = np.full(len(data), -1.0) if data.entry is None else data.entry
    time = np.unique(np.concatenate([data.time, entry[entry >= 0]]))
    causes = max(1, data.event.max())

    def total(rows):
        return weight[rows].sum()

    return EventTable(
        time=time,
        at_risk=np.array([total((entry < t) & (t <= data.time)) for t in time]),
        events=np.array(
            [[total((data.time == t) & (data.event == k + 1)) for k in range(causes)] for t in time]
        ),
        censored=np.array([total((data.time == t) & (data.event == 0)) for t in time]),
        entered=np.array([total(entry == t) for t in time]),
    )


def assert_same_table(one: EventTable, two: EventTable) -> None:
    assert_allclose(one.time, two.time)
    for name in ("at_risk", "events", "censored", "entered"):
        assert_allclose(getattr(one, name), getattr(two, name), atol=1e-12)


def assert_same_curve(one: Curve, two: Curve) -> None:
    assert_allclose(one.time, two.time)
    for name in ("value", "at_risk", "events", "censored", "std_error", "low", "high"):
        assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-7, atol=1e-10)


@given(cohorts(causes=3, weighted=True, late=True) | cohorts(causes=3) | cohorts(late=True))
@quick
def test_fast_count_equals_the_definition(data):
    assert_same_table(count_events(data), count_slowly(data))


@given(cohorts(weighted=True, late=True), SEEDS)
@quick
def test_order_of_patients_does_not_matter(data, seed):
    assert_same_curve(kaplan_meier(data), kaplan_meier(shuffle(data, seed)[0]))


@given(cohorts(late=True), st.sampled_from([1e-9, 1 / 365.25, 7.0, 1e9]))
@quick
def test_unit_of_time_does_not_matter(data, factor):
    scaled = SurvivalData(data.time * factor, data.event, data.entry * factor)
    one, two = kaplan_meier(data), kaplan_meier(scaled)
    assert_allclose(two.time, one.time * factor)
    assert_allclose(two.value, one.value)
    assert_allclose(quantile(two).value, quantile(one).value * factor)


@given(cohorts(causes=2), st.lists(st.integers(1, 3), min_size=30, max_size=30))
@quick
def test_weights_count_patients(data, copies):
    copies = np.array(copies[: len(data)])
    weighted = SurvivalData(data.time, data.event, weight=copies)
    repeated = data.take(np.repeat(np.arange(len(data)), copies))
    assert_same_curve(kaplan_meier(weighted), kaplan_meier(repeated))
    assert_same_curve(follow_up(weighted), follow_up(repeated))


@given(cohorts(causes=2, least=2, weighted=True, late=True) | cohorts(least=2), SEEDS)
@quick
def test_merging_two_sites_equals_pooling_them(data, seed):
    mixed, _ = shuffle(data, seed)
    half = len(data) // 2
    sites = [mixed.take(np.arange(half)), mixed.take(np.arange(half, len(data)))]
    merged = merge_tables(*(count_events(site) for site in sites))
    pooled = count_events(data)
    assert_same_table(merged, pooled)
    for estimate in (kaplan_meier, nelson_aalen, follow_up):
        # Counts do not say whose weights they are, so only patients give the robust error.
        assert_same_curve(estimate(merged), estimate(pooled if data.weight is not None else data))


@given(cohorts())
@quick
def test_robust_error_equals_greenwood_without_weights(data):
    curve = kaplan_meier(data, variance="greenwood")
    # Where the curve is 0 Greenwood's error is not defined, and nobody's weight can move it.
    greenwood = np.where(curve.value == 0, 0.0, curve.std_error)
    assert_allclose(kaplan_meier(data, variance="robust").std_error, greenwood, atol=1e-9)


@given(
    cohorts(weighted=True, late=True, least=2),
    st.sampled_from([kaplan_meier, nelson_aalen]),
)
@quick
def test_clusters_of_one_and_of_twins(data, estimate):
    """Alone in a cluster is independent; the influence of a cluster is the sum of its patients'."""
    alone = estimate(data, variance="robust")
    assert_allclose(
        estimate(data, cluster=np.arange(len(data))).std_error, alone.std_error, atol=1e-9
    )
    halves = data.take(np.repeat(np.arange(len(data)), 2))
    weight = np.ones(len(halves)) if halves.weight is None else halves.weight
    halves = SurvivalData(halves.time, halves.event, halves.entry, weight / 2)
    twins = estimate(halves, cluster=np.repeat(np.arange(len(data)), 2))
    assert_allclose(twins.std_error, alone.std_error, atol=1e-9)


@given(cohorts(weighted=True, late=True, whole=True), st.sampled_from([kaplan_meier, nelson_aalen]))
@settings(max_examples=20, deadline=None)
def test_robust_error_is_what_a_small_change_of_weight_does(data, estimate):
    """The influence of each patient, by finite differences of the curve itself."""
    curve = estimate(data, variance="robust")
    step, total = 1e-5, np.zeros(len(curve.time))
    for i in range(len(data)):
        sides = []
        for sign in (1, -1):
            weight = data.weight.copy()
            weight[i] += sign * step
            moved = SurvivalData(data.time, data.event, data.entry, weight)
            counts = count_events(moved)
            sides.append(estimate(counts).value)
        total += (data.weight[i] * (sides[0] - sides[1]) / (2 * step)) ** 2
    alive = (curve.value > 1e-12) | (curve.kind == "hazard")
    assert_allclose(curve.std_error[alive], np.sqrt(total)[alive], rtol=1e-4, atol=1e-6)


@given(cohorts(), st.sampled_from(["log", "log-log", "plain", "logit", "arcsine"]))
@quick
def test_limits_enclose_the_curve(data, interval):
    curve = kaplan_meier(data, interval=interval)
    known = np.isfinite(curve.low)
    assert_array_equal(known, np.isfinite(curve.high))
    for lower, upper in ((curve.low, curve.value), (curve.value, curve.high)):
        assert np.all(lower[known] <= upper[known] + 1e-12)
    assert np.all(curve.low[known] >= 0)
    assert np.all(curve.high[known] <= 1)


@given(cohorts(), st.floats(0.05, 0.95))
@quick
def test_quantile_is_where_the_curve_crosses(data, p):
    curve = kaplan_meier(data)
    found = quantile(curve, p).value
    if np.isnan(found):
        assert curve.value[-1] > 1 - p
    else:
        (height,) = value_at(curve, found)
        assert height.value <= 1 - p + 1e-7


@given(cohorts(whole=True))
@quick
def test_restricted_mean_of_uncensored_patients_is_their_mean(data):
    certain = SurvivalData(data.time, np.ones(len(data)))
    mean = restricted_mean(kaplan_meier(certain), 6)
    assert_allclose(mean.value, np.minimum(data.time, 6).mean())


@given(cohorts())
@quick
def test_survival_is_below_the_exponential_of_the_hazard(data):
    assert np.all(kaplan_meier(data).value <= np.exp(-nelson_aalen(data).value) + 1e-12)


@given(cohorts(whole=True), SEEDS)
@quick
def test_times_that_differ_by_rounding_are_one_time(data, seed):
    noise = np.random.default_rng(seed).choice([-1e-15, 0.0, 1e-15], len(data))
    blurred = SurvivalData(data.time * (1 + noise), data.event)
    assert_same_curve(kaplan_meier(blurred), kaplan_meier(data))
