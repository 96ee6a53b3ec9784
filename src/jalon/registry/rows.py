"""A CSV text becomes rows that know their line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jalon.core.errors import DataFileError, UserError
from jalon.core.survival_data import Integers
from jalon.dictionary import Table
from jalon.registry.finding import Finding, refuse
from jalon.registry.header import check_header, suggest_separator

SEPARATORS = {",": ",", ";": ";", "\t": "\t", "\\t": "\t", "tab": "\t", "|": "|"}
"""What a person may write for a separator, and the character it means."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The cells of a CSV file as they stand.

    Attributes:
        header: names of the columns, in the file's order.
        cells: one tuple per column, one text per row.
        lines: shape (n,), the line on which each row begins, the header being line 1.
    """

    header: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    lines: Integers


def split_rows(path: Path, text: str, table: Table, separator: str) -> Rows:
    """Split a CSV text into cells, checking its shape and its column names.

    Args:
        path: the file, for messages.
        text: its content.
        table: the dictionary that the header must fit.
        separator: what stands between values: "," ";" "|" or "tab".

    Returns:
        The cells, each row with its line.

    Raises:
        DataFileError: broken quotes, names that do not fit, no rows, or rows with too few
            or too many values.
        UserError: a separator that is not known here.
    """
    if separator not in SEPARATORS:
        raise UserError('unknown --separator; use ",", ";", "|" or tab')
    mark = SEPARATORS[separator]

    def explain() -> str:
        return suggest_separator(text.lstrip().splitlines()[0], table, mark)

    records = read_records(path, text, mark, explain)
    header = tuple(name.strip() for name in next(records, (1, []))[1])
    check_header(path, header, table, mark)
    kept = list(records)
    refuse(path, find_misfits(kept, len(header)))
    if not kept:
        raise DataFileError(path, "has column names but no rows; it needs one line per patient")
    cells = tuple(zip(*(values for _, values in kept), strict=True))
    return Rows(header, cells, np.array([line for line, _ in kept], dtype=np.int64))


def read_records(
    path: Path, text: str, separator: str, explain: Callable[[], str]
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row of a CSV text with its first line; a quoted value may run over several.

    Args:
        path: the file, for messages.
        text: its content.
        separator: the character between values.
        explain: gives advice when a row cannot be split; empty when it knows nothing better.

    Yields:
        The line on which the row begins, and its values; blank lines are left out.

    Raises:
        DataFileError: broken quotes or a value far too long.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for values in reader:
            if any(value and not value.isspace() for value in values) or len(values) > 1:
                yield line, values
            line = reader.line_num + 1
    except csv.Error as error:
        problem = explain() or (
            'this row cannot be split into values: a quote (") is not closed or has text right '
            "after it, or a value is far too long; close it, or double the quotes inside a value"
        )
        raise DataFileError(path, problem, line=line) from error


def find_misfits(records: list[tuple[int, list[str]]], width: int) -> list[Finding]:
    """Find the rows that have more or fewer values than the header has names.

    Args:
        records: each row's line and values.
        width: how many names the header has.

    Returns:
        At most one finding for rows with too few, and one for rows with too many.
    """
    few = tuple(line for line, values in records if len(values) < width)
    many = tuple(line for line, values in records if len(values) > width)
    found = []
    if few:
        text = f"fewer values than the {width} columns of the header; fill in what is missing"
        found.append(Finding(text, few))
    if many:
        text = (
            f"more values than the {width} columns of the header; a value that holds the "
            "separator (a decimal comma?) must stand in quotes"
        )
        found.append(Finding(text, many))
    return found
