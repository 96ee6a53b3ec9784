"""One number with its interval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimated number with its interval.

    Attributes:
        value: the point estimate; NaN when it does not exist (a median never reached).
        low: lower limit of the interval; NaN when it does not exist.
        high: upper limit of the interval; NaN when it does not exist.
        level: coverage of the interval, 0 to 1.
        method: how the interval was made, in one word ("log", "jackknife").

    Example:
        >>> Estimate(0.668, 0.637, 0.699, method="jackknife").value
        0.668
    """

    value: float
    low: float
    high: float
    level: float = 0.95
    method: str = ""
