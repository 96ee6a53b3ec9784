"""What pooling refuses, and its edges."""

import numpy as np
import pytest

from jalon.core import UnsuitableDataError
from jalon.stats import leave_one_out, pool_effects


@pytest.mark.parametrize(
    ("effect", "variance", "options", "words"),
    [
        ([1], [1], {}, "at least two"),
        ([1, 2], [1], {}, "one of each per study"),
        ([1, np.nan], [1, 1], {}, "1 of 2 studies"),
        ([1, 2], [1, 0], {}, "not above 0"),
        ([1, 2], [1, np.inf], {}, "1 of 2 studies"),
        ([1, 2], [1, 1], {"method": "XX"}, "choose fixed, REML"),
        ([1, 2], [1, 1], {"interval": "XX"}, "choose normal"),
        ([1, 2], [1, 1], {"level": 95}, "between 0 and 1"),
        ([1, 1], [1, 2], {"interval": "knapp-hartung"}, "all effects are the same"),
    ],
)
def test_refusals(effect, variance, options, words):
    with pytest.raises(UnsuitableDataError, match=words):
        pool_effects(effect, variance, **options)


def test_leaving_one_of_two_out():
    with pytest.raises(UnsuitableDataError, match="nothing to pool"):
        leave_one_out([1, 2], [1, 1])


def test_equal_effects():
    for method in ("REML", "SJ", "PM"):
        found = pool_effects([1, 1, 1], [1, 2, 3], method)
        assert found.tau2.value == found.tau2.low == found.tau2.high == 0
        assert found.estimate.value == pytest.approx(1)


def test_prediction_with_other_degrees_of_freedom():
    y, v = [0.1, 0.9, 0.4, -0.5], [0.05, 0.1, 0.2, 0.1]
    normal, two = pool_effects(y, v), pool_effects(y, v, prediction_df=2)
    assert two.prediction.high > normal.prediction.high > normal.estimate.high
    none = pool_effects(y[:2], v[:2], prediction_df=0).prediction
    assert np.isnan(none.low)
    assert none.value == pool_effects(y[:2], v[:2]).estimate.value
