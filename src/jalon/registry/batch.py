"""What reading a file gives: typed rows, where they stood, and questions about them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from jalon.core.survival_data import Integers
from jalon.dictionary import Table


@dataclass(frozen=True, slots=True)
class Issue:
    """A question about the data that does not stop the reading.

    Attributes:
        text: what should hold and does not, or what was left out.
        columns: the columns concerned.
        lines: lines of the file concerned; empty when whole columns are meant.
    """

    text: str
    columns: tuple[str, ...]
    lines: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many rows are concerned."""
        return len(self.lines)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """The rows of one file, read and checked.

    Attributes:
        table: the dictionary that they fit.
        frame: one typed column per column of the dictionary, in its order; null = missing.
        lines: shape (n,), the line of each row in the file.
        issues: questions about the rows.
        sha256: hash of the file's bytes.
    """

    table: Table
    frame: pl.DataFrame
    lines: Integers
    issues: tuple[Issue, ...]
    sha256: str

    def __len__(self) -> int:
        return self.frame.height
