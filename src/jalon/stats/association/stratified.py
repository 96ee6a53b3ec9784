"""Association within strata, added up over strata (Cochran, Mantel and Haenszel)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.association.cross_table import CrossTable, TableLike, read_strata
from jalon.stats.association.levels import Level

ScoreName = Literal["table", "rank", "ridit", "modified-ridit"]
"""The scores of SAS PROC FREQ."""

Scores = ScoreName | npt.ArrayLike
"""A kind of scores, or one number per row or column."""


@dataclass(frozen=True, slots=True)
class StratifiedTest:
    """A test of association within strata.

    Attributes:
        statistic: chi-square.
        df: degrees of freedom.
        p: p-value of no association in any stratum.
        strata: strata that say something: at least two patients, in more than one row and more
            than one column.
    """

    statistic: float
    df: int
    p: float
    strata: int


def general_association(table: TableLike) -> StratifiedTest:
    """Test whether group and response are associated in any way, within strata.

    SAS: "General Association". Neither rows nor columns need an order. Rows and columns without
    a patient in any informative stratum are left out and do not count as degrees of freedom;
    strata of one patient, one row or one column say nothing and are left out.

    Args:
        table: counts, of shape (rows, columns) or (strata, rows, columns).

    Returns:
        The test, with (rows - 1) (columns - 1) degrees of freedom.

    Raises:
        UnsuitableDataError: no stratum says anything, or rows that never meet in a stratum.

    Reference:
        Landis, Heyman and Koch (1978), doi:10.2307/1402373; SAS/STAT PROC FREQ,
        Cochran-Mantel-Haenszel statistics.

    Example:
        >>> round(general_association([[10, 20], [20, 10]]).statistic, 4)
        6.5556
    """
    return _assess(table, None, None)


def row_mean_score(table: TableLike, scores: Scores = "table") -> StratifiedTest:
    """Test whether the mean response differs between groups, within strata.

    SAS: "Row Mean Scores Differ". Rows are groups without order, columns an ordered response.
    With "rank" scores and one stratum it is Kruskal and Wallis' test, with "modified-ridit"
    scores van Elteren's test, which weighs strata optimally for a constant shift.

    Args:
        table: counts, of shape (rows, columns) or (strata, rows, columns).
        scores: of the columns. "table": their names when those are numbers, else 1, 2, …;
            "rank": mean rank of the column within its stratum; "ridit": that over the stratum's
            n; "modified-ridit": that over n + 1; or one number per column.

    Returns:
        The test, with one degree of freedom less than rows that have a patient.

    Raises:
        UnsuitableDataError: no stratum says anything, scores all alike or not one per column,
            or rows that never meet in a stratum.

    Reference:
        Landis, Heyman and Koch (1978), doi:10.2307/1402373; van Elteren (1960),
        Bull Inst Int Stat 37:351-361; SAS/STAT PROC FREQ, Scores, and ANOVA (Row Mean Scores)
        Statistic.

    Example:
        >>> test = row_mean_score([[[6, 2, 1], [2, 3, 5]], [[4, 4, 2], [1, 3, 6]]])
        >>> round(test.statistic, 3), test.df
        (8.229, 1)
    """
    return _assess(table, None, scores)


def correlation_statistic(
    table: TableLike, column_scores: Scores = "table", row_scores: Scores = "table"
) -> StratifiedTest:
    """Test whether the response rises or falls along ordered groups, within strata.

    SAS: "Nonzero Correlation". With "table" scores and one stratum it is (n - 1) times the
    squared Pearson correlation, with "rank" scores Spearman's.

    Args:
        table: counts, of shape (rows, columns) or (strata, rows, columns).
        column_scores: as in ``row_mean_score``.
        row_scores: the same of the rows.

    Returns:
        The test, with one degree of freedom.

    Raises:
        UnsuitableDataError: no stratum says anything, or scores all alike or not one per row
            and column.

    Reference:
        Mantel (1963), doi:10.1080/01621459.1963.10500879; Landis, Heyman and Koch
        (1978), doi:10.2307/1402373.

    Example:
        >>> round(correlation_statistic([[4, 2, 1], [2, 2, 2], [1, 2, 4]]).statistic, 3)
        3.49
    """
    return _assess(table, row_scores, column_scores)


def find_scores(totals: Floats, scores: Scores, labels: tuple[Level, ...] | None) -> Floats:
    """Return the scores of a stratum's rows or columns.

    Args:
        totals: shape (k,), patients of the stratum in each.
        scores: what kind of scores, or the scores themselves.
        labels: their names, None when they have none.

    Returns:
        Shape (k,).

    Raises:
        UnsuitableDataError: an unknown kind, or not one finite score each.

    Reference:
        SAS/STAT PROC FREQ, Scores.

    Example:
        >>> find_scores(np.array([2.0, 1.0, 4.0]), "rank", None).tolist()
        [1.5, 3.0, 5.5]
    """
    if isinstance(scores, str):
        if scores == "table":
            return _read_labels(labels, len(totals))
        divisor = {"rank": 1.0, "ridit": totals.sum(), "modified-ridit": totals.sum() + 1}
        if scores not in divisor:
            raise UnsuitableDataError(
                f'scores are {scores!r}; choose one of "table", {", ".join(map(repr, divisor))}, '
                "or give numbers"
            )
        return np.asarray((np.cumsum(totals) - totals / 2 + 0.5) / divisor[scores])
    values = read_floats(scores, "scores")
    if values.shape != totals.shape or not np.all(np.isfinite(values)):
        raise UnsuitableDataError(f"give one finite score for each of {len(totals)} levels")
    return values


def _read_labels(labels: tuple[Level, ...] | None, k: int) -> Floats:
    if labels is None or any(isinstance(label, str) for label in labels):
        return np.arange(1.0, k + 1)
    return np.array(labels, dtype=np.float64)


def _assess(
    table: TableLike, row_scores: Scores | None, column_scores: Scores | None
) -> StratifiedTest:
    """Test linear functions of the cells; scores of None keep every level on its own."""
    counts = read_strata(table)
    labels = (table.rows, table.columns) if isinstance(table, CrossTable) else (None, None)
    # A stratum in one row or one column has nothing left to vary, like one of a single patient.
    spread = (counts.sum(2) > 0).sum(1).clip(max=2) + (counts.sum(1) > 0).sum(1).clip(max=2)
    useful = counts[(spread == 4) & (counts.sum((1, 2)) > 1)]
    if len(useful) == 0:
        raise UnsuitableDataError(
            "in every stratum all patients are in one row or one column; nothing to compare"
        )
    kept_rows, kept_columns = useful.sum((0, 2)) > 0, useful.sum((0, 1)) > 0
    total: Floats | float = 0.0
    covariance: Floats | float = 0.0
    for stratum in useful:
        by_row = _weigh(stratum.sum(1), row_scores, labels[0], kept_rows)
        by_column = _weigh(stratum.sum(0), column_scores, labels[1], kept_columns)
        excess, variance = _sum_stratum(stratum, by_row, by_column)
        total, covariance = total + excess, covariance + variance
    statistic, df = _square(np.asarray(total), np.asarray(covariance))
    return StratifiedTest(statistic, df, float(chdtrc(df, statistic)), len(useful))


def _weigh(
    totals: Floats, scores: Scores | None, labels: tuple[Level, ...] | None, kept: Floats
) -> Floats:
    if scores is None:  # the last level is left out: the margins and the others determine it
        return np.asarray(np.eye(len(totals))[kept][:-1])
    return find_scores(totals, scores, labels)[np.newaxis]


def _sum_stratum(stratum: Floats, by_row: Floats, by_column: Floats) -> tuple[Floats, Floats]:
    n, row, column = stratum.sum(), stratum.sum(1), stratum.sum(0)
    by_row, by_column = _centre(by_row, row), _centre(by_column, column)
    excess = by_row @ stratum @ by_column.T
    rows, columns = (by_row * row) @ by_row.T, (by_column * column) @ by_column.T
    return excess.ravel(), np.asarray(np.kron(rows, columns) / (n - 1))


def _centre(weight: Floats, totals: Floats) -> Floats:
    """Return weights about their mean: no digits are lost when scores are large and close."""
    centred = weight - (weight @ totals / totals.sum())[:, np.newaxis]
    rounding = 4 * np.finfo(np.float64).eps * np.abs(weight).max()
    return np.asarray(np.where(np.abs(centred) <= rounding, 0.0, centred))


def _square(total: Floats, covariance: Floats) -> tuple[float, int]:
    scale = np.sqrt(np.maximum(np.diag(covariance), 0))
    if np.any(scale == 0) or np.linalg.cond(covariance / np.outer(scale, scale)) > 1e12:
        raise UnsuitableDataError(
            "the levels cannot be told apart: scores are all alike, or some rows or columns never "
            "occur in the same stratum as the others; join or drop levels"
        )
    return float(total @ np.linalg.solve(covariance, total)), len(total)
