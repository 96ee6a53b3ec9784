"""A CSV file becomes a checked batch of rows, or is refused with all that is wrong."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from jalon.core.errors import UserError
from jalon.dictionary import Column, Table
from jalon.registry.batch import Batch, Issue
from jalon.registry.check import check_column, check_key, check_required, check_rules
from jalon.registry.finding import Finding, refuse
from jalon.registry.kinds import KINDS
from jalon.registry.rows import Rows, split_rows
from jalon.registry.text import load_text
from jalon.registry.values import Typed, list_findings, type_values


def read(
    path: Path, table: Table, separator: str = ",", decimal: str = ".", encoding: str = "utf-8"
) -> Batch:
    """Read a CSV file by its dictionary; a file that does not fit is refused as a whole.

    Args:
        path: the file.
        table: what its columns mean.
        separator: what stands between values: "," ";" "|" or "tab".
        decimal: the decimal mark of its numbers, "." or ",".
        encoding: how its text is coded, for example "utf-8" or "latin-1".

    Returns:
        Typed rows, the line of each, questions about them and the file's hash.

    Raises:
        DataFileError: anything that does not fit, with line, column and what was expected;
            the message never repeats what a patient's cell holds.
        UserError: an option that is not known.

    Example:
        >>> from jalon.dictionary import load_table
        >>> table = load_table(Path("studies/dictionaries/follic.toml"))
        >>> batch = read(Path("examples/data/follic.csv"), table)
        >>> len(batch), batch.frame["ch"].sum()
        (541, 118)
    """
    if decimal not in {".", ","}:
        raise UserError('unknown --decimal; use "." or ","')
    text, sha256 = load_text(path, encoding)
    rows = split_rows(path, text, table, separator)
    frame, findings = _type_rows(rows, table, decimal)
    refuse(path, [*findings, *check_key(table, frame, rows.lines)])
    issues = (*_left_out(rows, table), *check_rules(table, frame, rows.lines))
    return Batch(table, frame, rows.lines, issues, sha256)


def _type_rows(rows: Rows, table: Table, decimal: str) -> tuple[pl.DataFrame, list[Finding]]:
    columns: list[pl.Series] = []
    findings: list[Finding] = []
    for column in table.columns:
        typed = _type_column(rows, column, table, decimal)
        columns.append(typed.values.alias(column.name))
        findings.extend(typed.findings)
    return pl.DataFrame(columns), findings


def _type_column(rows: Rows, column: Column, table: Table, decimal: str) -> Typed:
    if column.name not in rows.header:
        nothing = pl.Series([None], dtype=KINDS[column.kind]).new_from_index(0, len(rows.lines))
        return Typed(nothing, ())
    cells = rows.cells[rows.header.index(column.name)]
    texts = pl.Series(cells, dtype=pl.String).str.strip_chars()
    typed = type_values(column, texts, rows.lines, table.missing, decimal)
    faults = check_column(column, typed.values)
    if column.required or column.name == table.key:
        empty = texts.is_in(["", *table.missing, *column.missing])
        faults += check_required(column, empty)
    found = list_findings(column, faults, rows.lines)
    return Typed(typed.values, (*typed.findings, *found))


def _left_out(rows: Rows, table: Table) -> list[Issue]:
    absent = tuple(name for name in table.names if name not in rows.header)
    unknown = tuple(name for name in rows.header if name not in table.names)
    issues = []
    if absent:
        issues.append(Issue("not in the file, read as missing for everyone", absent))
    if unknown:
        issues.append(Issue("not in the dictionary, left out", unknown))
    return issues
