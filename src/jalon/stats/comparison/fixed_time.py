"""Two curves compared at one time: survival or incidence at 12 months."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from jalon.core import Curve, UnsuitableDataError
from jalon.stats.comparison.contrast import Contrast, contrast_of

ContrastScale = Literal["plain", "log", "log-log", "logit", "arcsine"]
Transform = Callable[[float], tuple[float, float]]


def compare_at(
    first: Curve, second: Curve, time: float, scale: ContrastScale = "plain"
) -> Contrast:
    """Compare two groups by their survival, or incidence, at one time chosen beforehand.

    Args:
        first: curve of the reference group.
        second: curve of the other group, other patients than those of ``first``.
        time: when to compare, in the curves' unit, no later than either follow-up ends.
        scale: "plain" gives the difference, second minus first; "log" the ratio of the shares;
            "log-log" the ratio of ``-log(survival)``, which is the hazard ratio when hazards are
            proportional, and keeps its level best in small groups; "logit" the odds ratio;
            "arcsine" the difference of ``arcsin(sqrt(p))``. An incidence p enters "log-log" as
            the survival 1 - p, the others as it is.

    Returns:
        The contrast; its level is that of the curves.

    Raises:
        UnsuitableDataError: curves of different kinds or levels, a cumulative hazard, a time
            beyond a follow-up, or at which a standard error or the scale is not defined.

    Reference:
        Klein, Logan, Harhoff and Andersen (2007), doi:10.1002/sim.2864, section 2, eq. 1-5.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats import kaplan_meier
        >>> a = kaplan_meier(SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 1, 1]))
        >>> b = kaplan_meier(SurvivalData(time=[1, 3, 4, 5], event=[1, 1, 1, 1]))
        >>> compare_at(a, b, time=2).estimate.value
        0.25
    """
    if scale not in _TRANSFORMS:
        raise UnsuitableDataError(
            f"scale {scale!r} is not known; choose one of {', '.join(_TRANSFORMS)}"
        )
    require_alike(first, second)
    if first.kind == "hazard":
        raise UnsuitableDataError("a cumulative hazard cannot be compared; use a survival curve")
    value, variance = np.empty(2), np.empty(2)
    for i, curve in enumerate((first, second)):
        share, error = _read(curve, time)
        complement = scale == "log-log" and curve.kind == "incidence"
        value[i], slope = _TRANSFORMS[scale](1 - share if complement else share)
        variance[i] = (slope * error) ** 2
    ratio = scale in ("log", "log-log", "logit")
    difference, error = float(value[1] - value[0]), float(np.sqrt(variance.sum()))
    return contrast_of(difference, error, first.level, scale, ratio)


def require_alike(first: Curve, second: Curve) -> None:
    """Refuse curves that do not measure the same.

    Args:
        first: one curve.
        second: another.

    Raises:
        UnsuitableDataError: different kinds or levels.
    """
    if first.kind != second.kind:
        raise UnsuitableDataError(
            f"one curve is of {first.kind}, the other of {second.kind}; compare the same"
        )
    if first.level != second.level:
        raise UnsuitableDataError(
            f"the curves have levels {first.level:g} and {second.level:g}; give both the same"
        )


def _read(curve: Curve, time: float) -> tuple[float, float]:
    if not 0 <= time < np.inf:
        raise UnsuitableDataError(f"time is {time:g}; give a time of at least 0")
    ended = curve.value[-1] in (0, 1) and curve.value[-1] != curve.start
    if time > curve.time[-1] and not ended:
        raise UnsuitableDataError(
            f"time is {time:g} but follow-up of a group ends before; choose an earlier time"
        )
    row = int(curve.rows_at(time))
    if row < 0:
        return curve.start, 0.0
    return float(curve.value[row]), float(curve.std_error[row])


def _plain(p: float) -> tuple[float, float]:
    return p, 1.0


def _log(p: float) -> tuple[float, float]:
    _require_inside(p > 0, "log")
    return float(np.log(p)), 1 / p


def _log_log(p: float) -> tuple[float, float]:
    _require_inside(0 < p < 1, "log-log")
    return float(np.log(-np.log(p))), float(1 / (p * np.log(p)))


def _logit(p: float) -> tuple[float, float]:
    _require_inside(0 < p < 1, "logit")
    return float(np.log(p / (1 - p))), 1 / (p * (1 - p))


def _arcsine(p: float) -> tuple[float, float]:
    _require_inside(0 < p < 1, "arcsine")
    return float(np.arcsin(np.sqrt(p))), float(0.5 / np.sqrt(p * (1 - p)))


def _require_inside(inside: bool, scale: str) -> None:
    if not inside:
        raise UnsuitableDataError(
            f"a curve is 0 or 1 at that time, where the {scale} scale is not defined; choose "
            "another time or the plain scale"
        )


_TRANSFORMS: dict[str, Transform] = {
    "plain": _plain,
    "log": _log,
    "log-log": _log_log,
    "logit": _logit,
    "arcsine": _arcsine,
}
