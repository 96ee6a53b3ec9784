"""Rows of the registry as a flat export that a REDCap project can load."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from jalon.core.errors import UserError
from jalon.core.files import write_file
from jalon.dictionary import Column, Table
from jalon.exchange.redcap_export import COMPLETE, GROUP, INSTANCE, INSTRUMENT
from jalon.exchange.redcap_field import (
    PATIENT,
    RECORD_ID,
    choose_exchanged,
    code_levels,
    is_repeated,
    name_fields,
)

CENTRE = "centre"
DONE = "2"
FORMULA = r"^[=+@\t\r-]"
"""How a text begins that a spreadsheet would run."""

PLACE, REPEAT = "place of the instrument", "number of the repeat"
"""Columns by which rows are sorted; no field has blanks in its name."""


def write_redcap(tables: Sequence[tuple[Table, pl.DataFrame]], path: Path) -> None:
    """Write rows of the registry as REDCap exports a project made from its data dictionary.

    Use it to fill such a project through REDCap's Data Import Tool, or to try things out.

    Args:
        tables: each table with its rows: typed columns, null where missing; a column ``centre``
            becomes the data access group. Tables without patients are left out.
        path: where the CSV file goes.

    Raises:
        UserError: no patient's number, two rows of a patient in a table that has one, a patient
            in two centres, a value that is not among a column's levels, or an identifier that
            a spreadsheet would run as a formula.
    """
    known = [table for table, _ in tables]
    exchanged, fields = choose_exchanged(known), name_fields(known)
    single: pl.DataFrame | None = None
    repeated: list[pl.DataFrame] = []
    for table, frame in tables:
        if table not in exchanged:
            continue
        rows = _write_rows(table, frame, fields)
        if is_repeated(table):
            order = pl.lit(1 + exchanged.index(table)).alias(PLACE)
            repeated.append(rows.with_columns(order))
        else:
            _refuse_several(table, rows)
            rows = rows.drop(REPEAT)
            single = rows if single is None else _beside(single, rows)
    parts = [] if single is None else [single.with_columns(pl.lit(0).alias(PLACE))]
    groups = _list_groups([frame for table, frame in tables if table in exchanged])
    whole = pl.concat([*parts, *repeated], how="diagonal").sort(
        RECORD_ID, PLACE, pl.col(REPEAT) if repeated else PLACE
    )
    if groups is not None:
        whole = whole.join(groups, on=RECORD_ID, how="left", maintain_order="left")
    header = _make_header(exchanged, fields, grouped=groups is not None)
    absent = [name for name in header if name not in whole.columns]
    filled = whole.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)
    write_file(path, filled.select(header).write_csv())


def _make_header(
    tables: Sequence[Table], fields: dict[tuple[str, str], str], *, grouped: bool
) -> list[str]:
    header = [RECORD_ID]
    if any(is_repeated(table) for table in tables):
        header += [INSTRUMENT, INSTANCE]
    if grouped:
        header.append(GROUP)
    for table in tables:
        header += [fields[table.name, name] for name in table.names if name != PATIENT]
        header.append(table.name + COMPLETE)
    return header


def _write_rows(
    table: Table, frame: pl.DataFrame, fields: dict[tuple[str, str], str]
) -> pl.DataFrame:
    if PATIENT not in frame.columns or frame[PATIENT].null_count():
        raise UserError(f"table {table.name} has rows without a patient's number")
    keys = [key for key in table.keys if key in frame.columns]
    known = frame.sort(keys, nulls_last=True, maintain_order=True)
    columns = [column for column in table.columns if column.name in frame.columns]
    for column in columns:
        _refuse_values(column, known[column.name])
    rows = known.select(
        _write_column(column).alias(fields[table.name, column.name]) for column in columns
    ).with_columns(pl.lit(DONE).alias(table.name + COMPLETE))
    count = pl.int_range(1, pl.len() + 1).over(RECORD_ID).alias(REPEAT)
    rows = rows.with_columns(count)
    if not is_repeated(table):
        return rows
    number = pl.col(REPEAT).cast(pl.String).alias(INSTANCE)
    return rows.with_columns(pl.lit(table.name).alias(INSTRUMENT), number)


def _refuse_values(column: Column, values: pl.Series) -> None:
    if column.kind == "category" and not values.drop_nulls().is_in(list(code_levels(column))).all():
        raise UserError(f"column {column.name} has a value that is not among its levels")
    if column.kind == "identifier" and values.cast(pl.String).str.contains(FORMULA).any():
        raise UserError(
            f"column {column.name} has a text that a spreadsheet would run as a formula; "
            "it begins with one of = + - @"
        )


def _write_column(column: Column) -> pl.Expr:
    values = pl.col(column.name)
    if column.kind == "number":
        return values.cast(pl.Float64).cast(pl.String).str.strip_suffix(".0")
    if column.kind in {"integer", "flag"}:
        return values.cast(pl.Int64).cast(pl.String)
    if column.kind == "date":
        return values.dt.to_string("iso")
    texts = values.cast(pl.String).str.strip_chars()
    return texts.replace(code_levels(column)) if column.levels else texts


def _refuse_several(table: Table, rows: pl.DataFrame) -> None:
    if (rows[REPEAT] > 1).any():
        raise UserError(f"table {table.name} has one row per patient, found two of one")


def _beside(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Tables with one row per patient share the record's own row."""
    return left.join(right, on=RECORD_ID, how="full", coalesce=True)


def _list_groups(frames: Sequence[pl.DataFrame]) -> pl.DataFrame | None:
    pairs = [frame.select(PATIENT, CENTRE) for frame in frames if CENTRE in frame.columns]
    if not pairs:
        return None
    group = pl.col(CENTRE).cast(pl.String).str.to_lowercase().str.replace_all("[^a-z0-9_]", "_")
    record = pl.col(PATIENT).cast(pl.String).str.strip_chars()
    found = pl.concat(pairs).select(record.alias(RECORD_ID), group.alias(GROUP)).unique()
    if found[RECORD_ID].is_duplicated().any():
        raise UserError("one patient's number stands in two centres; write one file for each")
    return found
