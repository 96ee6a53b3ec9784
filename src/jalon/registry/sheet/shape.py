"""Every column has one name of its own, and rows and columns without any value are left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from jalon.core.errors import DataFileError
from jalon.registry.finding import Finding, refuse
from jalon.registry.sheet.sheet import Raw

MAX_COLUMNS = 16_384
"""As many as a spreadsheet can have."""


def tidy(path: Path, raw: Raw) -> Raw:
    """Take blanks off, leave empty rows and columns out, and check the names.

    Args:
        path: the file, for messages.
        raw: the cells as a reader found them.

    Returns:
        The same cells under their names; an empty cell is the empty text.

    Raises:
        DataFileError: no names, no rows, or a column without a name of its own.
    """
    header = tuple(name.strip().strip("\ufeff") for name in raw.header)
    if not any(header):
        raise DataFileError(path, "has no column names; the first line must name the columns")
    if len(header) > MAX_COLUMNS:
        advice = f"has more than {MAX_COLUMNS:,} columns; is the separator right?"
        raise DataFileError(path, advice, line=raw.header_line)
    cells = raw.cells
    if raw.has_blanks:
        cells = cells.select(pl.all().str.strip_chars())
    cells = cells.fill_null("")
    named, notes = _drop_columns(header, cells)
    _refuse_names(path, header, named, raw.header_line)
    kept, lines, more = _drop_rows(cells.select(cells.columns[place] for place in named), raw)
    if not kept.height:
        raise DataFileError(path, "has column names but no rows; it needs one line per patient")
    kept = kept.rename(dict(zip(kept.columns, (header[place] for place in named), strict=True)))
    return Raw(tuple(kept.columns), kept, lines, raw.header_line, (*raw.notes, *notes, *more))


def _drop_columns(
    header: tuple[str, ...], cells: pl.DataFrame
) -> tuple[list[int], tuple[str, ...]]:
    unnamed = {
        place
        for place, name in enumerate(header)
        if not name and bool((cells.to_series(place) == "").all())
    }
    named = [place for place in range(len(header)) if place not in unnamed]
    if not unnamed:
        return named, ()
    word = "column" if len(unnamed) == 1 else "columns"
    return named, (f"{len(unnamed):,} {word} without a name and without values left out",)


def _drop_rows(cells: pl.DataFrame, raw: Raw) -> tuple[pl.DataFrame, np.ndarray, tuple[str, ...]]:
    empty = cells.select(pl.all_horizontal(pl.all() == "")).to_series()
    count = int(empty.sum())
    if not count:
        return cells, raw.lines, ()
    word = "row" if count == 1 else "rows"
    note = f"{count:,} {word} without any value left out"
    return cells.filter(~empty), raw.lines[~empty.to_numpy()], (note,)


def _refuse_names(path: Path, header: tuple[str, ...], named: list[int], line: int) -> None:
    # Where a file has no header its first line is a patient's: a column is told by its place.
    places: dict[str, list[int]] = {}
    for place in named:
        places.setdefault(header[place], []).append(place + 1)
    findings = []
    for name, where in places.items():
        listed = ", ".join(str(place) for place in where)
        if not name:
            word = "column has values but no name" if len(where) == 1 else (
                "columns have values but no names"
            )  # fmt: skip
            text = f"{len(where)} {word} (column {listed}); name each in the first line"
            findings.append(Finding(text, (line,)))
        elif len(where) > 1:
            text = f"columns {listed} have the same name; keep or rename one"
            findings.append(Finding(text, (line,)))
    refuse(path, findings)
