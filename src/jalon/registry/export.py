"""A centre's current rows as files for the centre itself; projects get snapshots instead."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import polars as pl

from jalon.core.errors import UserError
from jalon.core.files import hash_file
from jalon.dictionary import Table, suggest
from jalon.registry.safe_csv import make_safe, write_safe_csv

if TYPE_CHECKING:
    from jalon.registry.store.store import Store

ExportFormat = Literal["csv", "parquet", "xlsx"]

SHEET_ROWS = 1_048_575
"""How many rows a spreadsheet can hold below its header."""

FOR_THE_CENTRE = (
    "an export is for the centre itself: patients who object to projects are in it; "
    "a project gets a snapshot (jalon registry snapshot --project NAME)"
)


@dataclass(frozen=True, slots=True)
class Exported:
    """One file that was written.

    Attributes:
        table: the table in it.
        path: the file.
        rows: how many rows it holds.
        sha256: hash of its bytes.
    """

    table: str
    path: Path
    rows: int
    sha256: str


def find_format(text: str | None, to: Path) -> ExportFormat:
    """Return the format that a person names, or that the file's name says; CSV otherwise.

    Args:
        text: "csv", "parquet" or "xlsx"; None when nothing was said.
        to: where the export goes.

    Raises:
        UserError: another format.

    Example:
        >>> find_format(None, Path("patients.xlsx"))
        'xlsx'
    """
    asked = to.suffix.lstrip(".").lower() if text is None else text.lower()
    for known in get_args(ExportFormat):
        if asked == known:
            return known  # type: ignore[no-any-return]
    if text is None:
        return "csv"
    formats = get_args(ExportFormat)
    raise UserError(f"unknown --format{suggest(text, formats)}; use {', '.join(formats)}")


def export_tables(
    store: Store, tables: Sequence[Table], to: Path, kind: ExportFormat, *, centre: str | None,
    by: str,
) -> tuple[Exported, ...]:  # fmt: skip
    """Write the current rows of tables with their pseudonyms, and record it in the audit.

    Nothing but the centre is honoured: patients who object to projects are in the files.

    Args:
        store: the registry.
        tables: which tables.
        to: the file for one table, the folder for several; it must not be there yet.
        kind: the format; a spreadsheet's cells never begin a formula.
        centre: only this centre's rows; None for every centre.
        by: who exports, for the audit.

    Returns:
        What was written. The audit is written before a file can be seen.

    Raises:
        UserError: the place is taken or cannot be written, the centre has no row, or a
            spreadsheet cannot hold so many rows.
    """
    if to.exists():
        raise UserError(f"{to} is there already; name another place, or move it away first")
    _make_folder(to.parent)
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=f".{to.name}.") as scratch:
        folder = Path(scratch) / "export"
        folder.mkdir()
        written = _write_all(store, tables, folder, kind, centre)
        if centre is not None and not any(part.rows for part in written):
            raise UserError(f"the registry has no row of centre {centre} in these tables")
        _record(store, written, kind, centre, by)
        is_one = len(tables) == 1
        shutil.move(written[0].path if is_one else folder, to)
    return tuple(
        Exported(part.table, to if is_one else to / part.path.name, part.rows, part.sha256)
        for part in written
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UserError(f"{folder} cannot be made: {reason}") from error


def _write_all(
    store: Store, tables: Sequence[Table], folder: Path, kind: ExportFormat, centre: str | None
) -> list[Exported]:
    """Write each table from one moment of the store, one at a time in memory."""
    from jalon.registry.store.current import read_current  # noqa: PLC0415 - needs sqlalchemy

    written = []
    with store.read() as connection:
        for table in tables:
            frame = read_current(connection, table, centre)
            keys = list(dict.fromkeys(("centre", *table.keys)))
            path = folder / f"{table.name}.{kind}"
            write_frame(frame.sort(keys), path, kind)
            written.append(Exported(table.name, path, frame.height, hash_file(path)))
    return written


def write_frame(frame: pl.DataFrame, path: Path, kind: ExportFormat) -> None:
    """Write one table in a format; the same rows give the same bytes.

    Args:
        frame: the rows.
        path: the file.
        kind: the format.

    Raises:
        UserError: a spreadsheet cannot hold so many rows.
    """
    if kind == "csv":
        write_safe_csv(frame, path)
    elif kind == "parquet":
        frame.write_parquet(path, compression="zstd")
    else:
        path.write_bytes(_write_xlsx(frame, path.stem))


def _write_xlsx(frame: pl.DataFrame, title: str) -> bytes:
    import openpyxl  # noqa: PLC0415 - heavy, and only in the extra "registry"

    from jalon.dictionary.workbook import write_workbook  # noqa: PLC0415

    if frame.height > SHEET_ROWS:
        raise UserError(
            f"table {title} has {frame.height:,} rows and a sheet holds {SHEET_ROWS:,}; "
            "use --format csv or parquet"
        )
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    safe = make_safe(frame)
    sheet.append(safe.columns)
    for row in safe.iter_rows():
        sheet.append(row)
    return write_workbook(workbook)


def _record(
    store: Store, written: Sequence[Exported], kind: ExportFormat, centre: str | None, by: str
) -> None:
    from jalon.registry.store.audit import append_audit  # noqa: PLC0415 - needs sqlalchemy

    details: dict[str, Any] = {
        "centre": centre or "*",
        "format": kind,
        "tables": {part.table: {"rows": part.rows, "sha256": part.sha256} for part in written},
    }
    with store.write(by) as writing:
        append_audit(writing, "export", details)
