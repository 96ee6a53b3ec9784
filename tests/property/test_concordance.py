"""What must hold for any concordance, and a slow version that looks at every pair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from jalon.core import SurvivalData
from jalon.stats import compare_concordance, concordance, concordance_value

seeds = st.integers(0, 10**6)
some = settings(max_examples=30, deadline=None)


def draw(seed, weight=False, stratum=False, entry=False, levels=6):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(12, 60))
    time = rng.integers(1, 12, n).astype(float)
    event = rng.random(n) < 0.6
    # So that there is always a comparable pair, whatever the strata and entries.
    time[:6], event[:6] = [1, 12] * 3, [1, 0] * 3
    data = SurvivalData(
        time,
        event,
        entry=np.append(np.zeros(6), np.floor(rng.random(n - 6) * time[6:])) if entry else None,
        weight=rng.integers(1, 4, n) if weight else None,
        stratum=np.append([0, 0, 1, 1, 2, 2], rng.integers(0, 3, n - 6)) if stratum else None,
    )
    return rng.integers(0, levels, n).astype(float), data


def slow_pairs(risk, data):
    """Weights of the five kinds of pairs, each pair of patients looked at."""
    weight = np.ones(len(data)) if data.weight is None else data.weight
    stratum = np.zeros(len(data)) if data.stratum is None else data.stratum
    entry = np.full(len(data), -1.0) if data.entry is None else data.entry
    counts = dict.fromkeys(["concordant", "discordant", "tied_risk", "tied_time", "tied_both"], 0.0)
    for i in np.flatnonzero(data.event):
        for j in range(len(data)):
            if i == j or stratum[i] != stratum[j] or entry[j] >= data.time[i]:
                continue
            pair = weight[i] * weight[j]
            if data.time[j] == data.time[i] and data.event[j]:
                # Met twice, once from each side.
                counts["tied_both" if risk[i] == risk[j] else "tied_time"] += pair / 2
            elif data.time[j] >= data.time[i]:
                kind = "concordant" if risk[i] > risk[j] else "discordant"
                counts["tied_risk" if risk[i] == risk[j] else kind] += pair
    return counts


@given(seeds, st.booleans(), st.booleans(), st.booleans())
@some
def test_fast_count_equals_slow_count(seed, weight, stratum, entry):
    risk, data = draw(seed, weight, stratum, entry)
    counts, found = slow_pairs(risk, data), concordance(risk, data)
    for name, wanted in counts.items():
        assert_allclose(getattr(found, name), wanted, rtol=1e-12, atol=1e-9, err_msg=name)
    assert found.estimate.value == concordance_value(risk, data)


@given(seeds, st.booleans(), st.booleans())
@some
def test_influence_is_what_a_small_change_of_weight_does(seed, stratum, entry):
    risk, data = draw(seed, True, stratum, entry)
    found, small = concordance(risk, data), 1e-5
    for row in range(0, len(data), 5):
        up, down = data.weight.copy(), data.weight.copy()
        up[row] *= 1 + small
        down[row] *= 1 - small
        change = concordance_value(risk, replace(data, weight=up)) - concordance_value(
            risk, replace(data, weight=down)
        )
        assert_allclose(found.influence[row], change / (2 * small), atol=1e-9)


@given(seeds)
@some
def test_turning_the_score_round_turns_c_round(seed):
    risk, data = draw(seed, weight=True, stratum=True, entry=True)
    one, other = concordance(risk, data), concordance(-risk, data)
    assert_allclose(other.estimate.value, 1 - one.estimate.value, rtol=1e-12)
    assert_allclose(other.std_error, one.std_error, rtol=1e-9)


@given(seeds)
@some
def test_only_the_order_of_risks_and_times_matters(seed):
    risk, data = draw(seed)
    stretched = SurvivalData(np.exp(data.time), data.event)
    found, wanted = concordance(np.exp(risk) - 7, stretched), concordance(risk, data)
    assert found.estimate == wanted.estimate


@given(seeds)
@some
def test_order_of_rows_does_not_matter(seed):
    risk, data = draw(seed, weight=True, stratum=True, entry=True)
    rows = np.random.default_rng(seed).permutation(len(data))
    found, wanted = concordance(risk[rows], data.take(rows)), concordance(risk, data)
    assert_allclose(found.estimate.value, wanted.estimate.value, rtol=1e-12)
    assert_allclose(found.influence, wanted.influence[rows], rtol=1e-9, atol=1e-14)


@given(seeds)
@some
def test_weights_repeat_patients(seed):
    risk, data = draw(seed, weight=True, stratum=True)
    rows = np.repeat(np.arange(len(data)), data.weight.astype(int))
    repeated = replace(data.take(rows), weight=None)
    assert_allclose(
        concordance_value(risk, data), concordance_value(risk[rows], repeated), rtol=1e-12
    )


@given(seeds)
@some
def test_one_stratum_is_no_stratum(seed):
    risk, data = draw(seed, entry=True)
    one = replace(data, stratum=np.full(len(data), 4))
    assert concordance(risk, one).estimate == concordance(risk, data).estimate


@given(seeds)
@some
def test_a_score_does_not_differ_from_its_own_ranks(seed):
    risk, data = draw(seed, levels=1000)
    ranks = np.unique(risk, return_inverse=True)[1]
    found = compare_concordance(concordance(risk, data), concordance(ranks, data))
    assert (found.estimate.value, found.std_error, found.p) == (0, 0, 1)
