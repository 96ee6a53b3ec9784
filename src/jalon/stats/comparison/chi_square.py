"""Chi-square test of a score vector against its covariance."""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc

from jalon.core import Floats, UnsuitableDataError


def assess_score(score: Floats, covariance: Floats) -> tuple[float, int, float]:
    """Return chi-square, degrees of freedom and p of scores that sum to zero over groups.

    Args:
        score: shape (k,), at least two groups; the first is left out, the others determine it.
        covariance: shape (k, k).

    Returns:
        The statistic, k - 1, and the upper tail of the chi-square distribution.

    Raises:
        UnsuitableDataError: a singular covariance.

    Example:
        >>> chi2, df, p = assess_score(np.array([-2.0, 2.0]), np.array([[1.0, -1], [-1, 1]]))
        >>> chi2, df, round(p, 4)
        (4.0, 1, 0.0455)
    """
    rest, spread = score[1:], covariance[1:, 1:]
    # Ranks are judged on the scale of correlations, so that small groups count as large ones do.
    scale = np.sqrt(np.maximum(np.diag(spread), 0))
    if np.any(scale == 0) or np.linalg.matrix_rank(spread / np.outer(scale, scale)) < len(rest):
        raise UnsuitableDataError(
            "the groups cannot be compared: some are never at risk together when an event "
            "happens; join or drop groups"
        )
    chi2 = float(rest @ np.linalg.solve(spread, rest))
    return chi2, len(rest), float(chdtrc(len(rest), chi2))
