"""What must hold for any measure of accuracy, and slow versions that follow the definitions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import mannwhitneyu, norm

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import (
    AucRules,
    aalen_johansen,
    brier_score,
    compare_at_times,
    concordance,
    estimate_censoring,
    fit_cox,
    gonen_heller,
    heagerty_auc,
    kaplan_meier,
    royston_d,
    time_auc,
    uno_concordance,
)

seeds = st.integers(0, 10**6)
some = settings(max_examples=25, deadline=None)
few = settings(max_examples=8, deadline=None)
TIMES = [4.0, 7.5]


def draw(seed, causes=2, censored=True, tied=True):
    """Up to 60 patients with cases and controls at both times, in days or in fractions."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 60))
    time = rng.integers(1, 14, n).astype(float) if tied else rng.permutation(n) / n * 14 + 0.1
    event = rng.integers(0 if censored else 1, causes + 1, n)
    time[:6], event[:6] = [1, 2, 3, 13.5, 13.6, 13.7], [1, 1, causes, 1, 1, 1]
    risk = rng.integers(1, 9, (n, 2)) / 10
    return risk, SurvivalData(time, event)


def slow_weights(data, moment):
    """G before each event and at the time, by its definition, and the states."""
    days = np.unique(data.time[data.event == 0])

    def still(upto):
        value = 1.0
        for day in days[upto(days)]:
            lost = np.sum((data.time == day) & (data.event == 0))
            at_risk = np.sum(data.time >= day) - np.sum((data.time == day) & (data.event > 0))
            value *= 1 - lost / at_risk
        return value

    before = np.array([still(lambda d, t=t: d < t) for t in data.time])
    at = still(lambda d: d <= moment)
    ended = (data.time <= moment) & (data.event > 0)
    case = np.where(ended & (data.event == 1), 1 / before, 0)
    other = np.where(ended & (data.event > 1), 1 / before, 0)
    return case, other, np.where(data.time > moment, 1 / at if at else 0, 0)


def slow_lost(data, term, moment):
    """The part of the weights in the influence: every pair of patients, every day."""
    n, added = len(data), np.zeros(len(data))
    for k in range(n):
        for j in np.flatnonzero(term):
            alive = data.time[j] > moment
            for day in np.unique(data.time):
                if not (day <= moment if alive else day < data.time[j]):
                    continue
                at_risk = np.sum(data.time >= day)
                lost = (data.time == day) & (data.event == 0)
                jump = float(lost[k]) - lost.sum() / at_risk * (data.time[k] >= day)
                added[k] += term[j] * jump / (at_risk / n)
    return added / n


@given(seeds)
@few
def test_brier_equals_its_definition(seed):
    risk, data = draw(seed)
    found = brier_score(risk, data, TIMES).error
    for j, moment in enumerate(TIMES):
        case, other, free = slow_weights(data, moment)
        residual = case * (1 - risk[:, j]) ** 2 + (other + free) * risk[:, j] ** 2
        assert_allclose(found.value[j], residual.mean(), rtol=1e-12)
    influence = residual - residual.mean() + slow_lost(data, residual, moment)
    assert_allclose(found.influence[:, 1], influence, rtol=1e-9, atol=1e-12)


@given(seeds, st.sampled_from(["others", "event-free"]))
@few
def test_auc_equals_its_definition(seed, controls):
    risk, data = draw(seed)
    found = time_auc(risk, data, TIMES, rules=AucRules(controls=controls)).auc
    n = len(data)
    for j, moment in enumerate(TIMES):
        case, other, free = slow_weights(data, moment)
        control = free + other * (controls == "others")
        wins = np.array([[(a > b) + (a == b) / 2 for b in risk[:, j]] for a in risk[:, j]])
        value = case @ wins @ control / (case.sum() * control.sum())
        assert_allclose(found.value[j], value, rtol=1e-12)
    hits = (case * (wins @ control) + control * (case @ wins)) / n
    whole = case.mean() * control.mean()
    term = hits / whole - value * (case / case.mean() + control / control.mean())
    influence = term + slow_lost(data, term, moment)
    assert_allclose(found.influence[:, 1], influence, rtol=1e-9, atol=1e-12)


@given(seeds)
@some
def test_weights_of_all_patients_add_to_their_number(seed):
    _, data = draw(seed)
    for moment in TIMES:
        found = [weights.mean() for weights in slow_weights(data, moment)]
        assert_allclose(sum(found), 1, rtol=1e-12)
        curve = kaplan_meier(data)
        assert_allclose(found[2], curve.value[curve.rows_at(moment)], rtol=1e-12)
    weights = time_auc(np.arange(len(data)), data, TIMES)
    incidence = aalen_johansen(data)
    assert_allclose(weights.incidence, incidence.value[incidence.rows_at(TIMES)], rtol=1e-10)
    assert_allclose(weights.event_free, curve.value[curve.rows_at(TIMES)], rtol=1e-10)


