"""Patients counted by time and pattern of covariates: what sites can send and a centre merge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.kernels.cox_cells import add_counts
from jalon.stats.regression.design import read_covariates
from jalon.stats.regression.risk_sets import keep_weighted
from jalon.stats.ties import merge_ties

MOST_CELLS = 50_000_000


@dataclass(frozen=True, slots=True, eq=False)
class CellTable:
    """How many patients had the event, or were censored, by time and pattern.

    Attributes:
        names: shape (p,), the covariates in words.
        pattern: shape (k, p), distinct rows of covariates, in order.
        stratum: shape (t,), stratum of each row of counts.
        time: shape (t,), time of each row, ascending within each stratum.
        died: shape (t, k), (weighted) events.
        censored: shape (t, k), (weighted) patients censored.
    """

    names: tuple[str, ...]
    pattern: Floats
    stratum: Integers
    time: Floats
    died: Floats
    censored: Floats


def count_cells(
    x: npt.ArrayLike, data: SurvivalData, names: Sequence[str] | None = None
) -> CellTable:
    """Count patients who have the same covariates and leave observation at the same time.

    With a few binary items and times in days, a million patients become a small table that
    holds all that a Cox model needs.

    Args:
        x: shape (n, p), covariates with few distinct rows.
        data: outcomes of the same patients, with one cause of event; weights are summed.
        names: shape (p,), the columns in words.

    Returns:
        The counts.

    Raises:
        UnsuitableDataError: late entry, several causes, a missing value, no patient, or more
            than 50 million cells.

    Example:
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> cells = count_cells([[1], [1], [1], [0], [0], [0]], data)
        >>> cells.died.tolist()
        [[0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [1.0, 0.0]]
    """
    table, words = read_covariates(x, len(data), names)
    kept = keep_weighted(data)
    if kept is not None:
        table, data = table[kept], data.take(kept)
    if data.entry is not None:
        raise UnsuitableDataError("late entry cannot be counted by cell; use fit_cox")
    if data.event.max(initial=0) > 1:
        raise UnsuitableDataError("event holds several causes; choose one first: data.cause(1)")
    if len(data) == 0 or not np.all(np.isfinite(table)):
        raise UnsuitableDataError("covariates are missing or nobody is left; complete them first")
    pattern, code = _find_patterns(table)
    stratum, time, place = _find_times(data)
    _refuse_many(len(time), len(pattern))
    counts = np.zeros((2 * len(time), len(pattern)))
    weight = np.empty(0) if data.weight is None else np.array(data.weight)
    add_counts(place + len(time) * (1 - data.event), code, weight, counts)
    return CellTable(words, pattern, stratum, time, counts[: len(time)], counts[len(time) :])


def merge_cells(tables: Sequence[CellTable]) -> CellTable:
    """Merge the counts of several sites or chunks; it is as if they had been counted together.

    Args:
        tables: at least one, with the same covariates.

    Returns:
        The counts of all.

    Raises:
        UnsuitableDataError: no table, or other covariates.

    Example:
        >>> first = count_cells([[1], [0]], SurvivalData(time=[1, 3], event=[1, 0]))
        >>> other = count_cells([[1], [1]], SurvivalData(time=[1, 2], event=[1, 1]))
        >>> merge_cells([first, other]).died[:, 1].tolist()
        [2.0, 1.0, 0.0]
    """
    if not tables or len({table.names for table in tables}) > 1:
        raise UnsuitableDataError("give at least one table of cells, all with the same covariates")
    pattern, code = np.unique(
        np.concatenate([table.pattern for table in tables]), axis=0, return_inverse=True
    )
    code = code.ravel()
    rows = SurvivalData(
        np.concatenate([table.time for table in tables]),
        np.zeros(sum(len(table.time) for table in tables), np.int64),
        stratum=np.concatenate([table.stratum for table in tables]),
    )
    stratum, time, place = _find_times(rows)
    _refuse_many(len(time), len(pattern))
    died, censored = np.zeros((2, len(time), len(pattern)))
    row, column = 0, 0
    for table in tables:
        here = place[row : row + len(table.time)]
        there = code[column : column + len(table.pattern)]
        # Two near times of one table may have become one, so counts are added row by row.
        for one, counts in enumerate(table.died):
            died[here[one], there] += counts
            censored[here[one], there] += table.censored[one]
        row, column = row + len(table.time), column + len(table.pattern)
    return CellTable(tables[0].names, pattern, stratum, time, died, censored)


def _find_patterns(table: Floats) -> tuple[Floats, Integers]:
    """Number the distinct rows, in their order."""
    code, first = np.zeros(len(table), np.int64), np.zeros(1, np.int64)
    for column in table.T:
        levels, level = _find_levels(column)
        code = code * levels + level
        if code.max() >= 4 * len(table) + 1024:
            code = np.unique(code, return_inverse=True)[1]
    if code.max() < 4 * len(table) + 1024:
        seen = np.bincount(code) > 0
        code = (np.cumsum(seen) - 1)[code]
    first = np.empty(int(code.max()) + 1, np.int64)
    first[code] = np.arange(len(table))
    return table[first], code


def _find_levels(column: Floats) -> tuple[int, Integers]:
    """Number the distinct values of a column; small whole numbers need no sorting."""
    low = column.min()
    if column.max() - low < 256:
        short = (column - low).astype(np.int64)
        if np.array_equal(short, column - low):
            return int(short.max()) + 1, short
    values, level = np.unique(column, return_inverse=True)
    return len(values), level


def _find_times(data: SurvivalData) -> tuple[Integers, Floats, Integers]:
    """Number the distinct times of each stratum, in order."""
    time = merge_ties(data.time)[0]
    distinct, place = np.unique(time, return_inverse=True)
    if data.stratum is None:
        return np.zeros(len(distinct), np.int64), distinct, place
    strata, stratum = np.unique(data.stratum, return_inverse=True)
    both, row = np.unique(stratum * len(distinct) + place, return_inverse=True)
    return strata[both // len(distinct)], distinct[both % len(distinct)], row


def _refuse_many(times: int, patterns: int) -> None:
    if times * patterns > MOST_CELLS:
        raise UnsuitableDataError(
            f"{patterns} patterns of covariates at {times} times are too many cells; use fit_cox, "
            "or fewer and coarser covariates"
        )
