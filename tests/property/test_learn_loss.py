"""The loss that scores are learned from: against its definition, other rooms, and its bounds."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.property.learn_cases import KINDS, Judge, draw_case, draw_losses, lay, minimise

from jalon.core import SurvivalData
from jalon.learn import Shrinkage
from jalon.learn.incumbent import find_points
from jalon.learn.kernels.model import model_node
from jalon.learn.kernels.points import rise_at_least
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.kernels.support import fall_at_most, invert, reach_of, sum_support, take_columns
from jalon.learn.merge import merge_rows
from jalon.learn.objective import lay_ground
from jalon.learn.proof import prove_points
from jalon.learn.relax import relax_support
from jalon.learn.rounding import obeys
from jalon.learn.rules import price_support
from jalon.learn.settings import Effort
from jalon.learn.settle import Limit, fit_bounds, gather_found
from jalon.learn.verify_loss import follow_teacher, lay_loss, sum_risk_sets
from jalon.stats import fit_cox, fit_fine_gray


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_of_computing_the_loss_gives_its_definition(kind):
    for rng, case, ground, judge in draw_losses(kind):
        p = len(judge.used)
        beta, every = rng.normal(size=p), np.arange(p)
        wanted = judge.measure(beta)
        loss, risk = weigh_loss(ground, every, beta)
        assert_allclose(loss, wanted[0], rtol=1e-11, atol=1e-11)
        check_model(model_node(ground, risk, every, beta), wanted)
        found = sum_support(ground, take_columns(ground.terms, every), every, beta)
        assert_allclose(found[0], wanted[0], rtol=1e-11, atol=1e-11)
        check_model(found[1:], wanted)
        slow = lay_slow(case, judge)
        found = slow.measure(every, beta)
        assert_allclose(found[0], wanted[0], rtol=1e-11, atol=1e-11)
        check_model(found[1:], wanted)
        sets = sum_risk_sets(case.data, beta @ judge.bits)
        shrunk = 0.5 * judge.ridge @ (beta - judge.centre) ** 2
        assert_allclose(sets - judge.linear @ beta + shrunk, wanted[0], rtol=1e-11, atol=1e-11)


def check_model(found, wanted):
    assert_allclose(found[0], wanted[1], rtol=1e-8, atol=1e-8)
    assert_allclose(found[1], wanted[2], rtol=1e-8, atol=1e-8)


def lay_slow(case, judge):
    shrunk = None
    if case.shrinkage is not None:
        shrunk = Shrinkage(judge.ridge, judge.centre)
    slow = lay_loss(case.terms.bits[judge.used], case.data, shrunk)
    return slow if case.penalty is None else follow_teacher(slow, case.penalty)


@pytest.mark.parametrize("kind", KINDS)
def test_slope_and_curvature_are_differences_of_the_loss(kind):
    step = 1e-5
    for rng, _, ground, judge in draw_losses(kind, range(6)):
        p = len(judge.used)
        s = int(rng.integers(0, p + 1))
        columns = rng.permutation(p)
        beta = np.append(rng.normal(size=s), np.zeros(p - s))

        def measure(point, ground=ground, columns=columns):
            return weigh_loss(ground, columns, point)

        slope, bend = model_node(ground, measure(beta)[1], columns, beta[:s])
        for q in range(p):
            move = step * np.eye(p)[q]
            ahead, back = measure(beta + move), measure(beta - move)
            assert_allclose((ahead[0] - back[0]) / (2 * step), slope[q], atol=1e-5)
            rise = (
                model_node(ground, ahead[1], columns, beta + move)[0]
                - model_node(ground, back[1], columns, beta - move)[0]
            )
            assert_allclose(rise / (2 * step), bend[q], atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_loss_never_falls_or_rises_beyond_its_bounds(kind):
    for rng, _, _, judge in draw_losses(kind):
        p = len(judge.used)
        beta = rng.normal(0, 0.5, p)
        loss, slope, bend = judge.measure(beta)
        inverse = invert(bend)
        if np.linalg.cond(bend) > 1e8:
            continue
        reach, step = reach_of(inverse), np.sqrt(slope @ inverse @ slope)
        fall = fall_at_most(step, reach)
        # Along Newton's direction, and along many others, at many lengths.
        ways = np.vstack([-inverse @ slope, rng.normal(size=(20, p)), np.eye(p)])
        for way in ways:
            for length in np.geomspace(0.01, 8, 10) / np.abs(way).max():
                move = length * way
                there = judge.measure(beta + move)[0]
                distance = float(np.sqrt(move @ bend @ move))
                assert loss - there <= fall + 1e-9
                assert there - loss - slope @ move >= rise_at_least(distance, reach) - 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_bound_of_a_support_holds_and_is_tight(kind):
    for rng, _, ground, judge in draw_losses(kind):
        p = len(judge.used)
        chosen = np.sort(rng.permutation(p)[: int(rng.integers(1, p + 1))])
        start = rng.normal(size=(1, len(chosen)))
        row = fit_bounds(ground, chosen[None], start, np.array([np.inf]))[0]
        lowest = minimise(judge, chosen)
        assert row[0] <= lowest + 1e-9
        # With two groups that no risk set tells apart the box of coefficients is all there is.
        if np.abs(row[1 : 1 + len(chosen)]).max() < 8:
            assert row[0] >= lowest - 1e-6
        relaxed = relax_support(ground, chosen, rng.normal(size=len(chosen)), np.inf, hasty=False)
        assert relaxed <= lowest + 1e-9


def test_merged_rows_give_the_same_losses_and_points():
    rng = np.random.default_rng(4)
    for kind in range(6):
        case, data = draw_many(rng, kind)
        problem = lay(replace(case, data=data))
        ground, p = problem.ground, len(problem.used)
        for chosen in (np.array([0]), np.array([1, 3]), np.array([0, 2, 3])):
            small, own = merge_rows(ground, chosen)
            assert len(small.weight) < len(ground.weight) / 4
            beta = rng.normal(size=len(chosen))
            one = sum_support(ground, take_columns(ground.terms, chosen), chosen, beta)
            two = sum_support(small, take_columns(small.terms, own), own, beta)
            for first, second in zip(one, two, strict=True):
                assert_allclose(second, first, rtol=1e-9, atol=1e-8)
            judge = Judge(replace(case, data=data), problem.used)
            whole = np.zeros(p)
            whole[chosen] = beta
            assert_allclose(two[0], judge.measure(whole)[0], rtol=1e-11)


def draw_many(rng, kind):
    """Many patients on few days, so that rows are merged."""
    case = draw_case(0, "plain", "events")
    while len(case.terms.cut) != 4:
        case = draw_case(int(rng.integers(0, 10**6)), "plain", "events")
    n = 3000
    bits = rng.integers(0, 2, (4, n)).astype(np.uint8)
    time = rng.integers(1, 6, n).astype(float)
    data = SurvivalData(
        time,
        rng.integers(0, 2, n),
        time - rng.integers(1, 3, n) if kind == 1 else None,
        rng.choice([0.0, 1.0, 2.5], n) if kind in {2, 5} else None,
        rng.integers(0, 3, n) if kind in {3, 5} else None,
    )
    shrunk = Shrinkage(np.array([0.0, 40, 3, 1]), np.array([0.2, 0.5, -1, 2]))
    case = replace(case, terms=replace(case.terms, bits=bits))
    return replace(case, shrinkage=shrunk if kind in {4, 5} else None), data


def test_a_problem_with_merged_rows_has_the_optimum_of_the_plain_one(monkeypatch):
    rng = np.random.default_rng(9)
    for kind in range(6):
        case, data = draw_many(rng, kind)
        problem = lay(replace(case, data=data))
        first = find_points(problem.ground, problem.rules)
        merged = prove_points(problem.ground, problem.rules, [first], Effort(near=0.5))
        with monkeypatch.context() as patch:
            patch.setattr("jalon.learn.merge.GAIN", 10**9)
            assert merge_rows(problem.ground, np.array([0]))[0] is problem.ground
            first = find_points(problem.ground, problem.rules)
            plain = prove_points(problem.ground, problem.rules, [first], Effort(near=0.5))
        costs = {one.points: one.cost for one in plain.found}
        for one in merged.found:
            assert_allclose(one.cost, costs[one.points], atol=1e-7)
        assert len(costs) == len(merged.found)
        assert_allclose(merged.bound, plain.bound, atol=1e-7)


def test_one_covariate_against_fine_gray_regression():
    for seed in range(15):
        rng = np.random.default_rng(seed)
        n = 80
        bits = rng.integers(0, 2, (1, n)).astype(np.uint8)
        time = np.ceil(rng.exponential(6 + 6 * bits[0]))
        weight = rng.integers(1, 4, n).astype(float) if seed % 3 == 0 else None
        event = rng.choice([0, 1, 1, 2], n)
        check_one(bits, SurvivalData(time, event, weight=weight), fit_fine_gray, causes=True)


def test_one_covariate_against_cox_regression():
    for seed in range(15):
        rng = np.random.default_rng(seed)
        n = 80
        bits = rng.integers(0, 2, (1, n)).astype(np.uint8)
        time = np.ceil(rng.exponential(6 + 6 * bits[0]))
        entry = time * rng.choice([0, 0.5], n) if seed % 3 == 0 else None
        stratum = rng.integers(0, 3, n) if seed % 3 == 1 else None
        weight = rng.choice([0.5, 1, 2], n) if seed % 3 == 2 else None
        data = SurvivalData(time, rng.integers(0, 2, n), entry, weight, stratum)
        check_one(bits, data, lambda x, data: fit_cox(x, data, ties="breslow"))


def check_one(bits, data, fit, causes=False):
    wanted = fit(bits.T.astype(float), data)
    ground = lay_ground(bits, data, subdistribution=causes)
    row = fit_bounds(ground, np.array([[0]]), np.zeros((1, 1)), np.array([np.inf]))[0]
    assert_allclose(row[1], np.asarray(wanted.coefficients)[0], rtol=1e-6, atol=1e-8)
    assert_allclose(-row[0], wanted.log_likelihood, rtol=1e-9)


def test_points_outside_the_ellipsoid_are_never_needed():
    """All whole points of one support within a limit, against the loss of each from brute force."""
    for kind in KINDS:
        for rng, case, ground, judge in draw_losses(kind, range(20, 24)):
            problem = lay(case)
            p = len(judge.used)
            chosen = np.sort(rng.permutation(p)[: min(2, p)])
            row = fit_bounds(ground, chosen[None], np.zeros((1, len(chosen))), np.array([np.inf]))[
                0
            ]
            check_points(problem, judge, chosen, row)


def check_points(problem, judge, chosen, row):
    rules = problem.rules
    price = price_support(rules, chosen)
    limit = Limit(float(row[0]) + price + 1.0, 1e9)
    found = gather_found(problem.ground, rules, chosen, row, limit)[0]
    told = {one.points for one in found}
    most = rules.max_points
    for points in product([k for k in range(-most, most + 1) if k], repeat=len(chosen)):
        whole = np.zeros((1, len(judge.used)), int)
        whole[0, chosen] = points
        scale, loss = judge.fit_scales(whole)
        allowed = obeys(rules, chosen, np.array(points))
        inside = loss[0] + price < limit.cost - 1e-6 and scale[0] > 1e-6
        if allowed and inside:
            assert tuple(whole[0].tolist()) in told
