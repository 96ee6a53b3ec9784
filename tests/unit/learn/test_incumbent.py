"""The start of the search: it keeps every rule and is rarely beaten."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.property.learn_cases import KINDS, allow, draw_case, find_optimum, lay

from jalon.learn.incumbent import Breadth, find_points
from jalon.learn.rounding import round_support


def test_start_keeps_every_rule():
    for kind in KINDS:
        for seed in range(40, 50):
            case = draw_case(seed, kind)
            problem = lay(case)
            found = find_points(problem.ground, problem.rules)
            if any(found.points):
                assert allow(case, problem.used, np.array([found.points]))[0]


def test_start_is_mostly_the_optimum():
    hits = told = 0
    for seed in range(30):
        case = replace(draw_case(seed, telling=True), settings=draw_case(seed).settings)
        problem = lay(replace(case, settings=replace(case.settings, max_points=1)))
        case = replace(case, settings=replace(case.settings, max_points=1))
        if case.penalty is None and case.settings.target == "teacher":
            continue
        _, least, _ = find_optimum(case, problem)
        if np.isfinite(least) and not case.wishes.required:
            told += 1
            hits += find_points(problem.ground, problem.rules).cost < least + 1e-6
    assert told > 8
    assert hits >= 0.8 * told


def test_a_wider_look_is_never_worse():
    for seed in range(60, 70):
        problem = lay(draw_case(seed, "plain"))
        narrow = find_points(problem.ground, problem.rules, Breadth(1, 1, 1, 0))
        wide = find_points(problem.ground, problem.rules, Breadth(20, 20, 40, 3))
        assert wide.cost <= narrow.cost + 1e-9


def test_support_without_allowed_points_gives_none():
    problem = next(
        problem
        for seed in range(100)
        for problem in [lay(draw_case(seed, "plain", "events"))]
        if len(problem.used) > 1
    )
    rules = problem.rules._replace(max_total=0)
    assert round_support(problem.ground, rules, np.array([0]), np.array([0.5])) == ()
    rules = problem.rules._replace(sign=np.full(len(problem.used), -1))
    assert round_support(problem.ground, rules, np.array([0]), np.array([0.5])) == ()
