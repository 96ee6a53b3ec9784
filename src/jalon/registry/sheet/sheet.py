"""What a file holds before anybody said what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from jalon.core.survival_data import Integers

SheetKind = Literal["csv", "xlsx", "parquet"]


@dataclass(frozen=True, slots=True)
class SheetOptions:
    """What a person says about a file, instead of letting it be found out.

    Attributes:
        separator: what stands between values: "," ";" "|" or "tab"; None to find it out.
        decimal: the decimal mark, "." or ","; None to find it out.
        encoding: how the text is coded, for example "latin-1"; None to find it out.
        sheet: which sheet of a spreadsheet; None when only one can be meant.
    """

    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The cells of one file as they were written, each row with its line.

    Attributes:
        path: the file.
        kind: "csv", "xlsx" or "parquet".
        cells: one column of texts per column of the file, blanks around them removed; an
            empty cell is the empty text.
        lines: shape (n,), the line of each row in the file; for a spreadsheet its row, for
            Parquet the row counted from 1.
        read_as: how the file was understood, in words.
        decimal: the decimal mark of its numbers.
        separator: what stood between values; empty for a file that needs none.
        encoding: how its text was coded; empty for a file that has no text coding.
        sha256: hash of the file's bytes.
        size: how many bytes the file has.
        notes: what a person should know of the reading, for example rows left out.
        header_line: the line of the header.
    """

    path: Path
    kind: SheetKind
    cells: pl.DataFrame
    lines: Integers
    read_as: str
    decimal: str
    separator: str
    encoding: str
    sha256: str
    size: int
    notes: tuple[str, ...] = ()
    header_line: int = 1

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns, in the file's order."""
        return tuple(self.cells.columns)

    def __len__(self) -> int:
        return self.cells.height


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """Cells that a reader found, before their shape was checked.

    Attributes:
        header: names of the columns as written.
        cells: one text per cell; null or the empty text where there is none.
        lines: the line of each row.
        header_line: the line of the header.
        notes: what a person should know of the reading.
        has_blanks: whether a cell may begin or end with a blank.
    """

    header: tuple[str, ...]
    cells: pl.DataFrame
    lines: Integers
    header_line: int = 1
    notes: tuple[str, ...] = ()
    has_blanks: bool = True
