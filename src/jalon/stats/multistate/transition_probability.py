"""The probability to be in each state later, for a patient who is in a given state now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.kernels.state_influence import walk_states
from jalon.stats.multistate.axis import place_spans
from jalon.stats.multistate.history import StateHistory
from jalon.stats.survival.interval import Interval, limits

MoveVariance = Literal["greenwood", "aalen"]

REST = 1e-16
"""A variance below this is a rest of rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class TransitionProbabilities:
    """Probabilities of s states at m times, for each of the s states at an earlier time.

    Attributes:
        states: shape (s,), the states in words.
        begin: the time from which to look.
        time: shape (m,), later times at which somebody moves.
        value: shape (m, s, s), from the state of the rows to that of the columns.
        covariance: shape (m, s, s, s), for each state at the start the covariance of the
            probabilities of the states reached.
        std_error: shape (m, s, s), standard errors of ``value``.
        low: shape (m, s, s), lower limit, NaN where it does not exist.
        high: shape (m, s, s), upper limit, NaN where it does not exist.
        level: coverage of the interval, 0 to 1.
        method: scale on which the interval was made.
    """

    states: tuple[str, ...]
    begin: float
    time: Floats
    value: Floats
    covariance: Floats
    std_error: Floats
    low: Floats
    high: Floats
    level: float
    method: str


@dataclass(frozen=True, slots=True, eq=False)
class TransitionHazards:
    """The cumulative hazard of each move that was seen (Nelson-Aalen).

    Attributes:
        states: shape (s,), the states in words.
        transitions: shape (k,), pairs of states.
        time: shape (m,), times at which somebody moves.
        hazard: shape (m, k), cumulative hazards.
        variance: shape (m, k), their variances.
        at_risk: shape (m, k), (weighted) number in the state that is left.
    """

    states: tuple[str, ...]
    transitions: tuple[tuple[int, int], ...]
    time: Floats
    hazard: Floats
    variance: Floats
    at_risk: Floats


def transition_hazards(
    history: StateHistory, variance: MoveVariance = "aalen", begin: float | None = None
) -> TransitionHazards:
    """Sum the rate of each move over time, among those who could make it.

    Args:
        history: spans of the patients; ``weight`` and late entry are honoured.
        variance: "aalen" is d / Y^2 at each time, "greenwood" d (Y - d) / Y^3.
        begin: sum from this time on; None for time zero.

    Returns:
        One cumulative hazard for each move that was seen.

    Raises:
        UnsuitableDataError: nobody moves.

    Reference:
        Andersen, Borgan, Gill and Keiding (1993), doi:10.1007/978-1-4612-4348-9, eq. 4.1.2,
        4.1.6 and 4.1.7.

    Example:
        >>> history = StateHistory([0, 4, 0], [4, 9, 7], [0, 1, 0], [1, 2, -1], [1, 1, 2])
        >>> transition_hazards(history).hazard[-1].tolist()
        [0.5, 1.0]
    """
    require_choice(variance, "variance", MoveVariance)
    time, at_risk, moved = _count(history, begin)
    pairs = history.transitions
    leave, enter = np.array(pairs).T
    risk, events = at_risk[:, leave], moved[:, leave, enter]
    share = np.divide(events, risk, out=np.zeros_like(events), where=risk > 0)
    spread = np.divide(share, risk, out=np.zeros_like(events), where=risk > 0)
    if variance == "greenwood":
        spread = spread * (1 - share)
    return TransitionHazards(
        history.names, pairs, time, share.cumsum(axis=0), spread.cumsum(axis=0), risk
    )


