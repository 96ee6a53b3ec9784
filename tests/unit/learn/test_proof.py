"""What a search says of itself: limits, near-equals kept, interrupts, progress."""

from __future__ import annotations

import numpy as np
import pytest

from jalon.core import SurvivalData
from jalon.learn import Candidate, Effort, SearchSettings, Wishes, build_terms
from jalon.learn.branch import fit_nothing
from jalon.learn.found import rank_found
from jalon.learn.incumbent import find_points
from jalon.learn.problem import lay_problem
from jalon.learn.proof import prove_points

CANDIDATES = tuple(Candidate(name, (-0.6, 0.0, 0.6)) for name in "abcdef")
SEARCH = SearchSettings(max_variables=3, max_terms=2, max_points=3, target="events")


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(2)
    columns = {name: rng.normal(size=250) for name in "abcdef"}
    risk = 0.5 * columns["a"] - 0.4 * columns["b"]
    time = np.ceil(100 * rng.exponential(np.exp(-risk)))
    data = SurvivalData(time, rng.integers(0, 2, 250))
    return lay_problem(build_terms(CANDIDATES, columns), data, SEARCH)


def prove(problem, tell=None, **effort):
    first = find_points(problem.ground, problem.rules)
    return prove_points(problem.ground, problem.rules, [first], Effort(**effort), tell)


def test_near_equals_come_best_first_and_include_the_best(problem):
    proof = prove(problem, near=1.0)
    assert proof.complete
    assert len(proof.found) > 3
    assert list(proof.found) == sorted(proof.found, key=rank_found)
    assert proof.gap < 1e-9
    assert proof.found[-1].cost <= proof.found[0].cost + 1.0


def test_a_set_cut_to_fewer_is_not_called_complete(problem):
    whole = prove(problem, near=1.0)
    for most in (2, len(whole.found) - 1):
        part = prove(problem, near=1.0, most=most)
        assert not part.complete
        assert part.found == whole.found[:most]
        assert part.bound == whole.bound
    assert prove(problem, near=1.0, most=len(whole.found)).complete


def test_no_time_gives_the_start_and_no_bound(problem):
    proof = prove(problem, seconds=0.0)
    assert proof.nodes == 0
    assert proof.bound == -np.inf
    assert proof.gap == np.inf
    assert not proof.complete
    assert proof.found == (find_points(problem.ground, problem.rules),)


def test_an_interrupt_ends_the_search_with_an_honest_gap(problem):
    def stop(now):
        raise KeyboardInterrupt

    nothing = fit_nothing(problem.ground, problem.rules)
    cut = prove_points(problem.ground, problem.rules, [nothing], Effort(), stop)
    whole = prove(problem)
    assert cut.nodes < whole.nodes or cut.gap > 0 or cut.found[0] == whole.found[0]
    assert cut.bound <= whole.found[0].cost + 1e-9
    assert cut.found[0].cost >= whole.found[0].cost - 1e-9


def test_progress_closes_in(problem):
    seen = []
    proof = prove(problem, tell=seen.append)
    assert seen
    costs, bounds = [one.cost for one in seen], [one.bound for one in seen]
    assert costs == sorted(costs, reverse=True)
    assert bounds == sorted(bounds)
    assert all(one.bound <= one.cost for one in seen)
    assert seen[-1].nodes == proof.nodes
    assert seen[-1].cost == pytest.approx(proof.found[0].cost, abs=1e-9)


def test_required_variable_that_is_not_worth_its_price_is_in_all_the_same():
    rng = np.random.default_rng(3)
    columns = {name: rng.normal(size=200) for name in "ab"}
    time = np.ceil(100 * rng.exponential(np.ones(200)))
    data = SurvivalData(time, np.ones(200, int))
    terms = build_terms((Candidate("a", (0.0,)), Candidate("b", (0.0,))), columns)
    dear = SearchSettings(max_variables=1, max_points=1, price=50.0, target="events")
    problem = lay_problem(terms, data, dear, Wishes(required=("b",)))
    proof = prove(problem, near=100.0)
    assert np.abs(proof.found[0].points).tolist() == [0, 1]
    assert proof.found[0].cost > fit_nothing(problem.ground, problem.rules).cost
    assert all(any(one.points) for one in proof.found)


def test_wishes_that_no_score_fulfils_find_nothing():
    rng = np.random.default_rng(3)
    columns = {name: rng.normal(size=200) for name in "ab"}
    data = SurvivalData(np.arange(1.0, 201.0), np.ones(200, int))
    terms = build_terms((Candidate("a", (0.0,)), Candidate("b", (0.0,))), columns)
    wishes = Wishes(required=("a", "b"), exclusions=(("a", "b"),))
    problem = lay_problem(terms, data, SEARCH, wishes)
    assert not any(prove(problem).found[0].points)
