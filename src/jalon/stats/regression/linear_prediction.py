"""A patient's linear predictor with its uncertainty: log hazard, log odds, log rate or log time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.regression.cox_fit import CoxFit
from jalon.stats.regression.design import read_new_patients
from jalon.stats.regression.glm_fit import GlmFit
from jalon.stats.regression.glm_rows import add_columns, read_column
from jalon.stats.regression.parametric_fit import ParametricFit
from jalon.stats.survival.interval import find_z


@dataclass(frozen=True, slots=True, eq=False)
class LinearPrediction:
    """The linear predictor of n patients.

    Attributes:
        value: shape (n,), log hazard (Cox), log odds (logistic), log rate (Poisson) or expected
            log time (parametric) of each.
        low: shape (n,), lower limit.
        high: shape (n,), upper limit.
        std_error: shape (n,), standard error of ``value``.
        level: coverage of the interval, 0 to 1.
    """

    value: Floats
    low: Floats
    high: Floats
    std_error: Floats
    level: float


def predict_linear(
    fit: CoxFit | GlmFit | ParametricFit,
    x: npt.ArrayLike,
    offset: npt.ArrayLike | None = None,
    reference: npt.ArrayLike | None = None,
    level: float | None = None,
) -> LinearPrediction:
    """Give each patient's linear predictor with its standard error and interval.

    The exponentials of value and limits are a hazard ratio to the patient compared with (Cox),
    odds (logistic), a rate (Poisson) or a time (parametric). For the probability of a logistic
    fit take the inverse logit of all three.

    Args:
        fit: a Cox, logistic, Poisson or parametric fit.
        x: shape (n, p), covariates in the order of the fit, without intercept.
        offset: shape (n,), known part of the linear predictor, when the fit had one.
        reference: shape (p,), covariates of the patient to compare with, or shape (n, p), one
            for each; None compares with all covariates 0. ``fit.means`` of a Cox fit gives R's
            ``predict.coxph(reference = "sample")``; the means of each patient's stratum its
            ``reference = "strata"``. Only for Cox fits.
        level: coverage of the interval, 0 to 1; None for that of the fit.

    Returns:
        Linear predictors with their uncertainty.

    Raises:
        UnsuitableDataError: another number of columns, a missing value, or a reference for a
            fit with intercept.

    Reference:
        Therneau T, Grambsch P (2000), doi:10.1007/978-1-4757-3294-8, chapter 10; McCullagh P,
        Nelder JA (1989), doi:10.1201/9780203753736, section 4.4.

    Example:
        >>> from jalon.stats.regression import fit_logistic
        >>> fit = fit_logistic([[1], [1], [0], [0]], [1, 0, 1, 0], weight=[6, 4, 2, 8])
        >>> line = predict_linear(fit, [[1], [0]])
        >>> line.value.round(3).tolist(), line.std_error.round(3).tolist()
        ([0.405, -1.386], [0.645, 0.791])
    """
    if isinstance(fit, CoxFit):
        table = read_new_patients(x, fit.names)
        rows = table if reference is None else table - _read_reference(reference, table)
    elif reference is not None:
        raise UnsuitableDataError(
            "a fit with an intercept needs no patient to compare with; leave reference out"
        )
    else:
        table = read_new_patients(x, fit.names[1:])
        rows = np.column_stack([np.ones(len(table)), table])
    value = add_columns(rows, fit.coefficients)
    if offset is not None:
        value = value + read_column(offset, len(rows), "offset")
    p = rows.shape[1]
    error = np.sqrt(np.einsum("ij,jk,ik->i", rows, fit.covariance[:p, :p], rows))
    coverage = fit.level if level is None else level
    half = find_z(coverage) * error
    return LinearPrediction(value, value - half, value + half, error, coverage)


def _read_reference(reference: npt.ArrayLike, table: Floats) -> Floats:
    values = read_floats(reference, "reference")
    if values.shape not in (table.shape[1:], table.shape) or not np.all(np.isfinite(values)):
        raise UnsuitableDataError(
            f"reference has shape {values.shape} or a missing value; give {table.shape[1]} "
            "numbers, or one row for each patient"
        )
    return values
