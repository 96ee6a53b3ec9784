"""Predicted probabilities of states for a patient with given covariates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats, require_choice
from jalon.stats.multistate.transition_cox import Move, TransitionFits, find_move
from jalon.stats.regression.prediction import predict_log_hazard

StateForm = Literal["product", "exponential"]


@dataclass(frozen=True, slots=True, eq=False)
class StatePrediction:
    """Predicted probabilities of s states for n patients at m times.

    Attributes:
        states: shape (s,), the states in words.
        time: shape (m,), the times asked for.
        value: shape (n, m, s), probability of each state.
        form: how hazards became probabilities.
    """

    states: tuple[str, ...]
    time: Floats
    value: Floats
    form: StateForm


def predict_states(
    fits: TransitionFits,
    x: npt.ArrayLike | Mapping[Move, npt.ArrayLike],
    times: npt.ArrayLike,
    state: int = 0,
    begin: float = 0.0,
    form: StateForm = "product",
) -> StatePrediction:
    """Predict how likely each patient is to be in each state at given times.

    Args:
        fits: a Cox regression of each move.
        x: shape (n, p), covariates in the order of the fits; or one table for each move.
        times: shape (m,), at ``begin`` or later; after the last move nothing changes.
        state: the state in which the patients are at ``begin``.
        begin: the time at which it is known; moves at that very time are past.
        form: "product" multiplies by 1 + hazards at each time, as R's ``mstate::probtrans``;
            hazards of one state that would add to more than 1 are shrunk to 1. "exponential"
            takes the matrix exponential of the hazards at each time, as R's ``survfit`` of a
            multi-state ``coxph``.

    Returns:
        Probabilities, without interval.

    Raises:
        UnsuitableDataError: wrong shapes, a missing covariate, a state that does not exist, or
            times before ``begin``.

    Reference:
        Andersen, Borgan, Gill and Keiding (1993), doi:10.1007/978-1-4612-4348-9, eq. 7.2.34;
        de Wreede LC, Fiocco M, Putter H (2010), doi:10.1016/j.cmpb.2010.01.001.

    Example:
        >>> from jalon.stats.multistate import StateHistory, fit_transitions
        >>> history = StateHistory([0, 4, 0, 0], [4, 9, 7, 8], [0, 1, 0, 0], [2, -1, 2, -1])
        >>> fits = fit_transitions([[0], [1], [1], [0]], history)
        >>> predict_states(fits, [[0], [1]], [5]).value[:, 0, 0].round(3).tolist()
        [0.707, 0.586]
    """
    require_choice(form, "form", StateForm)
    moments = np.atleast_1d(read_floats(times, "times"))
    if not 0 <= state < len(fits.states):
        raise UnsuitableDataError(f"state {state} does not exist; there are {len(fits.states)}")
    if not np.all(moments >= begin):
        raise UnsuitableDataError(f"a time is missing or before {begin:g}, where prediction begins")
    ratios = _find_ratios(fits, x)
    axis, steps = _find_steps(fits, begin, moments.max(initial=begin))
    n, s = ratios.shape[1], len(fits.states)
    now = np.tile(np.eye(s)[state], (n, 1))
    path = [now]
    for step in steps.T:
        now = np.einsum("ij,ijk->ik", now, _move(fits, ratios * step[:, None], s, form))
        path.append(now)
    place = np.searchsorted(axis, moments, side="right")
    value = np.stack([path[row] for row in place], axis=1)
    return StatePrediction(fits.states, moments, value, form)


def _move(fits: TransitionFits, hazards: Floats, states: int, form: StateForm) -> Floats:
    """Transition matrices of one time, shape (n, s, s), from hazards of shape (k, n)."""
    matrix = np.zeros((hazards.shape[1], states, states))
    for (leave, enter), hazard in zip(fits.transitions, hazards, strict=True):
        matrix[:, leave, enter] = hazard
    if form == "product":
        matrix /= np.maximum(matrix.sum(axis=2, keepdims=True), 1.0)
    diagonal = np.arange(states)
    matrix[:, diagonal, diagonal] = -matrix.sum(axis=2)
    whole: Floats = expm(matrix) if form == "exponential" else matrix + np.eye(states)
    return whole


def _find_ratios(fits: TransitionFits, x: npt.ArrayLike | Mapping[Move, npt.ArrayLike]) -> Floats:
    """Hazard of each move relative to the patient at the means, shape (k, n)."""
    rows = []
    for move, fit in zip(fits.transitions, fits.fits, strict=True):
        table = read_floats(find_move(x, move), "x")
        if not np.all(np.isfinite(table)):
            raise UnsuitableDataError("x has missing or infinite values; complete the patients")
        rows.append(np.exp(predict_log_hazard(fit, table, centred=True)))
    if len({len(row) for row in rows}) > 1:
        raise UnsuitableDataError("the tables of the moves differ in their number of patients")
    return np.stack(rows)


def _find_steps(fits: TransitionFits, begin: float, end: float) -> tuple[Floats, Floats]:
    """Times of moves after ``begin`` and the hazard of each move there, shape (k, m)."""
    times = [fit.baseline.time for fit in fits.fits]
    axis = np.unique(np.concatenate(times))
    steps = np.zeros((len(times), len(axis)))
    for k, (time, fit) in enumerate(zip(times, fits.fits, strict=True)):
        steps[k, np.searchsorted(axis, time)] = np.diff(fit.baseline.hazard, prepend=0.0)
    kept = (axis > begin) & (axis <= end)
    return axis[kept], steps[:, kept]
