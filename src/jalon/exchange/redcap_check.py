"""A REDCap export read and checked by the dictionary, its faults named by REDCap's fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from jalon.dictionary import Table
from jalon.exchange.redcap import read_redcap
from jalon.exchange.redcap_export import EVENT, INSTANCE
from jalon.exchange.redcap_field import PATIENT, RECORD_ID, name_fields
from jalon.exchange.redcap_mapping import RedcapMapping, hash_reading
from jalon.registry.intake import Intake, check_sheet
from jalon.registry.rejection import Rejections


def check_redcap(
    path: Path,
    tables: Sequence[Table],
    mapping: RedcapMapping | None = None,
    missing_codes: Sequence[str] = (),
    centre: str | None = None,
    decimal: str | None = None,
) -> list[Intake]:
    """Read a flat export of a REDCap project and check it, without looking at any store.

    Args:
        path: the CSV file, raw values with raw headers.
        tables: tables of the registry.
        mapping: how a project of the centre's own is read; None for one made from the
            registry's data dictionary.
        missing_codes: missing data codes of the project, besides those of the mapping.
        centre: the centre whose patients are read, by data access group; None when the export
            holds one group at most.
        decimal: the decimal mark of the numbers; None to find it out.

    Returns:
        For each table of which the export has rows, its typed rows and every cell that was
        rejected, by its line and its field in REDCap.

    Raises:
        DataFileError: what `read_redcap` refuses.
        UserError: a missing data code that could also be an answer.
    """
    reading = hash_reading(mapping, missing_codes)
    intakes = []
    for table, sheet in read_redcap(path, tables, mapping, missing_codes, centre, decimal):
        intake = check_sheet(sheet, table)
        fields = find_fields(table, tables, mapping)
        intakes.append(
            replace(
                intake,
                rejections=_rename(intake.rejections, fields),
                questions=_rename(intake.questions, fields),
                mapping_sha256=reading,
            )
        )
    return intakes


def find_fields(
    table: Table, tables: Sequence[Table], mapping: RedcapMapping | None = None
) -> dict[str, str]:
    """Return the field of the project that each column of a table comes from.

    Args:
        table: the table.
        tables: all tables of the registry, which name the fields of its own data dictionary.
        mapping: how a project of the centre's own is read.

    Returns:
        For each column its field; several when a mapping takes it from several.

    Example:
        >>> from jalon.dictionary import list_tables
        >>> find_fields(list_tables()[4], list_tables())["product"]
        'infusion_product'
    """
    if mapping is None or not mapping.rows:
        names = name_fields(tables)
        return {column: names[table.name, column] for column in table.names}
    found: dict[str, list[str]] = {PATIENT: [mapping.patient or RECORD_ID]}
    for plan in (plan for plan in mapping.rows if plan.table == table.name):
        own = (*plan.columns.items(), (plan.event_to, EVENT), (plan.instance_to, INSTANCE))
        for column, field in own:
            found.setdefault(column, []).append(field)
    return {column: " or ".join(dict.fromkeys(several)) for column, several in found.items()}


def _rename(rejections: Rejections, fields: dict[str, str]) -> Rejections:
    return Rejections(rejections.frame.with_columns(pl.col("column").replace(fields)))
