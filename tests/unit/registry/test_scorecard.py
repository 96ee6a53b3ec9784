"""The figures of each centre, counted by hand (synthetic rows)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from jalon.dictionary import list_tables
from jalon.registry.scorecard import DELAYS, count_centre, make_scorecard
from jalon.registry.store.current import list_types, make_empty
from jalon.registry.store.figures import read_scorecard
from jalon.registry.store.schema import import_batch
from jalon.registry.store.store import create_store
from jalon.registry.store.versions import write_rows

TODAY = date(2026, 1, 1)
NO_QUERY = pl.DataFrame(schema={"table_name": pl.String, "state": pl.String, "opened_on": pl.Date})


def rows(centre: str, **given: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    tables = {}
    for table in list_tables():
        listed = [{"centre": centre, **row} for row in given.get(table.name, [])]
        tables[table.name] = (
            pl.DataFrame(listed, schema=list_types(table)) if listed else make_empty(table)
        )
    return tables


def card(counts: pl.DataFrame, delays: pl.DataFrame | None = None) -> dict[tuple[str, str], Any]:
    made = make_scorecard(counts, pl.DataFrame(schema=DELAYS) if delays is None else delays)
    return {(row["centre"], row["table"]): row for row in made.iter_rows(named=True)}


EVENTS = [
    {"patient": "p", "kind": "death", "event_number": 1, "date": date(2024, 5, 1), "cause": "crs"},
    {"patient": "q", "kind": "death", "event_number": 1, "date": date(2024, 5, 1)},
    {"patient": "r", "kind": "last_contact", "event_number": 1, "date": date(2025, 5, 1)},
]


def test_completeness_is_of_expected_cells_only() -> None:
    # Expected: three dates, two causes, one way of contact. Filled: three dates and one cause.
    found = card(count_centre("A", rows("A", event=EVENTS), NO_QUERY, TODAY))
    assert found["A", "event"]["expected"] == 6
    assert found["A", "event"]["completeness"] == 4 / 6
    assert found["A", "all"]["completeness"] == 4 / 6
    assert found["A", "toxicity"]["completeness"] is None


def test_nothing_is_missed_of_who_objects_to_every_project() -> None:
    objection = {"patient": "q", "project": "*", "objected_on": date(2025, 1, 1)}
    objection |= {"recorded_by": "dpo"}
    tables = rows("A", event=EVENTS, objection=[objection])
    assert card(count_centre("A", tables, NO_QUERY, TODAY))["A", "event"]["expected"] == 4
    objection["project"] = "score"
    tables = rows("A", event=EVENTS, objection=[objection])
    assert card(count_centre("A", tables, NO_QUERY, TODAY))["A", "event"]["expected"] == 6


def test_patients_are_counted_once() -> None:
    infusion = {"patient": "p", "infusion_number": 1, "infusion_date": date(2025, 12, 1)}
    found = card(count_centre("A", rows("A", event=EVENTS, infusion=[infusion]), NO_QUERY, TODAY))
    assert found["A", "all"]["patients"] == 3
    assert found["A", "infusion"]["patients"] == 1
    assert found["A", "all"]["rows"] == 4


def test_a_visit_that_is_not_owed_is_not_missing() -> None:
    # Infused on 1 October 2025: by 1 January the visit of day 30 is over, that of day 90 is not.
    infusion = {"patient": "s", "infusion_number": 1, "infusion_date": date(2025, 10, 1)}
    dead = {"patient": "d", "infusion_number": 1, "infusion_date": date(2024, 4, 20)}
    death = {"patient": "d", "kind": "death", "event_number": 1, "date": date(2024, 4, 30)}
    tables = rows("A", infusion=[infusion, dead], event=[death])
    found = card(count_centre("A", tables, NO_QUERY, TODAY))["A", "all"]
    assert (found["visits_owed"], found["visits_done"], found["visits"]) == (1, 0, 0.0)
    seen = {"patient": "s", "infusion_number": 1, "time_point": "d30", "repeat": 1}
    seen |= {"date": date(2025, 10, 31)}
    tables = rows("A", infusion=[infusion, dead], event=[death], assessment=[seen])
    assert card(count_centre("A", tables, NO_QUERY, TODAY))["A", "all"]["visits"] == 1.0


def test_questions() -> None:
    queries = pl.DataFrame({
        "table_name": ["event", "event", "event", "patient"],
        "state": ["open", "open", "answered", "closed"],
        "opened_on": [date(2025, 12, 2), date(2025, 12, 22), date(2025, 1, 1), date(2024, 1, 1)],
    })  # fmt: skip
    found = card(count_centre("A", rows("A", event=EVENTS), queries, TODAY))
    event, whole = found["A", "event"], found["A", "all"]
    assert (event["open"], event["answered"], event["asked"]) == (2, 1, 3)
    assert event["oldest_open_days"] == 30
    assert (whole["asked"], whole["oldest_open_days"]) == (4, 30)
    assert event["queries_per_100_rows"] == 100.0
    assert found["A", "patient"]["queries_per_100_rows"] is None
    assert found["A", "patient"]["oldest_open_days"] is None


def test_all_centres_are_pooled_not_averaged() -> None:
    counts = pl.concat([
        count_centre("A", rows("A", event=EVENTS), NO_QUERY, TODAY),
        count_centre("B", rows("B", event=EVENTS[:1]), NO_QUERY, TODAY),
    ])  # fmt: skip
    delays = pl.DataFrame(
        [("A", "event", 10, 3), ("A", "event", 100, 1), ("B", "event", 31, 1)],
        schema=DELAYS, orient="row",
    )  # fmt: skip
    found = card(counts, delays)
    assert found["all", "event"]["completeness"] == (4 + 2) / (6 + 2)
    assert found["all", "all"]["patients"] == 4
    # A: 10 10 10 100; B: 31; all: 10 10 10 31 100.
    assert found["A", "event"]["median_days"] == 10
    assert found["A", "event"]["within_30"] == 3 / 4
    assert found["all", "event"]["median_days"] == 10
    assert found["all", "event"]["within_30"] == 3 / 5
    assert found["all", "event"]["within_90"] == 4 / 5
    assert found["all", "event"]["p90_days"] == pytest.approx(31 + 0.6 * 69)
    assert found["B", "all"]["timed"] == 1
    assert found["B", "toxicity"]["median_days"] is None


def test_a_corrected_row_is_as_late_as_it_first_was(tmp_path: Path) -> None:
    store, _ = create_store(f"sqlite:///{tmp_path / 'r.db'}", "synthetic", "tester")
    table = next(table for table in list_tables() if table.name == "event")
    for number, (day, cause) in enumerate([("2024-05-31", None), ("2025-05-31", "crs")], start=1):
        frame = pl.DataFrame(
            [{"centre": "A", "line": 2, **EVENTS[0], "cause": cause}],
            schema=list_types(table) | {"line": pl.Int64},
        )
        with store.write("importer", at=f"{day}T08:00:00+00:00") as writing:
            write_rows(writing, table, frame, number, frozenset(frame.columns))
            batch = dict.fromkeys(("sha256", "mapping_sha256", "columns", "digest"), str(number))
            batch |= {"import_id": number, "centre": "A", "table_name": "event", "by": "importer"}
            batch |= dict.fromkeys(("rows", "added", "changed", "unchanged"), 0)
            writing.connection.execute(
                sa.insert(import_batch).values(at=writing.at, filled="[]", **batch)
            )
    with store.read() as connection:
        found = read_scorecard(connection, TODAY)
    store.close()
    event = found.filter((pl.col("centre") == "A") & (pl.col("table") == "event"))
    assert event.select("rows", "timed", "median_days", "within_30").row(0) == (1, 1, 30.0, 1.0)
    assert found["centre"].unique().sort().to_list() == ["A", "all"]
