"""What concordance refuses, and what it says then."""

from __future__ import annotations

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import compare_concordance, concordance, concordance_value, hold_competing

DATA = SurvivalData([1, 2, 3, 4], [1, 1, 0, 1])
counts = pytest.mark.parametrize("count", [concordance, concordance_value])


@counts
def test_no_event(count):
    with pytest.raises(UnsuitableDataError, match="none of the 4 patients"):
        count([1, 2, 3, 4], SurvivalData(DATA.time, [0, 0, 0, 0]))


@counts
def test_several_causes(count):
    with pytest.raises(UnsuitableDataError, match=r"data\.cause\(1\)"):
        count([1, 2, 3, 4], SurvivalData(DATA.time, [0, 1, 2, 0]))


@counts
def test_no_comparable_pair(count):
    with pytest.raises(UnsuitableDataError, match="no two patients can be compared"):
        count([1, 2, 3, 4], SurvivalData(DATA.time, [0, 0, 0, 1]))


@counts
def test_missing_risk(count):
    with pytest.raises(UnsuitableDataError, match="risk is missing or infinite for 1 of 4"):
        count([1, np.nan, 3, 4], DATA)


@counts
def test_wrong_length(count):
    with pytest.raises(UnsuitableDataError, match="one number per patient"):
        count([1, 2], DATA)


def test_constant_risk_says_nothing():
    found = concordance([5, 5, 5, 5], DATA)
    assert (found.estimate.value, found.std_error) == (0.5, 0.0)


def test_other_patients_cannot_be_compared():
    other = concordance([1, 2, 3], DATA.take([0, 1, 2]))
    with pytest.raises(UnsuitableDataError, match="of 4 and 3 patients"):
        compare_concordance(concordance([1, 2, 3, 4], DATA), other)


def test_competing_events_are_held_beyond_the_last_time():
    data = SurvivalData([3, 5, 9], [2, 1, 0], entry=[0, 1, 2], weight=[1, 2, 3], stratum=[0, 1, 1])
    held = hold_competing(data, 1)
    assert held.time.tolist() == [10, 5, 9]
    assert held.event.tolist() == [0, 1, 0]
    assert held.weight is not None
    assert held.weight.tolist() == [1, 2, 3]
    assert hold_competing(data, 2).event.tolist() == [1, 0, 0]


def test_score_and_its_shift_beyond_counting_sort_agree():
    rng = np.random.default_rng(2)
    risk = rng.integers(0, 10, 200)
    data = SurvivalData(rng.integers(1, 50, 200), rng.random(200) < 0.5)
    # 1e6 apart, the scores no longer fit 16 bits and are sorted by comparison.
    assert concordance_value(risk, data) == concordance_value(risk * 1e6, data)
