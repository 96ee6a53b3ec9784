"""Grades from counts of several days: windows, episodes, gaps, units, early ends."""

import pytest

from jalon.core import DefinitionError
from jalon.scores import Between, assess_series, find_definition, read_series

ICAHT = find_definition("icaht_neutropenia")
T_ICAHT = find_definition("icaht_thrombocytopenia")
CTCAE = find_definition("ctcae5_cytopenia")
EVERY = list(range(31))


def early(counts, days=EVERY, **more):
    return read_series(ICAHT, "early", (days, counts), **more)


def low_from(first, n, value=400.0):
    """A month of counts at 2000, but `n` days from `first` on at another value."""
    return [value if first <= day < first + n else 2000.0 for day in EVERY]


@pytest.mark.parametrize("days", [0, 1, 6, 7, 13, 14, 30])
def test_days_of_one_episode(days):
    reading = early(low_from(1, days))
    assert reading.inputs["days_le500"] == days
    assert reading.inputs["never_above_500"] == 0


def test_500_counts_and_501_does_not():
    assert early(low_from(3, 9, 500)).inputs["days_le500"] == 9
    assert early(low_from(3, 9, 501)).inputs["days_le500"] == 0


@pytest.mark.parametrize(("pause", "joined"), [(1, 9), (2, 10), (3, 4), (4, 4)])
def test_short_recovery_is_joined(pause, joined):
    counts = low_from(2, 4)
    for day in range(6 + pause, 10 + pause):
        counts[day] = 400
    reading = early(counts)
    assert reading.inputs["days_le500"] == joined
    assert reading.other["days_le500"] == 8


def test_last_day_of_the_window_is_in_and_the_next_is_not():
    days, counts = [*range(28), 28, 29, 30, 31, 32], [2000] * 28 + [400] * 5
    assert early(counts, days).inputs["days_le500"] == 3


@pytest.mark.parametrize(("gap", "known"), [(7, True), (8, False)])
def test_gap_of_seven_days_is_filled_in_and_of_eight_is_not(gap, known):
    days = [*range(5), 5 + gap, *range(6 + gap, 31)]
    counts = [400.0] * 6 + [2000.0] * (len(days) - 6)
    found = early(counts, days).inputs["days_le500"]
    assert found == (6 + gap if known else Between(5, 6 + gap))


def test_counts_on_a_line_between_two():
    # 1000 on day 0, 200 on day 4: 800, 600, 400 between; then 500 exactly on the way up. The 24
    # days after the last count may all belong to the same episode, and so day 6 with them.
    reading = early([1000, 200, 800], [0, 4, 6])
    assert reading.inputs["days_le500"] == Between(3, 3 + 1 + 24)
    assert "24 of 31 days" in reading.remarks[-1].text["en"]


def test_two_counts_of_a_day_are_its_lowest():
    reading = early([*low_from(1, 2), 300], [*EVERY, 20])
    assert reading.other["days_le500"] == 3


def test_death_ends_the_window_and_keeps_the_grade():
    answer = assess_series(ICAHT, "early", list(range(10)), [300] * 10, until=9)
    assert answer.group.slug == "grade2"
    assert "not gradable after day 9" in answer.remarks[-1].text["en"]
    whole = assess_series(ICAHT, "early", EVERY, [300] * 31)
    assert whole.group.slug == "grade4"


@pytest.mark.parametrize(
    ("counts", "grade", "other"),
    [
        ([2000, 1600], 0, 0),
        ([1500, 1500], 1, 1),
        ([1000, 900], 2, 2),
        ([500, 400], 3, 3),
        ([100, 0], 4, 4),
        ([50, 600, 2000], 2, 4),
    ],
)
def test_late_level_needs_a_second_count(counts, grade, other):
    answer = assess_series(ICAHT, "late", list(range(40, 40 + len(counts))), counts)
    assert answer.points_low == answer.points_high == grade
    if other == grade:
        assert answer.alternative is None
    else:
        assert (answer.alternative.points_low, answer.alternative.points_high) == (grade, other)
        assert answer.flips


def test_platelets_are_strict_and_days_add_up():
    counts = [50.0] * 10 + [49.9, 60, 49.9, 60, 49.9, 60, 49.9, 60, 49.9, 60, 49.9, 60, 49.9]
    counts += [60] * (31 - len(counts))
    assert read_series(T_ICAHT, "early", (EVERY, counts)).inputs["days_lt50"] == 7
    assert assess_series(T_ICAHT, "early", EVERY, counts).group.slug == "grade2"


def test_worst_day_of_ctcae_in_either_unit():
    for counts, unit in (([1.6, 0.5, 0.7], ""), ([1600, 500, 700], "/uL")):
        answer = assess_series(CTCAE, "neutrophils", [1, 5, 9], counts, unit=unit)
        assert answer.group.slug == "grade3"


@pytest.mark.parametrize(
    ("series", "days", "counts", "message"),
    [
        ("middle", [1], [400], "reads no series 'middle'; known: early, late"),
        ("early", [1, 2], [400], "2 days and 1 counts"),
        ("early", [1.5], [400], "day 1.5 is not a whole number"),
        ("early", [40], [400], "no count from day 0 to day 30"),
        ("early", [1], [-4], "outside 0 to 500000"),
        ("early", [1], [None], "no count from day 0"),
    ],
)
def test_refused_with_advice(series, days, counts, message):
    with pytest.raises(DefinitionError, match=message):
        assess_series(ICAHT, series, days, counts)


def test_window_that_ends_before_it_starts():
    with pytest.raises(DefinitionError, match="starts on day 31, after day 20"):
        assess_series(ICAHT, "late", [40], [400], until=20)


def test_score_without_series():
    with pytest.raises(DefinitionError, match="known: none"):
        assess_series(find_definition("ipi"), "early", [1], [1])
