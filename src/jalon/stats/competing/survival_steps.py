"""The hazards that R's survival 3.5 takes for a multi-state Cox model with Efron's ties."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.stats.regression.cox_fit import CoxFit
from jalon.stats.ties import merge_ties


def find_survival_steps(fits: tuple[CoxFit, ...]) -> tuple[Floats, Floats]:
    """Return the hazards of each cause as survival 3.5-3 has them in multi-state models.

    Wrong, and here only to reproduce such analyses. Where d > 1 patients have the cause on one
    day, Efron's formula divides by d risk sets R - E j/d, j = 0 to d - 1, with E the relative
    hazards of those d. What was divided by is, found by experiments with R, the one number
    D = R + (D' - E (d - 1) / (2 d)) / d, with D' that of the next day on which anything happens
    (0 after the last). Survival divides correctly in its ``coxph`` of one cause.

    Args:
        fits: one regression per cause, of the same patients.

    Returns:
        Distinct times, shape (m,), and hazards at the means, shape (k, m).

    Raises:
        UnsuitableDataError: another treatment of ties, strata or late entry, of which nothing
            is known.
    """
    data = fits[0].patients.data
    if any(fit.ties != "efron" for fit in fits) or data.entry is not None or _has_strata(fits):
        raise UnsuitableDataError(
            'the form "survival-3.5" is about Efron\'s ties without strata and late entry; use '
            '"transition"'
        )
    time, row = np.unique(merge_ties(data.time)[0], return_inverse=True)
    return time, np.array([_divide(fit, row, len(time)) for fit in fits])


def _has_strata(fits: tuple[CoxFit, ...]) -> bool:
    return len(np.unique(np.concatenate([fit.baseline.stratum for fit in fits]))) > 1


def _divide(fit: CoxFit, row: Integers, m: int) -> Floats:
    patients, own = fit.patients, fit.patients.data.event > 0
    relative = patients.weight * np.exp(
        patients.log_hazard(fit.coefficients) - fit.means @ fit.coefficients
    )
    at_risk = np.cumsum(np.bincount(row, relative, m)[::-1])[::-1]
    died = np.bincount(row, own * relative, m)
    deaths, weight = np.bincount(row, own, m), np.bincount(row, own * patients.weight, m)
    divisor, later = at_risk.copy(), 0.0
    for j in range(m - 1, -1, -1):
        if deaths[j] > 1:
            later -= died[j] * (deaths[j] - 1) / (2 * deaths[j])
            divisor[j] += later / deaths[j]
        later = divisor[j]
    return np.asarray(weight / divisor)
