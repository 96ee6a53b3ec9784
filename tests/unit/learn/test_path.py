"""The best score of each size."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.learn.robust_cases import CANDIDATES, PLAIN, make_columns, make_data

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import Wishes, build_terms, learn_score
from jalon.learn.path import PathSettings, choose_size, trace_path

COLUMNS = make_columns()
DATA = make_data(COLUMNS)
TERMS = build_terms(CANDIDATES, COLUMNS)


def trace(search=PLAIN, settings=None, seed=1, **more):
    rng = np.random.default_rng(seed)
    return trace_path(TERMS, DATA, search, settings or PathSettings(draws=0), rng=rng, **more)


@pytest.mark.parametrize("target", ["events", "teacher"])
def test_each_size_is_the_proven_best_of_that_size(target):
    search = replace(PLAIN, target=target)
    path = trace(search)
    assert [step.size for step in path.steps] == [1, 2, 3, 4]
    for step in path.steps:
        alone = learn_score(TERMS, DATA, replace(search, max_variables=step.size))
        assert step.points == alone.points
        assert step.loss == pytest.approx(alone.loss, rel=1e-9)
        assert step.gap == 0
        assert len(step.variables) <= step.size
    costs = [step.loss + PLAIN.price * np.count_nonzero(step.points) for step in path.steps]
    assert costs == sorted(costs, reverse=True)


def test_optimism_shrinks_c_and_does_not_depend_on_workers():
    one = trace(settings=PathSettings((1, 2), 6, 1))
    two = trace(settings=PathSettings((1, 2), 6, 2))
    assert [step.optimism for step in one.steps] == [step.optimism for step in two.steps]
    assert all(step.optimism != 0 for step in one.steps)
    assert one.steps[0].corrected == one.steps[0].concordance - one.steps[0].optimism


def test_optimism_of_noise_takes_c_back_to_one_half():
    rng = np.random.default_rng(8)
    data = SurvivalData(rng.permutation(220) + 1.0, np.ones(220))
    path = trace_path(TERMS, data, replace(PLAIN, price=0.0), PathSettings((3,), 30), rng=rng)
    step = path.steps[0]
    assert step.optimism > 0.02
    assert step.corrected == pytest.approx(0.5, abs=0.03)


def test_a_correction_given_is_used():
    path = trace(correct=lambda step: 0.01 * step.size)
    assert [step.optimism for step in path.steps] == [0.01, 0.02, 0.03, 0.04]
    best, chosen = choose_size(
        [step.corrected for step in path.steps], [step.std_error for step in path.steps]
    )
    assert (path.best, path.chosen) == (best + 1, chosen + 1)
    assert path.chosen <= path.best


def test_criterion_counts_limits_by_the_log_of_events():
    path = trace()
    events = np.count_nonzero(DATA.event == 1)
    for step in path.steps:
        expected = 2 * step.loss + np.log(events) * np.count_nonzero(step.points)
        assert step.criterion == pytest.approx(expected, rel=1e-9)
    lowest = min(path.steps, key=lambda step: step.criterion)
    assert path.by_criterion == lowest.size


def test_sizes_start_at_what_is_required():
    path = trace(wishes=Wishes(required=("c", "d")))
    assert [step.size for step in path.steps] == [2, 3, 4]
    assert all({"c", "d"} <= set(step.variables) for step in path.steps)


@pytest.mark.parametrize("sizes", [(), (0, 1), (2, 1), (1, 1)])
def test_sizes_that_do_not_rise(sizes):
    with pytest.raises(UnsuitableDataError, match="rise from 1"):
        trace(settings=PathSettings(sizes))


def test_no_size_left():
    with pytest.raises(UnsuitableDataError, match="no size is left"):
        trace(settings=PathSettings((9,)))
