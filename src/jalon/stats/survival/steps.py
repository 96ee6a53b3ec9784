"""The steps of a curve: rows at which somebody's follow-up ends."""

from __future__ import annotations

from dataclasses import replace

from jalon.core import Curve
from jalon.stats.survival.event_table import EventTable


def keep_steps(curve: Curve, table: EventTable) -> Curve:
    """Leave out the rows at which patients only enter.

    Args:
        curve: one row for each row of ``table``.
        table: the counts it was computed from.

    Returns:
        The curve with one row for each time of an event or censoring.
    """
    ended = table.ended > 0
    if ended.all():
        return curve
    return replace(
        curve,
        time=curve.time[ended],
        value=curve.value[ended],
        low=curve.low[ended],
        high=curve.high[ended],
        std_error=curve.std_error[ended],
        at_risk=curve.at_risk[ended],
        events=curve.events[ended],
        censored=curve.censored[ended],
    )
