"""Scores learned from four patients, derived on paper.

Patients A, B, C, D have the event on days 1, 2, 3, 4. A and C carry the mark. With one term and
one point per patient who carries it, theta = exp(scale), the partial likelihood (Breslow) is

    theta / (2 theta + 2)  x  1 / (theta + 2)  x  theta / (theta + 1)  x  1.

Its logarithm is 2 log(theta) - 2 log(theta + 1) - log(theta + 2) - log(2), so that

    2 / theta - 2 / (theta + 1) - 1 / (theta + 2) = 0,
    2 (theta + 2) = theta (theta + 1),   theta^2 - theta - 4 = 0,   theta = (1 + sqrt(17)) / 2.
"""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest

from jalon.core import SurvivalData
from jalon.learn import Candidate, Effort, SearchSettings, Terms, Wishes
from jalon.learn.incumbent import find_points
from jalon.learn.problem import lay_problem
from jalon.learn.proof import prove_points

THETA = (1 + sqrt(17)) / 2
LEAST = 2 * log(THETA + 1) + log(THETA + 2) + log(2) - 2 * log(THETA)
NOTHING = log(4) + log(3) + log(2)

MARK = Terms(
    (Candidate("mark", (0.0,)),),
    np.array([0]),
    np.array([0.0]),
    np.array([[1, 0, 1, 0]], dtype=np.uint8),
)
DATA = SurvivalData([1, 2, 3, 4], [1, 1, 1, 1])
FREE = SearchSettings(
    max_variables=1, max_terms=1, max_points=5, price=0.0, least_events=1, target="events"
)


def learn(settings=FREE, data=DATA, wishes=None):
    problem = lay_problem(MARK, data, settings, wishes)
    first = find_points(problem.ground, problem.rules)
    return prove_points(problem.ground, problem.rules, [first], Effort())


def test_one_mark():
    proof = learn()
    best = proof.found[0]
    assert best.points == (1,)
    assert best.scale == pytest.approx(log(THETA), rel=1e-7)
    assert best.loss == pytest.approx(LEAST, rel=1e-12)
    assert proof.bound == pytest.approx(LEAST, rel=1e-12)


def test_a_price_above_what_the_mark_gains_leaves_no_score():
    gain = NOTHING - LEAST
    dear = SearchSettings(1, 1, 5, price=gain + 1e-6, least_events=1, target="events")
    assert learn(dear).found[0].points == (0,)
    assert learn(dear).bound == pytest.approx(NOTHING, rel=1e-12)
    cheap = SearchSettings(1, 1, 5, price=gain - 1e-6, least_events=1, target="events")
    assert learn(cheap).found[0].points == (1,)
    assert learn(cheap).found[0].cost == pytest.approx(NOTHING - 1e-6, rel=1e-12)


def test_a_required_mark_is_paid_for():
    dear = SearchSettings(1, 1, 5, price=10.0, least_events=1, target="events")
    best = learn(dear, wishes=Wishes(required=("mark",))).found[0]
    assert best.points == (1,)
    assert best.cost == pytest.approx(LEAST + 10, rel=1e-12)


def test_every_patient_twice_on_his_day():
    """Breslow: both of a day's events see the same risk set, so each factor is squared x 2^-2."""
    data = SurvivalData([1, 2, 3, 4], [1, 1, 1, 1], weight=[2, 2, 2, 2])
    best = learn(data=data).found[0]
    assert best.scale == pytest.approx(log(THETA), rel=1e-7)
    # log of a risk set of twice the weight is larger by log 2, for each of 8 events.
    assert best.loss == pytest.approx(2 * LEAST + 8 * log(2), rel=1e-12)


def test_two_strata_of_the_same_patients():
    problem = lay_problem(
        Terms(MARK.candidates, MARK.variable, MARK.cut, np.tile(MARK.bits, 2)),
        SurvivalData(np.tile(DATA.time, 2), np.tile(DATA.event, 2), stratum=[0] * 4 + [1] * 4),
        FREE,
    )
    best = find_points(problem.ground, problem.rules)
    assert best.scale == pytest.approx(log(THETA), rel=1e-7)
    assert best.loss == pytest.approx(2 * LEAST, rel=1e-12)


def test_a_patient_who_enters_late():
    """C enters after day 2: the first two risk sets lose a theta.

    theta / (theta + 2) x 1 / 2 x theta / (theta + 1): it rises without end, to 1/2; the search
    stops at a coefficient of 12.
    """
    data = SurvivalData([1, 2, 3, 4], [1, 1, 1, 1], entry=[0, 0, 2, 0])
    best = learn(data=data).found[0]
    assert best.points == (1,)
    assert best.scale == pytest.approx(12.0)
    end = log(2) + log(1 + 2 / exp(12)) + log(1 + 1 / exp(12))
    assert best.loss == pytest.approx(end, rel=1e-10)
