"""The share of patients in each state over time (Aalen-Johansen)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Curve, Estimate, Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.kernels.state_influence import Walk, walk_states
from jalon.stats.multistate.axis import Axis, find_starters, place_spans
from jalon.stats.multistate.history import StateHistory
from jalon.stats.survival.interval import Interval, find_z, limits

REST = 1e-30
"""A variance below this is a rest of rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class StateCurves:
    """The probability to be in each of s states, at each of m times.

    Attributes:
        states: shape (s,), the states in words.
        time: shape (m,), times at which somebody moves or is last seen.
        value: shape (m, s), probability of each state just after each time; rows add to 1.
        std_error: shape (m, s), by the infinitesimal jackknife.
        low: shape (m, s), lower limit, NaN where it does not exist.
        high: shape (m, s), upper limit, NaN where it does not exist.
        at_risk: shape (m, s), (weighted) number in each state just before each time.
        moves: shape (m, s, s), (weighted) moves at each time, from rows to columns.
        censored: shape (m, s), (weighted) number last seen in each state at each time.
        initial: shape (s,), probabilities before the first time.
        level: coverage of the interval, 0 to 1.
        method: scale on which the interval was made.
    """

    states: tuple[str, ...]
    time: Floats
    value: Floats
    std_error: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    moves: Floats
    censored: Floats
    initial: Floats
    level: float
    method: str

    def curve_of(self, state: int) -> Curve:
        """Return the curve of one state, with the moves into it as its events."""
        return Curve(
            self.time,
            self.value[:, state],
            self.low[:, state],
            self.high[:, state],
            self.std_error[:, state],
            self.at_risk.sum(axis=1),
            self.moves[:, :, state].sum(axis=1),
            self.censored.sum(axis=1),
            "survival" if self.initial[state] == 1 else "incidence",
            self.level,
            self.method,
        )


@dataclass(frozen=True, slots=True)
class TimeInStates:
    """The mean time spent in each of s states up to a horizon.

    Attributes:
        states: shape (s,), the states in words.
        tau: the horizon.
        means: one per state with its normal interval; they add to the horizon.
        std_errors: shape (s,), their standard errors.
    """

    states: tuple[str, ...]
    tau: float
    means: tuple[Estimate, ...]
    std_errors: tuple[float, ...]


def occupy_states(
    history: StateHistory,
    level: float = 0.95,
    interval: Interval = "log",
    begin: float | None = None,
    initial: npt.ArrayLike | None = None,
    initial_error: bool = False,
) -> StateCurves:
    """Estimate the share of patients who are in each state at each time.

    With two states it is the Kaplan-Meier estimate, with several final states the cumulative
    incidence of each. It asks for censoring and late entry that have nothing to do with the
    state, but not that the future depends on the present state only (Datta and Satten).

    Args:
        history: spans of the patients; ``weight`` and late entry are honoured.
        level: coverage of the pointwise interval, 0 to 1.
        interval: scale on which the interval is symmetric.
        begin: look only at what happens at this time or later, as R's ``start.time``; None for
            time zero.
        initial: shape (s,), share in each state at the start; None for that of the patients at
            risk at the first time of the data.
        initial_error: whether that share is itself an estimate. R's ``survfit`` takes it as
            known in its standard errors (False), as an estimate in those of mean times.

    Returns:
        Probabilities of all states with intervals.

    Raises:
        UnsuitableDataError: nobody followed until ``begin``, or shares that do not add to 1.

    Reference:
        Aalen and Johansen (1978), Scand J Stat 5:141-150; for any process: Datta and Satten
        (2001), doi:10.1016/S0167-7152(01)00155-9, theorem 1; infinitesimal jackknife as
        ``survfit`` of the R package survival.

    Example:
        >>> history = StateHistory([0, 4, 0], [4, 9, 7], [0, 1, 0], [1, 2, -1], [1, 1, 2])
        >>> occupy_states(history).value[:, 1].tolist()
        [0.5, 0.5, 0.0]
    """
    axis = place_spans(history, begin)
    before = _read_initial(axis, initial, len(history.names))
    walk = _walk(axis, before, initial_error and initial is None, axis.begin)
    error = np.sqrt(np.where(walk.variance > REST, walk.variance, 0.0))
    low, high = limits(walk.value, error, level, interval)
    return StateCurves(
        states=history.names,
        time=axis.time,
        value=walk.value,
        std_error=error,
        low=low,
        high=high,
        at_risk=walk.at_risk,
        moves=walk.moved,
        censored=axis.censored,
        initial=before,
        level=level,
        method=interval,
    )


def spend_time(
    history: StateHistory,
    tau: float,
    level: float = 0.95,
    begin: float | None = None,
    initial: npt.ArrayLike | None = None,
    initial_error: bool = True,
) -> TimeInStates:
    """Estimate how long patients spend in each state up to a horizon, on average.

    Args:
        history: as in ``occupy_states``.
        tau: the horizon, above ``begin``, in the unit of the times; after the last time of the
            data the last probabilities are carried on.
        level: coverage of the intervals, 0 to 1.
        begin: as in ``occupy_states``; time is counted from there.
        initial: as in ``occupy_states``.
        initial_error: as in ``occupy_states``.

    Returns:
        Mean times with normal intervals.

    Raises:
        UnsuitableDataError: as ``occupy_states``, or a horizon that is not after the start.

    Reference:
        Beyersmann and Putter (2014), doi:10.4054/DemRes.2014.30.62, equation 1; as
        ``summary(survfit, rmean = tau)`` of the R package survival.

    Example:
        >>> history = StateHistory([0, 4, 0], [4, 9, 7], [0, 1, 0], [1, 2, -1], [1, 1, 2])
        >>> [mean.value for mean in spend_time(history, tau=10).means]
        [7.0, 2.5, 0.5]
    """
    axis = place_spans(history, begin)
    if not axis.begin < tau < np.inf:
        raise UnsuitableDataError(f"tau is {tau:g}; give a horizon after time {axis.begin:g}")
    before = _read_initial(axis, initial, len(history.names))
    walk = _walk(axis, before, initial_error and initial is None, tau)
    error = np.sqrt(np.where(walk.area[1] > REST * tau**2, walk.area[1], 0.0))
    reach = find_z(level) * error
    rows = np.stack([walk.area[0], walk.area[0] - reach, walk.area[0] + reach], axis=1).tolist()
    return TimeInStates(
        history.names,
        tau,
        tuple(Estimate(value, low, high, level, "plain") for value, low, high in rows),
        tuple(error.tolist()),
    )


def _read_initial(axis: Axis, initial: npt.ArrayLike | None, states: int) -> Floats:
    if initial is None:
        some = find_starters(axis)
        there = np.bincount(axis.spans.state[some], axis.spans.weight[some], minlength=states)
        return np.asarray(there / there.sum(), dtype=np.float64)
    share = read_floats(initial, "initial")
    if share.shape != (states,) or not (np.all(share >= 0) and abs(share.sum() - 1) < 1e-9):
        raise UnsuitableDataError(
            f"initial is not one share for each of the {states} states, adding to 1"
        )
    return share


def _walk(axis: Axis, initial: Floats, estimated: bool, tau: float) -> Walk:
    influence = np.zeros((axis.patients, len(initial)))
    if estimated:
        there = find_starters(axis)
        weight = axis.spans.weight[there] / axis.spans.weight[there].sum()
        deviation = np.eye(len(initial))[axis.spans.state[there]] - initial
        np.add.at(influence, axis.spans.patient[there], weight[:, None] * deviation)
    return walk_states(axis.spans, axis.time, initial, influence, (axis.begin, tau))
