"""Net benefit counted on paper."""

from math import sqrt

import pytest

from jalon.core import SurvivalData
from jalon.validate import binary_decision_curve, compare_decision_curves, decision_curve

EXACT = {"rel": 1e-12, "abs": 1e-14}


def test_four_patients():
    # At 1/4 three are treated, two of them rightly: 2/4 - 1/3 * 1/4 = 5/12.
    found = binary_decision_curve([0.9, 0.8, 0.3, 0.2], [1, 0, 1, 0], [0.25])
    assert found.treated[0] == pytest.approx(3 / 4, **EXACT)
    assert found.net_benefit.value[0] == pytest.approx(5 / 12, **EXACT)
    assert found.treat_all.value[0] == pytest.approx(1 / 2 - 1 / 3 * 1 / 2, **EXACT)
    assert found.standardised.value[0] == pytest.approx(5 / 6, **EXACT)
    # One treatment in vain of four patients is avoided: 1/12 over odds of 1/3.
    assert found.avoided.value[0] == pytest.approx(1 / 4, **EXACT)
    # Contributions 1, -1/3, 1, 0 with mean 5/12 have mean square distance 19/9 / 4 - 25/144.
    variance = (19 / 9 / 4 - 25 / 144) / 4
    assert found.net_benefit.std_error[0] == pytest.approx(sqrt(variance), **EXACT)


def test_cases_and_controls_sampled_separately():
    # Sensitivity 1, false positive share 1/2; in a population with 1 in 10 cases.
    found = binary_decision_curve([0.9, 0.8, 0.3, 0.2], [1, 0, 1, 0], [0.25], prevalence=0.1)
    assert found.true_positive[0] == pytest.approx(1 / 10, **EXACT)
    assert found.false_positive[0] == pytest.approx(9 / 20, **EXACT)
    assert found.net_benefit.value[0] == pytest.approx(1 / 10 - 3 / 20, **EXACT)
    # Only the share of two controls is uncertain: 1/3 * 9/10 * sqrt(1/4 / 2).
    expected = 3 / 10 * sqrt(1 / 8)
    assert found.net_benefit.std_error[0] == pytest.approx(expected, **EXACT)


def test_censored_patients():
    # Treated: events at 1 and 3, censored at 2, seen to 9: survival 3/4 * 1/2 at 5.
    data = SurvivalData(time=[1, 2, 3, 9, 9, 9], event=[1, 0, 1, 0, 0, 0])
    found = decision_curve([0.9, 0.8, 0.7, 0.6, 0.2, 0.1], data, 5, [0.5])
    risk = 1 - 3 / 4 * 1 / 2
    assert found.true_positive[0] == pytest.approx(4 / 6 * risk, **EXACT)
    assert found.net_benefit.value[0] == pytest.approx(4 / 6 * (2 * risk - 1), **EXACT)
    everyone = 1 - 5 / 6 * 3 / 4
    assert found.observed.value == pytest.approx(everyone, **EXACT)
    assert found.treat_all.value[0] == pytest.approx(2 * everyone - 1, **EXACT)


def test_competing_risks():
    # Treated: other cause at 1, then one of three has the event, one is censored: 3/4 * 1/3.
    data = SurvivalData(time=[1, 2, 3, 9, 9, 9], event=[2, 1, 0, 0, 0, 1])
    found = decision_curve([0.9, 0.8, 0.7, 0.6, 0.2, 0.1], data, 5, [0.5])
    assert found.true_positive[0] == pytest.approx(4 / 6 * 1 / 4, **EXACT)


def test_difference_of_two_predictions():
    # The first treats one patient more, who has the event: 1/6 more, contributions 1 and 5 zeros.
    data = SurvivalData(time=[1, 2, 3, 9, 9, 9], event=[1, 1, 1, 0, 0, 0])
    better, worse = [0.9, 0.8, 0.7, 0.4, 0.2, 0.1], [0.9, 0.8, 0.3, 0.4, 0.2, 0.1]
    found = compare_decision_curves(better, worse, data, 5, [0.5])
    assert found.difference.value[0] == pytest.approx(1 / 6, **EXACT)
    assert found.difference.std_error[0] == pytest.approx(sqrt(5 / 36 / 6), **EXACT)
