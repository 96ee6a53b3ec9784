"""The time axis of a multi-state history: rows, and where each span lies on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.stats.kernels.state_influence import Spans
from jalon.stats.multistate.history import StateHistory


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """Times at which somebody moves or is last seen, and the spans on them.

    Attributes:
        time: shape (m,), ascending.
        spans: the spans that are at risk at some of them.
        patients: number of patients.
        begin: time from which the axis runs.
        censored: shape (m, s), weighted number last seen in each state at each time.
    """

    time: Floats
    spans: Spans
    patients: int
    begin: float
    censored: Floats


def place_spans(history: StateHistory, begin: float | None = None) -> Axis:
    """Place spans on the times at which something happens after some time.

    Args:
        history: the spans.
        begin: only what happens then or later counts; None for everything.

    Returns:
        The axis.

    Raises:
        UnsuitableDataError: nobody is followed until ``begin``, or all weights are 0.
    """
    zero = min(0.0, float(history.start.min())) if begin is None else float(begin)
    if not np.isfinite(zero):
        raise UnsuitableDataError("the time from which to look is missing or infinite")
    who, weight = history.who, history.share
    kept = np.flatnonzero((history.stop >= zero) & (weight > 0))
    if len(kept) == 0:
        raise UnsuitableDataError(f"nobody is followed until time {zero:g}; begin earlier")
    start, stop = history.start[kept], history.stop[kept]
    move = history.move[kept]
    final = np.zeros(who.max() + 1)
    np.maximum.at(final, who[kept], stop)
    ends = (move < 0) & (stop == final[who[kept]])
    time = np.unique(stop[(move >= 0) | ends])
    first = np.searchsorted(time, start, side="right")
    last = np.searchsorted(time, stop, side="right") - 1
    censored = np.zeros((len(time), len(history.names)))
    np.add.at(censored, (last[ends], history.state[kept][ends]), weight[kept][ends])
    some = first <= last
    spans = Spans(
        first[some],
        last[some],
        history.state[kept][some],
        move[some],
        np.ascontiguousarray(weight[kept][some]),
        who[kept][some],
        np.argsort(first[some], kind="stable"),
    )
    return Axis(time, spans, int(who.max()) + 1, zero, censored)


def find_starters(axis: Axis) -> Integers:
    """Return the spans at risk at the first move: whose states are those at the start.

    Args:
        axis: the axis.

    Returns:
        Their positions; those at risk at the first time where nobody moves.
    """
    movers = axis.spans.last[axis.spans.move >= 0]
    row = int(movers.min()) if len(movers) else 0
    return np.flatnonzero((axis.spans.first <= row) & (axis.spans.last >= row))
