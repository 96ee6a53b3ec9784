"""Small registries of invented patients, on SQLite and on PostgreSQL."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from tests.postgresql import Server

from jalon.dictionary import find_table
from jalon.registry.delivery import Part, Receipt, count_lines, take_delivery
from jalon.registry.objection_record import record_objection
from jalon.registry.pseudonym import CentreKey
from jalon.registry.store.current import KINDS
from jalon.registry.store.schema import list_stored
from jalon.registry.store.store import Store, create_store, open_store
from jalon.simulate import simulate_tables

CENTRES = ("S01", "S02")
TODAY = date(2026, 11, 26)
AT = "2026-11-26T12:00:00+00:00"


def make_key(centre: str, seed: int = 0) -> CentreKey:
    """Return a key that only tests use."""
    return CentreKey(centre, hashlib.sha256(f"{centre} {seed}".encode()).digest())


def make_part(name: str, rows: Sequence[Mapping[str, Any]], mapping: str = "") -> Part:
    """Return the rows as if read from a file that has just the columns they name."""
    table = find_table(name)
    given = frozenset(key for row in rows for key in row)
    types = {column.name: KINDS[column.kind] for column in table.columns}
    values = {column: [row.get(column) for row in rows] for column in types}
    frame = pl.DataFrame(values, schema=types)
    content = frame.select(sorted(given)).write_csv().encode()
    digest = hashlib.sha256(content).hexdigest()
    path = Path(f"{name}.csv")
    return Part(table, frame, count_lines(frame), given, path, digest, mapping, content)


def make_parts(tables: Mapping[str, pl.DataFrame], centre: str) -> list[Part]:
    """Return one part per table that has rows of a centre."""
    parts = []
    for name, frame in tables.items():
        mine = frame.filter(pl.col("centre") == centre)
        names = [column.name for column in find_table(name).columns]
        if mine.height:
            parts.append(make_part(name, mine.select(names).to_dicts()))
    return parts


def invent(patients: int = 24, seed: int = 5) -> dict[str, pl.DataFrame]:
    """Return the tables of an invented registry of two centres."""
    return simulate_tables(patients, seed=seed, centres=CENTRES)


def deliver(store: Store, centre: str, parts: list[Part], by: str = "tester") -> Receipt:
    """Take a delivery in a transaction of its own."""
    with store.write(by, AT) as writing:
        return take_delivery(writing, parts, make_key(centre), TODAY)


def fill(store: Store) -> None:
    """Import an invented registry, with a patient who objects to everything."""
    tables = invent()
    for centre in CENTRES:
        deliver(store, centre, make_parts(tables, centre))
    number = tables["patient"].filter(pl.col("centre") == "S02")["patient"][0]
    with store.write("tester", AT) as writing:
        record_objection(writing, make_key("S02"), number, "*", date(2026, 1, 5))


def list_values(name: str) -> list[str]:
    """Return the columns of a stored table that no key is part of."""
    table = find_table(name)
    return [column.name for column in list_stored(table) if column.name not in table.keys]


@dataclass(frozen=True)
class Maker:
    """Makes stores that are copies of two patterns: an empty one and one with patients."""

    kind: str
    folder: Path
    server: Server | None
    patterns: dict[tuple[str, bool], str]

    def make(self, name: str, filled: bool = False) -> Store:
        """Return a new store."""
        if (self.kind, filled) not in self.patterns:
            self.patterns[self.kind, filled] = self._make_pattern(filled)
        pattern = self.patterns[self.kind, filled]
        if self.server is None:
            target = self.folder / f"{name}.db"
            shutil.copy(pattern, target)
            return open_store(f"sqlite:///{target}")
        database = self.server.make_database(pattern)
        return open_store(self.server.name_store(database))

    def _make_pattern(self, filled: bool) -> str:
        if self.server is None:
            pattern = str(self.folder / f"pattern_{filled}.db")
            url = f"sqlite:///{pattern}"
        else:
            pattern = self.server.make_database()
            url = self.server.name_store(pattern)
        store, _ = create_store(url, "synthetic", "tester")
        if filled:
            fill(store)
        store.close()
        return pattern
