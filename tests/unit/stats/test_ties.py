"""Times that are equal but for rounding, and the order of rows."""

from __future__ import annotations

import numpy as np
import pytest

from jalon.core import UnsuitableDataError
from jalon.stats.order import sort_rows
from jalon.stats.ties import merge_ties


def test_rounding_is_merged_to_the_smallest():
    time = np.array([0.1 + 0.2, 0.3, 5.0])
    assert merge_ties(time)[0].tolist() == [0.3, 0.3, 5.0]


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
def test_unit_of_time_does_not_matter(unit):
    time = np.array([1.0, 1 + 1e-10, 1.001, 2.0]) * unit
    merged, _ = merge_ties(time)
    assert len(np.unique(merged)) == 3


def test_whole_days_are_left_alone():
    time = np.array([1.0, 2.0, 30000.0])
    assert merge_ties(time)[0] is time


def test_entry_is_merged_with_the_times():
    time, entry = merge_ties(np.array([0.9, 0.3]), np.array([0.1 + 0.2, 0.0]))
    assert entry is not None
    assert entry[0] == time[1]


def test_entry_at_its_own_time():
    with pytest.raises(UnsuitableDataError, match="entry equals time, but for rounding, for 1"):
        merge_ties(np.array([0.1 + 0.2, 4.0]), np.array([0.3, 0.0]))


@pytest.mark.parametrize(
    "values", [[3.0, 1, 3, 2], [3.5, 1, 3.5, 2], [3e9, 1, 3e9, 2], [3e5, -1e5, 3e5, 2]]
)
def test_rows_of_equal_value_keep_their_order(values):
    assert sort_rows(np.array(values)).tolist() == [1, 3, 0, 2]


def test_no_rows():
    assert sort_rows(np.empty(0)).tolist() == []
