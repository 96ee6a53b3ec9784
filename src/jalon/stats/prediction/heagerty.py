"""Heagerty's time-dependent AUC: survival estimated above each cut of a score."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats, require_choice
from jalon.stats.prediction.censoring import read_times, require_plain
from jalon.stats.regression.risk_sets import require_one_cause
from jalon.stats.survival.event_table import count_events
from jalon.stats.survival.kaplan_meier import survival_of

Estimator = Literal["nearest", "kaplan-meier"]


def heagerty_auc(
    risk: npt.ArrayLike,
    data: SurvivalData,
    time: float,
    span: float | None = None,
    estimator: Estimator = "nearest",
) -> float:
    """Estimate the time-dependent AUC as Heagerty, Lumley and Pepe do.

    An older estimate, kept to compare with published work; no interval comes with it, so prefer
    ``time_auc``, whose weights do not need a span either.

    Args:
        risk: shape (n,), any score, higher for an earlier event.
        data: outcomes of the same patients, with one cause of event, all seen from time zero.
        time: the time, in the unit of ``data``.
        span: share of patients above a score that count as near to it; None for 0.25 / n to
            the power 0.2, not used by "kaplan-meier".
        estimator: "nearest" averages the survival of patients of near score, so that the curve
            rises; "kaplan-meier" takes it among all above each cut, and may fall.

    Returns:
        The AUC, as R's ``survivalROC``: a score is near when it lies no further away, on either
        side, than the score that ``span`` of all patients above reaches to.

    Raises:
        UnsuitableDataError: a missing score, no event by the time, nobody event-free after it,
            late entries, weights, or an impossible span.

    Reference:
        Heagerty PJ, Lumley T, Pepe MS (2000), doi:10.1111/j.0006-341X.2000.00337.x, sections
        2.1 and 2.2.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
        >>> heagerty_auc([4, 2, 3, 1], data, time=2.5, estimator="kaplan-meier")
        0.75
    """
    require_choice(estimator, "estimator", Estimator)
    score = _read(risk, data)
    moment = float(read_times(time)[0])
    values, group = np.unique(score, return_inverse=True)
    if estimator == "kaplan-meier":
        survivors = _survive_above(values, score, data, moment)
        free = _survive(data, moment)
    else:
        share = 0.25 * len(score) ** -0.2 if span is None else span
        if not 0 < share <= 1:
            raise UnsuitableDataError("span is not a share of patients, above 0 and up to 1")
        near = np.array([_survive(data.take(_near(score, v, share)), moment) for v in values])
        free = float(near[group].mean())
        survivors = _sum_above(group, near[group], len(values)) / len(score)
    if not 0 < free < 1:
        raise UnsuitableDataError(
            f"everybody or nobody had the event by time {moment:g}; choose another time"
        )
    above = _sum_above(group, np.ones(len(score)), len(values)) / len(score)
    hits = np.concatenate(([1.0], (above - survivors) / (1 - free)))
    alarms = np.concatenate(([1.0], survivors / free))
    return float(np.sum((alarms[:-1] - alarms[1:]) * (hits[:-1] + hits[1:]) / 2))


def _read(risk: npt.ArrayLike, data: SurvivalData) -> Floats:
    require_plain(data)
    require_one_cause(data)
    score = read_floats(risk, "risk")
    if score.shape != (len(data),) or not np.all(np.isfinite(score)):
        raise UnsuitableDataError(
            f"risk is not one finite number for each of the {len(data)} patients; complete it or "
            "leave patients out"
        )
    return score


def _survive(data: SurvivalData, time: float) -> float:
    table = count_events(data)
    curve = np.append(1.0, survival_of(table))
    return float(curve[np.searchsorted(table.time, time, side="right")])


def _survive_above(values: Floats, score: Floats, data: SurvivalData, time: float) -> Floats:
    """Share of patients above each value and event-free; none is above the last."""
    free = [
        _survive(data.take(score > value), time) * float(np.mean(score > value))
        for value in values[:-1]
    ]
    return np.append(free, 0.0)


def _sum_above(group: npt.NDArray[np.intp], values: Floats, groups: int) -> Floats:
    sums = np.bincount(group, weights=values, minlength=groups)
    return np.asarray(np.append(np.cumsum(sums[::-1])[::-1][1:], 0.0))


def _near(score: Floats, centre: float, span: float) -> npt.NDArray[np.bool_]:
    gap = np.sort(score - centre)
    place = int(np.sum(gap < 0)) + int(len(score) * span + 0.5)
    return np.asarray(np.abs(score - centre) <= gap[min(place, len(gap) - 1)])
