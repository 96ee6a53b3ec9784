"""Patients counted by two variables, and by stratum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.association.levels import Level, code_levels


@dataclass(frozen=True, slots=True, eq=False)
class CrossTable:
    """A table of counts with the names of its rows and columns.

    Rows are groups (a treatment, a centre) and columns are the response (toxicity yes or no,
    a grade). Tests that are the same in both directions do not care; row mean scores do.

    Attributes:
        counts: shape (strata, rows, columns), (weighted) patients.
        rows: names of the rows.
        columns: names of the columns, in the order of the response.
        strata: names of the strata; one when there are none.
    """

    counts: Floats
    rows: tuple[Level, ...]
    columns: tuple[Level, ...]
    strata: tuple[Level, ...] = (1,)


MOST_PATIENTS = 1e15
"""Beyond this a patient more or less is lost to rounding."""

TableLike = CrossTable | npt.ArrayLike
"""A ``CrossTable``, or counts of shape (rows, columns) or (strata, rows, columns)."""


def cross_tabulate(
    row: npt.ArrayLike,
    column: npt.ArrayLike,
    stratum: npt.ArrayLike | None = None,
    row_order: Sequence[Level] | None = None,
    column_order: Sequence[Level] | None = None,
) -> CrossTable:
    """Count patients by group and response, ready for any test of a table.

    Args:
        row: shape (n,), the group of each patient.
        column: shape (n,), the response of each patient.
        stratum: shape (n,), the stratum of each patient; None for one stratum.
        row_order: the groups in their order; ascending when None.
        column_order: the responses in their order, lowest first; ascending when None.

    Returns:
        The table. A level that is listed but that no patient has keeps its row or column of 0.

    Raises:
        UnsuitableDataError: missing values, arrays of different lengths, or a value that is
            none of the levels listed.

    Example:
        >>> table = cross_tabulate(["a", "a", "b"], [1, 0, 1])
        >>> table.counts[0].tolist(), table.rows, table.columns
        ([[1.0, 1.0], [0.0, 1.0]], ('a', 'b'), (0, 1))
    """
    rows, i = code_levels(row, "row", row_order)
    columns, j = code_levels(column, "column", column_order)
    if stratum is None:
        strata, k = (1,), np.zeros(len(i), dtype=np.int64)
    else:
        strata, k = code_levels(stratum, "stratum")  # type: ignore[assignment]
    if not len(i) == len(j) == len(k):
        raise UnsuitableDataError(
            f"row, column and stratum have {len(i)}, {len(j)} and {len(k)} values; give one per "
            "patient"
        )
    shape = (len(strata), len(rows), len(columns))
    cell = np.ravel_multi_index((k, i, j), shape)
    counts = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)
    return CrossTable(counts, rows, columns, strata)


def read_strata(table: TableLike, whole: bool = False) -> Floats:
    """Return a table's counts, checked.

    Args:
        table: a table, or its counts.
        whole: whether counts must be whole numbers, as exact tests need.

    Returns:
        Shape (strata, rows, columns), at least two rows and two columns.

    Raises:
        UnsuitableDataError: another shape, missing, infinite or negative counts, nobody.
    """
    counts = read_floats(table.counts if isinstance(table, CrossTable) else table, "table")
    if counts.ndim == 2:
        counts = counts[np.newaxis]
    if counts.ndim != 3 or min(counts.shape[1:], default=0) < 2:
        raise UnsuitableDataError(
            f"the table has shape {counts.shape}; give (rows, columns) or (strata, rows, columns) "
            "with at least two rows and two columns"
        )
    if not np.all(np.isfinite(counts)) or np.any(counts < 0):
        raise UnsuitableDataError("the table holds missing, infinite or negative counts")
    if counts.sum() > MOST_PATIENTS:
        raise UnsuitableDataError(
            f"the table holds more than {MOST_PATIENTS:.0e} patients, whose differences a number "
            "cannot hold; check the counts"
        )
    if not np.any(counts):
        raise UnsuitableDataError("the table is empty; there is nobody to compare")
    if whole and np.any(counts != np.round(counts)):
        raise UnsuitableDataError(
            "the table holds counts that are not whole; an exact test needs them"
        )
    return counts


def read_table(table: TableLike, whole: bool = False) -> Floats:
    """Return the counts of a table without strata, checked.

    Args:
        table: a table, or its counts.
        whole: whether counts must be whole numbers, as exact tests need.

    Returns:
        Shape (rows, columns).

    Raises:
        UnsuitableDataError: several strata, or what ``read_strata`` refuses.
    """
    counts = read_strata(table, whole)
    if len(counts) > 1:
        raise UnsuitableDataError(
            f"the table has {len(counts)} strata; use a stratified test, or add them up first"
        )
    return np.asarray(counts[0])


def read_two_by_two(table: TableLike, whole: bool = False) -> Floats:
    """Return the counts of a two by two table, checked.

    Args:
        table: a table, or its counts.
        whole: whether counts must be whole numbers, as exact tests need.

    Returns:
        Shape (2, 2).

    Raises:
        UnsuitableDataError: another shape, or what ``read_table`` refuses.
    """
    counts = read_table(table, whole)
    if counts.shape != (2, 2):
        raise UnsuitableDataError(f"the table has shape {counts.shape}; this needs two by two")
    return counts
