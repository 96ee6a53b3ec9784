"""What decision curves refuse, and their edges."""

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.validate import binary_decision_curve, compare_decision_curves, decision_curve

DATA = SurvivalData(time=[1, 2, 3, 9, 9, 9], event=[1, 1, 1, 0, 0, 0])
RISK = [0.9, 0.8, 0.3, 0.4, 0.2, 0.1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"risk": [0.9] * 5}, "one probability per patient"),
        ({"risk": [90] * 6}, "6 of 6 risks"),
        ({"risk": [np.nan, *RISK[1:]]}, "1 of 6 risks"),
        ({"risk": [-0.1, *RISK[1:]]}, "outside 0 to 1"),
        ({"thresholds": [20]}, "20% is 0.2"),
        ({"thresholds": [1.0]}, "below 1"),
        ({"thresholds": [-0.1]}, "at least 0"),
        ({"thresholds": [np.nan]}, "probabilities"),
        ({"thresholds": []}, "probabilities"),
        ({"horizon": 0}, "time above 0"),
        ({"horizon": np.inf}, "time above 0"),
        ({"horizon": 0.5}, "nobody has the event by time 0.5"),
        ({"horizon": 10}, "beyond the last follow-up at 9"),
        ({"cause": 2}, "cause 2"),
        ({"cause": 0}, "cause 0"),
        ({"level": 1.5}, "between 0 and 1"),
        ({"data": SurvivalData([2, 3], [1, 0], entry=[0, 1]), "risk": [0.1, 0.2]}, "entered late"),
    ],
)
def test_refusals(changes, words):
    options = {"risk": RISK, "data": DATA, "horizon": 5, "thresholds": [0.2]} | changes
    with pytest.raises(UnsuitableDataError, match=words):
        decision_curve(**options)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"y": [0, 1, 2, 0]}, "0 no or 1 yes"),
        ({"y": [0, 0, 0, 0]}, "everyone or nobody"),
        ({"y": [0, 1, np.nan, 0]}, "0 no or 1 yes"),
        ({"risk": [0.1, 0.2, 0.3, 2]}, "1 of 4 risks"),
        ({"weight": [1, 1, 1]}, "weight >= 0"),
        ({"weight": [1, 1, 1, -1]}, "weight >= 0"),
        ({"weight": [1, 0, 0, 1]}, "everyone or nobody"),
        ({"prevalence": 10}, "between 0 and 1"),
        ({"thresholds": [1]}, "below 1"),
    ],
)
def test_refusals_of_a_yes_or_no_outcome(changes, words):
    options = {"risk": [0.1, 0.2, 0.3, 0.4], "y": [0, 1, 1, 0], "thresholds": [0.2]} | changes
    with pytest.raises(UnsuitableDataError, match=words):
        binary_decision_curve(**options)


def test_nobody_treated_was_followed_long_enough():
    data = SurvivalData(time=[1, 2, 9, 9], event=[1, 0, 0, 0])
    curve = decision_curve([0.2, 0.9, 0.2, 0.2], data, 5, [0.1, 0.5, 0.95])
    # The one patient at 0.9 was lost at 2; above 0.95 there is no one to treat.
    assert np.isnan(curve.net_benefit.value).tolist() == [False, True, False]
    assert np.isnan(curve.net_benefit.low[1])
    assert curve.net_benefit.value[2] == curve.net_benefit.std_error[2] == 0


def test_all_treated_had_the_event_before_the_time():
    curve = decision_curve([0.9, 0.8, 0.3, 0.4, 0.2, 0.1], DATA, 5, [0.5])
    assert curve.true_positive[0] == pytest.approx(2 / 6)
    assert curve.false_positive[0] == 0


def test_nothing_avoided_is_defined_at_threshold_0():
    curve = decision_curve(RISK, DATA, 5, [0.0, 0.2])
    assert np.isnan(curve.avoided.value[0])
    assert not np.isnan(curve.avoided.value[1])


def test_the_same_prediction_differs_by_nothing():
    found = compare_decision_curves(RISK, RISK, DATA, 5, [0.2, 0.5])
    assert not found.difference.value.any()
    assert found.p.tolist() == [1, 1]


def test_weight_0_is_absence():
    weight = np.array([1.0, 1, 1, 1, 1, 0])
    with_zero = SurvivalData(DATA.time, DATA.event, weight=weight)
    one = decision_curve(RISK, with_zero, 5, [0.25]).net_benefit
    two = decision_curve(RISK[:5], DATA.take(np.arange(5)), 5, [0.25]).net_benefit
    assert one.value.tolist() == two.value.tolist()
    assert one.std_error.tolist() == two.std_error.tolist()
