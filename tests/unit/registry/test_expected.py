"""Which cells are missed, and which do not apply."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from jalon.dictionary import find_table, list_tables
from jalon.registry.expected import count_cells, load_expectations
from jalon.registry.kinds import KINDS

TODAY = date(2026, 1, 1)


def count(name: str, row: dict[str, Any], **others: pl.DataFrame) -> dict[str, tuple[int, int]]:
    """Count the cells of one row: column -> expected, filled."""
    table = find_table(name)
    types = {column.name: KINDS[column.kind] for column in table.columns}
    frame = pl.DataFrame(
        [{"centre": "A", "patient": "p", **row}], schema={"centre": pl.String} | types
    )
    counts = count_cells(table, frame, others, TODAY)
    return {column: (expected, filled) for column, expected, filled in counts.iter_rows()}


def test_every_column_and_time_point_that_is_written_about_exists() -> None:
    expectations = load_expectations()
    for cells in (*expectations.cells, *expectations.optional):
        for column in cells.columns:
            find_table(cells.table).column(column)
    for moment in expectations.moment:
        points = {p for c in find_table(moment.table).columns for p in c.time_points}
        assert moment.time_point in points


@pytest.mark.parametrize("name", [table.name for table in list_tables()])
def test_every_condition_can_be_evaluated(name: str) -> None:
    assert count(name, {}) is not None


def test_keys_are_not_counted() -> None:
    assert not {"patient", "infusion_number", "time_point"} & set(count("assessment", {}))


def test_a_required_cell_is_always_expected() -> None:
    assert count("patient", {"sex": "female"})["sex"] == (1, 1)
    assert count("patient", {})["birth_year"] == (1, 0)


def test_a_cell_is_expected_at_its_time_points_only() -> None:
    assert "stage" in count("assessment", {"time_point": "d0"})
    assert "stage" not in count("assessment", {"time_point": "y10"})


def test_a_condition_that_does_not_hold_or_is_not_known_makes_nothing_missing() -> None:
    assert "diabetes_treatment" not in count("patient", {"diabetes": 0})
    assert "diabetes_treatment" not in count("patient", {})
    assert count("patient", {"diabetes": 1})["diabetes_treatment"] == (1, 0)


def test_a_limit_is_missed_only_beside_its_value() -> None:
    assert "ldh_uln" not in count("assessment", {"time_point": "d0"})
    assert count("assessment", {"time_point": "d0", "ldh": 200.0})["ldh_uln"] == (1, 0)


def test_one_of_two_ways_to_write_it_is_enough() -> None:
    one_way = count("assessment", {"time_point": "d0", "kps": 80})
    assert "ecog" not in one_way
    assert count("assessment", {"time_point": "d0"})["ecog"] == (1, 0)


def test_what_is_optional_is_never_missed() -> None:
    assert "il6" not in count("assessment", {"time_point": "d0"})
    assert "il6" not in count("assessment", {"time_point": "d0", "il6": 3.0})


def test_who_was_not_infused_has_no_day_0() -> None:
    assert "outpatient" not in count("infusion", {"apheresis_date": date(2024, 1, 1)})
    assert count("infusion", {"infusion_date": date(2024, 1, 1)})["outpatient"] == (1, 0)


def test_a_later_step_says_that_the_earlier_one_has_come() -> None:
    row = {"infusion_date": date(2024, 1, 1)}
    assert count("infusion", row)["apheresis_date"] == (1, 0)
    assert count("infusion", row)["lymphodepletion_date"] == (1, 0)
    assert "apheresis_date" not in count("infusion", {"decision_date": date(2024, 1, 1)})


@pytest.mark.parametrize(
    ("died", "infused", "expected"),
    [
        (None, date(2024, 1, 1), True),
        (date(2024, 1, 14), date(2024, 1, 1), False),
        (date(2024, 1, 15), date(2024, 1, 1), True),
        (None, date(2025, 12, 19), False),
    ],
)
def test_the_dead_and_the_recent_have_no_day_14(
    died: date | None, infused: date, expected: bool
) -> None:
    rows = [{"centre": "A", "patient": "p", "kind": "death", "date": died}] if died else []
    types = {"centre": pl.String, "patient": pl.String, "kind": pl.String, "date": pl.Date}
    event = pl.DataFrame(rows, schema=types)
    found = count("infusion", {"infusion_date": infused}, event=event)
    assert ("lenalidomide_early" in found) is expected


def test_only_a_death_has_a_cause() -> None:
    assert "cause" not in count("event", {"kind": "relapse"})
    assert count("event", {"kind": "death", "cause": "lymphoma"})["cause"] == (1, 1)
