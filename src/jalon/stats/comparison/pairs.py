"""Log-rank tests of each two groups, adjusted for their number."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData
from jalon.stats.comparison.groups import Groups, Label, code_groups
from jalon.stats.comparison.log_rank import finish_log_rank
from jalon.stats.comparison.log_rank_sums import sum_groups
from jalon.stats.comparison.multiplicity import Adjustment, adjust_p
from jalon.stats.comparison.time_weight import TimeWeight


@dataclass(frozen=True, slots=True, eq=False)
class PairwiseLogRank:
    """Comparisons of survival between each two of k groups.

    Attributes:
        groups: names of the groups, ascending.
        pairs: the k (k - 1) / 2 pairs of names.
        chi2: shape (pairs,), statistic of each.
        p: shape (pairs,), p-value of each, as if it were the only one.
        adjusted: shape (pairs,), p-values adjusted for their number.
        method: how they were adjusted.
    """

    groups: tuple[Label, ...]
    pairs: tuple[tuple[Label, Label], ...]
    chi2: Floats
    p: Floats
    adjusted: Floats
    method: Adjustment


def log_rank_pairs(
    data: SurvivalData,
    group: npt.ArrayLike,
    adjust: Adjustment = "holm",
    rho: float = 0.0,
    gamma: float = 0.0,
    weight: TimeWeight = "survival",
) -> PairwiseLogRank:
    """Test which groups differ in survival, each two of them by themselves.

    Args:
        data: n patients; ``weight``, ``entry`` and ``stratum`` are honoured.
        group: shape (n,), the group of each patient: numbers, text or booleans.
        adjust: method of ``adjust_p``. R's ``survminer::pairwise_survdiff`` takes "bh" unless
            told otherwise.
        rho: as in ``log_rank``.
        gamma: as in ``log_rank``.
        weight: as in ``log_rank``.

    Returns:
        One test per pair. Other groups have no part in it, so that the weights, too, are those
        of the pair.

    Raises:
        UnsuitableDataError: as ``log_rank``, for any of the pairs.

    Reference:
        Klein and Moeschberger (2003), doi:10.1007/b97377, section 7.3, practical notes.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 1, 1, 1, 1, 1])
        >>> test = log_rank_pairs(data, ["a", "b", "c"] * 2)
        >>> test.pairs
        (('a', 'b'), ('a', 'c'), ('b', 'c'))
    """
    groups = code_groups(group, data)
    tests = []
    for first, second in combinations(range(len(groups)), 2):
        rows = (groups.code == first) | (groups.code == second)
        pair = Groups(
            (groups.labels[first], groups.labels[second]),
            (groups.code[rows] == second).astype(np.int64),
        )
        sums = sum_groups(data.take(rows), pair, (rho, gamma, weight, "hypergeometric"))
        tests.append(finish_log_rank(sums))
    p = np.array([test.p for test in tests])
    return PairwiseLogRank(
        groups=groups.labels,
        pairs=tuple(combinations(groups.labels, 2)),
        chi2=np.array([test.chi2 for test in tests]),
        p=p,
        adjusted=adjust_p(p, adjust),
        method=adjust,
    )
