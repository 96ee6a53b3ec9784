"""Learning again on resamples."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.learn.robust_cases import CANDIDATES, PLAIN, make_columns, make_data

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import build_terms, learn_score
from jalon.learn.stability import ResampleSettings, count_uses, draw_counts, measure_stability

COLUMNS = make_columns()
DATA = make_data(COLUMNS)
TERMS = build_terms(CANDIDATES, COLUMNS)
SCORE = learn_score(TERMS, DATA, PLAIN)


def measure(workers=2, seed=4, kind="half", draws=10):
    settings = ResampleSettings(draws, kind, workers)
    rng = np.random.default_rng(seed)
    return measure_stability(SCORE, TERMS, DATA, PLAIN, settings, rng=rng)


def test_number_of_workers_changes_nothing():
    one, three = measure(1), measure(3)
    assert np.array_equal(one.points, three.points)
    assert one.inclusion.tolist() == three.inclusion.tolist()


def test_strong_variable_is_kept_and_frequencies_agree():
    drawn = measure(kind="bootstrap")
    assert drawn.names == ("a", "b", "c", "d")
    assert drawn.inclusion[0] == 1.0
    assert drawn.inclusion.sum() <= PLAIN.max_variables + 1e-12
    assert np.allclose(drawn.together, drawn.together.T)
    assert 0.0 < drawn.between <= 1.0


def test_counts_by_hand():
    points = np.array([[1, 0, 2, 0, 0, 0, 0, 0], [0, -1, 0, 0, 0, 1, 0, 0]])
    drawn = count_uses(TERMS, (2, 3, 1, 0, 0, 0, 0, 0), points)
    assert drawn.inclusion.tolist() == [1.0, 0.5, 0.5, 0.0]
    assert drawn.together[0].tolist() == [1.0, 0.5, 0.5, 0.0]
    assert drawn.together[1, 2] == 0.0
    assert drawn.cuts[:3].tolist() == [0.5, 0.5, 0.5]
    assert drawn.same_sign[:3].tolist() == [1.0, 0.0, 1.0]
    assert np.isnan(drawn.same_sign[3:]).all()
    # The score uses a and b; the draws use {a, b} and {a, c}.
    assert drawn.with_score.tolist() == [1.0, 1 / 3]
    assert drawn.between == pytest.approx(1 / 3)


def test_halves_are_complementary_and_bootstraps_keep_each_stratum():
    rng = np.random.default_rng(1)
    halves = draw_counts(DATA, ResampleSettings(6, "half"), rng)
    assert (halves[0] + halves[1] == 1).all()
    assert abs(int(halves[0].sum()) - len(DATA) / 2) <= 4
    again = draw_counts(DATA, ResampleSettings(3, "bootstrap"), rng)
    for code in range(4):
        members = DATA.stratum == code
        assert (again[:, members].sum(axis=1) == members.sum()).all()


def test_weights_count_patients():
    doubled = SurvivalData(DATA.time, DATA.event, weight=np.full(len(DATA), 2.0))
    single = replace(doubled, weight=None)
    settings = ResampleSettings(4, "half", 1)
    free = replace(PLAIN, price=0.0, least_events=1.0)
    drawn = [
        measure_stability(SCORE, TERMS, data, free, settings, rng=np.random.default_rng(7))
        for data in (doubled, single)
    ]
    assert np.array_equal(drawn[0].points, drawn[1].points)


def test_what_is_refused():
    with pytest.raises(UnsuitableDataError, match="at least two draws"):
        measure(draws=1)
    wrong = replace(SCORE, points=(1, 2))
    with pytest.raises(UnsuitableDataError, match="2 points but there are 8 terms"):
        measure_stability(wrong, TERMS, DATA, rng=np.random.default_rng(1))
