"""The certified search against brute force: all supports, all whole points, all scales."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize_scalar
from tests.property.learn_cases import (
    KINDS,
    Judge,
    draw_case,
    find_optimum,
    lay,
    list_scores,
    search,
)

from jalon.core import SurvivalData
from jalon.learn import Effort
from jalon.learn.branch import fit_nothing
from jalon.learn.incumbent import find_points
from jalon.learn.proof import prove_points

CLOSE = 2e-7
"""Costs are fitted to about 1e-9; the search itself calls costs within 1e-7 equal."""


def draw_usable(seeds, kind, target=None, telling=False):
    for seed in seeds:
        case = draw_case(seed, kind, target, telling)
        problem = lay(case)
        if len(problem.used):
            yield case, problem


@pytest.mark.parametrize("block", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_optimum_bound_and_near_equals_are_those_of_brute_force(kind, block):
    for number, (case, problem) in enumerate(draw_usable(range(25 * block, 25 * block + 25), kind)):
        check_case(case, problem, (0.0, 0.3, 1.0)[number % 3])


@pytest.mark.parametrize("kind", KINDS)
def test_supports_that_are_never_fitted_are_never_needed(kind):
    for number, (case, problem) in enumerate(draw_usable(range(100, 104), kind, telling=True)):
        check_case(case, problem, (0.0, 1.0, 4.0)[number % 3])


def check_case(case, problem, near):
    scores, least, most = find_optimum(case, problem)
    nothing = fit_nothing(problem.ground, problem.rules)
    assert_allclose(nothing.cost, scores.nothing, rtol=1e-10)
    proof = search(problem, near=near)
    best = proof.found[0]
    if not np.isfinite(least):
        assert not any(best.points)
        return
    assert least - CLOSE <= best.cost <= most + CLOSE
    assert proof.bound <= most + CLOSE
    if np.isfinite(most):
        assert proof.gap <= CLOSE
        check_near(scores, proof, near)


def check_near(scores, proof, near):
    """Every vector within the width, and no other, but for those within rounding of its edge."""
    limit = proof.found[0].cost + near
    told = [one for one in proof.found if scores.nothing - one.loss > 1e-6 and any(one.points)]
    found = {one.points for one in told}
    assert proof.complete
    assert found <= scores.within(limit + 1e-6)
    if near:
        assert scores.within(limit - 1e-6) <= found
    assert len(found) == len(told)


@pytest.mark.parametrize("kind", KINDS)
def test_search_cut_short_still_brackets_the_optimum(kind):
    for case, problem in draw_usable(range(500, 507), kind):
        _, least, most = find_optimum(case, problem)
        for nodes in range(6):
            proof = search(problem, nodes=nodes)
            assert proof.bound <= most + CLOSE
            if any(proof.found[0].points):
                assert proof.found[0].cost >= least - CLOSE


@pytest.mark.parametrize("kind", KINDS)
def test_points_too_many_to_list_leave_an_honest_bound(kind, monkeypatch):
    monkeypatch.setattr("jalon.learn.settle.STEPS", 9)
    for case, problem in draw_usable(range(550, 556), kind):
        _, least, most = find_optimum(case, problem)
        proof = search(problem)
        assert proof.bound <= most + CLOSE
        if any(proof.found[0].points):
            assert proof.found[0].cost >= least - CLOSE


def test_brute_force_agrees_with_a_general_minimiser():
    for kind in ("together", "shrunk", "late"):
        case, problem = next(draw_usable(range(5, 20), kind, "events"))
        judge, scores = Judge(case, problem.used), list_scores(case, problem.used)
        for points, gain in zip(scores.points[:8], scores.gain, strict=False):
            found = minimize_scalar(
                lambda s, v=points, judge=judge: judge.measure(s * v)[0],
                bounds=(0, 12 / np.abs(points).max()),
                method="bounded",
                options={"xatol": 1e-9},
            )
            assert_allclose(scores.nothing - found.fun, gain, atol=1e-7)


def test_result_does_not_depend_on_the_number_of_workers():
    for kind in KINDS:
        for _, problem in draw_usable(range(600, 603), kind):
            one, two, three = (search(problem, workers=k, near=0.4) for k in (1, 2, 3))
            assert one.found == two.found == three.found
            assert one.bound == two.bound == three.bound
            assert (one.nodes, one.supports, one.vectors) == (two.nodes, two.supports, two.vectors)


def test_result_does_not_depend_on_the_order_of_patients():
    for kind in KINDS:
        for case, problem in draw_usable(range(700, 704), kind):
            order = np.random.default_rng(1).permutation(len(case.data))
            terms = replace(case.terms, bits=np.ascontiguousarray(case.terms.bits[:, order]))
            other = lay(replace(case, terms=terms, data=case.data.take(order)))
            assert np.array_equal(other.used, problem.used)
            check_same(search(problem, near=0.2), search(other, near=0.2))


def check_same(one, two):
    assert_allclose(two.bound, one.bound, atol=CLOSE)
    costs = {found.points: found.cost for found in two.found}
    edge = one.found[0].cost + 0.2 - 1e-6
    for found in one.found:
        if found.cost < edge:
            assert_allclose(costs[found.points], found.cost, atol=CLOSE)


@pytest.mark.parametrize("factor", [1 / 365.25, 30.4375, 1e6])
def test_unit_of_time_does_not_matter(factor):
    for kind in KINDS:
        for case, problem in draw_usable(range(800, 803), kind):
            data = case.data
            entry = None if data.entry is None else data.entry * factor
            other = SurvivalData(data.time * factor, data.event, entry, data.weight, data.stratum)
            check_same(search(problem), search(lay(replace(case, data=other))))


def test_doubled_weights_are_doubled_patients():
    for kind in ("plain", "centres", "late", "causes"):
        for case, _ in draw_usable(range(900, 903), kind, "events"):
            n = len(case.data)
            rows = np.repeat(np.arange(n), 2)
            twice = replace(
                case,
                terms=replace(case.terms, bits=np.ascontiguousarray(case.terms.bits[:, rows])),
                data=case.data.take(rows),
            )
            data = case.data
            heavy = SurvivalData(data.time, data.event, data.entry, np.full(n, 2.0), data.stratum)
            check_same(search(lay(twice)), search(lay(replace(case, data=heavy))))


def test_a_good_start_is_kept_and_a_bad_one_is_left():
    for case, problem in draw_usable(range(1000, 1012), "plain", "events"):
        scores, _, _ = find_optimum(case, problem)
        nothing = fit_nothing(problem.ground, problem.rules)
        if case.wishes.required:
            continue
        proof = prove_points(problem.ground, problem.rules, [nothing], Effort(workers=1))
        start = find_points(problem.ground, problem.rules)
        assert proof.found[0].cost <= start.cost + CLOSE
        assert_allclose(proof.found[0].cost, min(scores.cost[0], scores.nothing), atol=CLOSE)
