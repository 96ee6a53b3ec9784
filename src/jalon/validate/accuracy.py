"""Accuracy: how far predicted risks are from what happened, at times and over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Estimate, Floats, SurvivalData
from jalon.stats import AtTimes, BrierScore, brier_score, integrate_brier
from jalon.stats.survival.interval import find_z


@dataclass(frozen=True, slots=True, eq=False)
class Accuracy:
    """Brier score, and what is gained over knowing nothing of a patient.

    Attributes:
        score: Brier score, that of the null prediction, and the index of prediction accuracy
            (IPA) at each time.
        integrated: Brier score averaged over time (IBS); None with one time.
        integrated_null: the same of the null prediction.
        integrated_accuracy: 1 less the ratio of the two.
    """

    score: BrierScore
    integrated: Estimate | None
    integrated_null: Estimate | None
    integrated_accuracy: Estimate | None


def measure_accuracy(
    risk: npt.ArrayLike,
    data: SurvivalData,
    times: npt.ArrayLike,
    cause: int = 1,
    level: float = 0.95,
) -> Accuracy:
    """Measure how far predicted risks are from what happened, at each time and on average.

    Args:
        risk: shape (n, m), predicted probability of the event by each time, 0 to 1; shape (n,) for
            one time.
        data: outcomes of the same patients, without late entry or weights; codes other than
            ``cause`` compete.
        times: shape (m,), rising, within follow-up; the averages are from the first to the last,
            by the trapezoidal rule.
        cause: the event code predicted.
        level: coverage of the intervals, 0 to 1.

    Returns:
        The scores with their intervals; those of the index are by the delta method.

    Raises:
        UnsuitableDataError: as ``brier_score``, or times that do not rise.

    Reference:
        Graf E and others (1999),
        doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5; Kattan MW,
        Gerds TA (2018), doi:10.1186/s41512-018-0029-2.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
        >>> found = measure_accuracy([[0.6, 0.9], [0.5, 0.8], [0, 0.1], [0, 0.1]], data, [1.5, 2.5])
        >>> round(found.integrated_accuracy.value, 3)
        0.726
    """
    score = brier_score(risk, data, times, cause, level)
    if len(score.error.time) < 2:
        return Accuracy(score, None, None, None)
    integrate_brier(score.error)  # refuses times that do not rise
    own, own_pull = _average(score.error)
    null, null_pull = _average(score.null)
    ratio = own / null if null > 0 else np.nan
    pull = (ratio * null_pull - own_pull) / null if null > 0 else np.full(len(data), np.nan)
    return Accuracy(
        score=score,
        integrated=_limit(own, own_pull, level, 0.0),
        integrated_null=_limit(null, null_pull, level, 0.0),
        integrated_accuracy=_limit(1 - ratio, pull, level, -np.inf),
    )


def _average(part: AtTimes) -> tuple[float, Floats]:
    """Mean over time by the trapezoidal rule, and each patient's influence on it."""
    width = np.diff(part.time)
    share = (np.append(width, 0.0) + np.append(0.0, width)) / 2 / width.sum()
    return float(part.value @ share), np.asarray(part.influence @ share)


def _limit(value: float, pull: Floats, level: float, least: float) -> Estimate:
    half = find_z(level) * float(np.std(pull, ddof=1)) / np.sqrt(len(pull))
    low, high = max(value - half, least), min(value + half, 1.0)
    return Estimate(value, low, high, level, "influence")
