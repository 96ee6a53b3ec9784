"""Pearson's chi-square test of a table of counts, or of counts against given shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.association.cross_table import TableLike, read_table


@dataclass(frozen=True, slots=True, eq=False)
class ChiSquare:
    """Pearson's chi-square test.

    Attributes:
        statistic: chi-square, with Yates' correction where asked for.
        df: degrees of freedom.
        p: p-value of no association, or of the shares given.
        expected: shape of the table, counts expected under the hypothesis; below 5 the p-value
            is unreliable.
        residual: shape of the table, (count - expected) / sqrt(expected); NaN where nothing is
            expected.
        standardised: shape of the table, residuals that are standard normal in large tables;
            NaN where nothing is expected.
    """

    statistic: float
    df: int
    p: float
    expected: Floats
    residual: Floats
    standardised: Floats


def chi_square_test(table: TableLike, yates: bool = True) -> ChiSquare:
    """Test whether two categories are associated.

    Rows and columns without a patient are left out, and do not count as degrees of freedom.

    Args:
        table: counts; rows and columns may be exchanged.
        yates: whether to correct a two by two table for continuity, by at most half a patient;
            larger tables never are.

    Returns:
        The test.

    Raises:
        UnsuitableDataError: all patients are in one row or one column.

    Reference:
        Pearson (1900), doi:10.1080/14786440009463897; Yates (1934), doi:10.2307/2983604;
        Agresti (2002), doi:10.1002/0471249688, sections 3.2 and 3.3.

    Example:
        >>> test = chi_square_test([[10, 20], [20, 10]], yates=False)
        >>> round(test.statistic, 4), test.df, test.expected.tolist()
        (6.6667, 1, [[15.0, 15.0], [15.0, 15.0]])
    """
    counts = read_table(table)
    n, row, column = counts.sum(), counts.sum(1), counts.sum(0)
    df = (np.count_nonzero(row) - 1) * (np.count_nonzero(column) - 1)
    if df == 0:
        raise UnsuitableDataError("all patients are in one row or one column; nothing to compare")
    expected = np.outer(row, column) / n
    gap = np.abs(counts - expected)
    if yates and counts.shape == (2, 2):
        gap = gap - min(0.5, float(gap.max()))
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = float(np.nansum(gap**2 / expected))
        residual = (counts - expected) / np.sqrt(expected)
        standardised = residual / np.sqrt(np.outer(1 - row / n, 1 - column / n))
    return ChiSquare(
        statistic, int(df), float(chdtrc(df, statistic)), expected, residual, standardised
    )


def chi_square_fit(counts: npt.ArrayLike, share: npt.ArrayLike | None = None) -> ChiSquare:
    """Test whether patients fall into categories in given shares.

    Args:
        counts: shape (k,), patients in each category.
        share: shape (k,), the hypothesis, above 0 and summing to 1; None for equal shares.

    Returns:
        The test.

    Raises:
        UnsuitableDataError: fewer than two categories, nobody, negative or missing counts, or
            shares that do not sum to 1.

    Reference:
        Pearson (1900), doi:10.1080/14786440009463897.

    Example:
        >>> round(chi_square_fit([20, 30, 50], [0.3, 0.3, 0.4]).statistic, 4)
        5.8333
    """
    seen = read_floats(counts, "counts")
    k = seen.size
    if seen.ndim != 1 or k < 2 or not np.all(seen >= 0) or not 0 < seen.sum() < np.inf:
        raise UnsuitableDataError("give counts >= 0 of at least two categories, not all 0")
    hypothesis = np.full(k, 1 / k) if share is None else read_floats(share, "share")
    if hypothesis.shape != seen.shape or not np.all(hypothesis > 0):
        raise UnsuitableDataError(f"give one share above 0 for each of the {k} categories")
    if abs(hypothesis.sum() - 1) > 1e-8:
        raise UnsuitableDataError(f"the shares sum to {hypothesis.sum():.6g}, not to 1")
    expected = seen.sum() * hypothesis
    residual = (seen - expected) / np.sqrt(expected)
    statistic = float(np.sum(residual**2))
    standardised = residual / np.sqrt(1 - hypothesis)
    return ChiSquare(
        statistic, k - 1, float(chdtrc(k - 1, statistic)), expected, residual, standardised
    )
