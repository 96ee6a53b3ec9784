"""Competing causes: edges and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import aalen_johansen, gray_test, value_at

DATA = SurvivalData(time=[1, 2, 3, 4], event=[1, 2, 0, 1])


def test_causes_are_numbered_from_one():
    with pytest.raises(UnsuitableDataError, match="cause is 0"):
        aalen_johansen(DATA, 0)


@pytest.mark.parametrize("variance", ["aalen", "greenwood", "robust"])
def test_a_cause_that_nobody_had(variance):
    curve = aalen_johansen(DATA, 5, interval="plain", variance=variance)
    assert curve.value.tolist() == curve.high.tolist() == curve.std_error.tolist() == [0] * 4


@pytest.mark.parametrize("variance", ["aalen", "greenwood", "robust"])
def test_everyone_had_the_event(variance):
    curve = aalen_johansen(SurvivalData([1, 2, 3], [1, 1, 1]), variance=variance)
    assert curve.value[-1] == 1
    assert np.isnan(curve.low[-1])


def test_no_limits_before_the_first_event_of_the_cause():
    curve = aalen_johansen(DATA, 2)
    assert np.isnan(curve.low[0])
    assert value_at(curve, 0.5)[0].low == 0


def test_gray_needs_observation_from_zero():
    late = SurvivalData(DATA.time, DATA.event, entry=[0, 1, 1, 0])
    with pytest.raises(UnsuitableDataError, match=r"log_rank\(data\.cause\(k\), group\)"):
        gray_test(late, [1, 2, 1, 2])


def test_gray_needs_an_event_of_its_cause():
    with pytest.raises(UnsuitableDataError, match="no event of cause 3"):
        gray_test(DATA, [1, 2, 1, 2], cause=3)