def transition_probabilities(
    history: StateHistory,
    begin: float = 0.0,
    level: float = 0.95,
    interval: Interval = "plain",
    variance: MoveVariance = "greenwood",
    stay_in: int | None = None,
) -> TransitionProbabilities:
    """Estimate where patients will be later, given the state they are in at some time.

    All patients at risk after ``begin`` tell how states are left, whatever they went through
    before (Markov). ``stay_in`` keeps to those who are in one state at ``begin``, and so does
    without that assumption for the row of this state, at the cost of patients.

    Args:
        history: spans of the patients; ``weight`` (as counts of patients) and late entry are
            honoured.
        begin: the time at which the state is known; moves at that very time are past.
        level: coverage of the intervals, 0 to 1.
        interval: scale on which they are symmetric.
        variance: "greenwood" lets the moves of one time compete, "aalen" takes them as rare.
        stay_in: state at ``begin`` of the patients to look at; None for everyone.

    Returns:
        A matrix of probabilities for each time at which somebody moves.

    Raises:
        UnsuitableDataError: nobody is followed after ``begin`` or moves after it, or nobody is in
            the state.

    Reference:
        Aalen and Johansen (1978), Scand J Stat 5:141-150; covariance: Andersen, Borgan, Gill and
        Keiding (1993), doi:10.1007/978-1-4612-4348-9, eq. 4.4.19 and 4.4.20; ``stay_in``:
        Putter and Spitoni (2018), doi:10.1177/0962280216674497.

    Example:
        >>> history = StateHistory([0, 4, 0], [4, 9, 7], [0, 1, 0], [1, 2, -1], [1, 1, 2])
        >>> transition_probabilities(history, begin=4).value[-1].tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]
    """
    require_choice(variance, "variance", MoveVariance)
    some = history if stay_in is None else _keep_state(history, begin, stay_in)
    time, at_risk, moved = _count(some, begin)
    value, covariance = _multiply(at_risk, moved, variance)
    square = np.diagonal(covariance, axis1=2, axis2=3)
    error = np.sqrt(np.where(square > REST, square, 0.0))
    low, high = limits(value, error, level, interval)
    return TransitionProbabilities(
        states=history.names,
        begin=begin,
        time=time,
        value=value,
        covariance=covariance,
        std_error=error,
        low=low,
        high=high,
        level=level,
        method=interval,
    )


def _count(history: StateHistory, begin: float | None) -> tuple[Floats, Floats, Floats]:
    """Count those at risk and the moves at each time of a move after some time."""
    axis = place_spans(history, begin)
    states = len(history.names)
    nothing = np.empty((0, states))
    walk = walk_states(axis.spans, axis.time, np.zeros(states), nothing, (axis.begin, axis.begin))
    rows = walk.moved.any(axis=(1, 2))
    if begin is not None:
        rows &= axis.time > begin
    if not rows.any():
        raise UnsuitableDataError("nobody moves from one state to another then; begin earlier")
    return axis.time[rows], walk.at_risk[rows], walk.moved[rows]


def _keep_state(history: StateHistory, begin: float, state: int) -> StateHistory:
    there = (history.start <= begin) & (history.stop > begin) & (history.state == state)
    if not there.any():
        raise UnsuitableDataError(
            f"nobody is in state {state} just after time {begin:g}; choose another time"
        )
    who = history.who
    return history.take(np.isin(who, who[there]))


def _multiply(at_risk: Floats, moved: Floats, variance: MoveVariance) -> tuple[Floats, Floats]:
    """Multiply the matrices of each time, carrying the covariance of each row along."""
    m, s = at_risk.shape
    value, covariance = np.empty((m, s, s)), np.empty((m, s, s, s))
    now, spread = np.eye(s), np.zeros((s, s, s))
    for row in range(m):
        step, shock = _step(at_risk[row], moved[row], variance)
        spread = step.T @ spread @ step + np.einsum("hj,jkl->hkl", now**2, shock)
        now = now @ step
        value[row], covariance[row] = now, spread
    return value, covariance


def _step(at_risk: Floats, moved: Floats, variance: MoveVariance) -> tuple[Floats, Floats]:
    """Transition matrix of one time, and the covariance of each of its rows."""
    s = len(at_risk)
    step, shock = np.eye(s), np.zeros((s, s, s))
    for j in np.flatnonzero(moved.any(axis=1)):
        share = moved[j] / at_risk[j]
        step[j] = share
        step[j, j] = (at_risk[j] - moved[j].sum()) / at_risk[j]
        if variance == "greenwood":
            shock[j] = (np.diag(step[j]) - np.outer(step[j], step[j])) / at_risk[j]
        else:
            shock[j] = np.diag(share) / at_risk[j]
            shock[j, j], shock[j, :, j] = -share / at_risk[j], -share / at_risk[j]
            shock[j, j, j] = share.sum() / at_risk[j]
    return step, shock
