"""Kruskal and Wallis' rank test of several groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import kruskal

from jalon.core import UnsuitableDataError
from jalon.stats.association.sample import read_samples


@dataclass(frozen=True, slots=True)
class KruskalWallis:
    """A rank test of several groups.

    Attributes:
        statistic: chi-square, corrected for ties.
        df: groups less one.
        p: p-value of no difference.
    """

    statistic: float
    df: int
    p: float


def kruskal_wallis_test(*samples: npt.ArrayLike) -> KruskalWallis:
    """Test whether a variable tends to be larger in some of several groups.

    Args:
        samples: one array of values per group (see ``split_values``).

    Returns:
        The test.

    Raises:
        UnsuitableDataError: fewer than two groups, a group without values, missing values, or
            all values equal.

    Reference:
        Kruskal and Wallis (1952), doi:10.1080/01621459.1952.10483441.

    Example:
        >>> round(kruskal_wallis_test([1, 2], [3, 4], [5, 6]).statistic, 4)
        4.5714
    """
    groups: Sequence[npt.NDArray[np.float64]] = read_samples(samples)
    if np.ptp(np.concatenate(groups)) == 0:
        raise UnsuitableDataError("all values are equal; there is nothing to compare")
    statistic, p = kruskal(*groups)
    return KruskalWallis(float(statistic), len(groups) - 1, float(p))