@given(seeds)
@some
def test_without_censoring_both_are_the_plain_ones(seed):
    risk, data = draw(seed, causes=1, censored=False)
    score, area = brier_score(risk, data, TIMES).error, time_auc(risk, data, TIMES).auc
    for j, moment in enumerate(TIMES):
        had = data.time <= moment
        assert_allclose(score.value[j], np.mean((had - risk[:, j]) ** 2), rtol=1e-12)
        pairs = had.sum() * (~had).sum()
        wins = mannwhitneyu(risk[had, j], risk[~had, j]).statistic
        assert_allclose(area.value[j], wins / pairs, rtol=1e-12)
    error = np.std((had - risk[:, 1]) ** 2, ddof=1) / np.sqrt(len(data))
    assert_allclose(score.std_error[1], error, rtol=1e-10)
    one = np.floor(risk[:, 0] * 10)
    plain, weighted = concordance(one, data), uno_concordance(one, data)
    assert weighted.estimate.value == plain.estimate.value


@given(seeds, st.sampled_from(["days", "order"]))
@some
def test_turning_the_score_round_turns_auc_round(seed, convention):
    risk, data = draw(seed)
    rules = AucRules(convention=convention)
    one, other = (time_auc(x, data, TIMES, rules=rules).auc for x in (risk, -risk))
    assert_allclose(other.value, 1 - one.value, rtol=1e-10)
    # In "order" the denominator is written F (1 - F), which tied times keep from being symmetric.
    if convention == "days":
        assert_allclose(other.std_error, one.std_error, rtol=1e-9)


@given(seeds)
@some
def test_only_the_order_of_scores_matters(seed):
    risk, data = draw(seed)
    one, other = (time_auc(x, data, TIMES).auc for x in (risk, np.exp(3 * risk) - 7))
    assert one.estimates == other.estimates
    first, second = (
        uno_concordance(risk[:, 0], data.cause(1)),
        uno_concordance(np.exp(risk[:, 0]), data.cause(1)),
    )
    assert_allclose(first.estimate.value, second.estimate.value, rtol=1e-12)


@given(seeds)
@some
def test_order_of_rows_does_not_matter(seed):
    risk, data = draw(seed)
    rows = np.random.default_rng(seed).permutation(len(data))
    for measure in (
        lambda x, d: time_auc(x, d, TIMES).auc,
        lambda x, d: brier_score(x, d, TIMES).error,
        lambda x, d: brier_score(x, d, TIMES).accuracy,
    ):
        one, other = measure(risk, data), measure(risk[rows], data.take(rows))
        assert_allclose(other.value, one.value, rtol=1e-10)
        assert_allclose(other.influence, one.influence[rows], rtol=1e-8, atol=1e-11)


@given(seeds)
@some
def test_repeating_every_patient_changes_no_estimate(seed):
    risk, data = draw(seed)
    rows = np.repeat(np.arange(len(data)), 2)
    for measure in (time_auc, brier_score):
        one, other = measure(risk, data, TIMES), measure(risk[rows], data.take(rows), TIMES)
        name = "auc" if measure is time_auc else "error"
        assert_allclose(getattr(other, name).value, getattr(one, name).value, rtol=1e-10)


@given(seeds)
@some
def test_both_conventions_agree_without_ties(seed):
    risk, data = draw(seed, tied=False)
    one = time_auc(risk, data, TIMES, rules=AucRules("event-free", "days")).auc
    other = time_auc(risk, data, TIMES, rules=AucRules("event-free", "order")).auc
    assert_allclose(other.value, one.value, rtol=1e-12)
    assert_allclose(other.influence, one.influence, rtol=1e-8, atol=1e-11)


@given(seeds)
@some
def test_a_score_does_not_differ_from_its_own_ranks(seed):
    risk, data = draw(seed)
    ranks = np.unique(risk, return_inverse=True)[1].reshape(risk.shape)
    found = compare_at_times(time_auc(risk, data, TIMES).auc, time_auc(ranks, data, TIMES).auc)
    assert_allclose(found.std_error, 0, atol=1e-15)
    assert np.all(found.p == 1)


