"""Summaries of near-equal scores, counted by hand."""

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import Candidate, Effort, Found, SearchSettings, build_terms, learn_score
from jalon.learn.near import summarise_near

CANDIDATES = (
    Candidate("a", (0.0, 1.0), outlay=5.0),
    Candidate("b", (0.0,), outlay=1.0),
    Candidate("c", (0.0,), outlay=2.0),
)
TERMS = build_terms(
    CANDIDATES,
    {"a": np.array([0.0, 1, 2, 0]), "b": np.array([0.0, 1, 1, 0]), "c": np.array([1.0, 0, 1, 0])},
)


def found(cost, *points):
    return Found(cost, points, 0.5, cost)


NEAR = (
    found(10.0, 1, 0, 2, 0),
    found(10.1, 1, 0, 1, 0),
    found(10.2, 0, 3, 1, 0),
    found(10.4, 2, 0, 0, 1),
    found(10.5, 0, 0, 1, 1),
)


def test_shares_by_scores_and_by_supports():
    summary = summarise_near(TERMS, NEAR, complete=True)
    # Supports: {a0,b}, {a1,b}, {a0,c}, {b,c}; sets of variables: ab, ac, bc.
    assert (summary.scores, summary.supports, summary.sets) == (5, 4, 3)
    shares = {use.name: (use.of_scores, use.of_supports) for use in summary.variables}
    assert shares == {"a": (4 / 5, 3 / 4), "b": (4 / 5, 3 / 4), "c": (2 / 5, 2 / 4)}
    assert not any(use.always for use in summary.variables)
    assert summary.complete


def test_limits_with_their_points():
    cuts = {(use.name, use.cut): use for use in summarise_near(TERMS, NEAR).cuts}
    assert (cuts["a", 0.0].of_scores, cuts["a", 0.0].low, cuts["a", 0.0].high) == (3 / 5, 1, 2)
    assert (cuts["a", 1.0].of_scores, cuts["a", 1.0].of_supports) == (1 / 5, 1 / 4)


def test_who_replaces_whom_and_at_what_loss():
    swaps = {(one.out, one.into): one for one in summarise_near(TERMS, NEAR).replacements}
    # ab (10.0), ac (10.4), bc (10.5): each exchange is seen once.
    assert len(swaps) == 6
    assert swaps["b", "c"].loss == pytest.approx(0.4)
    assert swaps["c", "b"].loss == pytest.approx(-0.4)
    assert swaps["a", "c"].loss == pytest.approx(0.5)
    assert swaps["a", "b"].loss == pytest.approx(0.1)


def test_cheapest_and_simplest_are_numbered_as_they_are_picked():
    summary = summarise_near(TERMS, NEAR)
    assert (summary.cheapest, summary.outlay) == (5, 3.0)
    # All have two variables and two limits; totals reach 3, 2, 4, 3, 2: the better of the 2s.
    assert summary.simplest == 2


def test_a_learned_set_sums_up():
    rng = np.random.default_rng(3)
    columns = {name: rng.normal(size=300) for name in "abcd"}
    time = rng.exponential(np.exp(-columns["a"] - 0.5 * columns["b"]))
    terms = build_terms([Candidate(name, (-0.5, 0.5)) for name in "abcd"], columns)
    data = SurvivalData(time, np.ones(300))
    score = learn_score(
        terms, data, SearchSettings(max_variables=2, max_terms=1), effort=Effort(near=0.05)
    )
    summary = summarise_near(terms, score.near, score.near_complete)
    assert summary.complete
    assert summary.scores == len(score.near) > 1
    assert summary.variables[0].name == "a"
    assert summary.variables[0].always
    assert sum(cut.of_scores for cut in summary.cuts if cut.name == "a") == pytest.approx(1.0)


def test_nothing_to_summarise():
    with pytest.raises(UnsuitableDataError, match=r"Effort\(near=0.01\)"):
        summarise_near(TERMS, ())
    with pytest.raises(UnsuitableDataError, match="each of the 4 terms"):
        summarise_near(TERMS, (found(1.0, 1, 1),))
