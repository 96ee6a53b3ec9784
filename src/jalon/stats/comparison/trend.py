"""Is risk rising or falling along ordered groups?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from jalon.core import UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.comparison.log_rank import LogRank


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """A test for survival that rises or falls along ordered groups.

    Attributes:
        z: standard normal under no trend; above 0 when events are more frequent than expected
            in groups of high score.
        p: two-sided p-value.
    """

    z: float
    p: float


def log_rank_trend(test: LogRank, score: npt.ArrayLike) -> Trend:
    """Test whether risk rises or falls along ordered groups, for example along a stage.

    Args:
        test: the log-rank test of the groups, stratified and weighted as wished.
        score: shape (k,), one finite number per group in the order of ``test.groups``.

    Returns:
        The trend test, more powerful than the log-rank test when risk is ordered.

    Raises:
        UnsuitableDataError: another number of scores, or all alike.

    Reference:
        Tarone (1975), doi:10.1093/biomet/62.3.679; Klein and Moeschberger (2003),
        doi:10.1007/b97377, section 7.4.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats import log_rank
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 1, 1])
        >>> trend = log_rank_trend(log_rank(data, [3, 2, 2, 1]), [1, 2, 3])
        >>> trend.z > 0
        True
    """
    scores = read_floats(score, "score")
    if scores.shape != test.observed.shape or not np.all(np.isfinite(scores)):
        raise UnsuitableDataError(f"give one finite score for each of {len(test.groups)} groups")
    # Adding a constant to all scores changes nothing but rounding, so they are centred first.
    scores = scores - scores.mean()
    variance = float(scores @ test.covariance @ scores)
    if np.ptp(scores) == 0 or variance <= 0:
        raise UnsuitableDataError("the scores do not order the groups; give different ones")
    z = float(scores @ (test.observed - test.expected) / np.sqrt(variance))
    return Trend(z, float(2 * ndtr(-abs(z))))
