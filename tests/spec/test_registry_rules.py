"""Every rule of the registry is broken by one case and kept by another.

``registry_world.toml`` holds one invented patient who keeps every rule; ``registry_rules.toml``
says for each rule what is changed to break it, and a change near by that still keeps it. In a
change, ``column`` is of the first row of the rule's own table (of row ``row``, counted from 1,
when it says so), ``"table.column"`` of another table; ``add`` gives rows more, each like the first
row of its table with what is written changed; ``drop`` names tables that are then empty.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jalon.dictionary import find_table, list_tables, load_rules
from jalon.registry.kinds import KINDS
from jalon.registry.rules import find_broken

HERE = Path(__file__).parent
TODAY = date(2021, 6, 1)
WORLD: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (HERE / "registry_world.toml").read_text(encoding="utf-8")
)
CASES: dict[str, Any] = tomllib.loads((HERE / "registry_rules.toml").read_text(encoding="utf-8"))
PAIRS = [(name, answer, case[answer]) for name, case in CASES.items() for answer in case]


def build(table: str, change: dict[str, Any]) -> dict[str, pl.DataFrame]:
    """Return the invented patient's tables with one change."""
    rows = {name: [dict(row) for row in found] for name, found in WORLD.items()}
    at = change.get("row", 1) - 1
    for key, value in change.items():
        if key in {"row", "add", "drop"}:
            continue
        name, _, column = key.rpartition(".")
        rows[name or table][0 if name else at][column] = value
    for name in change.get("drop", ()):
        rows[name] = []
    for name, extra in change.get("add", {}).items():
        rows[name] = [*rows[name], {**(WORLD[name][0] if name != "event" else {}), **extra}]
    return {name: frame(name, found) for name, found in rows.items()}


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return rows of a table as the store gives them; "" in a change is a missing value."""
    columns = find_table(table).columns
    unknown = {key for row in rows for key in row} - {column.name for column in columns}
    assert not unknown, f"{table} has no {unknown}"
    kinds = {column.name: KINDS[column.kind] for column in columns}
    schema = {"centre": KINDS["identifier"], "patient": KINDS["identifier"]} | kinds
    ready = [
        {"centre": "c01", "patient": "p1"}
        | {key: None if value == "" else value for key, value in row.items()}
        for row in rows
    ]
    return pl.DataFrame(ready, schema=schema)


def broken_rules(table: str, tables: dict[str, pl.DataFrame]) -> set[str]:
    """Return the names of the rules that any row of a table breaks."""
    return {broken.rule for broken in find_broken(find_table(table), tables[table], tables, TODAY)}


def test_the_invented_patient_keeps_every_rule() -> None:
    tables = build("patient", {})
    assert not {name for table in WORLD for name in broken_rules(table, tables)}


def test_every_rule_of_the_book_has_its_cases() -> None:
    assert {rule.name for rule in load_rules().rule} == set(CASES)
    assert all(set(case) == {"breaks", "keeps"} for case in CASES.values())


@pytest.mark.parametrize(("rule", "answer", "change"), PAIRS, ids=lambda part: str(part)[:60])
def test_rule(rule: str, answer: str, change: dict[str, Any]) -> None:
    table = rule.partition(".")[0]
    assert (rule in broken_rules(table, build(table, change))) == (answer == "breaks")


def test_a_row_without_values_is_asked_nothing() -> None:
    for table in list_tables():
        bare = pl.concat([frame(table.name, [{}]), frame(table.name, [{}])])
        assert not find_broken(table, bare, {}, TODAY)
