"""The visible part of a curve: its steps in months and per cent, no finer than the paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Curve, Floats
from jalon.core.units import DAYS_PER

_FINEST_STEP = 0.03
_FINEST_TICK = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What is drawn of one curve.

    Attributes:
        month: where each step begins, the first at 0, the last where the line ends.
        value: height from there on, per cent.
        low: lower limit, per cent; NaN where there is none.
        high: upper limit, per cent; NaN where there is none.
        censor_month: where a censoring mark stands.
        censor_value: height of the curve there, per cent.
    """

    month: Floats
    value: Floats
    low: Floats
    high: Floats
    censor_month: Floats
    censor_value: Floats

    def span(self, start: float, end: float) -> tuple[float, float] | None:
        """Return the lowest and highest value between two months.

        Args:
            start: first month.
            end: last month.

        Returns:
            Two heights in per cent; None where the line has already ended.
        """
        if start > self.month[-1]:
            return None
        first = max(int(np.searchsorted(self.month, start, side="right")) - 1, 0)
        last = int(np.searchsorted(self.month, end, side="right"))
        part = self.value[first : max(last, first + 1)]
        return float(part.min()), float(part.max())


def cut_steps(curve: Curve, horizon: float, axis_width: float) -> Steps:
    """Cut a curve at the horizon and drop what is finer than the paper can show.

    Args:
        curve: times in days.
        horizon: last month shown.
        axis_width: of the time axis in millimetres.

    Returns:
        The steps; each drop stands at most 0.03 mm from where it belongs.
    """
    month = curve.time / DAYS_PER["months"]
    seen = month <= horizon
    per_mm = horizon / axis_width
    rows = np.flatnonzero(seen & _changes(curve))
    rows = rows[_last_of_bins(month[rows], per_mm * _FINEST_STEP)]
    end = horizon if len(month) and month[-1] > horizon else float(month[-1]) if len(month) else 0.0
    censored = np.flatnonzero(seen & (curve.censored > 0))
    censored = censored[_last_of_bins(month[censored], per_mm * _FINEST_TICK)]
    return Steps(
        month=np.concatenate(([0.0], month[rows], [end])),
        value=_extend(curve.value, rows, curve.start),
        low=_extend(curve.low, rows, curve.start),
        high=_extend(curve.high, rows, curve.start),
        censor_month=month[censored],
        censor_value=100 * curve.value[censored],
    )


def _changes(curve: Curve) -> npt.NDArray[np.bool_]:
    """Mark the rows where the curve or its interval moves; the others need no ink."""
    moves = np.zeros(len(curve.time), dtype=np.bool_)
    for part in (curve.value, curve.low, curve.high):
        before = np.concatenate(([curve.start], part[:-1]))
        moves |= (part != before) & ~(np.isnan(part) & np.isnan(before))
    return moves


def _last_of_bins(month: Floats, width: float) -> npt.NDArray[np.intp]:
    """Return the last row of each bin of time, so that heights are exact at its end."""
    if not len(month):
        return np.zeros(0, dtype=np.intp)
    bins = np.floor(month / width)
    return np.flatnonzero(np.append(bins[1:] != bins[:-1], True))


def _extend(values: Floats, rows: npt.NDArray[np.intp], start: float) -> Floats:
    """Put the starting height before the steps and hold the last one to the end."""
    inside = values[rows]
    last = inside[-1] if len(inside) else start
    return 100 * np.concatenate(([start], inside, [last]))