@given(seeds, st.sampled_from(["n", "S", "S/G", "n/G2", "I"]), st.booleans())
@some
def test_cells_and_ranks_count_alike(seed, kind, heavy):
    risk, data = draw(seed, causes=1)
    rng = np.random.default_rng(seed)
    weight = rng.integers(1, 4, len(data)) / 2 if heavy else None
    points, days = np.round(risk[:, 0] * 10), np.ceil(data.time)
    # In sevenths of a day neither times nor points are whole, so they are sorted and ranked.
    one = concordance(points, SurvivalData(days, data.event, weight=weight), time_weight=kind)
    other = concordance(
        points / 7, SurvivalData(days / 7, data.event, weight=weight), time_weight=kind
    )
    assert_allclose(other.estimate.value, one.estimate.value, rtol=1e-12)
    assert_allclose(other.influence, one.influence, rtol=1e-9, atol=1e-13)
    for name in ("concordant", "discordant", "tied_risk", "tied_time", "tied_both"):
        assert_allclose(getattr(other, name), getattr(one, name), rtol=1e-10, atol=1e-10)


@given(seeds)
@some
def test_uno_equals_its_definition(seed):
    risk, data = draw(seed, causes=1)
    score, before = np.round(risk[:, 0], 3), estimate_censoring(data, 1).before
    won = met = 0.0
    for i in np.flatnonzero((data.event == 1) & (data.time <= 9)):
        later = (data.time > data.time[i]) | ((data.time == data.time[i]) & (data.event == 0))
        met += later.sum() / before[i] ** 2
        half = (score < score[i]) + (score == score[i]) / 2
        won += half[later].sum() / before[i] ** 2
    assert_allclose(uno_concordance(score, data, horizon=9).estimate.value, won / met, rtol=1e-12)


@given(seeds)
@some
def test_a_stratum_alone_is_no_stratum(seed):
    risk, data = draw(seed, causes=1)
    one = replace(data, stratum=np.full(len(data), 3))
    assert_allclose(
        uno_concordance(risk[:, 0], one).std_error,
        uno_concordance(risk[:, 0], data).std_error,
        rtol=1e-12,
    )


def slow_gonen_heller(beta, x, width):
    """K and each ordered pair's smoothed probability, from the definitions."""
    n = len(x)
    total, smooth = 0.0, np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            gap = (x[i] - x[j]) @ beta
            if i != j:
                total += ((gap > 0) + (gap == 0) / 2) / (1 + np.exp(-gap))
                smooth[i, j] = norm.cdf(gap / width) / (1 + np.exp(-gap))
                smooth[i, j] += norm.cdf(-gap / width) / (1 + np.exp(gap))
    return 2 * total / (n * (n - 1)), smooth


@given(seeds)
@few
def test_gonen_heller_equals_its_definition(seed):
    rng = np.random.default_rng(seed)
    n = 14
    x = rng.integers(0, 4, (n, 2)).astype(float)
    data = SurvivalData(rng.exponential(np.exp(-0.5 * x[:, 0])), rng.permutation(n) < 11)
    try:
        fit = fit_cox(x, data)
    except UnsuitableDataError:
        reject()
    found, width = gonen_heller(fit, x), 0.5 * np.std(x @ fit.coefficients, ddof=1) / n ** (1 / 3)
    value, smooth = slow_gonen_heller(fit.coefficients, x, width)
    assert_allclose(found.estimate.value, value, rtol=1e-9)
    mean = smooth.sum() / (n * (n - 1))
    assert_allclose(found.smooth, mean, rtol=1e-9)
    away = np.where(np.eye(n, dtype=bool), 0, smooth - mean)
    # Two ordered pairs vary together when they share a patient, but not the other one.
    variance = 4 * sum(
        away[i, j] * away[i, k] for i in range(n) for j in range(n) for k in range(n) if j != k
    )
    slope = np.zeros(2)
    for k, step in enumerate(np.eye(2) * 1e-6):
        up, down = (slow_gonen_heller(fit.coefficients + h, x, width)[1] for h in (step, -step))
        slope[k] = (up.sum() - down.sum()) / (2e-6 * n * (n - 1))
    variance = variance / (n * (n - 1)) ** 2 + slope @ fit.covariance @ slope
    assert_allclose(found.std_error, np.sqrt(variance), rtol=1e-6)


@given(seeds)
@some
def test_royston_looks_at_ranks_only(seed):
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 12, 60).astype(float)
    data = SurvivalData(rng.exponential(np.exp(-0.1 * score)), rng.random(60) < 0.7)
    one, other = royston_d(score, data), royston_d(np.exp(score), data)
    assert one.separation == other.separation
    turned = royston_d(-score, data)
    assert_allclose(turned.separation.value, -one.separation.value, rtol=1e-6)
    assert_allclose(turned.explained.value, one.explained.value, rtol=1e-6)


@given(seeds)
@some
def test_heagerty_of_the_order_of_scores(seed):
    risk, data = draw(seed, causes=1)
    one = heagerty_auc(risk[:, 0], data, 4, estimator="kaplan-meier")
    assert_allclose(
        heagerty_auc(np.exp(risk[:, 0]), data, 4, estimator="kaplan-meier"), one, rtol=1e-12
    )
