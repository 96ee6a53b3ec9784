"""Outcomes refuse what cannot be an outcome, and stand still."""

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError

GOOD = {"time": [5.0, 8.0, 8.0], "event": [1, 0, 2]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time": [5.0, np.nan, 8.0]}, "time is missing or infinite for 1 of 3 patients"),
        ({"time": [5.0, np.inf, 8.0]}, "time is missing or infinite"),
        ({"time": [-1.0, 2.0, 3.0]}, "time is negative for 1 patients"),
        ({"time": [[5.0, 8.0, 8.0]]}, "time has 2 dimensions"),
        ({"event": [1, 0]}, "event has 2 values but time has 3"),
        ({"event": [1, 0, 0.5]}, "event holds values that are not whole numbers"),
        ({"event": [1, 0, -1]}, "event is negative"),
        ({"event": [1, 0, np.nan]}, "event is missing"),
        ({"weight": [1, -1, 1]}, "weight is negative"),
        ({"weight": [1, np.nan, 1]}, "weight is missing"),
        ({"entry": [0, 8, 1]}, "entry is not before time for 1 patients"),
        ({"stratum": [0, 1]}, "stratum has 2 values"),
        ({"time": ["five", "8", "8"]}, "time is not a list of numbers"),
        ({"time": np.array([5, "late", 8], dtype=object)}, "time is not a list of numbers"),
        ({"time": [[5.0, 8.0], [8.0]]}, "time is not a list of numbers"),
        ({"time": np.array([5, 8, 8], dtype="M8[D]")}, "time is not a list of numbers"),
        ({"time": np.array([5, 8, 8], dtype=complex)}, "time is not a list of numbers"),
        ({"time": [10**400, 8, 8]}, "time is not a list of numbers"),
        ({"event": ["yes", "no", "no"]}, "event is not a list of numbers"),
        ({"event": [1j, 0, 1]}, "event is not a list of numbers"),
        ({"event": [{}, 0, 1]}, "event is not a list of numbers"),
        ({"event": [1e30, 0, 1]}, "event holds a number beyond 1e"),
        ({"event": [None, 0, 1]}, "event is missing or infinite for 1 of 3"),
        ({"stratum": ["north", "south", "south"]}, "stratum is not a list of numbers"),
        ({"stratum": [-1e30, 0, 1]}, "stratum holds a number beyond 1e"),
        ({"weight": ["a", "b", "c"]}, "weight is not a list of numbers"),
        ({"entry": [object(), 1, 1]}, "entry is not a list of numbers"),
    ],
)
def test_refuses(change, message):
    with pytest.raises(UnsuitableDataError, match=message):
        SurvivalData(**(GOOD | change))


def test_numbers_in_an_array_of_objects_are_numbers():
    data = SurvivalData(np.array([5, 8.0, True], dtype=object), np.array([1, 0, 2], dtype=object))
    assert data.time.tolist() == [5, 8, 1]


def test_arrays_cannot_be_changed_and_do_not_change_with_the_callers():
    times = np.array([5.0, 8.0, 8.0])
    data = SurvivalData(times, [1, 0, 2])
    times[0] = 99
    assert data.time[0] == 5
    with pytest.raises(ValueError, match="read-only"):
        data.time[0] = 1


def test_take_repeats_and_cause_selects():
    data = SurvivalData([5, 8, 9], [1, 0, 2], weight=[1, 2, 3], stratum=[0, 0, 1])
    taken = data.take([2, 2, 0])
    assert taken.time.tolist() == [9, 9, 5]
    assert taken.weight is not None
    assert taken.weight.tolist() == [3, 3, 1]
    assert data.cause(2).event.tolist() == [0, 0, 1]
    assert len(data.take(np.array([True, False, False]))) == 1
