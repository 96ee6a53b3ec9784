"""Separation: do the groups of a score have different futures?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import (
    ConvergenceError,
    Curve,
    Estimate,
    Integers,
    SurvivalData,
    UnsuitableDataError,
)
from jalon.stats import (
    GrayTest,
    LogRank,
    aalen_johansen,
    fit_cox,
    gray_test,
    log_rank,
    quantile,
    value_at,
)
from jalon.validate.calibration import draw_risk
from jalon.validate.risks import read_level

UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class GroupCourse:
    """What happened to one group.

    Attributes:
        name: of the group.
        patients: how many.
        events: how many had the event.
        competing: how many had another.
        curve: survival free of the event, or its cumulative incidence when causes compete.
        median: time by which half had the event; NaN where that was not reached.
        risk: share who have the event by each landmark; NaN where nobody was followed that long.
        at_risk: patients under observation at each landmark.
        hazard_ratio: against the group below; None for the lowest, NaN where it has no
            finite value.
    """

    name: str
    patients: int
    events: int
    competing: int
    curve: Curve
    median: Estimate
    risk: tuple[Estimate, ...]
    at_risk: Integers
    hazard_ratio: Estimate | None


@dataclass(frozen=True, slots=True, eq=False)
class GroupSeparation:
    """How far apart the groups of a score are.

    Attributes:
        groups: one per group that has patients, rising.
        times: the landmarks.
        test: do the groups differ in the hazard of the event (log-rank)? None with one group.
        gray: do they differ in its cumulative incidence? None when nothing competes.
        competes: whether other causes compete.
        notes: what could not be computed, and why.
    """

    groups: tuple[GroupCourse, ...]
    times: tuple[float, ...]
    test: LogRank | None
    gray: GrayTest | None
    competes: bool
    notes: tuple[str, ...]


def separate_groups(
    group: npt.ArrayLike,
    data: SurvivalData,
    times: npt.ArrayLike,
    names: Sequence[str] | None = None,
    cause: int = 1,
    level: float = 0.95,
) -> GroupSeparation:
    """Compare what happened to the groups of a score, each with the one below it.

    Args:
        group: shape (n,), group of each patient as a whole number from 0, rising with the risk.
        data: outcomes of the same patients; codes other than ``cause`` compete.
        times: shape (m,), landmarks at which risks are read.
        names: name of group 0, 1, …; None for the numbers.
        cause: the event code of interest.
        level: coverage of the intervals, 0 to 1.

    Returns:
        Numbers, median and landmark risks of each group; the log-rank test and hazard
        ratios of neighbours (of the cause-specific hazard when causes compete); Gray's test.

    Raises:
        UnsuitableDataError: not one group per patient, or no event of the cause.

    Reference:
        Royston P, Altman DG (2013), doi:10.1186/1471-2288-13-33, section "method 4".

    Example:
        >>> data = SurvivalData(time=[5, 8, 9, 1, 2, 3], event=[1, 0, 1, 1, 1, 1])
        >>> found = separate_groups([0, 0, 0, 1, 1, 1], data, [4], ["low", "high"])
        >>> [one.name for one in found.groups], found.groups[1].median.value
        (['low', 'high'], 2.0)
    """
    read_level(level)
    codes, moments = _read(group, data, cause), np.atleast_1d(np.asarray(times, dtype=float))
    present = np.unique(codes).tolist()
    own, competes = data.cause(cause), bool(np.any((data.event != 0) & (data.event != cause)))
    notes: list[str] = []
    ratios = _compare_neighbours(codes, present, own, level, notes)
    several = len(present) > 1
    courses = [
        _follow(
            data.take(codes == code),
            str(code) if names is None else names[code],
            (moments.tolist(), cause, level, competes),
            ratios.get(code),
        )
        for code in present
    ]
    return GroupSeparation(
        groups=tuple(courses),
        times=tuple(moments.tolist()),
        test=log_rank(own, codes) if several else None,
        gray=gray_test(data, codes, cause) if several and competes else None,
        competes=competes,
        notes=tuple(notes),
    )


def _read(group: npt.ArrayLike, data: SurvivalData, cause: int) -> Integers:
    codes = np.asarray(group)
    if codes.shape != (len(data),) or not np.issubdtype(codes.dtype, np.integer):
        raise UnsuitableDataError("give the group of each patient as a whole number, one each")
    if len(codes) and codes.min() < 0:
        raise UnsuitableDataError("some patients are in no group (below 0); leave them out")
    if not np.any(data.event == cause):
        raise UnsuitableDataError(
            f"none of the {len(data)} patients has an event of cause {cause}; wait for follow-up"
        )
    return codes.astype(np.int64)


def _follow(
    data: SurvivalData,
    name: str,
    settings: tuple[list[float], int, float, bool],
    ratio: Estimate | None,
) -> GroupCourse:
    times, cause, level, competes = settings
    # One kind of curve for all groups, also where nothing competed in one.
    curve = (
        aalen_johansen(data, cause, level, "log-log", "robust")
        if competes
        else draw_risk(data, cause, level)
    )
    return GroupCourse(
        name=name,
        patients=len(data),
        events=int(np.sum(data.event == cause)),
        competing=int(np.sum((data.event != 0) & (data.event != cause))),
        curve=curve,
        median=quantile(curve),
        risk=tuple(_read_risk(curve, time) for time in times),
        at_risk=np.array([int(np.sum(data.time >= time)) for time in times], dtype=np.int64),
        hazard_ratio=ratio,
    )


def _read_risk(curve: Curve, time: float) -> Estimate:
    found = value_at(curve, [time])[0]
    survival = curve.kind == "survival"
    over = survival and found.value == 0
    if curve.at_risk_at([time])[0] == 0 and not over:
        return Estimate(UNKNOWN, UNKNOWN, UNKNOWN, curve.level, curve.method)
    if not survival:
        return found
    return Estimate(1 - found.value, 1 - found.high, 1 - found.low, found.level, found.method)


def _compare_neighbours(
    codes: Integers, present: list[int], data: SurvivalData, level: float, notes: list[str]
) -> dict[int, Estimate]:
    """Hazard ratio of each group against the next lower one that has patients."""
    if len(present) < 2:
        return {}
    steps = np.column_stack([(codes >= code).astype(np.float64) for code in present[1:]])
    try:
        ratios = fit_cox(steps, data, level=level).hazard_ratios
    except (UnsuitableDataError, ConvergenceError) as reason:
        notes.append(f"no hazard ratios of neighbouring groups: {reason}")
        nothing = Estimate(UNKNOWN, UNKNOWN, UNKNOWN, level, "Wald")
        return dict.fromkeys(present[1:], nothing)
    return dict(zip(present[1:], ratios, strict=True))
