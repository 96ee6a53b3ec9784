"""Published effects as priors."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.learn.robust_cases import CANDIDATES, PLAIN, make_columns, make_data

from jalon.core import UnsuitableDataError
from jalon.learn import build_terms, learn_score
from jalon.learn.prior import PublishedEffect, learn_with_prior, shrink_terms

COLUMNS = make_columns()
DATA = make_data(COLUMNS)
TERMS = build_terms(CANDIDATES, COLUMNS)


def effects(variance, values=(0.0, 0.3, 0.0, 0.6, 0.0, 0.0, 0.0, 0.0)):
    names = [TERMS.candidates[v].name for v in TERMS.variable]
    return [
        PublishedEffect(name, float(cut), value, variance)
        for name, cut, value in zip(names, TERMS.cut, values, strict=True)
    ]


@pytest.mark.parametrize("target", ["events", "teacher"])
def test_infinite_variance_changes_nothing(target):
    learned = learn_with_prior(TERMS, DATA, effects(np.inf), replace(PLAIN, target=target))
    assert learned.score.points == learned.plain.points
    assert learned.score.loss == pytest.approx(learned.plain.loss, rel=1e-12)
    assert learned.cost == pytest.approx(0.0, abs=1e-5)
    assert not any(learned.moved)


@pytest.mark.parametrize("target", ["events", "teacher"])
def test_tiny_variance_gives_points_in_proportion(target):
    search = replace(PLAIN, target=target, price=0.0)
    learned = learn_with_prior(TERMS, DATA, effects(1e-6), search)
    assert learned.score.points == (0, 1, 0, 2, 0, 0, 0, 0)
    assert learned.score.scale == pytest.approx(0.3, abs=1e-3)
    assert learned.loss >= learned.best_loss >= learned.plain.loss - 1e-7
    assert learned.cost > 0
    assert learned.score.certificate.proven


def test_influence_fades_as_the_variance_grows():
    costs = [
        learn_with_prior(TERMS, DATA, effects(variance), PLAIN).cost
        for variance in (1e-4, 0.02, 1e4)
    ]
    assert costs[0] > costs[1] > costs[2] - 1e-9
    assert costs[2] == pytest.approx(0.0, abs=1e-3)


def test_terms_without_an_effect_are_drawn_nowhere():
    shrinkage = shrink_terms(TERMS, [PublishedEffect("b", 0.5, -0.4, 0.25)])
    assert shrinkage.precision.tolist() == [0, 0, 0, 4, 0, 0, 0, 0]
    assert shrinkage.centre.tolist() == [0, 0, 0, -0.4, 0, 0, 0, 0]
    plain = learn_score(TERMS, DATA, PLAIN)
    assert learn_with_prior(TERMS, DATA, [], PLAIN).score.points == plain.points


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([PublishedEffect("z", 0.5, 0.1, 1.0)], "z > 0.5 has a published effect but is no"),
        ([PublishedEffect("a", 0.5, 0.1, 1.0)] * 2, "two published effects"),
        ([PublishedEffect("a", 0.5, 0.1, 0.0)], "the second above 0"),
        ([PublishedEffect("a", 0.5, np.nan, 1.0)], "the first must be finite"),
        ([PublishedEffect("a", 0.5, 0.1, np.nan)], "the second above 0"),
    ],
)
def test_what_is_refused(given, words):
    with pytest.raises(UnsuitableDataError, match=words):
        shrink_terms(TERMS, given)
