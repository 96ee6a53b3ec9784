"""A CSV file without a dictionary: its columns as they stand, read as what they look like."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from jalon.core import Floats, Integers
from jalon.core.errors import DataFileError, UserError
from jalon.dictionary import Column, Table, suggest
from jalon.registry.finding import Finding, find, refuse
from jalon.registry.rows import SEPARATORS, split_rows
from jalon.registry.text import load_text
from jalon.registry.values import NUMBER, type_values

MISSING = ("na", "n/a", "nan", "null", "none", ".", "-", "?")
"""Cells that mean not known, besides the empty one; in small letters."""

YES, NO = ("yes", "y", "true", "oui"), ("no", "n", "false", "non")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a CSV file is written.

    Attributes:
        separator: what stands between values.
        decimal: the decimal mark of its numbers.
        encoding: how its text is coded.
        missing: further cells that mean not known.
    """

    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PlainTable:
    """The cells of a CSV file, a column at a time.

    Attributes:
        path: the file.
        options: how it was read.
        cells: text of each column, null where not known.
        lines: shape (n,), line of each row, the header being line 1.
        sha256: hash of the file.
    """

    path: Path
    options: ReadOptions
    cells: dict[str, pl.Series]
    lines: Integers
    sha256: str

    def __len__(self) -> int:
        return len(self.lines)

    def text(self, name: str, role: str = "") -> pl.Series:
        """Return a column's cells; an unknown name is answered with the nearest."""
        if name not in self.cells:
            asked = f"{role} {name}" if role else name
            raise DataFileError(
                self.path,
                f"there is no column {asked}{suggest(name, self.cells)}; it has "
                f"{', '.join(self.cells)}",
                line=1,
            )
        return self.cells[name]

    def numbers(self, name: str, role: str = "") -> Floats:
        """Return a column as numbers, NaN where not known; other text is refused by line."""
        typed = type_values(
            Column(name, "number", name), self.text(name, role), self.lines, (),
            self.options.decimal,
        )  # fmt: skip
        refuse(self.path, typed.findings)
        values: Floats = typed.values.to_numpy().astype(np.float64)
        return values

    def is_number(self, name: str) -> bool:
        """Tell whether most known cells of a column are numbers."""
        known = self.text(name).drop_nulls()
        # Either decimal mark makes a number: the wrong one is then named with its line.
        point = known.str.replace(",", ".", literal=True)
        return len(known) == 0 or 2 * int(point.str.contains(NUMBER).sum()) > len(known)

    def flags(self, name: str) -> Floats | None:
        """Return a column of yes and no as 1 and 0, NaN where not known; None for another."""
        small = self.text(name).str.to_lowercase()
        if not small.drop_nulls().is_in([*YES, *NO]).all():
            return None
        values = small.replace_strict({**dict.fromkeys(YES, 1.0), **dict.fromkeys(NO, 0.0)},
                                      default=None, return_dtype=pl.Float64)  # fmt: skip
        found: Floats = values.to_numpy().astype(np.float64)
        return found

    def refuse_rows(self, bad: npt.NDArray[np.bool_], name: str, text: str) -> None:
        """Refuse the file where ``bad`` is true, naming lines and column."""
        refuse(self.path, find(pl.Series(bad), self.lines, name, text))


def read_plain(path: Path, options: ReadOptions, needed: Iterable[str]) -> PlainTable:
    """Read a CSV file that no dictionary describes.

    Args:
        path: the file.
        options: how it is written.
        needed: columns that must be there; a wrong separator is known by them.

    Returns:
        Its cells.

    Raises:
        DataFileError: a file that cannot be read, with its line.
        UserError: an option that is not known.
    """
    if options.decimal not in {".", ","}:
        raise UserError('unknown --decimal; use "." or ","')
    if options.separator not in SEPARATORS:
        raise UserError('unknown --separator; use ",", ";", "|" or tab')
    text, sha256 = load_text(path, options.encoding)
    first = next(line for line in text.splitlines() if line.strip())
    names = next(csv.reader([first], delimiter=SEPARATORS[options.separator]), [])
    header = [name.strip() for name in names]
    _check_separator(path, header, first, options, tuple(needed))
    _check_names(path, header)
    table = Table(
        path.name, path.name, "", "", "real",
        columns=tuple(Column(name, "identifier", name) for name in header),
    )  # fmt: skip
    rows = split_rows(path, text, table, options.separator)
    missing = ["", *MISSING, *(one.lower() for one in options.missing)]
    cells = {}
    for name, column in zip(rows.header, rows.cells, strict=True):
        texts = pl.Series(name, column, dtype=pl.String).str.strip_chars()
        cells[name] = texts.set(texts.str.to_lowercase().is_in(missing), None)
    return PlainTable(path, options, cells, rows.lines, sha256)


def _check_separator(
    path: Path, header: list[str], first: str, options: ReadOptions, needed: tuple[str, ...]
) -> None:
    if set(needed) & set(header):
        return
    for other, mark in SEPARATORS.items():
        if mark != SEPARATORS[options.separator] and set(needed) & set(first.split(mark)):
            word = "tab" if mark == "\t" else f'"{other}"'
            raise DataFileError(
                path, f"the columns are separated otherwise; add --separator {word}", line=1
            )


def _check_names(path: Path, header: list[str]) -> None:
    if "" in header:
        place = header.index("") + 1
        raise DataFileError(path, f"column {place} has no name; give it one, or delete it", line=1)
    twice = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    refuse(path, [Finding("two columns have this name; rename one", (1,), name) for name in twice])
