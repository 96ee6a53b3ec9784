"""Rows of the registry as a flat export that a REDCap project can load."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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

Rows = list[tuple[tuple[str, int, int], dict[str, str]]]
"""Rows with the key that sorts them: record, place of the instrument, repeat."""


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
    exchanged = choose_exchanged(known)
    fields = name_fields(known)
    rows: Rows = []
    groups: dict[str, str] = {}
    for table, frame in tables:
        if table in exchanged:
            place = 0 if not is_repeated(table) else 1 + exchanged.index(table)
            rows += _list_rows(table, frame, fields, place)
            _add_groups(groups, frame)
    header = _make_header(exchanged, fields, bool(groups))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, header, restval="", lineterminator="\n")
    writer.writeheader()
    for (record, _, _), cells in sorted(_merge(rows).items(), key=lambda row: row[0]):
        group = {GROUP: groups[record]} if record in groups else {}
        writer.writerow({RECORD_ID: record, **group, **cells})
    write_file(path, stream.getvalue())


def _make_header(
    tables: Sequence[Table], fields: dict[tuple[str, str], str], grouped: bool
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


def _list_rows(
    table: Table, frame: pl.DataFrame, fields: dict[tuple[str, str], str], place: int
) -> Rows:
    known = frame.select(name for name in table.names if name in frame.columns)
    if PATIENT not in known.columns or known[PATIENT].null_count():
        raise UserError(f"table {table.name} has rows without a patient's number")
    keys = [key for key in table.keys if key in known.columns]
    codes = {column.name: code_levels(column) for column in table.columns if column.levels}
    rows: Rows = []
    repeats: dict[str, int] = {}
    for row in known.sort(keys, nulls_last=True).iter_rows(named=True):
        record = _write_value(table.column(PATIENT), row.pop(PATIENT), {})
        cells = {
            fields[table.name, name]: _write_value(table.column(name), value, codes.get(name, {}))
            for name, value in row.items()
        }
        cells[table.name + COMPLETE] = DONE
        repeats[record] = repeats.get(record, 0) + 1
        if place:
            cells |= {INSTRUMENT: table.name, INSTANCE: str(repeats[record])}
        elif repeats[record] > 1:
            raise UserError(f"table {table.name} has one row per patient, found two of one")
        rows.append(((record, place, repeats[record]), cells))
    return rows


def _merge(rows: Rows) -> dict[tuple[str, int, int], dict[str, str]]:
    """Tables with one row per patient share the record's own row."""
    merged: dict[tuple[str, int, int], dict[str, str]] = {}
    for key, cells in rows:
        merged.setdefault(key, {}).update(cells)
    return merged


def _add_groups(groups: dict[str, str], frame: pl.DataFrame) -> None:
    if CENTRE not in frame.columns:
        return
    for patient, centre in frame.select(PATIENT, CENTRE).unique(maintain_order=True).iter_rows():
        group = re.sub(r"[^a-z0-9_]", "_", str(centre).lower())
        if groups.setdefault(str(patient).strip(), group) != group:
            raise UserError("one patient's number stands in two centres; write one file for each")


def _write_value(column: Column, value: Any, codes: dict[str, str]) -> str:
    if value is None:
        return ""
    if column.kind == "number":
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    if column.kind in {"integer", "flag"}:
        return str(int(value))
    text = value.isoformat() if column.kind == "date" else str(value).strip()
    if column.kind == "category":
        if text not in codes:
            raise UserError(f"column {column.name} has a value that is not among its levels")
        return codes[text]
    if column.kind == "identifier" and re.match(FORMULA, text):
        raise UserError(
            f"column {column.name} has a text that a spreadsheet would run as a formula; "
            "it begins with one of = + - @"
        )
    return text
