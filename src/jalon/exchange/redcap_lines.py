"""A CSV file that REDCap wrote becomes rows that know their line."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from jalon.core.errors import DataFileError
from jalon.registry.finding import Finding, refuse
from jalon.registry.text import load_text

MARKS = (",", ";", "\t", "|", "^")
"""What REDCap can put between values."""

MAX_CELL = 10_000_000
"""Longest text of one cell, in characters; a note in REDCap holds far less."""


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The rows of a CSV file as they stand.

    Attributes:
        path: the file, for messages.
        header: names of the columns.
        rows: one tuple of texts per row, as long as the header.
        lines: the line on which each row begins, the header being line 1.
        sha256: hash of the file's bytes, in hexadecimal.
    """

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    sha256: str


def read_lines(path: Path) -> Lines:
    """Read a CSV file that REDCap wrote, whichever of its separators was chosen.

    Args:
        path: the file, UTF-8 as REDCap writes it.

    Returns:
        Its rows; rows without any value are left out.

    Raises:
        DataFileError: no such file, not UTF-8 text, broken quotes, a name twice in the header,
            or rows with too few or too many values.
    """
    text, sha256 = load_text(path, "utf-8")
    return split_lines(path, text, sha256)


def split_lines(path: Path, text: str, sha256: str) -> Lines:
    """Split a text into rows.

    Args:
        path: the file that it came from, for messages.
        text: its content.
        sha256: hash of the file's bytes.

    Returns:
        Its rows.

    Raises:
        DataFileError: broken quotes, a name twice in the header, or rows with too few or too
            many values.
    """
    records = _split(path, text)
    if not records:
        raise DataFileError(path, "is empty; export the project's data again")
    header = tuple(name.strip() for name in records[0][1])
    rows = records[1:]
    _check(path, header, rows)
    return Lines(
        path, header, tuple(tuple(row) for _, row in rows), tuple(line for line, _ in rows), sha256
    )


def find_mark(text: str) -> str:
    """Return the separator of a text: the first sign of its header that can be one.

    Args:
        text: the file's text.

    Returns:
        The separator; a comma when the header has one column only.

    Example:
        >>> find_mark('record_id;age')
        ';'
    """
    header = re.sub(r'"[^"]*"', "", text.lstrip().split("\n", 1)[0])
    return next((sign for sign in header if sign in MARKS), ",")


def _split(path: Path, text: str) -> list[tuple[int, list[str]]]:
    # The limit holds for the whole process, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=find_mark(text), strict=True)
    line, records = 1, []
    try:
        for values in reader:
            if any(value and not value.isspace() for value in values):
                records.append((line, values))
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataFileError(
            path,
            'this row cannot be split into values: a quote (") is not closed or has text right '
            "after it; export again from REDCap, and do not save the file from a spreadsheet",
            line=line,
        ) from error
    return records


def _check(path: Path, header: tuple[str, ...], rows: list[tuple[int, list[str]]]) -> None:
    found = [
        Finding(f"{header.count(name)} columns have this name; export again", (1,), name)
        for name in dict.fromkeys(header)
        if name and header.count(name) > 1
    ]
    odd = tuple(line for line, row in rows if len(row) != len(header))
    if odd:
        text = f"more or fewer values than the {len(header)} columns of the header; export again"
        found.append(Finding(text, odd))
    refuse(path, found)
