"""Residuals and influence: which patients a logistic or Poisson fit describes badly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Floats
from jalon.stats.regression.glm_family import LOGISTIC, POISSON
from jalon.stats.regression.glm_fit import GlmFit
from jalon.stats.regression.glm_rows import add_columns, make_basis


@dataclass(frozen=True, slots=True, eq=False)
class GlmDiagnostics:
    """How far each patient is from the fit, and how much each one moves it.

    Attributes:
        response: shape (n,), outcome less expected outcome.
        pearson: shape (n,), the same over the standard deviation, times the root of the weight.
        deviance: shape (n,), signed root of each patient's share of the deviance.
        working: shape (n,), the same on the scale of the linear predictor.
        leverage: shape (n,), share of each patient's fitted value that is his own, 0 to 1.
        cook_distance: shape (n,), how far the coefficients move without the patient.
    """

    response: Floats
    pearson: Floats
    deviance: Floats
    working: Floats
    leverage: Floats
    cook_distance: Floats


def diagnose_glm(fit: GlmFit) -> GlmDiagnostics:
    """Show which patients a fit describes badly and which ones it hangs on.

    Args:
        fit: a logistic or Poisson fit.

    Returns:
        Residuals, leverage and Cook's distance, one per row of the fit.

    Reference:
        Pregibon D (1981), doi:10.1214/aos/1176345513, section 4; Williams DA (1987),
        doi:10.2307/2347550, equation 5, for Cook's distance by one step.

    Example:
        >>> from jalon.stats.regression import fit_logistic
        >>> fit = fit_logistic([[1]] * 4 + [[0]] * 4, [1, 1, 1, 0, 1, 0, 0, 0])
        >>> diagnose_glm(fit).leverage.round(6).tolist()
        [0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25]
    """
    family = LOGISTIC if fit.family == "logistic" else POISSON
    data, eta = fit.data, add_columns(fit.data.x, fit.coefficients) + fit.data.offset
    variance, response = family.variance(fit.fitted), data.y - fit.fitted
    pearson = response * np.sqrt(data.weight / variance)
    part = 2 * data.weight * (family.saturated(data.y) - family.log_likelihood(data.y, eta))
    leverage = measure_leverage(fit)
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = (pearson / (1 - leverage)) ** 2 * leverage / len(fit.names)
    return GlmDiagnostics(
        response=response,
        pearson=pearson,
        deviance=np.sign(response) * np.sqrt(np.maximum(part, 0.0)),
        working=response / variance,
        leverage=leverage,
        cook_distance=moved,
    )


def measure_leverage(fit: GlmFit) -> Floats:
    """Give the share of each patient's fitted value that comes from his own outcome.

    Args:
        fit: a logistic or Poisson fit.

    Returns:
        Shape (n,), diagonal of the hat matrix; its sum is the number of coefficients.
    """
    family = LOGISTIC if fit.family == "logistic" else POISSON
    root = np.sqrt(fit.data.weight * family.variance(fit.fitted))
    q = np.linalg.qr(make_basis(fit.data).q * root[:, None])[0]
    leverage: Floats = np.einsum("ij,ij->i", q, q)
    return leverage
