"""Calibration in groups of rising risk: predicted and observed side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from jalon.core import Estimate, Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats import ModelTest
from jalon.validate.calibration import draw_risk, read_risk_at
from jalon.validate.risks import judge, read_horizon, read_level

QuantileRule = Literal["interpolated", "observed"]


@dataclass(frozen=True, slots=True, eq=False)
class GroupCalibration:
    """What was predicted and what happened in groups of patients.

    Attributes:
        predicted: shape (g,), mean predicted risk of each group.
        observed: one per group, share who have the event by the time of interest, with its
            log-log interval.
        std_error: shape (g,), standard errors of ``observed``.
        patients: shape (g,), (weighted) patients of each group.
        events: shape (g,), their events over all follow-up; the test needs about 5 per group.
        test: Greenwood-Nam-D'Agostino test that predicted and observed agree in all groups.
    """

    predicted: Floats
    observed: tuple[Estimate, ...]
    std_error: Floats
    patients: Floats
    events: Floats
    test: ModelTest


def group_risks(
    risk: npt.ArrayLike, count: int = 10, rule: QuantileRule = "interpolated"
) -> Integers:
    """Divide patients into groups of about equal size by rising risk.

    Args:
        risk: shape (n,), predicted risks, or survival to have the highest risks first.
        count: how many groups, at least 2; fewer come back where risks are tied.
        rule: "interpolated" cuts at quantiles between the values, as R's ``quantile``;
            "observed" at values that occur, as Harrell's ``cut2``.

    Returns:
        Shape (n,), group of each patient from 0 up; patients on a cut belong below it.

    Raises:
        UnsuitableDataError: missing values, fewer than two groups asked for, or all risks the
            same.

    Example:
        >>> group_risks([0.1, 0.2, 0.3, 0.4], 2).tolist()
        [0, 0, 1, 1]
    """
    values = np.asarray(risk, dtype=np.float64)
    if values.ndim != 1 or not np.all(np.isfinite(values)):
        raise UnsuitableDataError("risks must be one finite number per patient")
    if count < 2:
        raise UnsuitableDataError(f"{count} group compares nothing; ask for at least 2")
    if len(values) == 0 or np.ptp(values) == 0:
        raise UnsuitableDataError("the risk is the same for everyone; there are no groups")
    method: Literal["linear", "inverted_cdf"] = (
        "linear" if rule == "interpolated" else "inverted_cdf"
    )
    cuts = np.unique(np.quantile(values, np.linspace(0, 1, count + 1)[1:-1], method=method))
    codes = np.searchsorted(cuts, values, side="left")
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def calibrate_groups(
    risk: npt.ArrayLike,
    data: SurvivalData,
    horizon: float,
    groups: int | npt.ArrayLike = 10,
    cause: int = 1,
    level: float = 0.95,
) -> GroupCalibration:
    """Compare predicted risks with what happened, in groups of patients.

    Args:
        risk: shape (n,), predicted probability of the event by ``horizon``, 0 to 1.
        data: outcomes of the same patients, without late entry; ``weight`` is honoured.
        horizon: time of interest, above 0; events at it count.
        groups: how many groups of rising risk, or shape (n,) with the group of each patient as
            a whole number, for example from ``group_risks``.
        cause: the event code of interest.
        level: coverage of the intervals, 0 to 1.

    Returns:
        A row per group, in the order of the codes, and the test.

    Raises:
        UnsuitableDataError: risks that are no probabilities, late entry, or a group in which
            nobody has the event by ``horizon``, everyone does, or nobody was followed that long.

    Reference:
        D'Agostino RB, Nam BH (2003), doi:10.1016/S0169-7161(03)23001-7; Demler OV, Paynter NP,
        Cook NR (2015), doi:10.1002/sim.6428, for the test with Greenwood's variance.

    Example:
        >>> data = SurvivalData(time=[1, 9, 9, 9, 1, 2, 3, 9], event=[1, 0, 0, 0, 1, 1, 1, 0])
        >>> found = calibrate_groups([0.2] * 4 + [0.6] * 4, data, 5, groups=2)
        >>> [round(part.value, 6) for part in found.observed]
        [0.25, 0.75]
    """
    time, judged = read_horizon(horizon), judge(risk, data, cause)
    codes = _read_groups(risk, groups, len(data))[judged.order]
    kept, rows = data.take(judged.order), []
    for place, code in enumerate(np.unique(codes), start=1):
        chosen = codes == code
        weight = judged.weight[chosen]
        observed, error = _observe(kept.take(chosen), (cause, read_level(level)), time, place)
        predicted = float(np.average(judged.risk[chosen], weights=weight))
        events = float(weight[judged.code[chosen] == 1].sum())
        rows.append((predicted, observed, error, float(weight.sum()), events))
    if len(rows) < 2:
        raise UnsuitableDataError("the patients make only one group; give at least two")
    table = np.array([(row[0], row[1].value, *row[2:]) for row in rows]).T
    statistic, df = float(np.sum(((table[1] - table[0]) / table[2]) ** 2)), len(rows) - 1
    return GroupCalibration(
        predicted=table[0],
        observed=tuple(row[1] for row in rows),
        std_error=table[2],
        patients=table[3],
        events=table[4],
        test=ModelTest(statistic, df, float(chdtrc(df, statistic))),
    )


def _read_groups(risk: npt.ArrayLike, groups: int | npt.ArrayLike, n: int) -> Integers:
    if isinstance(groups, int):
        return group_risks(risk, groups)
    codes = np.asarray(groups)
    if codes.shape != (n,) or not np.issubdtype(codes.dtype, np.integer):
        raise UnsuitableDataError(
            "groups must be a number of groups, or one whole number per patient"
        )
    return codes.astype(np.int64)


def _observe(
    data: SurvivalData, settings: tuple[int, float], horizon: float, place: int
) -> tuple[Estimate, float]:
    cause, level = settings
    try:
        observed, error = read_risk_at(draw_risk(data, cause, level), horizon)
    except UnsuitableDataError as reason:
        raise UnsuitableDataError(f"group {place}: {reason}; or use fewer groups") from None
    if error == 0:
        raise UnsuitableDataError(
            f"group {place}: everyone has the event by time {horizon:g}; use fewer groups or an "
            "earlier time"
        )
    return observed, error
