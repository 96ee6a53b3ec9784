"""Net benefit and what follows from it, threshold by threshold."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.kernels.incidence import find_incidence
from jalon.validate.risks import Judged


@dataclass(frozen=True, slots=True, eq=False)
class BenefitCurve:
    """A measure of benefit at each threshold, with its normal interval.

    Attributes:
        value: shape (m,); NaN where nobody of those treated was followed to the time of interest.
        low: shape (m,), lower limit.
        high: shape (m,), upper limit.
        std_error: shape (m,), standard error, from each patient's influence.
    """

    value: Floats
    low: Floats
    high: Floats
    std_error: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """How much each patient counts.

    Attributes:
        weight: shape (n,), above 0.
        counts: whether the weights are whole, so that they count patients.
    """

    weight: Floats
    counts: bool

    def find_error(self, pull: Floats) -> float:
        """Give the standard error of a number from each patient's pull on it."""
        spread = self.weight if self.counts else self.weight**2
        return math.sqrt(float(np.sum(spread * pull * pull)))


Step = tuple[Floats, Floats]
"""Shares treated, rightly and wrongly, shape (3,), and each patient's pull on them, (3, n)."""


def rate_treated(judged: Judged, horizon: float, thresholds: Floats) -> Iterator[Step]:
    """Estimate who is treated rightly and wrongly at each threshold.

    Args:
        judged: risks and outcomes.
        horizon: time of interest.
        thresholds: shape (m,).

    Yields:
        One step per threshold; NaN where nobody treated was followed to the time of interest.
    """
    for limit in thresholds:
        yield rate_chosen(judged, horizon, judged.risk >= limit)


def rate_chosen(judged: Judged, horizon: float, chosen: npt.NDArray[np.bool_]) -> Step:
    """Estimate how many of all patients are chosen, with and without the event to come.

    Args:
        judged: risks and outcomes.
        horizon: time of interest.
        chosen: shape (n,), who is chosen.

    Returns:
        The shares, NaN where nobody chosen was followed to the time of interest, and the pulls.
    """
    total = judged.weight.sum()
    share = float(judged.weight[chosen].sum() / total)
    risk, moved = observe_risk(judged, horizon, chosen) if share > 0 else (0.0, np.zeros(()))
    treated = (chosen - share) / total
    rightly = treated * risk + share * moved
    rate = np.array([share, share * risk, share * (1 - risk)])
    return rate, np.stack([treated, rightly, treated - rightly])


def observe_risk(
    judged: Judged, horizon: float, chosen: npt.NDArray[np.bool_]
) -> tuple[float, Floats]:
    """Estimate the share of some patients who have the event by a time.

    Args:
        judged: outcomes.
        horizon: time of interest.
        chosen: shape (n,), who counts, at least one.

    Returns:
        The share, NaN when it is not known at the time, and each patient's pull on it, shape (n,).
    """
    rows = np.flatnonzero(chosen)
    pull, moved = np.zeros(len(chosen)), np.empty(len(rows))
    time = judged.time[rows]
    risk, free = find_incidence(time, judged.code[rows], judged.weight[rows], horizon, moved)
    pull[rows] = moved
    return (np.nan if time[-1] < horizon and free > 0 else risk), pull


def observe_all(judged: Judged, horizon: float) -> tuple[float, Floats]:
    """Estimate the share of all patients who have the event by a time.

    Args:
        judged: outcomes.
        horizon: time of interest.

    Returns:
        The share and each patient's pull on it.

    Raises:
        UnsuitableDataError: nobody was followed that long, or nobody has the event by then.
    """
    share, pull = observe_risk(judged, horizon, np.ones(len(judged.time), dtype=np.bool_))
    if np.isnan(share):
        raise UnsuitableDataError(
            f"time {horizon:g} is beyond the last follow-up at {judged.time[-1]:g}; choose an "
            "earlier time"
        )
    if share == 0:
        raise UnsuitableDataError(f"nobody has the event by time {horizon:g}; choose a later time")
    return share, pull


def count_treated(
    chosen: npt.NDArray[np.bool_], y: Floats, weight: Floats, prevalence: float | None
) -> Step:
    """Count who is treated rightly and wrongly when everyone's outcome is known.

    Args:
        chosen: shape (n,), who is treated.
        y: shape (n,), outcome, 0 or 1.
        weight: shape (n,), above 0.
        prevalence: share with the outcome in the population; None for that among the patients.

    Returns:
        Shares of all patients, and each patient's pull on them.
    """
    if prevalence is None:
        parts = np.stack([chosen, chosen * y, chosen * (1 - y)]).astype(np.float64)
        rate = parts @ weight / weight.sum()
        return rate, (parts - rate[:, None]) / weight.sum()
    groups = np.stack([y, 1 - y])
    sizes = groups @ weight
    hit = groups * chosen @ weight / sizes
    scale = np.array([prevalence, 1 - prevalence])
    rate = scale * hit
    pull = groups * (chosen - hit[:, None]) * (scale / sizes)[:, None]
    return np.append(rate.sum(), rate), np.vstack([pull.sum(axis=0), pull])


def draw_curve(value: Floats, error: Floats, level: float) -> BenefitCurve:
    """Give each value its normal interval.

    Args:
        value: shape (m,).
        error: shape (m,), standard errors.
        level: coverage, 0 to 1.

    Returns:
        The curve.
    """
    error = np.where(np.isnan(value), np.nan, error)
    half = float(ndtri((1 + level) / 2)) * error
    return BenefitCurve(value, value - half, value + half, error)
