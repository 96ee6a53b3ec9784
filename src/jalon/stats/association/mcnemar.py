"""McNemar's test of a yes or no asked twice of the same patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from jalon.core import Estimate, UnsuitableDataError
from jalon.stats.association.cross_table import TableLike, read_two_by_two
from jalon.stats.association.proportion import binomial_test


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's test.

    Attributes:
        statistic: chi-square with one degree of freedom.
        p: its p-value.
        exact_p: exact p-value, from the binomial distribution.
        odds_ratio: patients who changed one way (first row, second column) over the other way,
            with its exact interval.
    """

    statistic: float
    p: float
    exact_p: float
    odds_ratio: Estimate


def mcnemar_test(table: TableLike, corrected: bool = True, level: float = 0.95) -> McNemar:
    """Test whether patients change more in one direction than in the other.

    Args:
        table: shape (2, 2), first answer by second answer, patients counted once.
        corrected: whether to correct the statistic for continuity, by 1.
        level: coverage of the interval.

    Returns:
        The test.

    Raises:
        UnsuitableDataError: nobody changed, or counts that are not whole.

    Reference:
        McNemar (1947), doi:10.1007/BF02295996; Agresti (2002), doi:10.1002/0471249688,
        section 10.1.

    Example:
        >>> round(mcnemar_test([[794, 150], [86, 570]], corrected=False).statistic, 2)
        17.36
    """
    counts = read_two_by_two(table, whole=True)
    there, back = float(counts[0, 1]), float(counts[1, 0])
    if there + back == 0:
        raise UnsuitableDataError("nobody changed; there is nothing to compare")
    gap = abs(there - back)
    statistic = (gap - (1 if corrected and gap > 0 else 0)) ** 2 / (there + back)
    exact = binomial_test(there, there + back, level=level)
    low, high = exact.share.low, exact.share.high
    ratio = Estimate(
        there / back if back else np.inf,
        low / (1 - low),
        high / (1 - high) if high < 1 else np.inf,
        level,
        "clopper-pearson",
    )
    return McNemar(statistic, float(chdtrc(1, statistic)), exact.p, ratio)
