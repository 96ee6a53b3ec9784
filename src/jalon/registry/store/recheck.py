"""Rows that are stored are checked again: after an import, and when a person asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl
import sqlalchemy as sa

from jalon.core.errors import UserError
from jalon.dictionary import RuleBook, Table, find_table, list_tables, load_rules
from jalon.dictionary.tables import TABLES
from jalon.registry.objections import ALL as EVERY_PROJECT
from jalon.registry.objections import find_objecting
from jalon.registry.queries import describe_broken
from jalon.registry.query_life import take_step
from jalon.registry.rules import OBJECTION, depends_on, tables_needed
from jalon.registry.store.current import read_current
from jalon.registry.store.query_book import (
    Settled,
    find_query,
    move_query,
    settle_queries,
)
from jalon.registry.store.schema import data_table
from jalon.registry.store.turn import lock_centre
from jalon.registry.store.writing import Writing

FOUND = {"centre": pl.String, "table_name": pl.String, "rule": pl.String, "rows": pl.Int64}


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """What a check of the whole store found.

    Attributes:
        centres: the centres that were checked.
        rows: how many current rows were checked.
        settled: how many questions it changed.
        broken: rows that break a rule: centre, table, rule, rows.
    """

    centres: tuple[str, ...]
    rows: int
    settled: Settled
    broken: pl.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Which rows are checked again, and when.

    Attributes:
        centre: the centre.
        today: the day on which it is asked.
        patients: only these patients' rows (pseudonyms); None for all of the centre.
        import_id: the import after which it is done; None for a check.
        known: current rows that need not be read from the store, by table; each holds every
            current row of the patients in question.
    """

    centre: str
    today: date
    patients: Sequence[str] | None = None
    import_id: int | None = None
    known: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def recheck_import(
    writing: Writing, tables: Iterable[str], scope: Scope, book: RuleBook | None = None
) -> Settled:
    """Ask about the rows that an import brought, and about those that it made right or wrong.

    A death that arrives can break rules of assessments that came long before; their questions
    open and close in the import's own transaction.

    Args:
        writing: the import's transaction, its rows already written.
        tables: names of the tables that were imported.
        scope: the centre and the patients of the file.
        book: the rules; None for those of the dictionary.

    Returns:
        How many questions were opened, asked again and closed.
    """
    names = {other for name in tables for other in (name, *depends_on(name, book))}
    return recheck_tables(writing, sorted(names, key=TABLES.index), scope, book)


def recheck_tables(
    writing: Writing, names: Sequence[str], scope: Scope, book: RuleBook | None = None
) -> Settled:
    """Check stored rows of one centre again, and settle the questions about them.

    Args:
        writing: the transaction.
        names: the tables whose rows are checked.
        scope: which of their rows.
        book: the rules; None for those of the dictionary.

    Returns:
        How many questions were opened, asked again and closed.
    """
    parts = _settle(writing, names, scope, book)
    return sum((settled for _, settled, _ in parts), Settled())


def check_store(
    writing: Writing,
    today: date,
    centres: Sequence[str] | None = None,
    book: RuleBook | None = None,
) -> Checked:
    """Check every row of the store again, and settle every question.

    Args:
        writing: the transaction.
        today: the day on which it is asked.
        centres: only these centres; None for all.
        book: the rules; None for those of the dictionary.

    Returns:
        What was found and changed.
    """
    named = list_centres(writing.connection) if centres is None else sorted(centres)
    # All at once and first: whoever takes one centre after another would wait in a circle.
    for centre in named:
        lock_centre(writing, centre)
    settled, rows, found = Settled(), 0, [pl.DataFrame(schema=FOUND)]
    for centre in named:
        names = [table.name for table in list_tables()]
        for frame, changed, broken in _settle(writing, names, Scope(centre, today), book):
            settled, rows = settled + changed, rows + frame.height
            counts = broken.group_by("centre", "table_name", "rule").agg(rows=pl.len())
            found.append(counts.with_columns(pl.col("rows").cast(pl.Int64)))
    broken = pl.concat(found).rename({"table_name": "table"}).sort(pl.all())
    return Checked(tuple(named), rows, settled, broken)


def list_centres(connection: sa.Connection) -> list[str]:
    """Return the codes of the centres that have rows, sorted."""
    found: set[str] = set()
    for table in list_tables():
        centre = data_table(table.name).c.centre
        found |= set(connection.execute(sa.select(centre).distinct()).scalars())
    return sorted(found)


def close_query(
    writing: Writing, query_id: str, today: date, comment: str = "", book: RuleBook | None = None
) -> str:
    """Close a question by hand, which is possible once its rule holds.

    Args:
        writing: the transaction.
        query_id: the question's name or the beginning of it.
        today: the day on which it is asked.
        comment: the reason, where one is worth keeping.
        book: the rules; None for those of the dictionary.

    Returns:
        The whole name of the question.

    Raises:
        UserError: no such question, it is closed already, or its rule is still broken.
    """
    row = find_query(writing.connection, query_id).row(0, named=True)
    take_step(row["state"], "close")
    patients = [row["patient"]] if row["patient"] else None
    scope = Scope(row["centre"], today, patients)
    table = find_table(row["table_name"])
    _, broken = _check(writing.connection, table, scope, {}, book)
    if row["query_id"] in broken["query_id"]:
        raise UserError(
            "the row still breaks this rule; import the corrected row (the query then closes by "
            "itself), or answer and confirm it when the value is right"
        )
    return move_query(writing, row["query_id"], "close", comment)


def _settle(
    writing: Writing, names: Sequence[str], scope: Scope, book: RuleBook | None
) -> Iterator[tuple[pl.DataFrame, Settled, pl.DataFrame]]:
    lock_centre(writing, scope.centre)
    frames = dict(scope.known)
    objecting = _find_objecting(writing.connection, scope)
    for table in map(find_table, names):
        # Objections themselves are asked about.
        silent = frozenset() if table.name == OBJECTION else objecting
        frame, broken = _check(writing.connection, table, scope, frames, book)
        settled = settle_queries(writing, table, frame, broken, scope.import_id, silent)
        yield frame, settled, broken.filter(~pl.col("patient").is_in(list(silent)))


def _check(
    connection: sa.Connection,
    table: Table,
    scope: Scope,
    frames: dict[str, pl.DataFrame],
    book: RuleBook | None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    patients = scope.patients if _is_by_patient(table, book) else None
    if patients is None and scope.patients is not None:
        frames = {}  # what is known is of some patients only
    for name in (table.name, *tables_needed(table.name, book)):
        if name not in frames:
            frames[name] = _read(connection, find_table(name), scope.centre, patients)
    frame = frames[table.name]
    return frame, describe_broken(table, frame, frames, scope.today, book)


def _find_objecting(connection: sa.Connection, scope: Scope) -> frozenset[str]:
    objections = read_current(connection, find_table(OBJECTION), scope.centre)
    found = find_objecting(objections, EVERY_PROJECT, scope.today)
    return frozenset(found.patients["patient"].to_list())


def _is_by_patient(table: Table, book: RuleBook | None) -> bool:
    """Whether a patient's rows can be checked without those of other patients."""
    book = book or load_rules()
    views = (book.find_view(name) for rule in book.of_table(table.name) for name in rule.views)
    return "patient" in table.names and all("patient" in view.by for view in views)


def _read(
    connection: sa.Connection, table: Table, centre: str, patients: Sequence[str] | None
) -> pl.DataFrame:
    if "patient" not in table.names:
        patients = None
    return read_current(connection, table, centre, patients)
