"""Which file holds which table of which centre, from where files lie and what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jalon.core.errors import UserError
from jalon.dictionary import suggest
from jalon.dictionary.tables import TABLES

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")


@dataclass(frozen=True, slots=True)
class Letter:
    """One table in one file of one centre.

    Attributes:
        path: the file.
        centre: the centre's code.
        table: name of the table.
        sheet: which sheet of a spreadsheet; None for a file of one table.
    """

    path: Path
    centre: str
    table: str
    sheet: str | None = None


def sort_letters(
    paths: Sequence[Path], centre: str | None, tables: Sequence[str] = ()
) -> dict[str, list[Letter]]:
    """Sort files and folders by centre.

    A folder holds one file per table (``patient.csv``), or one folder per centre named by its code.
    A file's table is the one that was named, else the one in its name.

    Args:
        paths: files and folders.
        centre: the centre's code; None where folders are named by it.
        tables: the tables that every file holds; none to go by the names of the files.

    Returns:
        For each centre its files, in the order in which they came.

    Raises:
        UserError: no such file, a table or a centre that cannot be told, or nothing to import.
    """
    found: dict[str, list[Letter]] = {}
    for path in paths:
        for letter in _open(path, centre, tables):
            found.setdefault(letter.centre, []).append(letter)
    if not found:
        named = ", ".join(path.name for path in paths)
        raise UserError(f"there is no file of a table in {named}; files are called patient.csv …")
    return found


def _open(path: Path, centre: str | None, tables: Sequence[str]) -> Iterator[Letter]:
    if not path.exists():
        near = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise UserError(f"there is no file {path}{suggest(path.name, near)}")
    if path.is_file():
        yield from _sort_file(path, centre, tables)
        return
    inside = sorted(path.iterdir())
    for entry in inside:
        if entry.is_dir() and not entry.name.startswith("."):
            yield from _open_centre(entry, centre or entry.name, tables)
        elif entry.is_file() and entry.suffix.lower() in SUFFIXES:
            yield from _sort_file(entry, centre, tables)


def _open_centre(folder: Path, centre: str, tables: Sequence[str]) -> Iterator[Letter]:
    for entry in sorted(folder.iterdir()):
        if entry.is_file() and entry.suffix.lower() in SUFFIXES:
            yield from _sort_file(entry, centre, tables)


def _sort_file(path: Path, centre: str | None, tables: Sequence[str]) -> Iterator[Letter]:
    if centre is None:
        raise UserError(f"of which centre is {path.name}? name it with --centre CODE")
    for table in tables:
        yield Letter(path, centre, table)
    if tables:
        return
    sheets = _list_sheets(path) if path.suffix.lower() == ".xlsx" else []
    if sheets:
        yield from (Letter(path, centre, name, name) for name in sheets)
        return
    told = find_table_in(path.stem)
    if told is None:
        raise UserError(
            f"which table is {path.name}? name it with --table, one of {', '.join(TABLES)}, or "
            "call the file by it"
        )
    yield Letter(path, centre, told)


def find_table_in(stem: str) -> str | None:
    """Return the table that a file's name speaks of, or None.

    Args:
        stem: the name without its ending.

    Example:
        >>> find_table_in("LYS_prior-line_2026"), find_table_in("patients")
        ('prior_line', 'patient')
        >>> find_table_in("export")
    """
    words = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")
    named = [table for table in TABLES if re.search(rf"(^|_){table}s?(_|$)", words)]
    return max(named, key=len) if named else None


def _list_sheets(path: Path) -> list[str]:
    from openpyxl import load_workbook  # noqa: PLC0415 - needs an extra

    try:
        names = load_workbook(path, read_only=True).sheetnames
    except Exception:  # a damaged file is explained where it is read
        return []
    return [name for name in names if name in TABLES]
