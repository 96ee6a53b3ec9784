"""Absolute risks read off a curve, on tables small enough for paper."""

import math

import pytest

from jalon.core import SurvivalData
from jalon.study.drawings import find_horizon
from jalon.study.outcome import draw_risk, read_risk

MONTH = 365.25 / 12


def days(*months):
    return [month * MONTH for month in months]


FOUR = SurvivalData(days(1, 2, 3, 4), [1, 0, 1, 0])


def test_risk_is_one_minus_survival_with_its_limits_turned():
    risk = read_risk(draw_risk(FOUR, competes=False), 3.5)
    assert risk.value == pytest.approx(1 - 3 / 4 * 1 / 2)
    assert risk.low < risk.value < risk.high


def test_risk_at_the_very_day_of_the_event_counts_it():
    curve = draw_risk(FOUR, competes=False)
    assert read_risk(curve, 3).value == pytest.approx(1 - 3 / 8)
    assert read_risk(curve, 2.999).value == pytest.approx(1 / 4)


def test_no_risk_beyond_the_last_patient_unless_all_had_the_event():
    assert math.isnan(read_risk(draw_risk(FOUR, competes=False), 5).value)
    everyone = SurvivalData(days(1, 2), [1, 1])
    assert read_risk(draw_risk(everyone, competes=False), 5).value == 1


def test_competing_event_is_not_censoring():
    """Three patients: one dies first, then two relapse. By the end 2/3 relapsed, not all."""
    data = SurvivalData(days(1, 2, 3), [2, 1, 1])
    risk = read_risk(draw_risk(data, competes=True), 3)
    assert risk.value == pytest.approx(2 / 3)


def test_figures_end_where_few_are_left():
    assert find_horizon([draw_risk(SurvivalData(days(*range(1, 61)), [1] * 60), False)]) == 60
    assert find_horizon([draw_risk(FOUR, competes=False)]) is None
