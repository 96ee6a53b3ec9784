"""The tables of a store: one per table of the dictionary, and the books kept about them."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

from jalon.dictionary import Column, Table, find_table, list_tables

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Texts are ordered by their bytes everywhere, so that a snapshot's order is the same."""

TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "number": sa.Double(),
    "integer": sa.BigInteger(),
    "flag": sa.BigInteger(),
    "category": TEXT,
    "identifier": TEXT,
    "date": sa.Date(),
}
"""How each kind of column is stored."""

metadata = sa.MetaData()

info = sa.Table(
    "info",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""What the store is: its dictionary, whether its patients are real, when it was made."""

centre_key = sa.Table(
    "centre_key",
    metadata,
    sa.Column("centre", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
)
"""By which key each centre's patients were given their pseudonyms; never the key itself."""

import_batch = sa.Table(
    "import_batch",
    metadata,
    sa.Column("import_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("centre", sa.Text, nullable=False),
    sa.Column("table_name", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("mapping_sha256", sa.Text, nullable=False),
    sa.Column("columns", sa.Text, nullable=False),
    sa.Column("filled", sa.Text, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("added", sa.BigInteger, nullable=False),
    sa.Column("changed", sa.BigInteger, nullable=False),
    sa.Column("unchanged", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.UniqueConstraint("centre", "table_name", "sha256", "mapping_sha256"),
)
"""One row per file and table that was imported."""

raw_file = sa.Table(
    "raw_file",
    metadata,
    sa.Column("centre", sa.Text, primary_key=True),
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("part", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
"""The bytes of every imported file, compressed and sealed with the centre's key."""

query = sa.Table(
    "query",
    metadata,
    sa.Column("query_id", sa.Text, primary_key=True),
    sa.Column("centre", sa.Text, nullable=False, index=True),
    sa.Column("patient", sa.Text, nullable=False),
    sa.Column("table_name", sa.Text, nullable=False),
    sa.Column("row_key", sa.Text, nullable=False),
    sa.Column("columns", sa.Text, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("value_digest", sa.Text, nullable=False),
    sa.Column("opened_import", sa.BigInteger),
)
"""Every question about a row, with where it stands now."""

query_event = sa.Table(
    "query_event",
    metadata,
    sa.Column("query_id", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("value_digest", sa.Text, nullable=False),
    sa.Column("import_id", sa.BigInteger),
    sa.Column("audit_seq", sa.BigInteger, nullable=False, index=True),
)
"""What happened to each question, in order (seq 1, 2, ...); nothing is ever rewritten."""

snapshot = sa.Table(
    "snapshot",
    metadata,
    sa.Column("snapshot_id", sa.Text, primary_key=True),
    sa.Column("project", sa.Text, nullable=False),
    sa.Column("on_date", sa.Text, nullable=False),
    sa.Column("objections", sa.Text, nullable=False),
    sa.Column("manifest", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
)
"""Every frozen extract."""

snapshot_centre = sa.Table(
    "snapshot_centre",
    metadata,
    sa.Column("snapshot_id", sa.Text, primary_key=True),
    sa.Column("centre", sa.Text, primary_key=True),
    sa.Column("members", sa.LargeBinary, nullable=False),
    sa.Column("left_out", sa.LargeBinary, nullable=False),
)
"""Which patients of each centre are in an extract, and which were left out (packed lists)."""

outdated = sa.Table(
    "outdated",
    metadata,
    sa.Column("snapshot_id", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
)
"""Snapshots with a patient who objects since; a statistician may read this and no objection."""

run = sa.Table(
    "run",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("snapshot_id", sa.Text, nullable=False, index=True),
    sa.Column("study", sa.Text, nullable=False),
    sa.Column("study_sha256", sa.Text, nullable=False),
    sa.Column("outputs", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
)
"""Every study run on a snapshot, with the names and hashes of the scores that it learned."""

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
)
"""What was done, in a chain of hashes."""

BOOKS = tuple(metadata.sorted_tables)
"""The tables that are kept about the data."""


def list_stored(table: Table) -> tuple[Column, ...]:
    """Return a dictionary table's columns without the centre, which the store keeps itself."""
    return tuple(column for column in table.columns if column.name != "centre")


def list_keys(table: Table) -> tuple[str, ...]:
    """Return what tells a table's current rows apart in the whole store, the centre first."""
    return ("centre", *(name for name in table.keys if name != "centre"))


@cache
def data_table(name: str) -> sa.Table:
    """Return the stored form of a dictionary table.

    Args:
        name: the table's name, for example "infusion".

    Returns:
        The table: centre, version, import_id, ended_by, line and the dictionary's columns.
    """
    table = find_table(name)
    keys = list_keys(table)
    columns = {column.name: column for column in list_stored(table)}
    parts: list[sa.Column[Any]] = [sa.Column("centre", TEXT, primary_key=True)]
    parts += [_key(columns.pop(key)) for key in keys[1:]]
    parts.append(sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False))
    parts.append(sa.Column("import_id", sa.BigInteger, nullable=False))
    parts.append(sa.Column("ended_by", sa.BigInteger))
    parts.append(sa.Column("line", sa.BigInteger))
    parts += [sa.Column(column.name, TYPES[column.kind]) for column in columns.values()]
    # Rows of a centre lie together in the file of SQLite, in the order that snapshots need.
    return sa.Table(name, metadata, *parts, sqlite_with_rowid=False)


def _key(column: Column) -> sa.Column[Any]:
    return sa.Column(column.name, TYPES[column.kind], primary_key=True, autoincrement=False)


def data_tables() -> tuple[sa.Table, ...]:
    """Return the stored form of every dictionary table, parents first."""
    return tuple(data_table(table.name) for table in list_tables())
