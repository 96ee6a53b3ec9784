"""The book of questions in SQLite and in PostgreSQL, from real deliveries of invented patients."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from tests.registry_world import AT, TODAY, deliver, invent, make_key, make_part

from jalon.registry.objection_record import record_objection
from jalon.registry.store.figures import read_scorecard
from jalon.registry.store.query_answers import answer_file, export_queries
from jalon.registry.store.query_book import Settled, answer_query, confirm_query
from jalon.registry.store.query_list import Choice, list_queries, read_history
from jalon.registry.store.recheck import check_store
from jalon.registry.store.store import Store
from jalon.registry.store.verify import verify_audit

RULE = "assessment.ldh.unusual"
UNUSUAL = 9000.0


def find_row() -> dict[str, Any]:
    """An assessment of centre S01 with an LDH, as the centre has it."""
    mine = invent()["assessment"].filter((pl.col("centre") == "S01") & pl.col("ldh").is_not_null())
    row = mine.row(0, named=True)
    names = ("patient", "infusion_number", "time_point", "repeat", "date", "ldh")
    return {name: row[name] for name in names}


def send(store: Store, ldh: float) -> Settled:
    return deliver(store, "S01", [make_part("assessment", [find_row() | {"ldh": ldh}])]).queries


def read(store: Store, **choice: Any) -> pl.DataFrame:
    with store.read() as connection:
        return list_queries(connection, Choice(rule=RULE, **choice))


def test_a_check_after_the_imports_finds_nothing_new(filled: Store) -> None:
    with filled.write("manager") as writing:
        checked = check_store(writing, TODAY)
    assert checked.settled == Settled()
    assert checked.centres == ("S01", "S02")
    assert verify_audit(filled) == []


def test_the_life_of_a_query_from_delivery_to_delivery(filled: Store) -> None:
    assert send(filled, UNUSUAL) == Settled(opened=1)
    (name,) = read(filled, states=("open",))["query_id"]
    with filled.write("centre") as writing:
        answer_query(writing, name, "measured twice")
    with filled.write("manager") as writing:
        confirm_query(writing, name)
    with filled.write("manager") as writing:
        assert check_store(writing, TODAY).settled == Settled()
    assert send(filled, UNUSUAL + 1) == Settled(reopened=1)
    assert send(filled, find_row()["ldh"]) == Settled(closed=1)
    assert read(filled)["state"].to_list() == ["closed"]
    assert verify_audit(filled) == []


def test_nothing_is_asked_about_who_objects_to_every_project(filled: Store) -> None:
    send(filled, UNUSUAL)
    (name,) = read(filled)["query_id"]
    patient = find_row()["patient"]
    with filled.write("dpo", AT) as writing:
        record_objection(writing, make_key("S01"), patient, "*", TODAY)
    assert read(filled)["state"].to_list() == ["closed"]
    with filled.read() as connection:
        assert "objects to every project" in read_history(connection, name)["comment"][-1]
    with filled.write("manager") as writing:
        assert check_store(writing, TODAY).settled == Settled()
    with filled.write("dpo", "2026-11-27T12:00:00+00:00") as writing:
        record_objection(writing, make_key("S01"), patient, "*", date(2026, 11, 27), withdraw=True)
    assert read(filled)["state"].to_list() == ["open"]
    assert verify_audit(filled) == []


def test_an_altered_answer_is_noticed(filled: Store) -> None:
    send(filled, UNUSUAL)
    (name,) = read(filled)["query_id"]
    with filled.write("centre") as writing:
        answer_query(writing, name, "measured twice")
    with filled.write("intruder") as writing:
        writing.connection.exec_driver_sql(
            f"UPDATE query SET state = 'confirmed' WHERE query_id = '{name}'"
        )
    assert any("question" in fault for fault in verify_audit(filled))


def test_the_same_file_again_asks_nothing(filled: Store) -> None:
    send(filled, UNUSUAL)
    before = read(filled)
    assert send(filled, UNUSUAL) == Settled()
    assert read(filled).equals(before)


def test_export_and_answers(filled: Store, tmp_path: Any) -> None:
    send(filled, UNUSUAL)
    with filled.read() as connection:
        ((path, count),) = export_queries(connection, Choice(rule=RULE), tmp_path, TODAY)
    table = pl.read_csv(path)
    assert (path.name, count) == ("queries_S01.csv", 1)
    assert table["line"].to_list() == [2]  # the line of the file that brought the value
    table.with_columns(answer=pl.lit("measured twice")).write_csv(path)
    with filled.write("centre") as writing:
        assert answer_file(writing, path, "S01") == 1
    assert read(filled)["state"].to_list() == ["answered"]
    assert verify_audit(filled) == []


def test_scorecard_of_a_store(filled: Store) -> None:
    send(filled, UNUSUAL)
    with filled.read() as connection:
        card = read_scorecard(connection, TODAY)
    whole = card.filter((pl.col("centre") == "all") & (pl.col("table") == "all")).row(0, named=True)
    tables = invent()
    rows = sum(frame.height for frame in tables.values()) + 1  # and one objection
    assert whole["rows"] == rows
    assert whole["patients"] == tables["patient"].height
    assert 0.5 < whole["completeness"] <= 1
    assert whole["open"] == read(filled).height + _others(filled)


def _others(store: Store) -> int:
    with store.read() as connection:
        return (
            list_queries(connection, Choice(states=("open",))).filter(pl.col("rule") != RULE).height
        )
