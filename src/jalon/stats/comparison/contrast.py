"""One number that compares two groups, with its interval and its test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from jalon.core import Estimate, UnsuitableDataError
from jalon.stats.survival.interval import find_z


@dataclass(frozen=True, slots=True)
class Contrast:
    """How much a second group differs from a first.

    Attributes:
        estimate: the difference or ratio with its interval; ``estimate.method`` names the scale
            on which the interval is symmetric.
        std_error: standard error on that scale, so that of the logarithm for a ratio.
        z: the difference on that scale over its standard error; above 0 when the second group
            has more.
        p: two-sided p-value for no difference.
    """

    estimate: Estimate
    std_error: float
    z: float
    p: float


def contrast_of(
    difference: float, std_error: float, level: float, method: str, ratio: bool = False
) -> Contrast:
    """Make a contrast of a difference and its standard error.

    Args:
        difference: on the scale of the test.
        std_error: of the difference.
        level: coverage of the interval, 0 to 1.
        method: name of the scale.
        ratio: the difference is that of logarithms; the estimate is then their ratio.

    Returns:
        The contrast.

    Raises:
        UnsuitableDataError: no standard error above 0, as when nobody had the event.

    Example:
        >>> contrast_of(1.96, 1.0, 0.95, "plain").z
        1.96
    """
    if not (np.isfinite(difference) and np.isfinite(std_error) and std_error > 0):
        raise UnsuitableDataError(
            "the groups cannot be compared there: a curve still is at its start or already at its "
            "end, so that its standard error is not known; choose another time or scale"
        )
    reach, z = find_z(level) * std_error, difference / std_error
    parts = np.array([difference, difference - reach, difference + reach])
    value, low, high = (np.exp(parts) if ratio else parts).tolist()
    return Contrast(
        Estimate(value, low, high, level, method), std_error, z, float(2 * ndtr(-abs(z)))
    )
