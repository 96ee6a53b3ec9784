"""Landmarks: patients still followed at a time, with what is known of them by then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats, require_choice
from jalon.stats.regression.cox import fit_cox
from jalon.stats.regression.cox_fit import CoxFit, Ties
from jalon.stats.regression.robust_cox import RobustCox, robust_cox

Clock = Literal["reset", "keep"]


@dataclass(frozen=True, slots=True, eq=False)
class LandmarkSet:
    """Patients still followed at one or several landmarks, one row per patient and landmark.

    Attributes:
        landmarks: shape (k,), the landmarks.
        row: shape (m,), the patient of each row; also his cluster.
        landmark: shape (m,), the landmark of each row.
        data: outcomes after the landmark.
    """

    landmarks: tuple[float, ...]
    row: Integers
    landmark: Floats
    data: SurvivalData

    def reached(self, times: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Return whether something had happened to the patient by the landmark.

        Args:
            times: shape (n,), when it happened; NaN or infinite for never.

        Returns:
            Shape (m,).
        """
        happened: npt.NDArray[np.bool_] = read_floats(times, "times")[self.row] <= self.landmark
        return happened

    def spread(self, x: npt.ArrayLike, power: float = 0, unit: float = 1) -> Floats:
        """Return a covariate of the patients for each row, times the landmark to some power.

        Args:
            x: shape (n,) or (n, p), one row per patient.
            power: 0 for the covariate itself; 1 for an effect that changes evenly.
            unit: the landmark is counted in this unit.

        Returns:
            Shape (m,) or (m, p).
        """
        table = read_floats(x, "x")[self.row]
        factor = (self.landmark / unit) ** power
        value: Floats = table * (factor if table.ndim == 1 else factor[:, None])
        return value


@dataclass(frozen=True, slots=True, eq=False)
class LandmarkFit:
    """One Cox model for all landmarks, with errors that know of repeated patients.

    Attributes:
        fit: the Cox regression of all rows, which predicts too; its strata are the landmarks,
            numbered from 0, when they have their own baseline hazards.
        robust: its coefficients with errors by patient.
    """

    fit: CoxFit
    robust: RobustCox


def take_landmark(
    data: SurvivalData, at: float, horizon: float | None = None, clock: Clock = "reset"
) -> LandmarkSet:
    """Take the patients who are still followed at a landmark, to look ahead from there.

    Groups must be made of what is known by then (``reached``): counting a later response as if
    it had been known makes responders look immortal until they respond.

    Args:
        data: outcomes; ``weight`` and ``stratum`` are kept. Those who enter after the landmark
            are left out.
        at: the landmark, 0 or later, in the unit of the times.
        horizon: how far to look after it, later events being censored there; None for all.
        clock: "reset" counts time from the landmark, "keep" from time zero with entry at the
            landmark; Cox models and curves are the same.

    Returns:
        The patients whose time is above the landmark.

    Raises:
        UnsuitableDataError: nobody is followed after the landmark, or a negative landmark.

    Reference:
        Anderson JR, Cain KC, Gelber RD (1983), doi:10.1200/JCO.1983.1.11.710.

    Example:
        >>> data = SurvivalData(time=[3, 12, 20], event=[1, 1, 0])
        >>> early = take_landmark(data, at=6)
        >>> early.row.tolist(), early.data.time.tolist()
        ([1, 2], [6.0, 14.0])
        >>> early.reached([2, 4, 9]).tolist()
        [True, False]
    """
    require_choice(clock, "clock", Clock)
    rows, ahead = _look_ahead(data, at, horizon)
    if clock == "reset":
        ahead = SurvivalData(ahead.time - at, ahead.event, None, ahead.weight, ahead.stratum)
    return LandmarkSet((float(at),), rows, np.full(len(rows), float(at)), ahead)


