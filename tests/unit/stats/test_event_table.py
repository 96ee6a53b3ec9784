"""Counting patients: what cannot be counted is refused in words."""

from __future__ import annotations

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import count_events, kaplan_meier, merge_tables


def test_no_patient():
    with pytest.raises(UnsuitableDataError, match="no patient is left"):
        count_events(SurvivalData(time=[], event=[]))


def test_only_weights_of_zero():
    with pytest.raises(UnsuitableDataError, match="weight 0"):
        count_events(SurvivalData(time=[1, 2], event=[1, 0], weight=[0, 0]))


def test_a_weight_of_zero_leaves_the_patient_out():
    table = count_events(SurvivalData(time=[1, 2.5], event=[1, 0], weight=[0, 1]))
    assert table.time.tolist() == [2.5]
    assert table.at_risk.tolist() == [1]


def test_codes_that_are_no_causes():
    with pytest.raises(UnsuitableDataError, match="codes up to 20240131"):
        count_events(SurvivalData(time=[1], event=[20240131]))


def test_entry_that_equals_the_end_up_to_rounding():
    data = SurvivalData(time=[1, 1 + 1e-12], event=[1, 1], entry=[0, 1])
    with pytest.raises(UnsuitableDataError, match="1 of 2 patients end as soon as they enter"):
        count_events(data)


def test_days_and_fractions_count_alike():
    time = np.array([3, 1, 2, 3, 900])
    event = [1, 0, 2, 1, 1]
    days = count_events(SurvivalData(time, event))
    fractions = count_events(SurvivalData(time / 7, event))
    assert days.at_risk.tolist() == fractions.at_risk.tolist() == [5, 4, 3, 1]
    assert days.events.tolist() == fractions.events.tolist()


def test_one_row_per_day_also_for_many_patients():
    time = np.tile([3.0, 700.0, 5.0, 5.0], 250)
    table = count_events(SurvivalData(time, np.tile([1, 0, 1, 2], 250)))
    assert table.time.tolist() == [3, 5, 700]
    assert table.events.tolist() == [[250, 0], [250, 250], [0, 0]]
    assert table.at_risk.tolist() == [1000, 750, 250]


def test_sites_with_other_causes_can_be_merged():
    one = count_events(SurvivalData(time=[1, 2], event=[1, 0]))
    two = count_events(SurvivalData(time=[2, 3], event=[3, 1]))
    for merged in (merge_tables(one, two), merge_tables(two, one)):
        assert merged.events.tolist() == [[1, 0, 0], [0, 0, 1], [1, 0, 0]]
        assert merged.at_risk.tolist() == [4, 3, 1]


def test_a_row_where_patients_only_enter_is_no_step():
    late = SurvivalData(time=[2, 4], event=[1, 0], entry=[0, 1])
    assert count_events(late).time.tolist() == [0, 1, 2, 4]
    assert kaplan_meier(late).time.tolist() == [2, 4]


def test_nobody_is_left_over_by_rounding():
    # All seven leave on day 1, long before the next ones enter.
    weight = np.append(1 / np.arange(3.0, 10.0), [1 / 0.3, 1 / 0.7])
    data = SurvivalData([1] * 7 + [6, 9], [1] * 7 + [1, 1], [0] * 7 + [5, 5], weight)
    curve = kaplan_meier(data)
    assert curve.value.tolist() == [0, 0, 0]
    # The robust error of a curve that ends at 0 is 0, as in R.
    assert curve.std_error.tolist() == [0, 0, 0]
