"""The time axis: where it ends and where its ticks stand, in months."""

from __future__ import annotations

import math
from collections.abc import Sequence

from jalon.core import UnsuitableDataError
from jalon.core.units import DAYS_PER
from jalon.report.labelled_curve import LabelledCurve

_SHORT_STEPS = (1, 2, 3)
_STEPS = (6, 12, 24, 48, 60, 120, 240, 480, 1200)
_MOST_TICKS = 12


def choose_horizon(curves: Sequence[LabelledCurve]) -> float:
    """Return the month that shows every curve to its end.

    Args:
        curves: times in days.

    Returns:
        The last time of any curve in months, rounded up to a whole month.

    Raises:
        UnsuitableDataError: no curve has a time above zero.
    """
    last = max((float(item.curve.time[-1]) for item in curves if len(item.curve.time)), default=0.0)
    if last <= 0:
        raise UnsuitableDataError("no curve has any follow-up; there is nothing to draw")
    return float(math.ceil(last / DAYS_PER["months"]))


def place_ticks(horizon: float, axis_width: float, label_width: float) -> tuple[float, ...]:
    """Place ticks at whole steps of the calendar so that their labels stay apart.

    Args:
        horizon: end of the axis in months.
        axis_width: in millimetres.
        label_width: room that each label needs in millimetres, gap included.

    Returns:
        Months from 0 up to the horizon: steps of 6, 12 or 24 for the usual ranges.
    """
    for step in (*_SHORT_STEPS, *_STEPS) if horizon < 18 else _STEPS:
        apart = axis_width * step / horizon
        if apart >= label_width and horizon / step <= _MOST_TICKS:
            return tuple(float(step * i) for i in range(int(horizon / step + 1e-9) + 1))
    return (0.0,)
