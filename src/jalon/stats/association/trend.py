"""Whether a share rises or falls along ordered groups (Cochran and Armitage)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from jalon.core import UnsuitableDataError
from jalon.stats.association.cross_table import CrossTable, TableLike, read_table
from jalon.stats.association.hypothesis import Alternative, normal_p
from jalon.stats.association.stratified import find_scores


@dataclass(frozen=True, slots=True)
class ProportionTrend:
    """A test of trend in shares.

    Attributes:
        z: standard normal under no trend; above 0 when the share of the last column rises with
            the score.
        statistic: its square, chi-square with one degree of freedom.
        p: p-value of no trend.
    """

    z: float
    statistic: float
    p: float


def cochran_armitage_test(
    table: TableLike,
    scores: npt.ArrayLike | None = None,
    alternative: Alternative = "two-sided",
) -> ProportionTrend:
    """Test whether the share of a yes or no rises or falls along ordered groups.

    The variance has n as its divisor, as in SAS and in R's ``prop.trend.test``; with n - 1 it
    is ``correlation_statistic``.

    Args:
        table: counts, shape (groups, 2); the share is that of the second column.
        scores: one number per group; None takes the groups' names when those are numbers, else
            1, 2, ….
        alternative: "greater" for a share that rises with the score.

    Returns:
        The test.

    Raises:
        UnsuitableDataError: not two columns, all patients in one column, or scores all alike.

    Reference:
        Armitage (1955), doi:10.2307/3001775; Agresti (2002), doi:10.1002/0471249688, section 5.3.5;
        SAS/STAT PROC FREQ, Cochran-Armitage Test for Trend.

    Example:
        >>> test = cochran_armitage_test([[10, 2], [8, 4], [5, 7]])
        >>> round(test.z, 3), round(test.p, 3)
        (2.125, 0.034)
    """
    counts = read_table(table)
    if counts.shape[1] != 2:
        raise UnsuitableDataError(f"the table has {counts.shape[1]} columns; this needs two")
    size, yes = counts.sum(1), counts[:, 1]
    share = yes.sum() / size.sum()
    if share in (0.0, 1.0):
        raise UnsuitableDataError("all patients are in one column; there is nothing to compare")
    labels = table.rows if isinstance(table, CrossTable) else None
    score = find_scores(size, "table" if scores is None else scores, labels)
    score = score - size @ score / size.sum()
    variance = float(share * (1 - share) * (size @ score**2))
    if variance <= 1e-12 * float(size.sum() * np.max(score**2, initial=1e-300)):
        raise UnsuitableDataError("the scores do not order the groups; give different ones")
    z = float(yes @ score / np.sqrt(variance))
    p = float(chdtrc(1, z**2)) if alternative == "two-sided" else normal_p(z, alternative)
    return ProportionTrend(z, z**2, p)
