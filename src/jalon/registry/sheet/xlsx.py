"""One sheet of a spreadsheet becomes cells; what a person cannot see in it is told."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from jalon.core.errors import DataFileError, JalonError, UserError
from jalon.dictionary import suggest
from jalon.registry.sheet.archive import DAMAGED, check_archive
from jalon.registry.sheet.sheet import Raw
from jalon.registry.sheet.xlsx_markup import Markup, read_markup

MAX_ROWS = 1_048_576
BLOCK = 10_000
LOOK = 20
"""Rows in which a sheet must show a value to count as used."""

MAX_CELLS = 10
"""How many cells a message names."""

ERRORS = frozenset(
    ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#GETTING_DATA",
     "#SPILL!", "#CALC!")
)  # fmt: skip
"""What a spreadsheet writes into a cell that it cannot compute."""


def split_xlsx(path: Path, content: bytes, sheet: str | None) -> tuple[Raw, str]:
    """Turn one sheet of a spreadsheet into cells.

    Args:
        path: the file, for messages.
        content: its bytes.
        sheet: name of the sheet; None when only one has values.

    Returns:
        The cells, and the name of the sheet; "lines" are the sheet's rows.

    Raises:
        DataFileError: damaged, encrypted, several sheets and none named, merged cells, or a
            formula whose value was not saved.
        UserError: no sheet of that name, or the reader of spreadsheets is not installed.
    """
    check_archive(path, content)
    try:
        with warnings.catch_warnings():
            # What the reader leaves aside (colours, drop-down lists) holds no values.
            warnings.simplefilter("ignore")
            return _split(path, content, sheet)
    except JalonError:
        raise
    except Exception as error:  # a damaged archive fails in every way that there is
        raise DataFileError(path, DAMAGED) from error


def _split(path: Path, content: bytes, sheet: str | None) -> tuple[Raw, str]:
    book = _open(content, data_only=True)
    chosen, notes = _choose(path, book, sheet)
    markup = read_markup(content, chosen._worksheet_path)
    _refuse_merged(path, markup)
    cells, lines = _read(path, chosen)
    if not len(lines):
        raise DataFileError(path, f"sheet {chosen.title} is empty")
    header = tuple(name or "" for name in cells.row(0))
    if markup.has_formulas:
        _refuse_unsaved(path, _open(content, data_only=False)[chosen.title], cells, lines)
    notes += _tell_hidden(markup) + _tell_errors(cells, lines)
    return Raw(header, cells.slice(1), lines[1:], int(lines[0]), notes), str(chosen.title)


def _open(content: bytes, *, data_only: bool) -> Any:
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 - an extra, and heavy
    except ImportError as error:
        raise UserError(
            "reading XLSX needs openpyxl; install jalon[registry], or save the sheet as CSV"
        ) from error
    return load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)


def _choose(path: Path, book: Any, asked: str | None) -> tuple[Any, tuple[str, ...]]:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    for sheet in sheets.values():
        # What a sheet says about its own size is often wrong.
        sheet.reset_dimensions()
    listed = ", ".join(sheets)
    if asked is not None:
        if asked not in sheets:
            hint = suggest(asked, sheets)
            raise UserError(f"{path.name} has no sheet {asked}{hint}; it has {listed}")
        return sheets[asked], ()
    hidden = [title for title, sheet in sheets.items() if sheet.sheet_state != "visible"]
    used = [s for title, s in sheets.items() if title not in hidden and _is_used(s)]
    if len(used) > 1:
        titles = ", ".join(sheet.title for sheet in used)
        raise DataFileError(path, f"has several sheets; choose one with --sheet: {titles}")
    if not used:
        advice = f"no visible sheet has values; choose one with --sheet: {listed}"
        raise DataFileError(path, advice)
    notes = tuple(f"hidden sheet {title} was not read" for title in hidden)
    return used[0], notes


def _is_used(sheet: Any) -> bool:
    rows = islice(sheet.iter_rows(values_only=True), LOOK)
    return any(value is not None for row in rows for value in row)


def _read(path: Path, sheet: Any) -> tuple[pl.DataFrame, np.ndarray]:
    """Read rows that have a value, the header first; each with its row of the sheet."""
    rows = _rows(path, sheet)
    lines: list[int] = []
    frames: list[pl.DataFrame] = []
    while block := list(islice(rows, BLOCK)):
        lines += [line for line, _ in block]
        width = max(len(row) for _, row in block)
        padded = [row + [""] * (width - len(row)) for _, row in block]
        columns = zip(*padded, strict=True)
        frames.append(
            pl.DataFrame([pl.Series(str(i), c, dtype=pl.String) for i, c in enumerate(columns)])
        )
    cells = pl.concat(frames, how="diagonal") if frames else pl.DataFrame()
    return cells.fill_null(""), np.array(lines, dtype=np.int64)


def _rows(path: Path, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if line > MAX_ROWS:
            raise DataFileError(path, f"a row is beyond the last one of a sheet ({MAX_ROWS:,})")
        texts = [write_value(value) for value in row]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield line, texts


def write_value(value: Any) -> str:
    """Return the text of a spreadsheet's value: full precision, dates as year-month-day.

    Args:
        value: what the reader of spreadsheets gives.

    Returns:
        The text; empty for an empty cell, 1 and 0 for true and false.

    Example:
        >>> write_value(12.0), write_value(0.1), write_value(datetime(2020, 12, 31))
        ('12', '0.1', '2020-12-31')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).strip()


