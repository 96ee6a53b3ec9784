"""A table as a record: typed cells that stay numbers until they are written."""

from __future__ import annotations

from dataclasses import dataclass

from jalon.core import Estimate


@dataclass(frozen=True, slots=True)
class Text:
    """Words in a table.

    Attributes:
        words: what is written.
        note: a footnote to these words; the writer gives it its letter.
        indent: steps of indentation, for a level below its variable.
    """

    words: str
    note: str = ""
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """A number of patients or events.

    Attributes:
        count: how many.
        whole: out of how many; written as a percentage on a page and kept as a count in
            a CSV file. None when the count stands alone.
    """

    count: float
    whole: float | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number; NaN is written as a dash and left empty in a CSV file.

    Attributes:
        value: the number.
        digits: decimals shown on a page; a CSV file keeps them all.
    """

    value: float
    digits: int = 2


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its interval, or a median with its quartiles.

    Attributes:
        estimate: value and limits.
        digits: decimals shown on a page; a CSV file keeps them all.
        scale: multiplies the three numbers on a page, 100 for percentages; a CSV file
            keeps them unscaled.
    """

    estimate: Estimate
    digits: int = 2
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class PValue:
    """A p-value, written by the field's habit (two significant digits, ``< .001``).

    Attributes:
        p: 0 to 1; NaN is written as a dash.
    """

    p: float


Cell = str | Text | Count | Number | Interval | PValue | None
"""What a table holds: a bare string is Text without a note, None an empty cell."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The top of a column.

    Attributes:
        words: what is written, with its unit.
        note: a footnote to the column; the writer gives it its letter.
    """

    words: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready to be written.

    Attributes:
        title: the caption, which stands alone and says the number of patients.
        columns: one heading per column; the first column names the rows.
        rows: one tuple of cells per row, as long as ``columns``.
        notes: general remarks written below the table, before the lettered footnotes.

    Raises:
        ValueError: a row is longer or shorter than the headings.

    Example:
        >>> table = Table("Sex", (Heading("Sex"), Heading("n (%)")), (("Women", Count(3, 4)),))
        >>> table.rows[0][1]
        Count(count=3, whole=4)
    """

    title: str
    columns: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"table “{self.title}”, row {number}: {len(row)} cells for "
                    f"{len(self.columns)} columns; give one cell per heading, None when empty"
                )
