"""The score for the worst centre: brute force over all points, scales by a general minimiser."""

from dataclasses import replace
from itertools import product
from math import gcd

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from tests.unit.learn.robust_cases import CANDIDATES, PLAIN, make_columns, make_data

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import SearchSettings, aim, build_terms, learn_score, proof, worst_search
from jalon.learn.centres import group_centres, lay_centres
from jalon.learn.objective import lay_ground
from jalon.learn.problem import lay_problem
from jalon.learn.teacher import fit_ridge
from jalon.learn.worst_centre import CentreSettings, learn_worst_centre

COLUMNS = make_columns()
DATA = make_data(COLUMNS)
TERMS = build_terms(CANDIDATES, COLUMNS)
OWN = CentreSettings(penalty=10.0)
SMALL = SearchSettings(max_variables=2, max_terms=1, max_points=2, target="events", price=0.3)


def partial_loss(score, data):
    """Breslow, patient by patient."""
    loss = 0.0
    for i in np.flatnonzero(data.event == 1):
        among = (data.time >= data.time[i]) & (data.stratum == data.stratum[i])
        loss += np.log(np.exp(score[among]).sum()) - score[i]
    return loss


def allowed(settings):
    values = range(-settings.max_points, settings.max_points + 1)
    for points in product(values, repeat=len(TERMS.cut)):
        used = np.flatnonzero(points)
        count = np.bincount(TERMS.variable[used], minlength=4)
        fits = used.size and np.count_nonzero(count) <= settings.max_variables
        if fits and count.max() <= settings.max_terms and gcd(*points) == 1:
            yield np.array(points)


def excess_of(score, floors, data=DATA):
    units = [data.take(data.stratum == c) for c in range(4)]
    parts = [score[data.stratum == c] for c in range(4)]
    return np.array(
        [
            (partial_loss(part, unit) - floor) / unit.event.sum()
            for part, unit, floor in zip(parts, units, floors, strict=True)
        ]
    )


def own_floors():
    floors = []
    for c in range(4):
        rows = np.flatnonzero(DATA.stratum == c)
        beta = fit_ridge(lay_ground(TERMS.bits[:, rows], DATA.take(rows)), 10.0, np.zeros(8))
        floors.append(partial_loss(beta @ TERMS.bits[:, rows], DATA.take(rows)))
    return floors


def worst_cost(points, floors, level):
    events = DATA.event.sum()
    total = points @ TERMS.bits.astype(float)

    def worst(scale):
        excess = np.sort(excess_of(scale * total, floors))[::-1]
        share = 1.0 if level == 1 else min(1.0, 1 / (4 * (1 - level)))
        left, value = 1.0, 0.0
        for one in excess:
            value += min(share, left) * one
            left -= min(share, left)
        return events * value

    found = minimize_scalar(worst, bounds=(0, 2), method="bounded", options={"xatol": 1e-9})
    return found.fun + SMALL.price * np.count_nonzero(points)


@pytest.mark.parametrize("level", [1.0, 0.5])
def test_no_points_serve_the_worst_centre_better(level):
    learned = learn_worst_centre(TERMS, DATA, SMALL, replace(OWN, level=level))
    certificate = learned.score.certificate
    floors = own_floors()
    assert certificate.proven
    assert worst_cost(np.array(learned.score.points), floors, level) == pytest.approx(
        certificate.value, rel=1e-7
    )
    rng = np.random.default_rng(1)
    every = list(allowed(SMALL))
    for k in rng.choice(len(every), 6, replace=False):
        assert worst_cost(every[k], floors, level) >= certificate.bound - 1e-6


def test_brute_force_over_all_points():
    learned = learn_worst_centre(TERMS, DATA, SMALL, OWN)
    problem = lay_problem(TERMS, DATA, SMALL)
    centres = lay_centres(problem, TERMS.bits, DATA, np.asarray(DATA.stratum), 1.0, 10.0)
    costs = {tuple(points): centres.judge(points).cost for points in allowed(SMALL)}
    assert min(costs, key=costs.get) == learned.score.points
    assert min(costs.values()) == pytest.approx(learned.score.certificate.value, rel=1e-9)


