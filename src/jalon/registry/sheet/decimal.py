"""Which decimal mark a file uses: said by the person, or found out and told."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from jalon.core.errors import DataFileError, UserError
from jalon.core.survival_data import Integers

COMMA = r"^[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?$"
POINT = r"^[+-]?[0-9]*\.[0-9]+([eE][+-]?[0-9]+)?$"
THOUSAND = r"^[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}$"
"""A text such as 1,234 or 1.234: a decimal, or one thousand two hundred and thirty-four."""

SOON = 1000
"""Rows in which a column of numbers with decimals nearly always has one."""


def check_decimal(asked: str | None) -> None:
    """Refuse a decimal mark that is not known here.

    Args:
        asked: what the person said; None when nothing was.

    Raises:
        UserError: another mark than "." and ",".
    """
    if asked not in {None, ".", ","}:
        raise UserError('unknown --decimal; use "." or ","')


def find_decimal(
    path: Path, cells: pl.DataFrame, lines: Integers, separator: str
) -> tuple[str, str]:
    """Return the decimal mark of a file's numbers, and how to say it.

    Args:
        path: the file, for messages.
        cells: all cells, as texts.
        lines: the line of each row.
        separator: what stands between values.

    Returns:
        "." or ",", and words such as "decimal comma".

    Raises:
        DataFileError: both marks are used, or a comma that may stand for thousands.
    """
    commas = _find_marked(cells, ",", COMMA)
    if not commas:
        if separator == ",":
            return ".", "decimal point"
        points = _find_marked(cells, ".", POINT)
        _refuse_thousands(path, cells, points, lines)
        return ".", "decimal point" if points else "no decimals"
    points = _find_marked(cells, ".", POINT)
    if points:
        comma, point = next(iter(commas)), next(iter(points))
        advice = (
            f"numbers are written with a decimal comma here and with a decimal point in line "
            f"{lines[points[point]]}, column {cells.get_column_index(point) + 1}; write all "
            'alike, or say which one is the decimal mark with --decimal "," or --decimal "."'
        )
        raise _refusal(path, advice, cells, comma, int(lines[commas[comma]]))
    _refuse_thousands(path, cells, commas, lines)
    return ",", "decimal comma"


def _find_marked(cells: pl.DataFrame, mark: str, pattern: str) -> dict[str, int]:
    """Columns with a number that has this mark, and the first row of each."""
    # Few cells hold the mark at all, and finding it is much faster than matching the pattern.
    holding = cells.select(pl.all().str.contains(mark, literal=True).any()).row(0)
    found: dict[str, int] = {}
    for name in (name for name, holds in zip(cells.columns, holding, strict=True) if holds):
        # Most columns of numbers show their mark at once; only others are searched to the end.
        for part in (cells[name].head(SOON), cells[name]):
            rows = part.str.contains(pattern)
            if rows.any():
                found[name] = rows.arg_max() or 0
                break
    return found


def _refuse_thousands(
    path: Path, cells: pl.DataFrame, marked: dict[str, int], lines: Integers
) -> None:
    if not marked:
        return
    for name in marked:
        column = cells[name]
        numbers = column.filter(column.str.contains(f"{COMMA}|{POINT}"))
        if not numbers.str.contains(THOUSAND).all():
            return
    name, row = next(iter(marked.items()))
    advice = (
        "a mark before three digits may be a decimal mark or stand between thousands; write "
        'thousands without a mark, or say --decimal "," or --decimal "."'
    )
    raise _refusal(path, advice, cells, name, int(lines[row]))


def _refusal(path: Path, advice: str, cells: pl.DataFrame, name: str, line: int) -> DataFileError:
    # Where a file has no header its first line is a patient's: a column is told by its place.
    return DataFileError(path, advice, line, str(cells.get_column_index(name) + 1))
