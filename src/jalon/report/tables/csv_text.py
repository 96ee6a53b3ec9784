"""Tables as CSV text (RFC 4180), with every digit, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import math

from jalon.report.tables.table import Cell, Count, Interval, Number, PValue, Table, Text

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def table_csv(table: Table) -> str:
    """Write a table for a spreadsheet or a program: one number per cell, all digits.

    An estimate takes three columns (its heading, then ``low`` and ``high``), a count out
    of a whole takes two (``of`` is the whole). Numbers that do not exist are empty.

    Args:
        table: the table; its caption, notes and indents stay on the page.

    Returns:
        CSV text with CR LF line ends. Words that a spreadsheet would run as a
        formula begin with an apostrophe.

    Example:
        >>> from jalon.report.tables.table import Heading
        >>> rows = (("Women", Count(3, 4)),)
        >>> table_csv(Table("Sex", (Heading("Sex"), Heading("n (%)")), rows)).splitlines()
        ['Sex,n (%),n (%) of', 'Women,3,4']
    """
    parts = [_column_parts([row[i] for row in table.rows]) for i in range(len(table.columns))]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(
        _disarm(f"{heading.words} {part}" if part else heading.words)
        for heading, names in zip(table.columns, parts, strict=True)
        for part in names
    )
    for row in table.rows:
        writer.writerow(
            _cell_parts(cell).get(part, "")
            for cell, names in zip(row, parts, strict=True)
            for part in names
        )
    return stream.getvalue()


def _column_parts(cells: list[Cell]) -> list[str]:
    """Return the parts that any cell of the column has, the value ("") always first."""
    found = {part for cell in cells for part in _cell_parts(cell)}
    return [""] + [part for part in ("of", "low", "high") if part in found]


def _cell_parts(cell: Cell) -> dict[str, str]:
    match cell:
        case None | str():
            return {"": _disarm(cell or "")}
        case Text():
            return {"": _disarm(cell.words)}
        case Number():
            return {"": _digits(cell.value)}
        case PValue():
            return {"": _digits(cell.p)}
        case Count(count, whole):
            return {"": _digits(count)} | ({} if whole is None else {"of": _digits(whole)})
        case Interval(estimate):
            value, low, high = estimate.value, estimate.low, estimate.high
            return {"": _digits(value), "low": _digits(low), "high": _digits(high)}


def _digits(value: float) -> str:
    """Write the shortest text that reads back as the same number; whole ones without ``.0``."""
    if math.isnan(value):
        return ""
    if float(value).is_integer() and abs(value) < 2**53:
        return str(int(value))
    return repr(float(value))


def _disarm(words: str) -> str:
    return f"'{words}" if words.startswith(_FORMULA_STARTS) else words
