"""Pointwise confidence limits of a probability, on five scales."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Literal

import numpy as np
from scipy.special import expit, logit, ndtri

from jalon.core import Floats, UnsuitableDataError

Interval = Literal["log", "log-log", "plain", "logit", "arcsine"]
Limits = tuple[Floats, Floats]


def limits(value: Floats, std_error: Floats, level: float, interval: Interval) -> Limits:
    """Return pointwise limits of a survival or incidence curve.

    The limits are symmetric around the transformed value: ``p`` (plain), ``log p``,
    ``log(-log p)``, ``log(p / (1 - p))`` or ``arcsin(sqrt(p))``, with the standard error
    carried over by the delta method. They are R's, ``survfit(conf.type=)``, edges included:
    plain, log and arcsine limits stay within 0 and 1; a limit is NaN where the scale is not
    defined (value 0 on all but the plain scale, value 1 on log-log, logit and arcsine).

    Args:
        value: shape (m,), probabilities.
        std_error: shape (m,), their standard errors.
        level: coverage, 0 to 1.
        interval: the scale.

    Returns:
        Lower and upper limits, shape (m,) each.

    Raises:
        UnsuitableDataError: a level outside 0 to 1 or an unknown scale.

    Reference:
        Klein and Moeschberger (2003), doi:10.1007/b97377, eq. 4.3.1 (plain), 4.3.2 (log-log)
        and 4.3.3 (arcsine); Borgan and Liestøl (1990), Scand J Stat 17:35-41.

    Example:
        >>> low, high = limits(np.array([0.5]), np.array([0.1]), 0.95, "plain")
        >>> round(float(low[0]), 3), round(float(high[0]), 3)
        (0.304, 0.696)
    """
    if interval not in _SCALES:
        raise UnsuitableDataError(
            f"interval {interval!r} is not known; choose one of {', '.join(_SCALES)}"
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = _SCALES[interval](value, std_error * find_z(level))
    return low, high


def find_z(level: float) -> float:
    """Return the normal quantile of a two-sided interval, 1.96 for 0.95.

    Args:
        level: coverage, 0 to 1.

    Returns:
        The quantile.

    Raises:
        UnsuitableDataError: a level that is not between 0 and 1.
    """
    if not isinstance(level, Real) or not 0 < level < 1:
        raise UnsuitableDataError(f"level is {level}; give a share between 0 and 1, as 0.95")
    return float(ndtri(1 - (1 - level) / 2))


def _plain(p: Floats, reach: Floats) -> Limits:
    return np.maximum(p - reach, 0), np.minimum(p + reach, 1)


def _log(p: Floats, reach: Floats) -> Limits:
    p = np.where(p == 0, np.nan, p)
    factor = np.exp(reach / p)
    return p / factor, np.minimum(p * factor, 1)


def _log_log(p: Floats, reach: Floats) -> Limits:
    p = np.where((p == 0) | (p == 1), np.nan, p)
    power = np.exp(-reach / (p * np.log(p)))
    return p**power, p ** (1 / power)


def _logit(p: Floats, reach: Floats) -> Limits:
    p = np.where((p == 0) | (p == 1), np.nan, p)
    half = reach / (p * (1 - p))
    return expit(logit(p) - half), expit(logit(p) + half)


def _arcsine(p: Floats, reach: Floats) -> Limits:
    p = np.where((p == 0) | (p == 1), np.nan, p)
    angle, half = np.arcsin(np.sqrt(p)), reach / (2 * np.sqrt(p * (1 - p)))
    low, high = np.maximum(angle - half, 0), np.minimum(angle + half, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


_SCALES: dict[str, Callable[[Floats, Floats], Limits]] = {
    "log": _log,
    "log-log": _log_log,
    "plain": _plain,
    "logit": _logit,
    "arcsine": _arcsine,
}
