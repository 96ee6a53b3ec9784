"""A measure of accuracy at several times, with the influence of each patient on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.survival.interval import find_z


@dataclass(frozen=True, slots=True, eq=False)
class AtTimes:
    """A measure at m times.

    Attributes:
        time: shape (m,), the times.
        estimates: one per time with its normal interval, cut at the ends of the measure's range.
        std_error: shape (m,), standard errors: standard deviation of ``influence`` over the
            square root of n.
        influence: shape (n, m), how much each patient moves the measure, times n; kept so that
            two models of the same patients can be compared.
    """

    time: Floats
    estimates: tuple[Estimate, ...]
    std_error: Floats
    influence: Floats

    @property
    def value(self) -> Floats:
        """Shape (m,), the point estimates."""
        return np.array([estimate.value for estimate in self.estimates])


@dataclass(frozen=True, slots=True, eq=False)
class DifferenceAtTimes:
    """How much one model's measure exceeds another's at m times.

    Attributes:
        time: shape (m,), the times.
        estimates: first minus reference, with its normal interval.
        std_error: shape (m,), standard errors, which know that the patients are the same.
        p: shape (m,), two-sided p-values for no difference.
    """

    time: Floats
    estimates: tuple[Estimate, ...]
    std_error: Floats
    p: Floats


def compare_at_times(first: AtTimes, reference: AtTimes) -> DifferenceAtTimes:
    """Compare a measure of two models on the same patients, time by time.

    Args:
        first: the measure of one model.
        reference: the same measure of the other, for the same patients in the same order and
            at the same times.

    Returns:
        First minus reference, with intervals at the level of ``first``.

    Raises:
        UnsuitableDataError: other times, or another number of patients.

    Reference:
        Blanche P, Dartigues J-F, Jacqmin-Gadda H (2013), doi:10.1002/sim.5958, section 4.3.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats.prediction import brier_score
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
        >>> good = brier_score([0.9, 0.8, 0.1, 0.1], data, 2.5).error
        >>> poor = brier_score([0.5, 0.5, 0.5, 0.5], data, 2.5).error
        >>> round(compare_at_times(good, poor).estimates[0].value, 4)
        -0.2325
    """
    if not np.array_equal(first.time, reference.time):
        raise UnsuitableDataError("the two are at different times; compute both at the same times")
    if first.influence.shape != reference.influence.shape:
        raise UnsuitableDataError(
            f"the two are of {len(first.influence)} and {len(reference.influence)} patients; "
            "compare them on the same patients"
        )
    change = first.value - reference.value
    error = spread(first.influence - reference.influence)
    # Two models that predict alike differ by nothing, with certainty.
    z = np.divide(np.abs(change), error, out=np.zeros(len(change)), where=error > 0)
    level = first.estimates[0].level
    return DifferenceAtTimes(
        first.time, intervals(change, error, level, (-np.inf, np.inf)), error, 2 * ndtr(-z)
    )


def summarise(
    time: Floats, value: Floats, influence: Floats, level: float, ends: tuple[float, float]
) -> AtTimes:
    """Give estimates their standard errors and intervals.

    Args:
        time: shape (m,).
        value: shape (m,), point estimates.
        influence: shape (n, m).
        level: coverage of the intervals, 0 to 1.
        ends: range of the measure.

    Returns:
        The record.
    """
    error = spread(influence)
    return AtTimes(time, intervals(value, error, level, ends), error, influence)


def spread(influence: Floats) -> Floats:
    """Turn influence into standard errors; NaN for a single patient.

    Args:
        influence: shape (n, m).

    Returns:
        Shape (m,).
    """
    n = len(influence)
    if n < 2:
        return np.full(influence.shape[1], np.nan)
    return np.asarray(influence.std(axis=0, ddof=1) / np.sqrt(n))


def intervals(
    value: Floats, error: Floats, level: float, ends: tuple[float, float]
) -> tuple[Estimate, ...]:
    """Make normal intervals, cut at the ends of the measure's range.

    Args:
        value: shape (m,).
        error: shape (m,).
        level: coverage, 0 to 1.
        ends: range of the measure.

    Returns:
        One estimate per time.
    """
    half = find_z(level) * error
    low, high = np.maximum(value - half, ends[0]), np.minimum(value + half, ends[1])
    rows = zip(value.tolist(), low.tolist(), high.tolist(), strict=True)
    return tuple(Estimate(a, b, c, level, "influence") for a, b, c in rows)
