"""The problem of learning a score: which terms may be used, and what is said of the others."""

from __future__ import annotations

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import Candidate, SearchSettings, Terms, Wishes
from jalon.learn.problem import lay_problem

EVENTS = SearchSettings(max_variables=2, target="events", least_events=2)


def make(rows, names="abcdef"):
    bits = np.array(rows, dtype=np.uint8)
    candidates = tuple(Candidate(name, (0.0,)) for name in names[: len(bits)])
    return Terms(candidates, np.arange(len(bits)), np.zeros(len(bits)), bits)


TERMS = make(
    [
        [0, 1, 0, 1, 0, 1, 0, 1],
        [1, 0, 1, 0, 1, 0, 1, 0],
        [0, 0, 0, 0, 1, 1, 1, 1],
        [1, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 1, 1, 1],
    ]
)
DATA = SurvivalData(np.arange(1.0, 9.0), np.ones(8, int))


def test_equal_and_opposite_terms_are_kept_once_and_rare_ones_not_at_all():
    problem = lay_problem(TERMS, DATA, EVENTS)
    assert problem.used.tolist() == [0, 2]
    assert problem.notes == (
        "b > 0 is the same as a > 0; kept once",
        "e > 0 is the same as c > 0; kept once",
    )
    assert problem.penalty == 0


def test_a_forbidden_twin_leaves_the_other():
    problem = lay_problem(TERMS, DATA, EVENTS, Wishes(forbidden=("a", "c")))
    assert problem.used.tolist() == [1, 4]
    assert problem.spread((3, -2)) == (0, 3, 0, 0, -2)


def test_events_of_weight_zero_do_not_count():
    weight = np.array([0.0, 0, 0, 0, 1, 1, 1, 1])
    weighted = SurvivalData(DATA.time, DATA.event, weight=weight)
    assert lay_problem(TERMS, weighted, EVENTS).used.tolist() == [0]


def test_names_that_nobody_knows_are_refused():
    with pytest.raises(UnsuitableDataError, match="z is asked for or excluded"):
        lay_problem(TERMS, DATA, EVENTS, Wishes(exclusions=(("a", "z"),)))
    with pytest.raises(UnsuitableDataError, match="a is both required and forbidden"):
        lay_problem(TERMS, DATA, EVENTS, Wishes(required=("a",), forbidden=("a",)))


def test_a_penalty_that_is_known_is_used():
    taught = SearchSettings(max_variables=2, least_events=2)
    problem = lay_problem(TERMS, DATA, taught, penalty=4.0)
    assert problem.penalty == 4.0
    plain = lay_problem(TERMS, DATA, EVENTS)
    assert not np.array_equal(problem.ground.linear, plain.ground.linear)
    assert np.array_equal(problem.ground.deaths, plain.ground.deaths)


def test_late_entry_with_competing_causes_is_refused():
    late = SurvivalData(DATA.time, np.tile([1, 2], 4), entry=DATA.time - 0.5)
    with pytest.raises(UnsuitableDataError, match="Fine-Gray weights are not defined"):
        lay_problem(TERMS, late, EVENTS)
