"""Which departures from a hypothesis count: both sides, or one."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from scipy.special import ndtr, ndtri

from jalon.core import UnsuitableDataError
from jalon.stats.arguments import read_floats

Alternative = Literal["two-sided", "less", "greater"]

RELATIVE_TIE = 1 + 1e-7
"""Two probabilities this close are taken as equal; R's exact tests use the same."""


def normal_p(z: float, alternative: Alternative) -> float:
    """Return the p-value of a standard normal statistic.

    Args:
        z: the statistic.
        alternative: which tail counts.

    Returns:
        The p-value.

    Example:
        >>> round(normal_p(1.96, "two-sided"), 3)
        0.05
    """
    check_alternative(alternative)
    if alternative == "two-sided":
        return float(2 * ndtr(-abs(z)))
    return float(ndtr(z if alternative == "less" else -z))


def normal_quantiles(level: float, alternative: Alternative) -> tuple[float, float]:
    """Return how many standard errors below and above an estimate its limits lie.

    Args:
        level: coverage, above 0 and below 1.
        alternative: "less" leaves the interval open below, "greater" above.

    Returns:
        A number <= 0 and a number >= 0, infinite on the open side.
    """
    check_level(level)
    check_alternative(alternative)
    if alternative == "two-sided":
        z = float(ndtri(0.5 + level / 2))
        return -z, z
    z = float(ndtri(level))
    return (-np.inf, z) if alternative == "less" else (-z, np.inf)


def read_number(value: float, name: str) -> float:
    """Return one number, which may be missing.

    Args:
        value: the number.
        name: what it is, for the message.

    Returns:
        The number.

    Raises:
        UnsuitableDataError: text, nothing, or several numbers.
    """
    number = read_floats(value, name)
    if number.ndim:
        raise UnsuitableDataError(f"{name} has shape {number.shape}; give one number")
    return float(number)


def check_alternative(alternative: str) -> None:
    """Refuse an alternative that is not known.

    Args:
        alternative: which tail counts.

    Raises:
        UnsuitableDataError: not one of the three.
    """
    if alternative not in get_args(Alternative):
        raise UnsuitableDataError(
            f"the alternative {alternative!r} is not known; choose one of "
            f"{', '.join(get_args(Alternative))}"
        )


def check_level(level: float) -> None:
    """Refuse a coverage that is not a share.

    Args:
        level: coverage.

    Raises:
        UnsuitableDataError: not strictly between 0 and 1.
    """
    if not 0 < level < 1:
        raise UnsuitableDataError(f"level is {level}; give a share such as 0.95")
