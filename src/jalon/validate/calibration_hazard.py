"""Calibration over all follow-up: events against expected cumulative hazard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Estimate, SurvivalData, UnsuitableDataError
from jalon.stats import fit_poisson


@dataclass(frozen=True, slots=True)
class HazardCalibration:
    """Events and expected events over each patient's own follow-up.

    Attributes:
        observed: (weighted) number of events.
        expected: (weighted) sum of the expected cumulative hazards.
        ratio: observed over expected, with its interval.
        log_ratio: its logarithm, "calibration in the large", with its Wald interval.
        slope: by how much predicted differences in log hazard should be stretched.
        std_errors: standard errors of ``log_ratio`` and ``slope``.
    """

    observed: float
    expected: float
    ratio: Estimate
    log_ratio: Estimate
    slope: Estimate
    std_errors: tuple[float, float]


def calibrate_hazard(
    expected: npt.ArrayLike,
    log_hazard: npt.ArrayLike,
    data: SurvivalData,
    cause: int = 1,
    level: float = 0.95,
) -> HazardCalibration:
    """Compare the events of patients with the hazard that they were predicted to live through.

    It uses all follow-up, whatever its length, and no time of interest.

    Args:
        expected: shape (n,), predicted cumulative hazard from entry to the end of each patient's
            own follow-up, at least 0: ``baseline_hazard`` times exp(log hazard).
        log_hazard: shape (n,), predicted log hazard, for the slope.
        data: outcomes of the same patients; ``weight`` is honoured.
        cause: the event code of interest.
        level: coverage of the intervals, 0 to 1.

    Returns:
        Ratio and slope by Poisson regression. Patients of expected hazard 0 tell nothing and are
        left out of the regression.

    Raises:
        UnsuitableDataError: missing or negative hazards, an event where none was possible, no
            event, or a log hazard that is the same for everyone.
        ConvergenceError: as ``fit_poisson``.

    Reference:
        Crowson CS, Atkinson EJ, Therneau TM (2016), doi:10.1177/0962280213497434, for the
        Poisson models.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
        >>> found = calibrate_hazard([0.2, 0.4, 0.6, 0.8], [0, 1, 0, 1], data)
        >>> round(found.ratio.value, 6)
        1.5
    """
    hazard = np.asarray(expected, dtype=np.float64)
    index = np.asarray(log_hazard, dtype=np.float64)
    if hazard.shape != (len(data),) or index.shape != (len(data),):
        raise UnsuitableDataError(
            f"expected hazards of shape {hazard.shape} and log hazards of shape {index.shape} for "
            f"{len(data)} patients; give one of each per patient"
        )
    bad = int(np.sum(~(np.isfinite(hazard) & (hazard >= 0) & np.isfinite(index))))
    if bad:
        raise UnsuitableDataError(
            f"{bad} of {len(data)} patients have a missing or negative expected hazard or log "
            "hazard; complete them or leave these patients out"
        )
    y = (data.event == cause).astype(np.float64)
    weight = np.ones(len(data)) if data.weight is None else data.weight
    use = hazard > 0
    if np.any(y[~use] * weight[~use] > 0):
        raise UnsuitableDataError(
            f"{int(y[~use].sum())} patients had the event though their expected hazard is 0; check "
            "the unit of time of the prediction"
        )
    if not np.any(y * weight > 0):
        raise UnsuitableDataError(f"no patient has an event of cause {cause}; wait for follow-up")
    log_expected = np.log(hazard[use])
    whole = fit_poisson(None, y[use], weight[use], log_expected, level)
    line = fit_poisson(
        index[use, None], y[use], weight[use], log_expected - index[use], level, ["log hazard"]
    )
    return HazardCalibration(
        observed=float(weight @ y),
        expected=float(weight @ hazard),
        ratio=whole.ratios[0],
        log_ratio=whole.estimates[0],
        slope=line.estimates[1],
        std_errors=(float(whole.standard_errors[0]), float(line.standard_errors[1])),
    )
