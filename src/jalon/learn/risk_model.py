"""Absolute risk by total points, smoothed by the hazard that rises by one factor per point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Estimate, Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats import CoxFit, fit_cox, limits, predict_survival


@dataclass(frozen=True, slots=True, eq=False)
class RiskModel:
    """Cox regressions on total points alone, Breslow's form, all centres together.

    Attributes:
        own: the rate of the event.
        other: the rate of all competing events together; None when nothing competes.
    """

    own: CoxFit
    other: CoxFit | None

    def predict(self, total: Integers, times: Floats) -> list[tuple[Estimate, ...]]:
        """Predict the risk of patients with given totals.

        Args:
            total: shape (k,), totals, also such as nobody had.
            times: shape (m,), in the unit of the data.

        Returns:
            For each total the probability of the event by each time, with log-log interval; it
            carries the uncertainty of the baseline and of the factor per point.
        """
        points = total.astype(np.float64)
        if self.other is None:
            found = predict_survival(self.own, points[:, None], times, method="log-log")
            value, low, high = 1 - found.value, 1 - found.high, 1 - found.low
        else:
            value, error = _compete(self.own, self.other, points, times)
            low, high = limits(value, error, self.own.level, "log-log")
        return [
            tuple(
                Estimate(float(v), float(a), float(b), self.own.level, "log-log")
                for v, a, b in zip(*row, strict=True)
            )
            for row in zip(value, low, high, strict=True)
        ]


def fit_risk(total: Integers, data: SurvivalData, cause: int) -> RiskModel:
    """Fit how the rates of the event, and of competing events, rise per point.

    Args:
        total: shape (n,), total points.
        data: outcomes of the same patients with every cause; strata are put together.
        cause: the event code of interest.

    Returns:
        The model.

    Raises:
        UnsuitableDataError: no event of the cause, or totals that are all equal.
    """
    x = total.astype(np.float64)[:, None]
    competing = (data.event > 0) & (data.event != cause)
    own = _fit(x, data, data.event == cause, f"event {cause}")
    other = _fit(x, data, competing, "competing events") if competing.any() else None
    return RiskModel(own, other)


def _fit(x: Floats, data: SurvivalData, event: Integers, what: str) -> CoxFit:
    outcome = SurvivalData(data.time, event, data.entry, data.weight)
    try:
        return fit_cox(x, outcome, ties="breslow", names=["total points"])
    except UnsuitableDataError as error:
        raise UnsuitableDataError(f"risk by total, {what}: {error}") from error


def _compete(own: CoxFit, other: CoxFit, total: Floats, times: Floats) -> tuple[Floats, Floats]:
    """Incidence by total and time with its standard error, by the delta method.

    The incidence is a function of the steps of two cumulative hazards. Its derivative in a
    step of its own cause is the share still free of events less what that step takes from later
    incidence; in a step of the other cause only the latter. The two fits are independent.
    """
    grid = np.unique(np.concatenate([own.baseline.time, other.baseline.time]))
    value, variance = np.zeros((2, len(total), len(times)))
    parts = [_steps(fit, grid) for fit in (own, other)]
    place = np.searchsorted(grid, times, side="right")
    for i, points in enumerate(total):
        ratio = [np.exp((points - fit.means[0]) * fit.coefficients[0]) for fit in (own, other)]
        step = [r * part[0] for r, part in zip(ratio, parts, strict=True)]
        free = np.maximum(1 - step[0] - step[1], 0.0)
        before = np.append(1.0, np.cumprod(free)[:-1])
        incidence = np.append(0.0, np.cumsum(before * step[0]))
        value[i] = incidence[place]
        for j, rows in enumerate(place):
            later = incidence[rows] - incidence[1 : rows + 1]
            taken = np.divide(later, free[:rows], out=np.zeros(rows), where=free[:rows] > 0)
            for k, fit in enumerate((own, other)):
                slope = (before[:rows] if k == 0 else 0.0) - taken
                hazard, spread, drift = (part[:rows] for part in parts[k])
                tilt = slope @ ((points - fit.means[0]) * hazard - drift)
                noise = slope**2 @ spread + tilt**2 * fit.covariance[0, 0]
                variance[i, j] += ratio[k] ** 2 * noise
    return value, np.sqrt(variance)


def _steps(fit: CoxFit, grid: Floats) -> tuple[Floats, Floats, Floats]:
    """Steps of the baseline hazard, of its variance and of its drift, on a common grid."""
    base, place = fit.baseline, np.searchsorted(grid, fit.baseline.time)
    steps = np.zeros((3, len(grid)))
    for row, summed in zip(steps, (base.hazard, base.variance, base.drift[:, 0]), strict=True):
        row[place] = np.diff(summed, prepend=0.0)
    return steps[0], steps[1], steps[2]
