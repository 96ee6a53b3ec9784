"""Absolute risks by total and by group: observed, and smoothed by the score itself."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from jalon.core import Curve, Estimate, Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.learn.groups import find_group
from jalon.learn.risk_model import fit_risk
from jalon.learn.totals import read_totals
from jalon.stats import aalen_johansen, kaplan_meier, value_at

SPARSE_PATIENTS = 10
"""With fewer patients than this an observed risk is marked as sparse."""

SPARSE_EVENTS = 5
"""With fewer events than this an observed risk is marked as sparse."""


@dataclass(frozen=True, slots=True)
class TotalRisk:
    """The risk of patients with one total.

    Attributes:
        total: the points.
        n: (weighted) patients who have it.
        events: (weighted) events of interest among them, whenever they happened.
        observed: risk by each time from these patients alone; NaN where none of them was still
            under observation, without limits where none had the event.
        predicted: risk by each time from all patients, by one factor of the hazard per point.
        sparse: fewer than 10 patients or 5 events: rely on ``predicted``.
    """

    total: int
    n: float
    events: float
    observed: tuple[Estimate, ...]
    predicted: tuple[Estimate, ...]
    sparse: bool


@dataclass(frozen=True, slots=True)
class GroupRisk:
    """The risk of patients of one group.

    Attributes:
        low: lowest total of the group.
        high: highest total of the group.
        n: (weighted) patients.
        events: (weighted) events of interest, whenever they happened.
        observed: risk by each time; NaN where nobody was still under observation, without
            limits where nobody had the event.
        sparse: fewer than 10 patients or 5 events.
    """

    low: int
    high: int
    n: float
    events: float
    observed: tuple[Estimate, ...]
    sparse: bool


@dataclass(frozen=True, slots=True)
class ScoreRisks:
    """Absolute risks of a score in a cohort.

    Attributes:
        times: when the risks are read, in the unit of the data.
        log_hazard: log hazard per point behind ``predicted``.
        totals: one row per total, from the lowest to the highest that is possible.
        groups: one row per risk group.
    """

    times: tuple[float, ...]
    log_hazard: float
    totals: tuple[TotalRisk, ...]
    groups: tuple[GroupRisk, ...]

    @property
    def limits(self) -> tuple[int, ...]:
        """Highest total of each group but the last."""
        return tuple(group.high for group in self.groups[:-1])


@dataclass(frozen=True, slots=True, eq=False)
class RiskRanges:
    """What patients with unknown items may have: ranges instead of numbers.

    Attributes:
        group_low: shape (n,), lowest possible group, from 0.
        group_high: shape (n,), highest possible group.
        lowest: shape (n, m), smallest predicted risk of all possible totals, by each time.
        highest: shape (n, m), largest predicted risk.
        low: shape (n, m), smallest lower limit of these predicted risks.
        high: shape (n, m), largest upper limit.
    """

    group_low: Integers
    group_high: Integers
    lowest: Floats
    highest: Floats
    low: Floats
    high: Floats


def estimate_risks(
    total: npt.ArrayLike,
    data: SurvivalData,
    times: npt.ArrayLike,
    limits: tuple[int, ...] = (),
    cause: int = 1,
    span: tuple[int, int] | None = None,
) -> ScoreRisks:
    """Estimate how likely the event is by given times, for each total and each risk group.

    Observed risks are Kaplan-Meier, or Aalen-Johansen when another cause of event occurs.
    Predicted risks borrow strength from all totals: a Cox regression on the points, and for
    competing causes a second one for all other causes together.

    Args:
        total: shape (n,), whole points of each patient.
        data: outcomes of the same patients, with every cause; ``weight`` and ``entry`` are
            honoured, strata are put together.
        times: shape (m,), in the unit of the data, at most the longest follow-up.
        limits: highest total of each risk group but the last, rising.
        cause: the event code of interest.
        span: lowest and highest total that a patient can have; None for those that were seen.

    Returns:
        Risks with 95% intervals on the log-log scale.

    Raises:
        UnsuitableDataError: totals, times, limits or a span that cannot be used, no event of
            the cause, or totals that are all equal.

    Reference:
        Kaplan and Meier (1958), doi:10.1080/01621459.1958.10501452; Aalen and Johansen (1978),
        Scand J Stat 5:141-150; predicted incidence: Cheng, Fine and Wei (1998),
        Biometrics 54:219-228, section 2.

    Example:
        >>> data = SurvivalData(time=np.arange(1.0, 41), event=[1, 0, 1, 1] * 10)
        >>> risks = estimate_risks(np.arange(40) % 3, data, [20], limits=(0,))
        >>> [(row.low, row.high, row.n) for row in risks.groups]
        [(0, 0, 14.0), (1, 2, 26.0)]
    """
    points, moments = read_totals(total, data), _read_times(times, data)
    kept = np.flatnonzero(np.ones(len(data)) if data.weight is None else data.weight)
    points, data = points[kept], data.take(kept)
    if not np.any(data.event == cause):
        raise UnsuitableDataError(f"nobody had event {cause}; there is no risk to estimate")
    lowest, highest = _read_span(points, span)
    edges = _read_limits(limits, lowest, highest)
    model = fit_risk(points, data, cause)
    levels = np.arange(lowest, highest + 1)
    rows = []
    for level, predicted in zip(levels.tolist(), model.predict(levels, moments), strict=True):
        part = data.take(points == level)
        n, events, observed, sparse = _observe(part, data, moments, cause)
        rows.append(TotalRisk(level, n, events, observed, predicted, sparse))
    groups = []
    for low, high in pairwise(edges):
        part = data.take((points > low) & (points <= high))
        groups.append(GroupRisk(low + 1, high, *_observe(part, data, moments, cause)))
    slope = float(model.own.coefficients[0])
    return ScoreRisks(tuple(moments.tolist()), slope, tuple(rows), tuple(groups))


def range_risks(
    points_low: npt.ArrayLike, points_high: npt.ArrayLike, risks: ScoreRisks
) -> RiskRanges:
    """Say which groups and risks are possible for patients with unknown items.

    Args:
        points_low: shape (n,), fewest points given what is known, as ``assess_many`` says.
        points_high: shape (n,), most points; equal where every item is known.
        risks: the score's risks, over every possible total.

    Returns:
        Ranges; both ends are equal for patients with every item known.

    Raises:
        UnsuitableDataError: ranges that are upside down or reach beyond the totals of ``risks``.

    Example:
        >>> data = SurvivalData(time=np.arange(1.0, 41), event=[1, 0, 1, 1] * 10)
        >>> risks = estimate_risks(np.arange(40) % 3, data, [20], limits=(0,))
        >>> found = range_risks([0, 1], [1, 2], risks)
        >>> found.group_low.tolist(), found.group_high.tolist()
        ([0, 1], [1, 1])
    """
    low, high = (np.asarray(part, dtype=np.int64) for part in (points_low, points_high))
    first, last = risks.totals[0].total, risks.totals[-1].total
    if low.ndim != 1 or low.shape != high.shape or np.any(low > high):
        raise UnsuitableDataError("give the fewest and the most points of each patient, in order")
    if low.size and (low.min() < first or high.max() > last):
        raise UnsuitableDataError(
            f"totals from {low.min()} to {high.max()} were asked for, but risks are known from "
            f"{first} to {last}; estimate them with the score's full span"
        )
    table = np.array([[(r.value, r.low, r.high) for r in row.predicted] for row in risks.totals])
    found = np.empty((4, len(low), len(risks.times)))
    pairs, where = np.unique(np.column_stack([low, high]), axis=0, return_inverse=True)
    for k, (a, b) in enumerate(pairs - first):
        part, same = table[a : b + 1], where.ravel() == k
        found[0, same], found[1, same] = part[..., 0].min(axis=0), part[..., 0].max(axis=0)
        found[2, same], found[3, same] = part[..., 1].min(axis=0), part[..., 2].max(axis=0)
    groups = find_group(low, risks.limits), find_group(high, risks.limits)
    return RiskRanges(*groups, *found)


def _observe(
    part: SurvivalData, whole: SurvivalData, times: Floats, cause: int
) -> tuple[float, float, tuple[Estimate, ...], bool]:
    """Patients, events, observed risks, and whether these are few."""
    weight = np.ones(len(part)) if part.weight is None else part.weight
    own = part.event == cause
    sparse = len(part) < SPARSE_PATIENTS or int(own.sum()) < SPARSE_EVENTS
    if not len(part):
        nothing = Estimate(np.nan, np.nan, np.nan, method="log-log")
        return 0.0, 0.0, (nothing,) * len(times), True
    competes = bool(np.any((whole.event > 0) & (whole.event != cause)))
    if competes:
        curve = aalen_johansen(part, cause, interval="log-log")
    else:
        curve = kaplan_meier(part.cause(cause), interval="log-log")
    observed = tuple(_read_risk(curve, time) for time in times.tolist())
    return float(weight.sum()), float(weight[own].sum()), observed, sparse


def _read_risk(curve: Curve, time: float) -> Estimate:
    # Where all have had an event nothing can change any more; otherwise nobody knows.
    settled = curve.censored[-1] == 0
    if curve.at_risk_at([time])[0] == 0 and not settled:
        return Estimate(np.nan, np.nan, np.nan, curve.level, curve.method)
    found = value_at(curve, [time])[0]
    if found.value == curve.start:
        # No event yet: the risk seen is 0, and the log-log scale has no limits for it.
        return Estimate(0.0, np.nan, np.nan, curve.level, curve.method)
    if curve.kind == "incidence":
        return found
    return Estimate(1 - found.value, 1 - found.high, 1 - found.low, found.level, found.method)


def _read_times(times: npt.ArrayLike, data: SurvivalData) -> Floats:
    moments = np.atleast_1d(np.asarray(times, dtype=np.float64))
    if moments.ndim != 1 or not len(moments) or not np.all(np.isfinite(moments) & (moments > 0)):
        raise UnsuitableDataError("times holds no time, or one that is not above 0; give some")
    longest = float(data.time.max(initial=0.0))
    if moments.max() > longest:
        raise UnsuitableDataError(
            f"a risk by {moments.max():g} was asked for, but nobody was followed beyond "
            f"{longest:g}; ask for earlier times"
        )
    return moments


def _read_span(points: Integers, span: tuple[int, int] | None) -> tuple[int, int]:
    seen = int(points.min()), int(points.max())
    low, high = seen if span is None else span
    if low > seen[0] or high < seen[1]:
        raise UnsuitableDataError(
            f"totals from {seen[0]} to {seen[1]} were seen, outside of the span {low} to {high}; "
            "give the lowest and highest total of the score"
        )
    return low, high


def _read_limits(limits: tuple[int, ...], low: int, high: int) -> list[int]:
    edges = [low - 1, *limits, high]
    if any(b <= a for a, b in pairwise(edges)):
        raise UnsuitableDataError(
            f"limits {limits} do not rise, or leave a group without totals from {low} to {high}"
        )
    return edges
