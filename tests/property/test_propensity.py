"""What holds for any matching, weighting and balance, and a slow version of the fast search."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from jalon.core import Estimate, UnsuitableDataError
from jalon.stats.propensity import (
    Caliper,
    NearestRule,
    e_value,
    effective_size,
    fit_propensity,
    match_nearest,
    match_optimal,
    match_strata,
    measure_balance,
    weigh_patients,
)

quick = settings(max_examples=60, deadline=None)


@st.composite
def patients(draw, most=14):
    """Few scores on a grid of eighths, so that ties and equal distances are frequent."""
    n = draw(st.integers(4, most))
    score = np.array(draw(st.lists(st.integers(0, 12), min_size=n, max_size=n))) / 8
    arms = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    assume(0 < arms.sum() < n)
    code = np.array(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    return score, arms, code


rules = st.builds(
    NearestRule,
    ratio=st.integers(1, 3),
    order=st.sampled_from(["largest", "smallest", "data"]),
    caliper=st.sampled_from([None, Caliper(0.25, "raw"), Caliper(0.5, "raw")]),
    replace=st.booleans(),
)


def _slow_nearest(score, arms, rule, code):
    """Look at every control each time."""
    rows, controls = np.flatnonzero(arms == 1), np.flatnonzero(arms == 0)
    sign = {"largest": -1, "smallest": 1, "data": 0}[rule.order]
    place = {j: k for k, j in enumerate(np.lexsort((np.arange(len(score)), score)))}
    width = np.inf if rule.caliper is None else rule.caliper.width
    pairs, used = [], set()
    for _ in range(rule.ratio):
        for i in sorted(rows, key=lambda i: (sign * score[i], i)):
            free = [
                j
                for j in controls
                if code[j] == code[i]
                and abs(score[j] - score[i]) <= width
                and (i, j) not in pairs
                and (rule.replace or j not in used)
            ]
            if free:
                # The nearest; below before above; then the nearest in the line.
                best = min(
                    free,
                    key=lambda j: (
                        abs(score[j] - score[i]),
                        place[j] > place[i],
                        abs(place[j] - place[i]),
                    ),
                )
                pairs.append((i, best))
                used.add(best)
    return sorted(pairs, key=lambda pair: pair[0])


@quick
@given(patients(), rules)
def test_fast_nearest_equals_slow(case, rule):
    score, arms, code = case
    pairs = _slow_nearest(score, arms, rule, code)
    if not pairs:
        with pytest.raises(UnsuitableDataError, match="within reach"):
            match_nearest(score, arms, rule, code)
        return
    found = match_nearest(score, arms, rule, code)
    assert found.pairs.tolist() == [list(pair) for pair in pairs]
    assert_allclose(found.weight[arms == 0].sum(), found.control)


@quick
@given(patients())
def test_without_replacement_nobody_is_used_twice(case):
    score, arms, _ = case
    found = match_nearest(score, arms, NearestRule(ratio=2))
    assert len(np.unique(found.pairs[:, 1])) == len(found.pairs)
    for treated, control in found.pairs:
        assert found.subclass[treated] == found.subclass[control] >= 0


@quick
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 50), st.floats(-5, 5))
def test_rows_and_units_do_not_matter(seed, scale, shift):
    rng = np.random.default_rng(seed)
    score, arms, order = rng.normal(size=40), np.arange(40) % 3 == 0, rng.permutation(40)
    rule = NearestRule(caliper=Caliper(0.3))
    found = {tuple(pair) for pair in match_nearest(score, arms, rule).pairs}
    moved = match_nearest((score * scale + shift)[order], arms[order], rule).pairs
    assert {tuple(pair) for pair in order[moved]} == found


@quick
@given(patients(8))
def test_optimal_is_the_best_of_all(case):
    score, arms, _ = case
    one, other = np.flatnonzero(arms == 1), np.flatnonzero(arms == 0)
    short, long = sorted((one, other), key=len)
    best = min(sum(abs(score[list(p)] - score[short])) for p in permutations(long, len(short)))
    found = match_optimal(score, arms)
    assert len(found.pairs) == len(short)
    assert_allclose(found.distance * len(found.pairs), best, atol=1e-12)


@quick
@given(patients(), st.integers(1, 3), st.sampled_from([0.125, 0.375]))
def test_optimal_makes_no_fewer_pairs_than_nearest(case, ratio, width):
    score, arms, code = case
    caliper = Caliper(width, "raw")
    try:
        greedy = match_nearest(score, arms, NearestRule(ratio=ratio, caliper=caliper), code)
    except UnsuitableDataError:
        with pytest.raises(UnsuitableDataError, match="within reach"):
            match_optimal(score, arms, ratio, caliper, code)
        return
    found = match_optimal(score, arms, ratio, caliper, code)
    far = np.abs(score[found.pairs[:, 0]] - score[found.pairs[:, 1]])
    assert len(found.pairs) >= len(greedy.pairs)
    assert found.treated >= greedy.treated
    assert far.max() <= width
    if (len(found.pairs), found.treated) == (len(greedy.pairs), greedy.treated) and ratio == 1:
        assert found.distance <= greedy.distance + 1e-12


@quick
@given(patients())
def test_strata_alone_are_balanced(case):
    _, arms, code = case
    shared = np.intersect1d(code[arms == 1], code[arms == 0])
    assume(len(shared))
    for estimand in ("ATT", "ATC", "ATE"):
        found = match_strata(code, arms, estimand)
        x = (code[:, None] == shared).astype(float)
        balance = measure_balance(x, arms, found.weight, spread=np.ones(len(shared)))
        assert_allclose(balance.difference, 0, atol=1e-12)
        assert found.treated == np.isin(code, shared)[arms == 1].sum()


@quick
@given(st.lists(st.floats(0.02, 0.98), min_size=4, max_size=12), st.data())
def test_weights_for_all_are_those_for_treated_and_controls(p, data):
    arms = np.array(data.draw(st.lists(st.integers(0, 1), min_size=len(p), max_size=len(p))))
    assume(0 < arms.sum() < len(p))
    whole, one, other = (weigh_patients(p, arms, t).weight for t in ("ATE", "ATT", "ATC"))
    assert_allclose(whole, one + other)
    swapped = weigh_patients(1 - np.array(p), 1 - arms, "ATC").weight
    assert_allclose(one, swapped)


@quick
@given(st.integers(0, 2**32 - 1))
def test_overlap_weights_balance_the_model_exactly(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, 2))
    arms = rng.random(60) < 1 / (1 + np.exp(-x[:, 0] / 2))
    assume(10 < arms.sum() < 50)
    p = fit_propensity(x, arms).probability
    found = weigh_patients(p, arms, "overlap")
    assert_allclose(measure_balance(x, arms, found.weight).standardised, 0, atol=1e-8)


@quick
@given(st.integers(0, 2**32 - 1))
def test_whole_weights_are_repeated_patients(seed):
    rng = np.random.default_rng(seed)
    x, arms = rng.integers(0, 5, size=(20, 2)) + 0.5, np.arange(20) % 2
    weight = rng.integers(1, 4, size=20)
    often = np.repeat(np.arange(20), weight)
    one = measure_balance(x, arms, weight, spread=np.ones(2))
    many = measure_balance(x[often], arms[often], spread=np.ones(2))
    for field in ("mean_treated", "mean_control", "ecdf_mean", "ecdf_max"):
        assert_allclose(getattr(one, field), getattr(many, field), atol=1e-12)
    swapped = measure_balance(x, 1 - arms, weight, spread=np.ones(2))
    assert_allclose(swapped.difference, -one.difference)
    assert_allclose(swapped.variance_ratio, 1 / one.variance_ratio)


@quick
@given(st.lists(st.floats(1e-200, 1e150), min_size=1, max_size=9), st.floats(1e-50, 1e50))
def test_effective_size_is_between_one_and_all(weight, scale):
    size = effective_size(weight)
    assert 1 - 1e-9 <= size <= len(weight) + 1e-9
    assert_allclose(effective_size(np.array(weight) * scale), size, rtol=1e-9)


@quick
@given(st.floats(0.01, 100), st.floats(1, 5), st.sampled_from(["risk ratio", "hazard ratio"]))
def test_e_value_sees_harm_and_protection_alike(ratio, width, measure):
    one = e_value(Estimate(ratio, ratio / width, ratio * width), measure)
    other = e_value(Estimate(1 / ratio, 1 / ratio / width, width / ratio), measure)
    # Beside the null an E-value grows as a square root: rounding of 1e-16 shows as 1e-8.
    assert_allclose([one.point, one.limit], [other.point, other.limit], rtol=1e-7)
    assert one.point >= one.limit - 1e-7 >= 1 - 1e-7


def test_random_order_needs_chance_and_follows_its_seed():
    rng = np.random.default_rng(5)
    score, arms = rng.normal(size=60), np.arange(60) % 2
    rule = NearestRule(order="random")
    one, same, other = (
        match_nearest(score, arms, rule, rng=np.random.default_rng(seed)).pairs
        for seed in (1, 1, 2)
    )
    assert_array_equal(one, same)
    assert one.tolist() != other.tolist()