def _name_cell(line: int, place: int) -> str:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - an extra, and heavy

    return f"{get_column_letter(place + 1)}{line}"


def _list_cells(names: list[str]) -> str:
    dots = ", …" if len(names) > MAX_CELLS else ""
    return ", ".join(names[:MAX_CELLS]) + dots


def _refuse_merged(path: Path, markup: Markup) -> None:
    if markup.merged:
        word = "cell is" if len(markup.merged) == 1 else "cells are"
        listed = _list_cells(list(markup.merged))
        advice = f"{word} merged, so only the first of each keeps a value: {listed}; unmerge"
        text = f"{len(markup.merged):,} {advice} and fill in each cell"
        raise DataFileError(path, text, line=markup.first_merged_row)


def _refuse_unsaved(path: Path, sheet: Any, cells: pl.DataFrame, lines: np.ndarray) -> None:
    sheet.reset_dimensions()
    places = {int(line): row for row, line in enumerate(lines)}
    unsaved: list[tuple[int, str]] = []
    for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        for place, value in enumerate(row):
            # Without formulas the value is a plain text or number; a formula has no cell then.
            formula = (isinstance(value, str) and value.startswith("=")) or hasattr(value, "ref")
            known = place < cells.width and line in places and cells[places[line], place]
            if formula and not known:
                unsaved.append((line, _name_cell(line, place)))
    if unsaved:
        listed = _list_cells([name for _, name in unsaved])
        advice = f"formulas without a saved value: {listed}; open the file in a spreadsheet"
        raise DataFileError(path, f"{advice} program and save it", line=unsaved[0][0])


def _tell_hidden(markup: Markup) -> tuple[str, ...]:
    if not markup.hidden_rows:
        return ()
    word = "row was" if markup.hidden_rows == 1 else "rows were"
    return (f"{markup.hidden_rows:,} hidden {word} read too",)


def _tell_errors(cells: pl.DataFrame, lines: np.ndarray) -> tuple[str, ...]:
    found = [
        _name_cell(int(lines[row]), place)
        for place, column in enumerate(cells.iter_columns())
        for row in column.is_in(list(ERRORS)).arg_true().to_list()[: MAX_CELLS + 1]
    ]
    return (f"cells hold a spreadsheet's error: {_list_cells(found)}",) if found else ()
