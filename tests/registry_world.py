"""Small registries of invented patients, on SQLite and on PostgreSQL."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa
from tests.postgresql import Server

from jalon.dictionary import find_table
from jalon.registry.delivery import Part, Receipt, take_delivery
from jalon.registry.kinds import KINDS
from jalon.registry.ledger import Output, record_run
from jalon.registry.objection_record import record_objection
from jalon.registry.pseudonym import CentreKey
from jalon.registry.snapshot import take_snapshot
from jalon.registry.store.query_book import answer_query
from jalon.registry.store.schema import query
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
    return Part(table, frame, np.arange(2, frame.height + 2), given, path, digest, mapping, content)


def make_parts(tables: Mapping[str, pl.DataFrame], centre: str) -> list[Part]:
    """Return one part per table that has rows of a centre."""
    parts = []
    for name, frame in tables.items():
        mine = frame.filter(pl.col("centre") == centre)
        names = [column.name for column in find_table(name).columns]
        if mine.height:
            parts.append(make_part(name, mine.select(names).to_dicts()))
    return parts


def invent(patients: int = 8, seed: int = 5) -> dict[str, pl.DataFrame]:
    """Return the tables of an invented registry of two centres."""
    return simulate_tables(patients, seed=seed, centres=CENTRES)


def deliver(store: Store, centre: str, parts: list[Part], by: str = "tester") -> Receipt:
    """Take a delivery in a transaction of its own."""
    with store.write(by, AT) as writing:
        return take_delivery(writing, parts, make_key(centre), TODAY)


def fill(store: Store) -> None:
    """Import an invented registry and use it: questions, an answer, a snapshot, a run on it and
    a patient of it who objects to everything afterwards."""
    tables = invent()
    for centre in CENTRES:
        deliver(store, centre, make_parts(tables, centre))
        deliver(store, centre, [make_part("patient", [strange(tables, centre)])])
    answer_all(store)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        taken = take_snapshot(store, "score", folder / "one", TODAY, "tester")
        (folder / "study.toml").write_text("study", encoding="utf-8")
        with store.write("tester", AT) as writing:
            outputs = [Output("a.json", "score", "0" * 64)]
            record_run(writing, taken.manifest, folder / "study.toml", outputs)
    number = find_number(tables, "S02")
    with store.write("tester", AT) as writing:
        record_objection(writing, make_key("S02"), number, "*", date(2026, 1, 5))


def strange(tables: Mapping[str, pl.DataFrame], centre: str) -> dict[str, Any]:
    """Return the correction of a patient that leads to a question: nobody is so old."""
    return {"patient": find_number(tables, centre), "birth_year": 1911}


def find_number(tables: Mapping[str, pl.DataFrame], centre: str, which: int = 0) -> str:
    """Return the centre's own number of one of its patients."""
    return str(tables["patient"].filter(pl.col("centre") == centre)["patient"][which])


def answer_all(store: Store) -> None:
    """Answer every question."""
    with store.write("tester", AT) as writing:
        for name in writing.connection.execute(sa.select(query.c.query_id)).scalars().all():
            answer_query(writing, name, "looked up again")


def list_values(name: str) -> list[str]:
    """Return the columns of a stored table that no key is part of."""
    table = find_table(name)
    return [column.name for column in table.columns if column.name not in table.keys]


PATTERNS: dict[tuple[str, bool], str] = {}
"""The patterns that were made, by kind and whether they hold patients."""


@dataclass(frozen=True)
class Maker:
    """Makes stores that are copies of two patterns: an empty one and one with patients."""

    kind: str
    folder: Path
    server: Server | None

    def make(self, name: str, filled: bool = False) -> Store:
        """Return a new store."""
        if (self.kind, filled) not in PATTERNS:
            PATTERNS[self.kind, filled] = self._make_pattern(filled)
        pattern = PATTERNS[self.kind, filled]
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
