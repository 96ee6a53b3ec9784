"""A figure of merit, as a function of predictions and outcomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from jalon.core import ConvergenceError, Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats import pool_estimates
from jalon.stats.survival.interval import find_z


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of merit.

    Attributes:
        name: its name.
        of: which prediction it judges.
        compute: from predictions (n,) and outcomes (n,, weights allowed) to one number.
        estimate: the same with its interval, of predictions made beforehand; None without.
    """

    name: str
    of: str
    compute: Callable[[Floats, SurvivalData], float]
    estimate: Callable[[Floats, SurvivalData], Estimate] | None = None


def judge_tables(measure: Measure, prediction: Floats, data: SurvivalData) -> float:
    """Compute a figure of merit, the mean over completed tables where there are several.

    Args:
        measure: the figure.
        prediction: shape (n,), or (m, n) for m completed tables.
        data: outcomes of the n patients.

    Returns:
        The figure; NaN where these patients cannot give it.
    """
    try:
        return float(np.mean([measure.compute(one, data) for one in np.atleast_2d(prediction)]))
    except (UnsuitableDataError, ConvergenceError):
        return float("nan")


def estimate_tables(
    measure: Measure, prediction: Floats, data: SurvivalData, level: float = 0.95
) -> Estimate:
    """Estimate a figure of merit, pooled over completed tables by Rubin's rules.

    Args:
        measure: the figure.
        prediction: shape (n,), or (m, n) for m completed tables.
        data: outcomes of the n patients.
        level: coverage of the interval where the measure gives none of its own.

    Returns:
        The figure with its interval; limits are NaN for a measure without ``estimate``.

    Raises:
        UnsuitableDataError: these patients cannot give the figure.
        ConvergenceError: a fit behind it did not converge.

    Reference:
        Rubin DB (1987), doi:10.1002/9780470316696, section 3.1.
    """
    tables = np.atleast_2d(prediction)
    if measure.estimate is None:
        value = float(np.mean([measure.compute(one, data) for one in tables]))
        return Estimate(value, np.nan, np.nan, level, "none")
    found = [measure.estimate(one, data) for one in tables]
    if len(found) == 1:
        return found[0]
    rows = np.array([_read(one) for one in found])
    if not np.all(rows[:, 1] > 0):
        return Estimate(float(rows[:, 0].mean()), np.nan, np.nan, found[0].level, "none")
    pooled = pool_estimates(rows[:, 0], rows[:, 1] ** 2, level=found[0].level).estimates[0]
    words = f"{found[0].method}, pooled over {len(found)} tables".removeprefix(", ")
    return Estimate(pooled.value, pooled.low, pooled.high, pooled.level, words)


def _read(estimate: Estimate) -> tuple[float, float]:
    """Give a value and its standard error."""
    return estimate.value, (estimate.high - estimate.low) / (2 * find_z(estimate.level))


def name_measures(measures: Sequence[Measure]) -> list[str]:
    """Return the names of measures, each to be used once.

    Args:
        measures: the measures.

    Returns:
        Their names.

    Raises:
        UnsuitableDataError: none, or a name given twice.
    """
    names = [one.name for one in measures]
    if not names or len(set(names)) < len(names):
        raise UnsuitableDataError(
            f"measures are {', '.join(names) or 'missing'}; give at least one, each with a name of "
            "its own"
        )
    return names