def stack_landmarks(
    data: SurvivalData, landmarks: Sequence[float], horizon: float, strata: bool = True
) -> LandmarkSet:
    """Stack the patients still followed at each of several landmarks, for one model of all.

    Args:
        data: outcomes, as in ``take_landmark``.
        landmarks: the landmarks, ascending.
        horizon: how far to look after each.
        strata: whether each landmark has its own baseline hazard; otherwise let the landmark
            itself be a covariate (``spread``).

    Returns:
        One row per patient and landmark, who is at risk from the landmark on.

    Raises:
        UnsuitableDataError: landmarks that are not ascending, or as ``take_landmark``.

    Reference:
        van Houwelingen HC (2007), doi:10.1111/j.1467-9469.2006.00529.x, section 3.

    Example:
        >>> data = SurvivalData(time=[3, 12, 20], event=[1, 1, 0])
        >>> stack = stack_landmarks(data, [0, 6], horizon=10)
        >>> stack.row.tolist(), stack.data.time.tolist(), stack.data.event.tolist()
        ([0, 1, 2, 1, 2], [3.0, 10.0, 10.0, 12.0, 16.0], [1, 0, 0, 1, 0])
    """
    points = read_floats(landmarks, "landmarks")
    if points.ndim != 1 or len(points) == 0 or np.any(np.diff(points) <= 0):
        raise UnsuitableDataError("landmarks is not an ascending list of times; sort them")
    parts = [_look_ahead(data, float(at), horizon) for at in points]
    ahead = [part for _, part in parts]
    number = np.repeat(np.arange(len(points)), [len(part) for part in ahead])
    inner = np.concatenate([_read_strata(part) for part in ahead])
    span = int(inner.max()) + 1
    stacked = SurvivalData(
        time=np.concatenate([part.time for part in ahead]),
        event=np.concatenate([part.event for part in ahead]),
        entry=points[number],
        weight=None if data.weight is None else np.concatenate([_need(p.weight) for p in ahead]),
        stratum=number * span + inner if strata else inner,
    )
    row = np.concatenate([rows for rows, _ in parts])
    return LandmarkSet(tuple(points.tolist()), row, points[number], stacked)


def fit_landmarks(
    x: npt.ArrayLike,
    stack: LandmarkSet,
    ties: Ties = "breslow",
    level: float = 0.95,
    names: Sequence[str] | None = None,
) -> LandmarkFit:
    """Estimate effects on what happens after each of several landmarks, in one model.

    Survival up to a horizon from landmark number k is
    ``predict_survival(model.fit, x, landmark + horizon, stratum=k)``.

    Args:
        x: shape (m, p), covariates of each row, known by its landmark (``stack.spread``).
        stack: patients and landmarks.
        ties: how tied events are treated.
        level: coverage of the intervals, 0 to 1.
        names: shape (p,), the columns in words.

    Returns:
        The Cox regression with robust errors, each patient being a cluster.

    Raises:
        UnsuitableDataError: what ``fit_cox`` or ``robust_cox`` refuse.
        ConvergenceError: no maximum was found.

    Reference:
        van Houwelingen HC, Putter H (2012), doi:10.1201/b11311, section 7.2.

    Example:
        >>> data = SurvivalData(time=[3, 12, 20, 7, 9, 15], event=[1, 1, 0, 1, 1, 1])
        >>> stack = stack_landmarks(data, [0, 6], horizon=10)
        >>> model = fit_landmarks(stack.spread([[1], [0], [0], [1], [0], [1]]), stack)
        >>> round(model.robust.hazard_ratios[0].value, 2), model.robust.clusters
        (2.29, 6)
    """
    fit = fit_cox(x, stack.data, ties, level, names=names)
    weight = stack.data.weight
    return LandmarkFit(fit, robust_cox(fit, stack.row if weight is None else stack.row[weight > 0]))


def _look_ahead(
    data: SurvivalData, at: float, horizon: float | None
) -> tuple[Integers, SurvivalData]:
    """Patients followed after a landmark, who are at risk from there up to the horizon."""
    if not 0 <= at < np.inf:
        raise UnsuitableDataError(f"the landmark is {at:g}; give a time of 0 or later")
    if horizon is not None and not horizon > 0:
        raise UnsuitableDataError(f"the horizon is {horizon:g}; give a time above 0")
    there = data.time > at
    if data.entry is not None:
        there &= data.entry <= at
    rows = np.flatnonzero(there)
    if len(rows) == 0:
        raise UnsuitableDataError(f"nobody is followed after {at:g}; choose an earlier landmark")
    some = data.take(rows)
    limit = np.inf if horizon is None else at + horizon
    time, event = np.minimum(some.time, limit), np.where(some.time > limit, 0, some.event)
    entry = np.full(len(rows), float(at))
    return rows, SurvivalData(time, event, entry, some.weight, some.stratum)


def _read_strata(data: SurvivalData) -> Integers:
    return np.zeros(len(data), np.int64) if data.stratum is None else data.stratum


def _need(values: Floats | None) -> Floats:
    return np.empty(0) if values is None else values