def test_excess_is_that_of_each_centre_and_its_cost_is_shown():
    learned = learn_worst_centre(TERMS, DATA, SMALL, OWN)
    score = learned.score.scale * (np.array(learned.score.points) @ TERMS.bits.astype(float))
    assert learned.excess == pytest.approx(excess_of(score, own_floors()), rel=1e-8)
    assert max(learned.excess) == pytest.approx(learned.worst, rel=1e-8)
    assert learned.worst <= learned.plain_worst + 1e-9
    assert learned.worst - max(learned.plain_excess) <= 1e-9
    assert learned.cost > 0
    assert learned.plain.points == learn_score(TERMS, DATA, SMALL).points
    assert sum(learned.weight) == pytest.approx(1.0)


def test_centres_that_are_alike_leave_the_plain_score():
    once = SurvivalData(DATA.time, DATA.event)
    twice = SurvivalData(
        np.tile(once.time, 2), np.tile(once.event, 2), stratum=np.repeat([0, 1], len(once))
    )
    terms = build_terms(CANDIDATES, {name: np.tile(x, 2) for name, x in COLUMNS.items()})
    plain = replace(PLAIN, price=0.0)
    learned = learn_worst_centre(terms, twice, plain, OWN)
    assert learned.score.points == learned.plain.points
    assert learned.cost == pytest.approx(0.0, abs=1e-6)
    assert learned.score.certificate.proven


def test_teacher_is_the_floor_that_no_score_passes():
    learned = learn_worst_centre(TERMS, DATA, replace(SMALL, target="teacher"))
    assert min(learned.excess) > 0
    assert min(learned.plain_excess) > 0
    assert learned.score.certificate.proven


def test_small_centres_stand_together():
    unit, centres = group_centres(DATA.take(np.arange(len(DATA))), 1.0)
    assert centres == ((0,), (1,), (2,), (3,))
    few = SurvivalData(
        DATA.time, DATA.event, stratum=np.where(np.arange(220) < 12, np.arange(220) + 9, unit)
    )
    grouped, parts = group_centres(few, 10.0)
    assert len(parts) in {4, 5}
    assert sorted(code for part in parts for code in part) == sorted(set(few.stratum.tolist()))
    assert len(grouped) == 220


def test_what_is_refused():
    with pytest.raises(UnsuitableDataError, match="centre of each patient"):
        learn_worst_centre(TERMS, SurvivalData(DATA.time, DATA.event))
    with pytest.raises(UnsuitableDataError, match="fewer than two centres"):
        learn_worst_centre(TERMS, DATA, SMALL, CentreSettings(least_events=150))
    with pytest.raises(UnsuitableDataError, match="outside 0 to 1"):
        learn_worst_centre(TERMS, DATA, SMALL, CentreSettings(level=1.5))


def interrupt_once(monkeypatch, module):
    """The first proof is ended from the keyboard; any other is counted."""
    asked = []
    real = proof.prove_points

    def prove(ground, rules, incumbents, effort, tell=None):
        asked.append(effort)
        if len(asked) == 1:

            def stop(_):
                raise KeyboardInterrupt

            return real(ground, rules, incumbents, effort, stop)
        return real(ground, rules, incumbents, effort, tell)

    for one in module:
        monkeypatch.setattr(one, "prove_points", prove)
    return asked


def test_an_interrupt_of_the_first_search_ends_all_and_leaves_an_honest_gap(monkeypatch):
    asked = interrupt_once(monkeypatch, (aim, worst_search))
    wide = replace(PLAIN, max_variables=4, max_points=5, price=0.0)
    learned = learn_worst_centre(TERMS, DATA, wide, OWN)
    certificate = learned.score.certificate
    if certificate.proven:
        return  # one step was enough: nothing was cut short
    assert len(asked) == 1
    assert np.isfinite(certificate.gap)
    assert certificate.bound <= certificate.value
