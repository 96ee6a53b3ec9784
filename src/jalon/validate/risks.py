"""Predicted risks, outcomes and thresholds as they must be before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.ties import merge_ties


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Predicted risks and what happened, in order of time.

    Attributes:
        risk: shape (n,), predicted probabilities.
        time: shape (n,), ascending, ties exactly equal.
        code: shape (n,), 0 censored, 1 the event of interest, 2 another event.
        weight: shape (n,), above 0.
        counts: whether the weights are whole, so that they count patients.
        order: shape (n,), where each row stood in what was given.
    """

    risk: Floats
    time: Floats
    code: Integers
    weight: Floats
    counts: bool
    order: npt.NDArray[np.intp]


def read_risk(risk: npt.ArrayLike, n: int) -> Floats:
    """Check predicted probabilities.

    Args:
        risk: probabilities.
        n: patients.

    Returns:
        Shape (n,).

    Raises:
        UnsuitableDataError: another number of them, missing, or outside 0 to 1.
    """
    chance = np.asarray(risk, dtype=np.float64)
    if chance.shape != (n,):
        raise UnsuitableDataError(
            f"risks of shape {chance.shape} for {n} patients; give one probability per patient"
        )
    bad = int(np.sum(~((chance >= 0) & (chance <= 1))))
    if bad:
        raise UnsuitableDataError(
            f"{bad} of {n} risks are missing or outside 0 to 1; give probabilities of the event by "
            "the time of interest"
        )
    return chance


def judge(risk: npt.ArrayLike, data: SurvivalData, cause: int) -> Judged:
    """Lay predicted risks beside what happened, sorted by time.

    Args:
        risk: shape (n,), predicted probabilities.
        data: outcomes of the same patients; patients of weight 0 are left out.
        cause: the event code of interest.

    Returns:
        The sorted arrays.

    Raises:
        UnsuitableDataError: late entry, unsuitable risks, or a cause that nobody had.
    """
    chance = read_risk(risk, len(data))
    if data.entry is not None:
        raise UnsuitableDataError(
            "some patients entered late; the share of patients at each risk needs everyone seen "
            "from time zero"
        )
    weight = np.ones(len(data)) if data.weight is None else data.weight
    order = np.argsort(data.time, kind="stable")
    order = order[weight[order] > 0]
    event = data.event[order]
    if cause < 1 or not np.any(event == cause):
        raise UnsuitableDataError(
            f"none of the {len(order)} patients has an event of cause {cause}; choose another "
            "cause or wait for longer follow-up"
        )
    code = np.where(event == cause, 1, np.where(event > 0, 2, 0)).astype(np.int64)
    weight = np.ascontiguousarray(weight[order])
    counts = bool(np.all(weight == np.round(weight)))
    time = np.ascontiguousarray(merge_ties(data.time[order])[0])
    return Judged(chance[order], time, code, weight, counts, order)


def read_thresholds(thresholds: npt.ArrayLike) -> Floats:
    """Check the risks from which a patient would be treated.

    Args:
        thresholds: probabilities.

    Returns:
        Shape (m,).

    Raises:
        UnsuitableDataError: none, or one that is not at least 0 and below 1.
    """
    limits = np.atleast_1d(np.asarray(thresholds, dtype=np.float64))
    if limits.ndim != 1 or not len(limits) or not np.all((limits >= 0) & (limits < 1)):
        raise UnsuitableDataError(
            "thresholds must be probabilities, at least 0 and below 1; 20% is 0.2"
        )
    return limits


def read_horizon(horizon: float) -> float:
    """Check a time of interest.

    Args:
        horizon: the time.

    Returns:
        The time as a float.

    Raises:
        UnsuitableDataError: not a finite time above 0.
    """
    time = float(horizon)
    if not np.isfinite(time) or time <= 0:
        raise UnsuitableDataError(f"the time of interest is {time:g}; give a time above 0")
    return time


def read_level(level: float) -> float:
    """Check the coverage of an interval.

    Args:
        level: the coverage.

    Returns:
        The same.

    Raises:
        UnsuitableDataError: not between 0 and 1.
    """
    if not 0 < level < 1:
        raise UnsuitableDataError(f"level is {level:g}; give a share between 0 and 1, as 0.95")
    return level
